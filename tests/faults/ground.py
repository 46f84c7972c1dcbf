"""python -m tests.faults.ground [MESSAGES]: the schema and the demo account of a Tollgate that is to be broken.

With a number, also that many messages of the last two months, rated.
"""

import sys
from datetime import UTC, datetime

import django
from django.core.management import call_command


def main(messages: int) -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    if messages:
        call_command("seed_demo", messages=messages)
        return
    from core.tasks import prepare_partitions
    from core.tenancy import every_tenant
    from local.demo.world import ACME, build

    with every_tenant():
        prepare_partitions()
        build(ACME, datetime(2026, 11, 1, tzinfo=UTC))


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 0)
