"""Rated lines, added up in one statement by what the reader asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from accounts.models import Account, Subaccount
from billing.selectors.names import naming

COLUMNS = {
    "day": ("l.day",),
    "month": ("l.month",),
    "subaccount": ("k.subaccount_id",),
    "waba": ("k.waba_id",),
    "provider": ("k.provider",),
    "channel": ("k.phone_number_id",),
    "template": ("k.template_id",),
    "country": ("k.country",),
    "market": ("k.market",),
    "category": ("k.category",),
    "tier": ("r.tier", "r.above", "r.up_to", "r.end_known", "l.anchored"),
}
"""What can be grouped by, and the columns of the statement for it."""


@dataclass(frozen=True)
class CostFilter:
    """Which messages are counted; None or empty means all. `subaccount_ids` are those the asker may see; the others are
    what they ask for: a subaccount's code, a channel's id at its provider, a template's name, words of the report.
    """

    subaccount_ids: Sequence[int] | None = None
    subaccount: str = ""
    channel: str = ""
    template: str = ""
    country: str = ""
    market: str = ""
    category: str = ""
    state: str = ""


EVERYTHING = CostFilter()

_LINES = """
SELECT *, date_trunc('month', day)::date AS month FROM billing_ratedline
WHERE account_id = %(account)s AND day BETWEEN %(start)s AND %(end)s{state}
"""
# By kind, which is a number, before the words of the kinds come in: half the time of one step.
_BY_KIND = """
SELECT {kept}, sum(n) AS n, sum(amount) AS amount, sum(sell_amount) AS sell_amount FROM ({lines}) l GROUP BY {kept}
"""
_SUMS = """
SELECT {columns}, sum(l.n)::bigint, sum(l.amount), sum(l.sell_amount)
FROM ({lines}) l JOIN billing_usagekind k ON k.id = l.kind_id {tiers}
WHERE {kinds}
GROUP BY {columns}
"""


class Sums(NamedTuple):
    """Messages of one currency and state, what they cost, and what they are sold for; None: no price is known.
    `sell_state` is empty where there are no sell terms.
    """

    currency: str
    state: str
    sell_state: str
    n: int
    cost: Decimal | None
    sold: Decimal | None


def sums_of(
    account: Account, start: date, end: date, group_by: Sequence[str], chosen: CostFilter
) -> list[tuple[tuple[Any, ...], Sums]]:
    """The values of the groups' columns and their sums, for each combination that there is; days are inclusive."""
    columns = [column for group in group_by for column in COLUMNS[group]]
    kinds, parameters = kinds_of(account, chosen)
    lines = _LINES.format(state=" AND state = %(state)s" if chosen.state else "")
    if "day" not in group_by:  # a day has few lines of one kind
        kept = ["kind_id", "state", "sell_state"]
        kept += ["month"] if "month" in group_by else []
        kept += ["rate_id", "anchored"] if "tier" in group_by else []
        lines = _BY_KIND.format(lines=lines, kept=", ".join(kept))
    statement = _SUMS.format(
        columns=", ".join([*columns, "k.currency", "l.state", "l.sell_state"]),
        lines=lines,
        tiers="LEFT JOIN billing_rate r ON r.id = l.rate_id" if "tier" in group_by else "",
        kinds=kinds,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            statement, {"account": account.pk, "start": start, "end": end, "state": chosen.state, **parameters}
        )
        return [(row[: len(columns)], Sums(*row[len(columns) :])) for row in cursor.fetchall()]


def kinds_of(account: Account, chosen: CostFilter) -> tuple[str, dict[str, Any]]:
    """The condition on the kinds, and its parameters."""
    found: dict[str, Any] = {}
    if chosen.subaccount_ids is not None:
        found["k.subaccount_id = ANY(%(visible)s)"] = {"visible": list(chosen.subaccount_ids)}
    if chosen.subaccount:
        own = Subaccount.objects.filter(account=account, code=chosen.subaccount)
        found["k.subaccount_id = ANY(%(own)s)"] = {"own": list(own.values_list("pk", flat=True))}
    if chosen.channel:
        found["k.phone_number_id = ANY(%(channel)s)"] = {"channel": naming("channel").ids(account, chosen.channel)}
    if chosen.template:
        found["k.template_id = ANY(%(template)s)"] = {"template": naming("template").ids(account, chosen.template)}
    for name in ("country", "market", "category"):
        if value := getattr(chosen, name):
            found[f"k.{name} = %({name})s"] = {name: value}
    parameters = {name: value for part in found.values() for name, value in part.items()}
    return " AND ".join(found) or "true", parameters
