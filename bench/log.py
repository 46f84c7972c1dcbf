"""log: the log's page and REST's list with 2,000,000 messages, for every filter and on a page far back.

The queries of their rows (messages, and the numbers, templates and sources they point at) ÷ the bare keyset SQL of the
same rows; the page's server time ÷ its own with 20,000 messages; and that of Django admin's changelist with the same
filter, the way most would build it (COUNT and OFFSET), ÷ its server time. Every filter and page counts: what is printed
is the worst, and below it what misses. Time is processor time of web and PostgreSQL: nothing waits for a disk here, and
what else a busy machine does would make the ratios worthless.
"""

import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from accounts.enums import Permission
from accounts.models import Account, Membership, User
from accounts.principal import Principal
from accounts.services import create_api_key
from bench.ground import empty, report
from bench.settings import PLAIN
from core import partitions
from core.paging import Cursor
from core.partitions import month_of
from core.resources import PAGE_SIZE as PAGE_SIZE_OF_REST
from core.tenancy import every_tenant
from local.demo.world import ACME, TEMPLATES, ChannelPlan, account_of
from messaging.log import lifecycle
from messaging.log.directory import Directory
from messaging.log.kinds import Moment
from messaging.log.lifecycle import traffic
from messaging.log.models import Message, PhoneNumber, Source, Template
from messaging.log.query import filters
from messaging.log.selectors.log import PAGE_SIZE
from providers.events import MessageEvent
from providers.vocabulary import Direction

FEW, MANY = 20_000, 2_000_000
ROUNDS, ADMIN_ROUNDS, FAR = 9, 2, 5_000  # FAR: rows before the page far back
QUERIES, GROWTH, ADMIN = 3.0, 1.5, 3.0
SPAN = {"created_after", "created_before"}  # in every case
_DAYS, _BATCH = 61, 20_000
_CODES = (131026, 131049, 131047, 130472, 131056, 131000)
_CALLING = (("65", "9", 8, 18), ("91", "98", 10, 30), ("62", "81", 10, 20), ("49", "151", 10, 12), ("55", "119", 11, 8))
_REGULAR = "919876543210"  # somebody with 60 messages, among few or many
_SOURCES = (("campaign", "Weekend sale"), ("template_bot", "Cart reminder"), ("api", "Shop"))


@dataclass(frozen=True)
class Case:
    """One filter: its value for REST, the SQL of its rows, and the changelist's query (None: it has no such filter).

    The page is asked the same by the filter's own parameter, or as `page` says; where it has none, not at all.
    """

    name: str
    words: dict[str, str]
    sql: str = "true"
    params: dict[str, Any] = field(default_factory=dict)
    changelist: dict[str, str] | None = field(default_factory=dict)
    page: dict[str, str] = field(default_factory=dict)

    @property
    def page_words(self) -> dict[str, str]:
        """The query of the page."""
        return self.page or {filters()[name].page: value for name, value in self.words.items()}

    @property
    def on_page(self) -> bool:
        """Whether the page has these filters: it takes days, not moments."""
        declared = [filters()[name] for name in self.words]
        return bool(self.page) or all(each.on_page and not isinstance(each.kind, Moment) for each in declared)


@dataclass(frozen=True)
class Target:
    """A case on its first page or far back: the addresses of the lists (empty: there is none), and the SQL of the rows
    up to their number.
    """

    name: str
    address: str
    rest: str
    changelist: str
    sql: str
    params: dict[str, Any]


def run() -> bool:
    """Load a few messages and time the pages, load many and time them again with what they are compared to."""
    with every_tenant():
        with connection.cursor() as cursor:  # processes that help with one statement would not be seen to work
            cursor.execute("SET max_parallel_workers_per_gather = 0")
        account = account_of(ACME)
        sources = [Source.objects.create(account=account, category=kind, name=name) for kind, name in _SOURCES]
        person, operator, program = _person(account), _operator(), _program(account)
        end = timezone.now()
        _load(account, sources, end, 0, FEW)
        few = {
            target.name: (_rows(person, target.address), _page(person, target.address))
            for target in _all(account) if target.address
        }  # fmt: skip
        _load(account, sources, end, FEW, MANY)
        rows, listed, growth, against = {}, {}, {}, {}
        for target in _all(account):
            listed[target.name] = _ratio(program, target.rest, target, PAGE_SIZE_OF_REST)
            if not target.address:
                continue
            mine = _page(person, target.address)
            rows[target.name] = _ratio(person, target.address, target, PAGE_SIZE)
            rows_then, then = few.get(target.name, (None, 0.0))
            if rows_then == _rows(person, target.address):  # a page with more rows is another page
                growth[target.name] = mine / then
            if target.changelist:
                against[target.name] = _page(operator, target.changelist, ADMIN_ROUNDS) / mine
    empty()
    return all([
        _worst("log queries ÷ bare keyset SQL", rows, QUERIES, at_most=True),
        _worst("REST list queries ÷ bare keyset SQL", listed, QUERIES, at_most=True),
        _worst("log page, 2,000,000 ÷ 20,000 messages", growth, GROWTH, at_most=True),
        _worst("admin's changelist ÷ log page", against, ADMIN, at_most=False),
    ])  # fmt: skip


def _ratio(client: Client, address: str, target: Target, size: int) -> float:
    """The queries of a list ÷ the plain statement, each the least of some rounds, in turn, so that both are as cold."""
    rounds = [(_queries(client, address), _bare(target, size)) for _ in range(ROUNDS)]
    return min(queries for queries, _ in rounds) / min(bare for _, bare in rounds)


def _worst(name: str, ratios: dict[str, float], target: float, *, at_most: bool) -> bool:
    """Report the worst ratio of all filters and pages: each must reach the target."""
    worst = (max if at_most else min)(ratios, key=lambda key: ratios[key])
    detail = f"{worst}; the median of {len(ratios)} filters and pages is {statistics.median(ratios.values()):.2f}."
    good = report(name, [ratios[worst]], target, detail, at_most=at_most)
    for key, ratio in sorted(ratios.items(), key=lambda entry: entry[1], reverse=at_most):
        if (ratio > target) if at_most else (ratio < target):
            print(f"    {ratio:,.2f}  {key}", flush=True)
    return good


def _cases(account: Account) -> list[Case]:
    """Every filter there is, by a common and where it matters by a rare value."""
    number = PhoneNumber.objects.get(account=account, provider_number_id=ACME.channels[1].number_id)
    templates = list(Template.objects.filter(account=account, name="weekend_sale").values_list("pk", flat=True))
    source = Source.objects.get(account=account, category="campaign").pk
    message = Message.objects.filter(account=account).order_by("-created_at")[7]
    umid = message.umid
    cases = [
        Case("no filter", {}),
        *(
            Case(status, {"status": status}, "status = %(status)s", {"status": status}, {"status__exact": status})
            for status in ("delivered", "sent", "undelivered", "rejected", "expired", "queued")
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
        Case("number", {"msisdn": f"+{_REGULAR}"}, "msisdn = %(msisdn)s", {"msisdn": _REGULAR},
             {"msisdn__exact": _REGULAR}),
        Case("first digits", {"msisdn": "+91 98000"}, "msisdn >= '9198000' AND msisdn < '9198001'", {},
             {"msisdn__startswith": "9198000"}),
        Case("UMID", {"umid": str(umid)}, "umid = %(umid)s", {"umid": umid}, {"umid__exact": str(umid)}),
        Case("provider's id", {"provider_message_id": message.provider_message_id},
             "(created_at, id) IN (SELECT created_at, message_id FROM log_anchor WHERE account_id = %(account)s "
             "AND provider = %(provider)s AND provider_message_id = %(named)s)",
             {"provider": message.provider, "named": message.provider_message_id}, None),
        Case("search", {"search": "weekend"}, "(template_id = ANY(%(pks)s) OR source_id = %(pk)s)",
             {"pks": templates, "pk": source}, {"q": "weekend"}),
        Case("uncertain", {"sending": "uncertain"}, "umid = ANY(%(none)s)", {"none": []}, None),
        *_timed("sent"), *_timed("read"),
    ]  # fmt: skip
    if missing := filters().keys() - {name for case in cases for name in case.words} - SPAN:
        raise RuntimeError(f"measure these filters, too: {', '.join(sorted(missing))}")
    return cases


def _timed(event: str) -> list[Case]:
    """A day of a status, and since and until then."""
    today = timezone.localdate()
    day, after = (datetime.combine(today - timedelta(days=back), datetime.min.time(), UTC) for back in (9, 8))
    names = f"{event}_after", f"{event}_before"
    since = f"{event}_at >= %(day)s AND created_at >= %(day)s - interval '31 days'"
    until = f"{event}_at < %(after)s AND created_at < %(after)s"
    changelist = {f"{event}_at__gte": day.isoformat(), f"{event}_at__lt": after.isoformat()}
    return [
        Case(f"{event} on", dict(zip(names, (day.isoformat(), after.isoformat()), strict=True)), f"{since} AND {until}",
             {"day": day, "after": after}, changelist, {event: str(day.date())}),
        Case(f"{event} since", {names[0]: day.isoformat()}, since, {"day": day}, None),
        Case(f"{event} until", {names[1]: after.isoformat()}, until, {"after": after}, None),
    ]  # fmt: skip


def _all(account: Account) -> Iterator[Target]:
    """Each case on its first page and far back, over all the days there are."""
    today = timezone.localdate()
    first, last = today - timedelta(days=_DAYS), today + timedelta(days=1)
    for case in _cases(account):
        where = f"account_id = %(account)s AND {case.sql}"
        params = {**case.params, "account": account.pk}
        for place, (far, before) in (("first page", (None, 0)), ("far back", _far(where, params))):
            if place == "far back" and far is None:
                continue  # one page holds them all
            older = {"older": str(far)} if far else {}
            page = {"subaccount": "", **case.page_words, "from": first.isoformat(), "to": today.isoformat(), **older}
            span = dict(zip(sorted(SPAN), (f"{day}T00:00:00Z" for day in (first, last)), strict=True))
            listed = {**(case.changelist or {}), "account__id__exact": account.pk}
            keyset = f"{where} AND (created_at, id) < (%(at)s, %(id)s)" if far else where
            yield Target(
                f"{case.name}, {place}",
                f"/logs/?{urlencode(page)}" if case.on_page else "",
                f"/api/v1/messages/?{urlencode({**case.words, **span, **older})}",
                "" if case.changelist is None else "/admin/plain/log/message/?"
                + urlencode({**listed, **({"p": before // 50 + 1} if far else {})}),
                f"SELECT * FROM log_message WHERE {keyset} ORDER BY created_at DESC, id DESC LIMIT %(most)s",  # noqa: S608
                {**params, "at": far.moment, "id": far.id} if far else params,
            )  # fmt: skip


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


def _spent() -> float:
    """Seconds of processor time of this thread and its PostgreSQL process: what else the machine does is not in it."""
    mine = time.thread_time()
    backend = connection.connection.info.backend_pid
    return mine + int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9


def _page(client: Client, address: str, rounds: int = ROUNDS) -> float:
    """Seconds the server works for a page, the fewest of some rounds."""

    def once() -> float:
        start = _spent()
        answer = client.get(address)
        seconds = _spent() - start
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answered {answer.status_code}")
        return seconds

    return min(once() for _ in range(rounds))


def _rows(client: Client, address: str) -> int:
    """How many messages a page shows."""
    return client.get(address).content.count(b'name="umid"')


def _queries(client: Client, address: str) -> float:
    """Seconds of work for the page's statements that read its rows."""
    spent = []

    def clock(execute: Any, sql: str, *more: Any) -> Any:
        start = _spent()
        result = execute(sql, *more)
        if '"log_message"' in sql or '"log_anchor"' in sql or '."id" IN (' in sql:
            spent.append(_spent() - start)
        return result

    with connection.execute_wrapper(clock):
        client.get(address)
    return sum(spent)


def _bare(target: Target, size: int) -> float:
    """Seconds of work for the plain statement of a page and the row that shows whether there is another."""
    with connection.cursor() as cursor:
        start = _spent()
        cursor.execute(target.sql, {**target.params, "most": size + 1})
        return _spent() - start


def _person(account: Account) -> Client:
    """A member who sees everything, logged in."""
    user = User.objects.create_user("log@bench.example", "x", is_demo=True)
    Membership.objects.create(account=account, user=user, role="owner")
    return _client(user)


def _program(account: Account) -> Client:
    """A key of the whole account that may see all there is in messages, as often as it likes."""
    text = create_api_key(
        by=Principal.of_command("bench", account), name="Bench", scopes=list(Permission), rate_limit=1_000_000
    )[1]
    return Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Bearer {text}"})


def _operator() -> Client:
    return _client(User.objects.create_user("plain@bench.example", "x", is_demo=True, is_staff=True, is_superuser=True))


def _client(user: User) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


class PlainMessageAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # no generic when it runs
    """The log as most would build it."""

    list_display = ("created_at", "direction", "status", "msisdn", "country", "template", "category", "phone_number")
    list_select_related = ("template", "phone_number")
    search_fields = ("template__name", "source__name")
    list_per_page = 50
    ordering = ("-created_at", "-id")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """In Django's own templates, not those of the portal's admin."""
        answer = super().changelist_view(request, extra_context)
        answer.using = PLAIN  # type: ignore[attr-defined] # a TemplateResponse
        return answer

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Every filter."""
        return True


plain_site = admin.AdminSite("plain")
plain_site.register(Message, PlainMessageAdmin)


def _load(account: Account, sources: list[Source], end: datetime, start: int, stop: int) -> None:
    """Let messages number `start` to `stop` happen one after the other in the days before `end`, as webhooks would."""
    rng = random.Random(start)
    for table in ("log_message", "log_statusevent", "log_payload"):
        partitions.ensure(table, {month_of(end - timedelta(days=days)) for days in range(0, _DAYS + 1, 10)})
    directory = Directory([account.pk])
    for first in range(start, stop, _BATCH):
        numbers = range(first, min(first + _BATCH, stop))
        events = [each for number in numbers for each in _events(rng, number, start, stop, end)]
        directory.load_templates((account.pk, event) for _, event in events)
        reports = [
            lifecycle.Report(account.pk, channel.provider, event, directory.place(account.pk, channel.provider, event))
            for channel, event in events
        ]
        lifecycle.apply(reports, directory)
        _name_senders(sources)
        traffic.fold()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # or PostgreSQL would begin with it while the first pages are timed


def _events(
    rng: random.Random, number: int, start: int, stop: int, end: datetime
) -> Iterator[tuple[ChannelPlan, MessageEvent]]:
    """That a message was sent and what became of it, or that it came in; and of which channel."""
    at = end - timedelta(days=_DAYS) * (1 - (number - start) / (stop - start))
    channel = rng.choice(ACME.channels)
    code, prefix, length, _ = rng.choices(_CALLING, [share for *_, share in _CALLING])[0]
    msisdn = code + prefix + "".join(rng.choices("0123456789", k=length - len(prefix)))
    msisdn = msisdn if number % ((stop - start) // 60) else _REGULAR
    about: dict[str, Any] = {
        "provider_message_id": f"b{number}", "at": at, "msisdn": msisdn, "number_id": channel.number_id,
        "subaccount_code": channel.code,
    }  # fmt: skip
    if rng.random() < 0.09:
        yield channel, MessageEvent(state="received", direction=Direction.INBOUND, content_type="text", **about)
        return
    name, category, _ = rng.choice(TEMPLATES)
    state = rng.choices(("read", "delivered", "failed", "rejected", "sent"), (62, 32, 4.5, 0.3, 1.2))[0]
    about |= {"template_name": name, "template_language": "en", "content_type": "template", "pricing_type": "regular"}
    about["category"] = category.lower()
    if state != "rejected":
        yield channel, MessageEvent(state="sent", **about)
    if state == "sent":
        return
    about["at"] = at + timedelta(seconds=2)
    if state in {"failed", "rejected"}:
        about |= {"error_source": "meta", "error_code": rng.choice(_CODES)}
    yield channel, MessageEvent(state=state, **about)


def _name_senders(sources: list[Source]) -> None:
    """Say of three in five sent messages who made them, as the gateway does."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE log_message SET source_id = (%(sources)s)[1 + id %% 3],
                recipient_type = CASE WHEN id %% 10 = 0 THEN 'lead' ELSE 'customer' END,
                response_code = CASE WHEN rejected_at IS NULL THEN 200 ELSE 400 END
            WHERE direction = 'outbound' AND response_code IS NULL AND id %% 5 < 3
                AND id > (SELECT max(id) - %(batch)s FROM log_message)""",
            {"sources": [source.pk for source in sources], "batch": _BATCH},
        )
