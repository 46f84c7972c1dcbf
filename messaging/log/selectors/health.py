"""The present health of everything an account sends with."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext

from accounts.models import Account, Waba
from messaging.log.assets.health import (
    PROVIDER_HEALTH,
    WORST_LAST,
    Facts,
    HealthState,
    Node,
    business_state,
    number_state,
    problem_of_code,
    template_state,
    waba_state,
    with_problems,
    with_provider_answer,
    without_answer,
    worst,
)
from messaging.log.enums import ARRIVED, LOST
from messaging.log.models import Change, Message, PhoneNumber, Template
from messaging.log.selectors.gaps import SLOT, quiet_numbers
from providers.error_catalogue import META, catalogue, meta_code
from providers.vocabulary import CanSend, Entity, Subject

RECENT = timedelta(hours=24)  # a failure since then counts if nothing was delivered after it
MAX_TEMPLATES = 1_000
STALE = timedelta(hours=1)  # four checks of a number are missing
# Meta's codes for a problem of the sender instead of one message, and the matching code of the health status.
_OF_NUMBER = {131037: 131037, 131045: 131045, 133010: 133010}
_OF_WABA = {131031: 131031, 131042: 141006, 368: 368}
_OF_APP = {
    code: code
    for (source, code), diagnosis in catalogue().items()
    if source == META and diagnosis.group == "authorization"
}
_META_CODES = {**_OF_NUMBER, **_OF_WABA, **_OF_APP}
_SENDER_CODES = {  # (source, code) -> Meta's code
    (source, code): meta for source, code in catalogue() if (meta := meta_code(source, code)) in _META_CODES
}
FIELDS = Q(field__startswith="account.") | Q(field__startswith=PROVIDER_HEALTH)
FIELDS |= Q(field__in=["review", "alert", "flag", "display_name", "status", "quality"])

_HIERARCHY = [Entity.PHONE_NUMBER, Entity.TEMPLATE, Entity.WABA, Entity.BUSINESS, Entity.APP]


@dataclass(frozen=True)
class Health:
    """The nodes, and their worst state as the overall one."""

    at: datetime
    nodes: list[Node]

    @property
    def overall(self) -> CanSend:
        """The worst state, without templates: a paused template blocks no other message."""
        return worst(node.can_send for node in self.nodes if node.entity != Entity.TEMPLATE)

    def with_parents(self, node: Node) -> list[Node]:
        """A node with its WABA, its business and the connection, in that order."""
        keys = {(node.entity, node.pk), (Entity.WABA, node.waba_pk), (Entity.BUSINESS, node.portfolio_pk)}
        nodes = [other for other in self.nodes if (other.entity, other.pk) in keys or other.entity == Entity.APP]
        return sorted(nodes, key=lambda node: _HIERARCHY.index(node.entity))

    def of(self, *entities: Entity) -> list[Node]:
        """The nodes of these kinds, the worst first."""
        return sorted(
            (node for node in self.nodes if node.entity in entities),
            key=lambda node: -WORST_LAST.index(node.can_send),
        )


@dataclass(frozen=True)
class _Failure:
    """The last failure with a code at a number, with nothing delivered since."""

    code: int
    phone_number_id: int


def health(account: Account, subaccount_ids: Sequence[int] | None, at: datetime) -> Health:
    """The nodes within reach, from stored data; no provider is called. A template or number without announcements
    is in the state in which it was registered.
    """
    numbers = PhoneNumber.objects.filter(account=account).select_related("waba__portfolio")
    if subaccount_ids is not None:
        numbers = numbers.filter(subaccount__in=subaccount_ids)
    reachable = list(numbers)
    wabas = {number.waba_id: number.waba for number in reachable}
    templates = list(Template.objects.filter(account=account, waba__in=wabas)[:MAX_TEMPLATES])
    facts = _facts(account, reachable, wabas.values())
    failures = _failures(account, [number.pk for number in reachable], at)
    quiet = [row for row in quiet_numbers([account.pk], at) if row.number.id in {number.pk for number in reachable}]
    silent = [number for number in reachable if _silence(number, at)]
    app = _app(failures, [row.number.name or row.number.msisdn for row in quiet], facts)
    return Health(at, [
        _with_silence(app, silent, silent, at),
        *(_with_silence(node, silent, reachable, at) for node in _businesses(wabas.values(), facts)),
        *(_with_silence(_waba(waba, facts[Subject.WABA, waba.pk], failures, reachable, at), silent, reachable, at)
          for waba in wabas.values()),
        *(_with_silence(_number(number, facts[Subject.PHONE_NUMBER, number.pk], failures, at), silent, [number], at)
          for number in reachable),
        *(template_node(template, wabas[template.waba_id].portfolio_id) for template in templates),
    ])  # fmt: skip


def _silence(number: PhoneNumber, at: datetime) -> str:
    """Why the provider's answer about a number is missing or old; empty if it is neither, or if nobody asks for one."""
    if number.health_silence or number.health_answered_at is None:
        return number.health_silence
    if number.credential_sealed and at - number.health_answered_at > STALE:
        return gettext("the last answer is over an hour old")
    return ""


def _with_silence(node: Node, silent: Sequence[PhoneNumber], numbers: Iterable[PhoneNumber], at: datetime) -> Node:
    """The node, unknown if the provider answers about none of those of its numbers that are checked."""
    checked = [
        number
        for number in numbers
        if number.health_asked_at is not None
        and (node.entity in {Entity.APP, Entity.PHONE_NUMBER} or _is_parent(node, number))
    ]
    if not checked or any(number not in silent for number in checked):
        return node
    reason = _silence(checked[0], at)
    if node.entity == Entity.PHONE_NUMBER:  # its own line names the time of the check
        return replace(node, state=without_answer(node.state, ""), no_answer_reason=reason)
    return replace(node, state=without_answer(node.state, reason))


def _is_parent(node: Node, number: PhoneNumber) -> bool:
    return node.pk == (number.waba_id if node.entity == Entity.WABA else number.waba.portfolio_id)


def template_node(template: Template, portfolio_pk: int) -> Node:
    """A template's node, from its present state."""
    state = template_state(template.status, template.status_reason, template.quality)
    return Node(
        Entity.TEMPLATE,
        template.provider_template_id,
        str(template),
        state,
        template.pk,
        template.waba_id,
        portfolio_pk,
    )


def _app(
    failures: Iterable[_Failure], quiet: Sequence[str], facts: Mapping[tuple[str, int], Mapping[str, Change]]
) -> Node:
    """The connection to the provider: its access token, and whether webhooks still arrive."""
    codes = sorted({failure.code for failure in failures if failure.code in _OF_APP})
    limits = [
        f"{name} is quiet: no messages for six hours, although there is usually traffic. "
        "Check the webhook address at the provider."
        for name in quiet
    ]
    state = with_problems(HealthState(), [problem_of_code(code) for code in codes], limits)
    for (subject, _), changes in sorted(facts.items()):
        if subject == Subject.PHONE_NUMBER:
            state = with_provider_answer(state, changes.get(PROVIDER_HEALTH + Entity.APP))
    return Node(Entity.APP, "", gettext("Webhooks and access token"), state)


def _businesses(wabas: Iterable[Waba], facts: dict[tuple[str, int], dict[str, Change]]) -> Iterator[Node]:
    """Each portfolio, by the latest announcement to any of its WABAs."""
    latest: dict[int, dict[str, Change]] = defaultdict(dict)
    portfolios = {}
    for waba in wabas:
        portfolios[waba.portfolio_id] = waba.portfolio
        for name, change in facts[Subject.WABA, waba.pk].items():
            previous = latest[waba.portfolio_id].get(name)
            if previous is None or previous.at < change.at:
                latest[waba.portfolio_id][name] = change
    for pk, portfolio in portfolios.items():
        yield Node(
            Entity.BUSINESS, portfolio.business_id, portfolio.name, business_state(latest[pk]), pk, portfolio_pk=pk
        )


def _waba(waba: Waba, facts: Facts, failures: Iterable[_Failure], numbers: Iterable[PhoneNumber], at: datetime) -> Node:
    own = {number.pk for number in numbers if number.waba_id == waba.pk}
    codes = {
        _OF_WABA[failure.code] for failure in failures if failure.code in _OF_WABA and failure.phone_number_id in own
    }
    state = with_problems(waba_state(facts, at), [problem_of_code(code) for code in sorted(codes)])
    return Node(Entity.WABA, waba.waba_id, waba.name, state, waba.pk, waba.pk, waba.portfolio_id, since=state.since)


def _number(number: PhoneNumber, facts: Facts, failures: Iterable[_Failure], at: datetime) -> Node:
    codes = {
        failure.code for failure in failures if failure.code in _OF_NUMBER and failure.phone_number_id == number.pk
    }
    state = number_state(quality=number.quality, flag=number.flag, name_status=number.name_status, facts=facts, at=at)
    state = with_problems(state, [problem_of_code(code) for code in sorted(codes)])
    name = number.display_name or number.msisdn
    parents = (number.waba_id, number.waba.portfolio_id)
    return Node(
        Entity.PHONE_NUMBER, number.provider_number_id, name, state, number.pk, *parents,
        since=state.since, checked_at=number.health_asked_at,
        answered_at=number.health_answered_at, no_answer_reason=number.health_silence,
    )  # fmt: skip


def _facts(
    account: Account, numbers: Iterable[PhoneNumber], wabas: Iterable[Waba]
) -> dict[tuple[str, int], dict[str, Change]]:
    """The latest change of each field of each number and WABA, in one query."""
    condition = Q(subject=Subject.PHONE_NUMBER, subject_id__in=[number.pk for number in numbers])
    condition |= Q(subject=Subject.WABA, subject_id__in=[waba.pk for waba in wabas])
    latest = (
        Change.objects.filter(condition, FIELDS, account=account)
        .order_by("subject", "subject_id", "field", "-at", "-id")
        .distinct("subject", "subject_id", "field")
    )
    facts: dict[tuple[str, int], dict[str, Change]] = defaultdict(dict)
    for change in latest:
        facts[change.subject, change.subject_id][change.field] = change
    return facts


def _failures(account: Account, number_ids: Sequence[int], at: datetime) -> list[_Failure]:
    """Codes with which messages of a number failed lately, and after which none of that number was delivered.

    From the counts of quarter hours, as there may be millions of either; the log is read only for a quarter in which a
    number had both.
    """
    last_failed: dict[tuple[int, int], datetime] = {}
    last_delivered: dict[int, datetime] = {}
    provider_codes: dict[tuple[int, int], set[tuple[str, int]]] = defaultdict(set)
    for number, source, code, slot in _last_slots(account, number_ids, at):
        meta = _SENDER_CODES.get((source, code))
        if not code:
            last_delivered[number] = slot
        elif meta is not None:
            last_failed[meta, number] = max(slot, last_failed.get((meta, number), slot))
            provider_codes[meta, number].add((source, code))
    return [
        _Failure(meta, number)
        for (meta, number), slot in last_failed.items()
        if number not in last_delivered
        or last_delivered[number] < slot
        or (last_delivered[number] == slot and _failed_last(account, number, slot, provider_codes[meta, number]))
    ]


_COUNTED = """
    SELECT phone_number_id, slot, status = ANY(%(arrived)s) AS arrived, error_source, error_code, n FROM {table}
    WHERE account_id = %(account)s AND slot > %(since)s AND slot <= %(at)s AND phone_number_id = ANY(%(numbers)s)
        AND (status = ANY(%(arrived)s) OR error_code = ANY(%(codes)s))"""
_LAST_SLOTS = f"""
SELECT phone_number_id, source, code, max(slot) FROM (
    SELECT phone_number_id, slot, CASE WHEN arrived THEN '' ELSE error_source END AS source,
        CASE WHEN arrived THEN 0 ELSE error_code END AS code
    FROM ({_COUNTED.format(table="log_trafficslot")} UNION ALL
        {_COUNTED.format(table="log_trafficdelta")}) counted
    GROUP BY 1, 2, 3, 4 HAVING sum(n) > 0
) last_slots GROUP BY 1, 2, 3
"""  # noqa: S608 - every name is a constant of this module


def _last_slots(account: Account, number_ids: Sequence[int], at: datetime) -> list[tuple[int, str, int, datetime]]:
    """(number, source of the code, code, last quarter hour with that failure); code 0 for deliveries."""
    params: dict[str, Any] = {
        "account": account.pk, "numbers": list(number_ids), "since": at - RECENT - SLOT, "at": at,
        "arrived": [str(status) for status in ARRIVED], "codes": sorted({code for _, code in _SENDER_CODES}),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_LAST_SLOTS, params)
        return list(cursor.fetchall())


def _failed_last(account: Account, number_id: int, slot: datetime, codes: Iterable[tuple[str, int]]) -> bool:
    """Whether the last message of a number in a quarter hour failed with these codes, after the last delivery."""
    own = Q(account=account, phone_number=number_id, created_at__gte=slot, created_at__lt=slot + SLOT)
    rows = Message.objects.filter(own).order_by("-created_at").values_list("created_at", flat=True)
    same_codes = Q(pk__in=[])
    for source, code in codes:
        same_codes |= Q(error_source=source, error_code=code)
    failed, delivered = rows.filter(same_codes, status__in=LOST).first(), rows.filter(status__in=ARRIVED).first()
    return failed is not None and (delivered is None or delivered < failed)
