"""The export of calls, with their charges."""

from collections.abc import Sequence
from datetime import timedelta
from types import MappingProxyType

from django.db.models import QuerySet

from accounts.models import Account
from billing.calls.charges import charges_sql
from core.extracts import Extract
from messaging.calls.models import Call
from messaging.records.extracts import Span, record_extract, within_span

COSTS = MappingProxyType({
    "cost_state": "coalesce(charge.state, 'none')", "cost_reason": "charge.reason", "cost": "charge.amount",
    "cost_currency": "nullif(charge.currency, '')",
})  # fmt: skip
_LONGEST = timedelta(days=2)  # of a call


def call_extract(
    account: Account, rows: QuerySet[Call], names: Sequence[str], span: Span, *, whole_numbers: bool, limit: int | None
) -> Extract:
    """The calls created in the span, oldest first, at most `limit`. Costs are those of `COSTS`."""
    own = [name for name in names if name not in COSTS]
    costs = len(own) < len(names)
    fields = [*own, "record_key", "created_at", "pk"] if costs else own
    fields = list(dict.fromkeys(fields))
    inner = record_extract(
        within_span(rows, span), fields, whole_numbers=whole_numbers, limit=limit,
        hidden={"call_id": not whole_numbers}, paths={"channel": "phone_number__provider_number_id"},
    )  # fmt: skip
    if not costs:
        return Extract(inner)
    columns = ", ".join(f'{COSTS[name]} AS "{name}"' if name in COSTS else f'call."{name}"' for name in names)
    charges = charges_sql(account, (span[0], span[1] + _LONGEST)).sql
    return Extract(
        f"WITH call AS MATERIALIZED ({inner}), charge AS MATERIALIZED ({charges}) "  # noqa: S608 - our own names
        f"SELECT {columns} FROM call LEFT JOIN charge USING (record_key) ORDER BY call.created_at, call.pk"
    )
