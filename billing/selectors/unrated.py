"""Delivered messages without a price, with reasons and remedies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Max, Min, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from billing.enums import ChargeState, UnratedReason
from billing.models import RatedLine

_REMEDIES = {
    UnratedReason.NO_RULE: gettext_lazy(
        "Import a rule set with a rule for %(category)s that is in force on or before %(first)s."
    ),
    UnratedReason.NO_CATEGORY: gettext_lazy(
        "Nothing to import: these messages are rated automatically when a webhook names their category."
    ),
    UnratedReason.NOT_PER_MESSAGE: gettext_lazy(
        "Nothing to import: compare these messages with the provider's invoice, which has its conversations."
    ),
    UnratedReason.OWN_POLICY: gettext_lazy(
        "Nothing to import: compare these messages with the provider's invoice, or withdraw the WABA's exemption."
    ),
    UnratedReason.NO_WABA: gettext_lazy(
        "Register the WhatsApp Business Account that sent them, with its time zone and currency."
    ),
    UnratedReason.NO_COUNTRY: gettext_lazy(
        "Nothing to import: these messages are rated automatically when a webhook names the number."
    ),
    UnratedReason.NO_CARD: gettext_lazy("Import a rate card in %(currency)s whose first day is %(first)s or earlier."),
    UnratedReason.NO_RATE: gettext_lazy(
        "Import a rate for %(category)s to %(market)s in %(currency)s, in force on %(first)s."
    ),
}


@dataclass(frozen=True)
class Unrated:
    """Messages without a price for the same reason. Days are in the time zone of each message's WABA."""

    reason: str
    market: str
    category: str
    currency: str
    countries: list[str]
    messages: int
    first_day: date
    last_day: date

    @property
    def meaning(self) -> str:
        """The reason in a sentence."""
        return f"{UnratedReason(self.reason).label}."

    @property
    def remedy(self) -> str:
        """The remedy in a sentence."""
        words = str(_REMEDIES[UnratedReason(self.reason)])
        category = self.category.replace("_", " ").replace("-", " ") or _("this category")
        return words % {
            "category": category, "market": self.market or _("this market"),
            "currency": self.currency or _("its currency"), "first": self.first_day,
        }  # fmt: skip

    @property
    def sentences(self) -> str:
        """The reason and the remedy."""
        return f"{self.meaning} {self.remedy}"

    @property
    def country(self) -> str:
        """The country, if there is only one."""
        return self.countries[0] if len(self.countries) == 1 else ""


def unrated(account: Account, subaccount_ids: Sequence[int] | None = None) -> list[Unrated]:
    """The messages without a price, most messages first; within these subaccounts, if given. One query."""
    lines = RatedLine.objects.filter(account=account, state=ChargeState.UNRATED)
    if subaccount_ids is not None:
        lines = lines.filter(kind__subaccount_id__in=subaccount_ids)
    keys = ("reason", "kind__market", "kind__category", "kind__currency")
    rows = (
        lines.values(*keys)
        .annotate(
            countries=ArrayAgg("kind__country", distinct=True, default=[]), messages=Sum("n"), first_day=Min("day"),
            last_day=Max("day"),
        )
        .order_by("-messages", *keys)
    )  # fmt: skip
    return [Unrated(**{name.removeprefix("kind__"): value for name, value in row.items()}) for row in rows]
