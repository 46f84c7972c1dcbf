"""Rated lines, added up in one statement by what the reader asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from accounts.models import Account
from billing.dimensions import DIMENSIONS


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
FROM ({lines}) l JOIN billing_usagekind k ON k.id = l.kind_id {joins}
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
    groups = [DIMENSIONS[name] for name in group_by]
    columns = [column for group in groups for column in group.columns]
    kinds, parameters = kinds_of(account, chosen)
    lines = _LINES.format(state=" AND state = %(state)s" if chosen.state else "")
    if not any(group.daily for group in groups):  # a day has few lines of one kind
        kept = ["kind_id", "state", "sell_state", *(column for group in groups for column in group.line_columns)]
        lines = _BY_KIND.format(lines=lines, kept=", ".join(kept))
    statement = _SUMS.format(
        columns=", ".join([*columns, "k.currency", "l.state", "l.sell_state"]),
        lines=lines,
        joins=" ".join(group.join for group in groups),
        kinds=kinds,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            statement, {"account": account.pk, "start": start, "end": end, "state": chosen.state, **parameters}
        )
        return [(row[: len(columns)], Sums(*row[len(columns) :])) for row in cursor.fetchall()]


def kinds_of(account: Account, chosen: CostFilter) -> tuple[str, dict[str, Any]]:
    """The condition on the kinds, and its parameters."""
    conditions, parameters = [], {}
    if chosen.subaccount_ids is not None:
        conditions.append("k.subaccount_id = ANY(%(visible)s)")
        parameters["visible"] = list(chosen.subaccount_ids)
    for name, dimension in DIMENSIONS.items():
        if value := getattr(chosen, name, ""):
            condition, parameters[name] = dimension.condition(account, value)
            conditions.append(condition)
    return " AND ".join(conditions) or "true", parameters
