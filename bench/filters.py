"""Every filter of the log's page and a page far back, as the page, its bare SQL and a changelist are asked for them."""

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
from messaging.log.models import Message, PhoneNumber, Source, Template

FAR = scaled(5_000, least=50)  # rows before the page far back


@dataclass(frozen=True)
class Case:
    """One filter: as the page is asked, as the SQL of its rows, and as the changelist is asked."""

    name: str
    page: dict[str, str]
    sql: str = "true"
    params: dict[str, Any] = field(default_factory=dict)
    changelist: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """A case on its first page or far back: the addresses of both lists, and the SQL of the rows."""

    name: str
    address: str
    changelist: str
    sql: str
    params: dict[str, Any]


def _cases(account: Account) -> list[Case]:
    """Every filter of the page, by a common and where it matters by a rare value."""
    number = PhoneNumber.objects.get(account=account, provider_number_id=ACME.channels[1].number_id)
    templates = list(Template.objects.filter(account=account, name="weekend_sale").values_list("pk", flat=True))
    source = Source.objects.get(account=account, category="campaign").pk
    today = timezone.localdate()
    day, after = (datetime.combine(today - timedelta(days=back), datetime.min.time(), UTC) for back in (9, 8))
    umid = Message.objects.filter(account=account).order_by("-created_at").values_list("umid", flat=True)[7]
    return [
        Case("no filter", {}),
        *(
            Case(status, {"status": status}, "status = %(status)s", {"status": status}, {"status__exact": status})
            for status in ("delivered", "sent", "undelivered", "rejected", "queued")
        ),
        Case("inbound", {"direction": "inbound"}, "direction = 'inbound'", {}, {"direction__exact": "inbound"}),
        Case("subaccount", {"subaccount": "acme_shop"}, "subaccount_id = %(pk)s", {"pk": number.subaccount_id},
             {"subaccount__id__exact": str(number.subaccount_id)}),
        Case("channel", {"channel": number.provider_number_id}, "phone_number_id = %(pk)s", {"pk": number.pk},
             {"phone_number__id__exact": str(number.pk)}),
        Case("country", {"country": "SG"}, "country = 'SG'", {}, {"country__exact": "SG"}),
        Case("rare country", {"country": "IS"}, "country = 'IS'", {}, {"country__exact": "IS"}),
        Case("category", {"category": "authentication"}, "category = 'authentication'", {},
             {"category__exact": "authentication"}),
        Case("rare category", {"category": "referral_conversion"}, "category = 'referral_conversion'", {},
             {"category__exact": "referral_conversion"}),
        Case("template", {"template": "weekend_sale"}, "template_id = ANY(%(pks)s)", {"pks": templates},
             {"template__name__exact": "weekend_sale"}),
        Case("source", {"source_category": "campaign"}, "source_id = %(pk)s", {"pk": source},
             {"source__category__exact": "campaign"}),
        Case("name", {"source_name": "weekend"}, "source_id = %(pk)s", {"pk": source},
             {"source__name__icontains": "weekend"}),
        Case("response code", {"response_code": "400"}, "response_code = 400", {}, {"response_code__exact": "400"}),
        Case("recipient type", {"recipient_type": "lead"}, "recipient_type = 'lead'", {},
             {"recipient_type__exact": "lead"}),
        Case("error code", {"error_code": "131049"}, "error_code = 131049", {}, {"error_code__exact": "131049"}),
        Case("number", {"msisdn": f"+{REGULAR}"}, "msisdn = %(msisdn)s", {"msisdn": REGULAR},
             {"msisdn__exact": REGULAR}),
        Case("first digits", {"msisdn": "+91 98000"}, "msisdn >= '9198000' AND msisdn < '9198001'", {},
             {"msisdn__startswith": "9198000"}),
        Case("UMID", {"umid": str(umid)}, "umid = %(umid)s", {"umid": umid}, {"umid__exact": str(umid)}),
        Case("search", {"q": "weekend"}, "(template_id = ANY(%(pks)s) OR source_id = %(pk)s)",
             {"pks": templates, "pk": source}, {"q": "weekend"}),
        Case("sent on", {"sent": str(day.date())},
             "sent_at >= %(day)s AND sent_at < %(after)s AND created_at < %(after)s", {"day": day, "after": after},
             {"sent_at__gte": day.isoformat(), "sent_at__lt": after.isoformat()}),
    ]  # fmt: skip


def every_request(account: Account) -> Iterator[Request]:
    """Each case on its first page and far back, over all the days there are."""
    today = timezone.localdate()
    span = {"from": (today - timedelta(days=DAYS)).isoformat(), "to": today.isoformat()}
    for case in _cases(account):
        where = f"account_id = %(account)s AND {case.sql}"
        params = {**case.params, "account": account.pk}
        for place, (far, before) in (("first page", (None, 0)), ("far back", _far(where, params))):
            if place == "far back" and far is None:
                continue  # one page holds them all
            page = {"subaccount": "", **case.page, **span, **({"older": str(far)} if far else {})}
            listed = {**case.changelist, "account__id__exact": account.pk, **({"p": before // 50 + 1} if far else {})}
            keyset = f"{where} AND (created_at, id) < (%(at)s, %(id)s)" if far else where
            yield Request(
                f"{case.name}, {place}",
                f"/logs/?{urlencode(page)}",
                f"/admin/plain/log/message/?{urlencode(listed)}",
                f"SELECT * FROM log_message WHERE {keyset} ORDER BY created_at DESC, id DESC LIMIT 51",  # noqa: S608
                {**params, "at": far.moment, "id": far.id} if far else params,
            )


def _far(where: str, params: dict[str, Any]) -> tuple[Cursor | None, int]:
    """The row behind `FAR` others, or half of those there are, and how many; None where they fill no two pages."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM log_message WHERE {where}", params)  # noqa: S608
        place = min(FAR, cursor.fetchone()[0] // 2)
        if place < 50:
            return None, 0
        cursor.execute(
            f"SELECT created_at, id FROM log_message WHERE {where} "  # noqa: S608
            f"ORDER BY created_at DESC, id DESC OFFSET {place} LIMIT 1",
            params,
        )
        return Cursor(*cursor.fetchone()), place
