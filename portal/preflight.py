"""Runs every check before anything starts: `python -m portal.preflight [--deploy]`.

Prints each finding on one line and exits with 1 if one is an error. `manage.py check` does the same, but prints a
traceback if the settings cannot be read.
"""

import os
import sys
import warnings

import django
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from portal.checks import check_database_url


def findings(*, deploy: bool) -> list[checks.CheckMessage]:
    """The findings of all checks, those of the database included; worst first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        settings.INSTALLED_APPS  # noqa: B018 - reads the settings, which raise what is missing
    except (ImproperlyConfigured, ValueError) as error:
        return [checks.Error(f"Configuration: {error}")]
    if errors := check_database_url(None):
        return errors  # Django's own message does not name the variable
    try:
        django.setup()
        # First the database: some checks of models query its version and would print a traceback.
        results = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
        if not any(message.is_serious() for message in results):
            results = checks.run_checks(include_deployment_checks=deploy, databases=["default"])
    except ImproperlyConfigured as error:
        return [checks.Error(f"Configuration: {' '.join(str(error).split())}")]
    return sorted((message for message in results if not message.is_silenced()), key=lambda message: -message.level)


def main(arguments: list[str]) -> int:
    warnings.simplefilter("ignore")  # the findings report them
    messages = findings(deploy="--deploy" in arguments)
    for message in messages:
        parts = [message.msg, message.hint or "", f"[{message.id}]" if message.id else ""]
        print(" ".join(" ".join(parts).split()), file=sys.stderr)
    return int(any(message.is_serious() for message in messages))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
