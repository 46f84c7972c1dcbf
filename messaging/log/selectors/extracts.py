"""Exports of the log, charges and counts, each as one statement whose rows PostgreSQL writes.

A span of time begins with its first moment and ends before its second.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from types import MappingProxyType
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet
from django.db.models import (
    Case,
    DateTimeField,
    Expression,
    F,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Upper

from accounts.models import Account
from billing.enums import WEAKEST_FIRST
from billing.selectors.charge_lines import charges_between, charges_by_key
from billing.selectors.sums import CostFilter
from core.extracts import Extract, MaskedMessageId, MaskedNumber, inline_params, select_as
from core.numbers import mask_number_sql
from messaging.log.enums import STATUS_ORDER, PayloadKind
from messaging.log.models import Message, MessagePayload, Participant, PhoneNumber, Template
from messaging.log.query import MessageQuery
from messaging.log.selectors.matching import matching
from messaging.log.selectors.traffic import TrafficFilter, counted_rows
from messaging.persons.enums import NameKind
from messaging.persons.selectors.names import PresentName

Span = tuple[datetime, datetime]  # the end is not included
_Expression = Expression | F | Subquery
_MESSAGE_FIELDS = (
    "umid", "created_at", "provider", "provider_message_id", "direction", "status", "status_detail", "country",
    "group_id", "content_type", "category", "pricing_type", "recipient_type", "response_code", "error_source",
    "error_code", "error_title", "provider_error_code", "client_message_id", "queued_at", "sent_at", "delivered_at",
    "read_at", "failed_at", "rejected_at", "expired_at", "received_at",
)  # fmt: skip
_RELATED_FIELDS = {
    "subaccount_id": "subaccount__code",
    "channel": "phone_number__provider_number_id",
    "channel_msisdn": "phone_number__msisdn",
    "channel_name": "phone_number__display_name",
    "source_category": "source__category",
    "source_name": "source__name",
}
PARTICIPANT = "participant"
"""The field with which a message to a group has a row for each participant; empty for other messages."""
_OF_PARTICIPANT = (
    "msisdn", "user_id", "country", "category", "pricing_type", "status", "status_at", "sent_at", "delivered_at",
    "read_at", "failed_at", "error_source", "error_code", "error_title", "provider_error_code",
)  # fmt: skip
_WEAKEST_FIRST = f"ARRAY{[str(source) for source in WEAKEST_FIRST]}"
_IS_UNRATED = "bool_or(state = 'unrated')"
# A message to a group costs what its participants cost together; nothing is known if one has no price.
_COSTS = MappingProxyType({
    "cost_state": f"CASE WHEN {_IS_UNRATED} THEN 'unrated' WHEN bool_or(state = 'charged') THEN 'charged' "
    "ELSE coalesce(min(state), 'none') END",
    "cost_reason": f"CASE WHEN {_IS_UNRATED} THEN min(reason) FILTER (WHERE state = 'unrated') ELSE min(reason) END",
    "cost": f"CASE WHEN NOT {_IS_UNRATED} THEN sum(unit_price) END",
    "cost_currency": "min(nullif(currency, ''))",
    "cost_source": f"(array_agg(price_source ORDER BY array_position({_WEAKEST_FIRST}, price_source)) "
    "FILTER (WHERE price_source <> ''))[1]",
    "sell_price": "CASE WHEN NOT bool_or(sell_state = 'unrated') THEN sum(sell_price) END",
})  # fmt: skip


def _or_empty(path: str) -> Expression:
    return Coalesce(F(path), Value(""))


def _of_template(field: str) -> Expression:
    """A field of the template, registered or not."""
    return Coalesce(F(f"template__{field}"), F(f"template_{field}"))


def _status_at() -> Expression:
    """When the message reached its status."""
    whens = [When(**{f"{column}__isnull": False}, then=F(column)) for column, _ in STATUS_ORDER]
    return Case(*whens, default=Value(None), output_field=DateTimeField())


def _content() -> Subquery:
    """The content, as last edited: the text, else the provider's JSON."""
    payloads = MessagePayload.objects.filter(
        account=OuterRef("account"), message_id=OuterRef("id"), kind__in=[PayloadKind.CONTENT, PayloadKind.EDIT],
        created_at__gte=OuterRef("created_at"),
    )  # fmt: skip
    text = Func(F("body"), template=_CONTENT_TEXT, output_field=TextField())
    edited_at = Case(When(kind=PayloadKind.EDIT, then=F("created_at")), output_field=DateTimeField())
    latest = payloads.order_by(edited_at.desc(nulls_last=True), "created_at")
    return Subquery(latest.values(content_text=text)[:1])


_CONTENT_TEXT = (
    "coalesce(CASE jsonb_typeof((%(expressions)s)->'text') WHEN 'object' THEN %(expressions)s#>>'{text,body}' "
    "WHEN 'string' THEN %(expressions)s->>'text' END, %(expressions)s->>'body', (%(expressions)s)::text)"
)


_EXPRESSIONS: dict[str, Callable[[], _Expression]] = {
    **{name: partial(F, name) for name in _MESSAGE_FIELDS},
    **{name: partial(_or_empty, path) for name, path in _RELATED_FIELDS.items()},
    "template": partial(_of_template, "name"),
    "template_language": partial(_of_template, "language"),
    "status_at": _status_at,
    "content": _content,
    "username": partial(PresentName, NameKind.USERNAME),
    "profile_name": partial(PresentName, NameKind.PROFILE),
    "channel_upper": lambda: Upper(_or_empty("phone_number__provider_number_id")),
}
_MASKS = {"msisdn": MaskedNumber, "user_id": MaskedNumber, "provider_message_id": MaskedMessageId}
LOG_FIELDS = (*_EXPRESSIONS, "msisdn", "user_id", PARTICIPANT, *_COSTS)
"""All fields of a message that exports may contain."""


def log_span(account: Account, query: MessageQuery, before: datetime) -> tuple[datetime, datetime] | None:
    """Return the span in which the messages of a query that are older than `before` were created; None without any.

    It ends with the query's own span, or at `before`.
    """
    try:
        rows = matching(account, query).filter(created_at__lt=before).order_by("created_at", "id")
        first = rows.values_list("created_at", flat=True).first()
    except EmptyResultSet:
        return None
    return None if first is None else (first, min(query.created_before or before, before))


def log_extract(
    account: Account, query: MessageQuery, fields: Sequence[str], span: Span, *, whole_numbers: bool,
    limit: int | None = None,
) -> Extract:  # fmt: skip
    """The messages created in the span, oldest first, at most `limit`. Fields are of LOG_FIELDS."""
    rows = matching(account, query).filter(created_at__gte=span[0], created_at__lt=span[1])
    rows = rows.order_by("created_at", "id")
    outer = {*_COSTS, PARTICIPANT}.intersection(fields)
    inner = _compile(rows, [name for name in fields if name not in outer], bool(outer), whole_numbers, limit)
    return Extract(_with_units(account, inner, fields, whole_numbers) if outer else inner)


def _with_units(account: Account, inner: str, fields: Sequence[str], whole_numbers: bool) -> str:
    """The statement of messages, or of their participants, with what they cost.

    A unit is what has one charge: a participant of a message to a group, or another message.
    """
    by_participant = PARTICIPANT in fields
    table, key = Participant._meta.db_table, "row_id, unit_key" if by_participant else "row_id"
    parts = {
        "message": inner,
        "unit": "SELECT row_id, coalesce(p.participant_key, message_key) AS unit_key FROM message "  # noqa: S608
        f"LEFT JOIN {table} p ON p.account_id = {account.pk} AND p.message_id = row_id",
    }
    joins = f" JOIN unit USING (row_id) LEFT JOIN {table} p ON p.participant_key = unit_key" if by_participant else ""
    if costs := ", ".join(f"{_COSTS[name]} AS {name}" for name in fields if name in _COSTS):
        parts["charge"] = charges_by_key(account, "SELECT unit_key FROM unit").sql
        parts["cost"] = (
            f"SELECT {key}, {costs} FROM unit LEFT JOIN charge ON charge.message_key = unit_key GROUP BY {key}"  # noqa: S608
        )
        joins += f" JOIN cost USING ({key})"
    ctes = ", ".join(f"{name} AS MATERIALIZED ({sql})" for name, sql in parts.items())
    columns = ", ".join(
        _unit_column(name, whole_numbers=whole_numbers, by_participant=by_participant) for name in fields
    )
    order = "message.row_created_at, message.row_id" + (", unit_key" if by_participant else "")
    return f"WITH {ctes} SELECT {columns} FROM message{joins} ORDER BY {order}"  # noqa: S608 - our own names


def _unit_column(name: str, *, whole_numbers: bool, by_participant: bool) -> str:
    if name == PARTICIPANT:
        return f'p.participant_key AS "{name}"'
    if name in _COSTS:
        return f'cost."{name}"'
    if not by_participant or name not in _OF_PARTICIPANT:
        return f'message."{name}"'
    own = {"status_at": "coalesce(p.read_at, p.delivered_at, p.failed_at, p.sent_at)"}.get(name, f"p.{name}")
    if name in {"msisdn", "user_id"} and not whole_numbers:
        own = mask_number_sql(own)
    return f'CASE WHEN p.participant_key IS NULL THEN message."{name}" ELSE {own} END AS "{name}"'


def _compile(
    rows: QuerySet[Message], fields: Sequence[str], with_key: bool, whole_numbers: bool, limit: int | None
) -> str:
    expressions: dict[str, _Expression] = {}
    for name in fields:
        mask = _MASKS.get(name)
        if mask is None:
            expressions[name] = _EXPRESSIONS[name]()
        else:
            expressions[name] = F(name) if whole_numbers else mask(F(name), output_field=TextField())
    if with_key:
        expressions |= {"message_key": F("message_key"), "row_created_at": F("created_at"), "row_id": F("id")}
    return select_as(rows, expressions, limit)


CHARGE_FIELDS: Mapping[str, str] = MappingProxyType({
    "charge_id": "c.message_key", "billed_at": "c.billed_at", "day": "c.day", "provider": "c.provider",
    "subaccount_id": "coalesce(s.code, '')", "waba": "coalesce(w.waba_id, '')",
    "channel": "coalesce(n.provider_number_id, '')", "template": "coalesce(t.name, '')",
    "template_language": "coalesce(t.language, '')", "country": "c.country", "market": "c.market",
    "category": "c.category", "pricing_type": "c.pricing_type", "state": "c.state", "reason": "c.reason",
    "tier": "c.tier", "amount": "c.unit_price", "currency": "c.currency", "rate_card": "c.rate_card",
    "price_source": "c.price_source",
    "sell_state": "c.sell_state", "sell_reason": "c.sell_reason", "sell_amount": "c.sell_price",
    "margin": "CASE WHEN c.sell_state <> '' THEN c.sell_price - c.unit_price END",
})  # fmt: skip
"""All fields of a charge that exports may contain; none is personal data."""


def charge_extract(
    account: Account, criteria: CostFilter, fields: Sequence[str], days: tuple[date, date], span: Span
) -> Extract:
    """The charges of messages of these days (both included) that were delivered in the span, oldest first."""
    charges = charges_between(account, criteria, days, span).sql
    columns = ", ".join(f'{CHARGE_FIELDS[name]} AS "{name}"' for name in fields)
    return Extract(
        f"SELECT {columns} FROM ({charges}) c LEFT JOIN accounts_subaccount s ON s.id = c.subaccount_id "  # noqa: S608
        f"LEFT JOIN accounts_waba w ON w.id = c.waba_id "
        f"LEFT JOIN {PhoneNumber._meta.db_table} n ON n.id = c.phone_number_id "
        f"LEFT JOIN {Template._meta.db_table} t ON t.id = c.template_id ORDER BY c.billed_at, c.message_key"
    )


TRAFFIC_FIELDS: Mapping[str, str] = MappingProxyType({
    "day": "u.day", "subaccount_id": "coalesce(s.code, '')", "subaccount": "coalesce(s.name, '')",
    "channel": "coalesce(n.provider_number_id, '')", "channel_name": "coalesce(n.display_name, '')",
    "direction": "u.direction", "category": "u.category", "status": "u.status", "messages": "sum(u.n)::bigint",
})  # fmt: skip
"""All fields of the counts that exports may contain."""


def traffic_extract(
    account: Account, criteria: TrafficFilter, fields: Sequence[str], zone: ZoneInfo, span: Span
) -> Extract:
    """Messages created in the span, counted by the requested fields; `messages` is the count."""
    counted = counted_rows(account, criteria, span)
    day = inline_params("(slot AT TIME ZONE %s)::date", [zone.key])
    union = " UNION ALL ".join(
        f"SELECT {day} AS day, subaccount_id, phone_number_id, direction, category, status, n FROM ({sql}) counted"  # noqa: S608
        for sql in counted
    )
    columns = ", ".join(f'{TRAFFIC_FIELDS[name]} AS "{name}"' for name in fields)
    keys = [str(index) for index, name in enumerate(fields, start=1) if name != "messages"]
    grouped = f" GROUP BY {', '.join(keys)}" if keys else ""
    return Extract(
        f"SELECT {columns} FROM ({union}) u LEFT JOIN accounts_subaccount s ON s.id = u.subaccount_id "  # noqa: S608
        f"LEFT JOIN {PhoneNumber._meta.db_table} n ON n.id = u.phone_number_id{grouped} HAVING sum(u.n) <> 0"
        + (f" ORDER BY {', '.join(keys)}" if keys else "")
    )
