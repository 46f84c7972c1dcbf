"""Sums of rated lines by the requested groups, in one statement."""

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
    """The messages to count; None or empty means all.

    `subaccount_ids` are the visible subaccounts. The others are filters: a subaccount's code, a channel's id at its
    provider, a template's name, and values of the report.
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
# Summing by the id of the kind before joining the kinds takes half the time of a single step.
_BY_KIND = """
SELECT {keys}, sum(n) AS n, sum(amount) AS amount, sum(sell_amount) AS sell_amount FROM ({lines}) l GROUP BY {keys}
"""
_SUMS = """
SELECT {columns}, sum(l.n)::bigint, sum(l.amount), sum(l.sell_amount)
FROM ({lines}) l JOIN billing_usagekind k ON k.id = l.kind_id {joins}
WHERE {kinds}
GROUP BY {columns}
"""


class Sums(NamedTuple):
    """Messages of one currency, state and price source, with their cost and their sale; None if there is no price.

    `price_source` is empty for unrated messages, and `sell_state` without sell terms.
    """

    currency: str
    state: str
    sell_state: str
    price_source: str
    n: int
    cost: Decimal | None
    sold: Decimal | None


def sums_of(
    account: Account, start: date, end: date, group_by: Sequence[str], cost_filter: CostFilter
) -> list[tuple[tuple[Any, ...], Sums]]:
    """The values of the groups' columns and their sums, for each existing combination; days are inclusive."""
    groups = [DIMENSIONS[name] for name in group_by]
    columns = [column for group in groups for column in group.columns]
    kinds, parameters = kinds_of(account, cost_filter)
    lines = _LINES.format(state=" AND state = %(state)s" if cost_filter.state else "")
    if not any(group.daily for group in groups):  # a day has few lines of each kind
        keys = [
            "kind_id",
            "state",
            "sell_state",
            "price_source",
            *(column for group in groups for column in group.line_columns),
        ]
        lines = _BY_KIND.format(lines=lines, keys=", ".join(dict.fromkeys(keys)))
    statement = _SUMS.format(
        columns=", ".join([*columns, "k.currency", "l.state", "l.sell_state", "l.price_source"]),
        lines=lines,
        joins=" ".join(dict.fromkeys(group.join for group in groups)),
        kinds=kinds,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            statement, {"account": account.pk, "start": start, "end": end, "state": cost_filter.state, **parameters}
        )
        return [(row[: len(columns)], Sums(*row[len(columns) :])) for row in cursor.fetchall()]


def kinds_of(account: Account, cost_filter: CostFilter) -> tuple[str, dict[str, Any]]:
    """The condition on the kinds and its parameters."""
    conditions, parameters = [], {}
    if cost_filter.subaccount_ids is not None:
        conditions.append("k.subaccount_id = ANY(%(visible)s)")
        parameters["visible"] = list(cost_filter.subaccount_ids)
    for name, dimension in DIMENSIONS.items():
        if value := getattr(cost_filter, name, ""):
            condition, parameters[name] = dimension.condition(account, value)
            conditions.append(condition)
    return " AND ".join(conditions) or "true", parameters
