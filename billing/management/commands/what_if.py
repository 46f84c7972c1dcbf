"""manage.py what_if: the cost of months under other cards, rules or markets. Puts nothing in force."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from accounts.models import Account
from billing.management.impact import describe, total_impact
from billing.models import MarketTable, RateCard, RuleSet
from billing.proposals.what_if import Proposal
from core.tenancy import every_tenant


def month(text: str) -> date:
    """The first day of a month written as 2026-10."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a month: enter it as 2026-10") from None


class Command(BaseCommand):
    """Takes the ids of the price pages and the REST API; --list prints them."""

    help = "Calculate what months would have cost under other rate cards, rules or markets, active or not."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("--from", type=month, dest="first", help="first month, such as 2026-10; default: all")
        parser.add_argument("--to", type=month, dest="last", help="last month, inclusive")
        parser.add_argument("--card", type=int, action="append", default=[], help="id of a rate card; may be repeated")
        parser.add_argument("--rules", type=int, help="id of a rule set")
        parser.add_argument("--markets", type=int, help="id of a market table")
        parser.add_argument(
            "--own-day", action="store_true", help="apply them from their own first day, not to every day"
        )
        parser.add_argument("--account", type=UUID, help="only this account's messages")
        parser.add_argument("--list", action="store_true", help="print every card, rule set and market table")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print the impact; exit 1 if an object does not exist."""
        if options["list"]:
            self._list()
            return
        if options["first"] and options["last"] and options["last"] < options["first"]:
            raise CommandError("--to: must not be before --from.")
        account = self._get(Account, options["account"], key="public_id")
        proposal = Proposal(
            cards=[self._get(RateCard, pk) for pk in options["card"]],
            rules=self._get(RuleSet, options["rules"]),
            markets=self._get(MarketTable, options["markets"]),
            always=not options["own_day"],
        )
        with every_tenant():
            impact = total_impact(
                proposal, account_id=account.pk if account else None, first=options["first"], last=options["last"]
            )
        self.stdout.write("\n".join(describe(impact)))

    def _get(self, model: type[Model], value: object, key: str = "pk") -> Any:
        if value is None:
            return None
        row = model._default_manager.filter(**{key: value}).first()
        if row is None:
            raise CommandError(f"There is no {model._meta.verbose_name} {value}: use --list to print all of them.")
        return row

    def _list(self) -> None:
        for title, model in (("--card", RateCard), ("--rules", RuleSet), ("--markets", MarketTable)):
            for row in model.objects.order_by("id"):
                state = "in force" if row.is_active else "not in force yet" if row.is_draft else "superseded"
                self.stdout.write(f"{title} {row.pk}: {row.name}, revision {row.revision}, {state}")
