"""python -m bench [name …]: start throw-away servers, run the measurements, print a line for each figure."""

import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from local.embedded.postgres import Postgres
from local.embedded.redis import Redis

MEASUREMENTS = ("accept", "bulk", "drain", "backlog", "steady", "report", "rating", "log", "export", "deletion", "send")


def main(names: list[str]) -> int:
    """Run the measurements named, or all. Returns 1 when a figure misses its target."""
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(MEASUREMENTS)}.")
        return 2
    home = Path(tempfile.mkdtemp(prefix="tollgate-bench-"))
    home.chmod(0o711)
    postgres, redis = Postgres(home), Redis(home)
    try:
        postgres.start()
        redis.start()
        os.environ.update(
            DATABASE_URL=postgres.url,
            REDIS_URL=redis.url,
            SECRET_KEY=secrets.token_urlsafe(48),
            TOLLGATE_DATA=str(home),
            DJANGO_SETTINGS_MODULE="bench.settings",
            LOG_LEVEL="ERROR",
        )
        return _measure(names or list(MEASUREMENTS))
    finally:
        redis.stop()
        postgres.stop()
        shutil.rmtree(home, ignore_errors=True)


def _measure(names: list[str]) -> int:
    import importlib

    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from bench.ground import prepare

    prepare()
    results = [importlib.import_module(f"bench.{name}").run() for name in names]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
