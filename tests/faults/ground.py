"""python -m tests.faults.ground: the schema and the demo account of a Tollgate that is to be broken."""

from datetime import UTC, datetime

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    from messaging.tasks import prepare_partitions
    from portal.core.tenancy import every_tenant
    from portal.demo.world import ACME, build

    with every_tenant():
        prepare_partitions()
        build(ACME, datetime(2026, 11, 1, tzinfo=UTC))


if __name__ == "__main__":
    main()
