"""The charges of calls, read from usage and call cards.

One statement places each call in its month: the calls of an account that end in a month are added up for each portfolio
and market.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from accounts.models import Account
from billing.calls.pricing import PULSES_PER_MINUTE, CallPrice, CallTier, price_call
from billing.enums import CallReason, ChargeState, UnratedReason, reason_words
from billing.models import CallUsage
from billing.prices.markets import MarketMap
from core.extracts import Extract, inline_params

_DAY = timedelta(days=1)
_USAGE = """
SELECT u.*, coalesce(w.portfolio_id, 0) AS portfolio_id, coalesce(w.currency, '') AS currency,
    w.id IS NOT NULL AS has_waba, (u.ended_at AT TIME ZONE coalesce(w.time_zone, 'UTC'))::date AS day
FROM billing_callusage u LEFT JOIN accounts_waba w ON w.id = u.waba_id AND w.account_id = u.account_id
WHERE u.account_id = %(account)s AND u.ended_at >= %(start)s AND u.ended_at < %(end)s
"""
_PLACES = f"SELECT DISTINCT country, day FROM ({_USAGE}) usage WHERE direction = 'outbound'"  # noqa: S608
# Why a call has no price, or is free, before any card is looked at.
_REASON = f"""CASE
    WHEN direction = 'inbound' THEN '{CallReason.USER_INITIATED}' WHEN direction = '' THEN '{CallReason.NO_DIRECTION}'
    WHEN has_failed THEN '{CallReason.FAILED_CALL}' WHEN NOT has_waba THEN '{UnratedReason.NO_WABA}'
    WHEN coalesce(market, '') = '' THEN '{UnratedReason.NO_COUNTRY}' ELSE '' END"""
_CHARGES = f"""
WITH usage AS ({_USAGE}),
placed AS (
    SELECT u.*, coalesce(p.market, '') AS market, {_REASON} AS reason
    FROM usage u LEFT JOIN jsonb_to_recordset(%(places)s::jsonb) AS p (country text, day date, market text)
    USING (country, day)
), counted AS (
    SELECT *, sum(pulses) FILTER (WHERE reason = '') OVER (
        PARTITION BY portfolio_id, market, date_trunc('month', day), reason = '' ORDER BY ended_at, record_key
    ) AS position FROM placed
)
SELECT c.record_key, c.ended_at, c.day, c.country, c.market, c.pulses, c.position, k.id AS card_id,
    coalesce(k.name, '') AS card, r.above, r.up_to, r.minute_price, c.currency,
    CASE WHEN c.direction = 'inbound' THEN '{ChargeState.FREE}' WHEN c.reason <> '' OR r.id IS NULL
        THEN '{ChargeState.UNRATED}' ELSE '{ChargeState.CHARGED}' END AS state,
    CASE WHEN c.reason <> '' THEN c.reason WHEN k.id IS NULL THEN '{CallReason.NO_CALL_CARD}'
        WHEN r.id IS NULL THEN '{CallReason.NO_CALL_RATE}' ELSE '' END AS reason,
    CASE WHEN c.direction = 'inbound' THEN 0 WHEN c.reason = '' THEN c.pulses * r.minute_price
        * {1 / Decimal(PULSES_PER_MINUTE)} END AS amount
FROM counted c
LEFT JOIN LATERAL (
    SELECT id, name FROM billing_callcard k
    WHERE c.reason = '' AND k.is_active AND k.currency = c.currency AND k.effective_from <= c.day
    ORDER BY k.effective_from DESC LIMIT 1
) k ON true
LEFT JOIN billing_callrate r ON r.card_id = k.id AND r.market = c.market
    AND c.position > r.above * {PULSES_PER_MINUTE}
    AND (r.up_to IS NULL OR c.position <= r.up_to * {PULSES_PER_MINUTE})
"""  # noqa: S608 - every name is a constant of this module
_COLUMNS = (
    "record_key", "day", "market", "pulses", "position", "card", "above", "up_to", "minute_price", "currency", "state",
    "reason", "amount",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallCharge:
    """What a call costs, and why. `position` counts the pulses of the month with the call; None if it counts none."""

    record_key: UUID
    day: date
    market: str
    pulses: int
    position: int | None
    card: str
    above: int | None
    up_to: int | None
    minute_price: Decimal | None
    currency: str
    state: str
    reason: str
    amount: Decimal | None

    @property
    def reason_words(self) -> str:
        """Why it is free or unrated, in words."""
        return reason_words(self.reason) if self.reason else ""

    @property
    def tier(self) -> CallTier | None:
        """The tier that decides the price."""
        return None if self.minute_price is None else CallTier(self.above or 0, self.up_to, self.minute_price)


def charges_sql(account: Account, span: tuple[datetime, datetime]) -> Extract:
    """The charges of the calls that ended in a span, and of earlier ones of its first month, unordered."""
    start, end = _whole_month(span[0]), span[1]
    params: dict[str, Any] = {"account": account.pk, "start": start, "end": end}
    markets = MarketMap()
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, params)
        places = [
            {"country": country, "day": day, "market": markets.market(country, day)}
            for country, day in cursor.fetchall()
        ]
    return Extract(inline_params(_CHARGES, {**params, "places": orjson.dumps(places).decode()}))


def _whole_month(at: datetime) -> datetime:
    """A moment before the month of another, in any time zone."""
    day = (at.astimezone(UTC) - _DAY).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return day - _DAY


def charges_of(account: Account, keys: Iterable[UUID]) -> dict[UUID, CallCharge]:
    """The charges of calls, by key. Those in which nobody talked have none."""
    wanted = list(keys)
    times = list(CallUsage.objects.filter(account=account, pk__in=wanted).values_list("ended_at", flat=True))
    if not times:
        return {}
    sql = charges_sql(account, (min(times), max(times) + timedelta(microseconds=1))).sql
    names = ", ".join(_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM ({sql.replace('%', '%%')}) c WHERE record_key = ANY(%s)", [wanted])  # noqa: S608
        return {row[0]: CallCharge(*row) for row in cursor.fetchall()}


def price_of(charge: CallCharge) -> CallPrice | None:
    """The price of a charge, computed again from its tier; None if it has none."""
    tiers: Sequence[CallTier] = [charge.tier] if charge.tier else []
    return price_call(tiers, (charge.position or 0) - charge.pulses, charge.pulses)
