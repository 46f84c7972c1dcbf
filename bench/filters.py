"""Benchmark requests with every filter of the log, on the first page and far back: page, REST, SQL and changelist."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.utils import timezone

from accounts.models import Account
from bench.size import scaled
from bench.traffic import DAYS, REGULAR
from core.paging import Cursor
from local.demo.world import ACME
from messaging.log.kinds import Moment
from messaging.log.models import Message, PhoneNumber, Source, Template
from messaging.log.query import filters

FAR = scaled(5_000, least=50)  # rows before the page that is far back
SPAN = "created_after", "created_before"  # in every case


@dataclass(frozen=True)
class FilterCase:
    """One filter: REST's parameters, the SQL of its rows, the changelist's parameters (None: it has no such filter).

    The page's parameters are those of the same filters, unless `page` has others.
    """

    name: str
    rest: dict[str, str]
    sql: str = "true"
    params: dict[str, Any] = field(default_factory=dict)
    changelist: dict[str, str] | None = field(default_factory=dict)
    page: dict[str, str] = field(default_factory=dict)

    @property
    def page_parameters(self) -> dict[str, str]:
        """The parameters of the page."""
        return self.page or {filters()[name].page: value for name, value in self.rest.items()}

    @property
    def on_page(self) -> bool:
        """Whether the page has these filters. Its form accepts days, not moments."""
        declarations = [filters()[name] for name in self.rest]
        return bool(self.page) or all(
            declaration.on_page and not isinstance(declaration.kind, Moment) for declaration in declarations
        )


@dataclass(frozen=True)
class ListRequest:
    """A case on its first page or far back: the URLs of the lists (empty: there is none), and the SQL of the rows.

    The SQL has a parameter `limit`.
    """

    name: str
    page: str
    rest: str
    changelist: str
    sql: str
    params: dict[str, Any]


def _cases(account: Account) -> list[FilterCase]:
    """Every filter with a common value and, where it matters, a rare one."""
    number = PhoneNumber.objects.get(account=account, provider_number_id=ACME.channels[1].number_id)
    templates = list(Template.objects.filter(account=account, name="weekend_sale").values_list("pk", flat=True))
    source = Source.objects.get(account=account, category="campaign").pk
    message = Message.objects.filter(account=account).order_by("-created_at")[7]
    umid = message.umid
    cases = [
        FilterCase("no filter", {}),
        *(
            FilterCase(status, {"status": status}, "status = %(status)s", {"status": status}, {"status__exact": status})
            for status in ("delivered", "sent", "undelivered", "rejected", "expired", "queued")
        ),
        FilterCase("inbound", {"direction": "inbound"}, "direction = 'inbound'", {}, {"direction__exact": "inbound"}),
        FilterCase("subaccount", {"subaccount": "acme_shop"}, "subaccount_id = %(pk)s", {"pk": number.subaccount_id},
                   {"subaccount__id__exact": str(number.subaccount_id)}),
        FilterCase("channel", {"channel": number.provider_number_id}, "phone_number_id = %(pk)s", {"pk": number.pk},
                   {"phone_number__id__exact": str(number.pk)}),
        FilterCase("country", {"country": "SG"}, "country = 'SG'", {}, {"country__exact": "SG"}),
        FilterCase("rare country", {"country": "IS"}, "country = 'IS'", {}, {"country__exact": "IS"}),
        FilterCase("category", {"category": "authentication"}, "category = 'authentication'", {},
                   {"category__exact": "authentication"}),
        FilterCase("rare category", {"category": "referral_conversion"}, "category = 'referral_conversion'", {},
                   {"category__exact": "referral_conversion"}),
        FilterCase("template", {"template": "weekend_sale"}, "template_id = ANY(%(pks)s)", {"pks": templates},
                   {"template__name__exact": "weekend_sale"}),
        FilterCase("source", {"source_category": "campaign"}, "source_id = %(pk)s", {"pk": source},
                   {"source__category__exact": "campaign"}),
        FilterCase("name", {"source_name": "weekend"}, "source_id = %(pk)s", {"pk": source},
                   {"source__name__icontains": "weekend"}),
        FilterCase("response code", {"response_code": "400"}, "response_code = 400", {},
                   {"response_code__exact": "400"}),
        FilterCase("recipient type", {"recipient_type": "lead"}, "recipient_type = 'lead'", {},
                   {"recipient_type__exact": "lead"}),
        FilterCase("error code", {"error_code": "131049"}, "error_code = 131049", {}, {"error_code__exact": "131049"}),
        FilterCase("number", {"msisdn": f"+{REGULAR}"}, "msisdn = %(msisdn)s", {"msisdn": REGULAR},
                   {"msisdn__exact": REGULAR}),
        FilterCase("first digits", {"msisdn": "+91 98000"}, "msisdn >= '9198000' AND msisdn < '9198001'", {},
                   {"msisdn__startswith": "9198000"}),
        FilterCase("group", {"group_id": "GRP_none"}, "group_id = 'GRP_none'", {}, None),
        FilterCase("last digits", {"number_ends": REGULAR[-4:]}, "right(msisdn, 4) = %(end)s", {"end": REGULAR[-4:]},
                   {"msisdn__endswith": REGULAR[-4:]}),
        FilterCase("person", {"person": f"+{REGULAR}"}, "msisdn = %(msisdn)s", {"msisdn": REGULAR},
                   {"msisdn__exact": REGULAR}),
        FilterCase("UMID", {"umid": str(umid)}, "umid = %(umid)s", {"umid": umid}, {"umid__exact": str(umid)}),
        FilterCase("provider's id", {"provider_message_id": message.provider_message_id},
                   "(created_at, id) IN (SELECT created_at, message_id FROM log_anchor WHERE account_id = %(account)s "
                   "AND provider = %(provider)s AND provider_message_id = %(id)s)",
                   {"provider": message.provider, "id": message.provider_message_id}, None),
        FilterCase("search", {"search": "weekend"}, "(template_id = ANY(%(pks)s) OR source_id = %(pk)s)",
                   {"pks": templates, "pk": source}, {"q": "weekend"}),
        FilterCase("uncertain", {"sending": "uncertain"}, "umid = ANY(%(none)s)", {"none": []}, None),
        *_timed("sent"), *_timed("read"),
    ]  # fmt: skip
    if missing := filters().keys() - {name for case in cases for name in case.rest} - set(SPAN):
        raise RuntimeError(f"these filters have no case: {', '.join(sorted(missing))}")
    return cases


def _timed(event: str) -> list[FilterCase]:
    """Cases for a status on a day, since that day and until it."""
    today = timezone.localdate()
    day, next_day = (datetime.combine(today - timedelta(days=back), datetime.min.time(), UTC) for back in (9, 8))
    names = f"{event}_after", f"{event}_before"
    since = f"{event}_at >= %(day)s AND created_at >= %(day)s - interval '31 days'"
    until = f"{event}_at < %(next_day)s AND created_at < %(next_day)s"
    changelist = {f"{event}_at__gte": day.isoformat(), f"{event}_at__lt": next_day.isoformat()}
    return [
        FilterCase(f"{event} on", dict(zip(names, (day.isoformat(), next_day.isoformat()), strict=True)),
                   f"{since} AND {until}", {"day": day, "next_day": next_day}, changelist, {event: str(day.date())}),
        FilterCase(f"{event} since", {names[0]: day.isoformat()}, since, {"day": day}, None),
        FilterCase(f"{event} until", {names[1]: next_day.isoformat()}, until, {"next_day": next_day}, None),
    ]  # fmt: skip


def list_requests(account: Account) -> Iterator[ListRequest]:
    """Each case over all days: on its first page and, if it fills several pages, far back."""
    for case in _cases(account):
        where = f"account_id = %(account)s AND {case.sql}"
        params = {**case.params, "account": account.pk}
        yield _request(case, "first page", where, params)
        cursor, offset = _cursor_far_back(where, params)
        if cursor:
            where += " AND (created_at, id) < (%(cursor_at)s, %(cursor_id)s)"
            params |= {"cursor_at": cursor.moment, "cursor_id": cursor.id}
            yield _request(case, "far back", where, params, older=str(cursor), p=offset // 50 + 1)


def _request(
    case: FilterCase, position: str, where: str, params: dict[str, Any], *, older: str = "", p: int = 1
) -> ListRequest:
    """From the cursor `older` on, or from the changelist's page `p` on."""
    today = timezone.localdate()
    first, last = today - timedelta(days=DAYS), today + timedelta(days=1)
    keyset = {"older": older} if older else {}
    page = {"subaccount": "", **case.page_parameters, "from": first.isoformat(), "to": today.isoformat(), **keyset}
    span = dict(zip(SPAN, (f"{day}T00:00:00Z" for day in (first, last)), strict=True))
    changelist = {**(case.changelist or {}), "account__id__exact": params["account"], "p": p}
    return ListRequest(
        f"{case.name}, {position}",
        f"/logs/?{urlencode(page)}" if case.on_page else "",
        f"/api/v1/messages/?{urlencode({**case.rest, **span, **keyset})}",
        "" if case.changelist is None else f"/admin/plain/log/message/?{urlencode(changelist)}",
        f"SELECT * FROM log_message WHERE {where} ORDER BY created_at DESC, id DESC LIMIT %(limit)s",  # noqa: S608
        params,
    )


def _cursor_far_back(where: str, params: dict[str, Any]) -> tuple[Cursor | None, int]:
    """The cursor after `FAR` rows, or after half of all, and that number; None when the rows fill no two pages."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM log_message WHERE {where}", params)  # noqa: S608
        offset = min(FAR, cursor.fetchone()[0] // 2)
        if offset < 50:
            return None, 0
        cursor.execute(
            f"SELECT created_at, id FROM log_message WHERE {where} "  # noqa: S608
            f"ORDER BY created_at DESC, id DESC OFFSET {offset} LIMIT 1",
            params,
        )
        return Cursor(*cursor.fetchone()), offset
