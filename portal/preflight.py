"""Every check, before anything starts: `python -m portal.preflight [--deploy]`.

Prints each finding in one line and ends with 1 when one of them is an error. `manage.py check` does the same with a
traceback where the settings themselves cannot be read.
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
    """What the checks say, the database's included; worst first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        settings.INSTALLED_APPS  # noqa: B018 - reads the settings, which raise what is missing
    except (ImproperlyConfigured, ValueError) as error:
        return [checks.Error(f"Configuration: {error}")]
    if wrong := check_database_url(None):
        return wrong  # Django's own words for it name no variable
    try:
        django.setup()
        # First whether there is a database: some checks of models ask it for its version, and show a traceback.
        found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
        if not any(message.is_serious() for message in found):
            found = checks.run_checks(include_deployment_checks=deploy, databases=["default"])
    except ImproperlyConfigured as error:
        return [checks.Error(f"Configuration: {' '.join(str(error).split())}")]
    return sorted((message for message in found if not message.is_silenced()), key=lambda message: -message.level)


def main(arguments: list[str]) -> int:
    warnings.simplefilter("ignore")  # the findings say it in our words
    found = findings(deploy="--deploy" in arguments)
    for message in found:
        parts = [message.msg, message.hint or "", f"[{message.id}]" if message.id else ""]
        print(" ".join(" ".join(parts).split()), file=sys.stderr)
    return int(any(message.is_serious() for message in found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
