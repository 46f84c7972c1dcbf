"""Whether something may send messages, from the announcements of its provider and recent failures.

The states, codes and words are those of Meta's and 360dialog's health status. Pure functions of facts, so the
same rules give the present state and that of any day.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from messaging.log.assets.changes import provider_label
from messaging.log.models import Change
from providers.error_catalogue import META, catalogue
from providers.reading import integer, items
from providers.vocabulary import CanSend, Entity, Quality, TemplateStatus

PROVIDER_HEALTH = "health."  # prefix of the fields for the provider's own answers: health.PHONE_NUMBER …
WITHOUT_END = timedelta(days=30)  # a restriction without a reported end counts this long
WORST_LAST = tuple(CanSend)  # in the order of their declaration
_NAME_NOT_APPROVED = gettext_lazy(
    "Your display name has not been approved yet. Your message limit will increase after the display name is approved."
)
_NAME_REJECTED = gettext_lazy(
    "Your display name has not been approved yet. Your message limit will increase after the display name is approved. "
    "Meta rejected it: choose another."
)
_SENDABLE = (TemplateStatus.APPROVED, "REINSTATED", "FLAGGED")
_BLOCKING_RESTRICTIONS = ("RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_CUSTOMER_INITIATED_MESSAGING")
# The ends of a connection, with Meta's code for what a message then fails with.
_REMOVALS = {
    "account.account_deleted": 33, "account.account_offboarded": 133010, "account.partner_removed": 131005,
    "account.partner_app_uninstalled": 131005,
}  # fmt: skip
_REJECTED = 131031
_RETURNS = (
    "account.account_reconnected", "account.verified_account", "account.partner_added",
    "account.partner_app_installed",
)  # fmt: skip

Facts = Mapping[str, Change]  # the latest change of each field
Rule = Callable[[Facts, datetime], "HealthState"]


@dataclass(frozen=True)
class Problem:
    """Why something cannot send: the code, if any, its meaning, the remedy, and since when if the provider says it."""

    code: int
    description: str
    solution: str
    since: datetime | None = None


@dataclass(frozen=True)
class HealthState:
    """Whether something may send. `info` limits or warns, `errors` block or limit."""

    can_send: CanSend = CanSend.AVAILABLE
    info: tuple[str, ...] = ()
    errors: tuple[Problem, ...] = ()

    @property
    def since(self) -> datetime | None:
        """Since when the provider says that it is blocked."""
        return min((error.since for error in self.errors if error.since), default=None)


@dataclass(frozen=True)
class Node:
    """One entity with its state; `pk` is ours (0: none), `id` the provider's, empty where it is not known.

    `waba_pk` and `portfolio_pk` are its WABA and portfolio.
    """

    entity: Entity
    id: str
    name: str
    state: HealthState
    pk: int = 0
    waba_pk: int = 0
    portfolio_pk: int = 0
    since: datetime | None = None
    checked_at: datetime | None = None  # of a number: its last health check
    answered_at: datetime | None = None  # of a number: the provider's last answer
    no_answer_reason: str = ""  # why the provider did not answer the last check

    @property
    def can_send(self) -> CanSend:
        """Whether it can send."""
        return self.state.can_send


@dataclass
class _Findings:
    """Collects the findings about one entity."""

    limits: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    limiting: list[Problem] = field(default_factory=list)
    blocking: list[Problem] = field(default_factory=list)

    @property
    def state(self) -> HealthState:
        """The state that follows from all findings."""
        can_send = CanSend.LIMITED if self.limits or self.limiting else CanSend.AVAILABLE
        can_send = CanSend.BLOCKED if self.blocking else can_send
        return HealthState(can_send, (*self.limits, *self.warnings), (*self.blocking, *self.limiting))


def worst(states: Iterable[CanSend]) -> CanSend:
    """The worst of some states."""
    return max(states, key=WORST_LAST.index, default=CanSend.AVAILABLE)


def template_state(status: str, reason: str, quality: str) -> HealthState:
    """A template may be sent while it is approved; low quality warns of a pause."""
    findings = _Findings()
    if status == "FLAGGED":
        findings.limits.append(
            gettext("Meta has flagged this template: it will be disabled unless its quality improves.")
        )
    elif status not in _SENDABLE:
        problem = problem_of_code(141002)
        sentence = gettext("It is %(status)s (%(reason)s).") if reason else gettext("It is %(status)s.")
        why = sentence % {"status": provider_label(status), "reason": reason}
        findings.blocking.append(Problem(problem.code, f"{problem.description} {why}", problem.solution))
    if quality == Quality.RED and not findings.blocking:
        findings.limits.append(
            gettext("Its quality is low: Meta will pause it if people keep blocking or reporting it.")
        )
    return findings.state


def number_state(*, quality: str, flag: str, name_status: str, facts: Facts, at: datetime) -> HealthState:
    """A number is limited while its name is not approved, it is flagged or its quality is low."""
    findings = _Findings()
    if name_status and name_status != "APPROVED":
        findings.limits.append(str(_NAME_REJECTED if name_status == "REJECTED" else _NAME_NOT_APPROVED))
    if flag == "FLAGGED":
        findings.limits.append(
            gettext("Meta has flagged this number for low quality. Send only to people who asked for your messages.")
        )
    elif quality == Quality.RED:
        findings.limits.append(
            gettext("Its quality is low: many people blocked or reported its messages in the last seven days.")
        )
    _add_restrictions(findings, facts, at)
    _add_removal(findings, facts)
    return with_provider_answer(findings.state, facts.get(PROVIDER_HEALTH + Entity.PHONE_NUMBER))


def waba_state(facts: Facts, at: datetime) -> HealthState:
    """A WABA is blocked when it is banned, removed, rejected or barred from messaging."""
    findings = _Findings()
    _add_restrictions(findings, facts, at)
    _add_ban(findings, facts.get("account.disabled_update"))
    review = facts.get("review")
    if review and review.new == "REJECTED":
        findings.blocking.append(
            Problem(
                _REJECTED,
                gettext("Meta rejected this account in its review."),
                gettext("Appeal in Business Support Home."),
                review.at,
            )
        )
    elif review and review.new in {"PENDING", "DEFERRED"}:
        findings.limits.append(gettext("Meta has not finished its review of this account."))
    _add_removal(findings, facts)
    return with_provider_answer(findings.state, facts.get(PROVIDER_HEALTH + Entity.WABA))


def business_state(facts: Facts) -> HealthState:
    """A business is limited while Meta has not verified it."""
    findings = _Findings()
    verification = facts.get("account.business_verification_status_update")
    if verification and verification.new == "FAILED":
        problem = problem_of_code(141010)
        why = gettext("Meta reports: %(reason)s.") % {"reason": verification.reason} if verification.reason else ""
        findings.limiting.append(Problem(problem.code, f"{problem.description} {why}".strip(), problem.solution))
    alert = facts.get("alert")
    if alert and alert.new.startswith("INCREASED_CAPABILITIES"):
        sentence = gettext("Meta has not raised the messaging limit (%(state)s).") % {"state": _label(alert.new)}
        findings.warnings.append(f"{sentence} {alert.reason}".strip())
    return with_provider_answer(findings.state, facts.get(PROVIDER_HEALTH + Entity.BUSINESS))


def with_problems(state: HealthState, problems: Iterable[Problem], limits: Iterable[str] = ()) -> HealthState:
    """Return the state with recent problems, which block, and recent limits."""
    blocking, info = tuple(problems), tuple(limits)
    can_send = worst([state.can_send, *([CanSend.BLOCKED] if blocking else []), *([CanSend.LIMITED] if info else [])])
    return HealthState(can_send, (*state.info, *info), (*blocking, *state.errors))


def without_answer(state: HealthState, reason: str) -> HealthState:
    """Return the state of something whose provider does not answer: unknown, unless it is known to be worse than
    available. The reason is added to the lines, if given.
    """
    line = (gettext("The provider gave no health status: %(reason)s.") % {"reason": reason},) if reason else ()
    can_send = CanSend.UNKNOWN if state.can_send == CanSend.AVAILABLE else state.can_send
    return replace(state, can_send=can_send, info=(*state.info, *line))


def with_provider_answer(state: HealthState, answer: Change | None) -> HealthState:
    """Merge the provider's own answer into a state; the worse of both counts.

    A problem that Tollgate found too is not listed twice.
    """
    if answer is None or answer.new not in CanSend.values or answer.new == CanSend.AVAILABLE:
        return state
    codes = {problem.code for problem in state.errors if problem.code}
    errors = [
        Problem(
            integer(error.get("code")) or 0, _quoted(answer, error.get("description")), str(error.get("solution") or "")
        )
        for error in items(answer.details.get("errors"))
        if error.get("code") not in codes
    ]
    lines = [line for line in answer.details.get("info") or () if line not in state.info]
    info = [_quoted(answer, line) for line in lines]
    if not (answer.details.get("errors") or answer.details.get("info")):
        info = [_quoted(answer, CanSend(answer.new).label)]
    can_send = worst([state.can_send, CanSend(answer.new)])
    return HealthState(can_send, (*state.info, *info), (*state.errors, *errors))


def _quoted(answer: Change, text: Any) -> str:
    return gettext("Reported by the provider since %(at)s UTC: %(text)s") % {
        "at": f"{answer.at:%Y-%m-%d %H:%M}",
        "text": text,
    }


@dataclass(frozen=True)
class Transition:
    """A change of whether something can send; `change` is the announcement, None when a restriction expired."""

    at: datetime
    before: CanSend
    after: HealthState
    change: Change | None

    @property
    def reason(self) -> str:
        """The label of the provider's reason; empty where it gave none."""
        return str(provider_label(self.change.reason)) if self.change and self.change.reason else ""


def transitions(
    rule: Rule, former_facts: Facts, changes: Sequence[Change], start: datetime, now: datetime
) -> Iterator[Transition]:
    """Yield the transitions since `start`. `former_facts` holds the last earlier change of each field."""
    facts = dict(former_facts)
    before = rule(facts, start)
    ends = {end for change in [*former_facts.values(), *changes] for end in _ends(change)}
    moments = sorted({change.at for change in changes} | {end for end in ends if start < end <= now})
    remaining = list(changes)
    for at in moments:
        last = None
        while remaining and remaining[0].at <= at:
            last = remaining.pop(0)
            facts[last.field] = last
        after = rule(facts, at)
        if after.can_send != before.can_send:
            yield Transition(at, before.can_send, after, last)
        before = after


def _ends(change: Change) -> list[datetime]:
    if change.field != "account.account_restriction":
        return []
    return [until or change.at + WITHOUT_END for _, until in restrictions(change)]


def problem_of_code(code: int) -> Problem:
    """A code of Meta's health status or error list, as a problem. Raises KeyError for one that the catalogue lacks."""
    diagnosis = (catalogue().get(("health", code)) or catalogue()[META, code]).translated()
    return Problem(code, diagnosis.meaning, diagnosis.remedy)


def _add_restrictions(findings: _Findings, facts: Facts, at: datetime) -> None:
    change = facts.get("account.account_restriction")
    for kind, until in restrictions(change) if change else ():
        if at >= (until or change.at + WITHOUT_END):  # type: ignore[union-attr] # there is a change
            continue
        sentence = (
            gettext("Meta restricted it: %(kind)s until %(end)s UTC.")
            if until
            else gettext("Meta restricted it: %(kind)s.")
        )
        words = sentence % {"kind": kind, "end": f"{until:%Y-%m-%d %H:%M}" if until else ""}
        if kind in _BLOCKING_RESTRICTIONS:
            findings.blocking.append(Problem(368, words, problem_of_code(368).solution, change.at))  # type: ignore[union-attr]
        else:
            findings.limits.append(words)
    violation = facts.get("account.account_violation")
    if violation and at < violation.at + WITHOUT_END:
        which = violation.reason or gettext("details not given")
        findings.warnings.append(gettext("Meta reported a violation of its policies: %(which)s.") % {"which": which})


def _add_ban(findings: _Findings, change: Change | None) -> None:
    if change is None:
        return
    state = change.reason or change.new
    problem = problem_of_code(141014)
    if state == "DISABLE":
        findings.blocking.append(replace(problem, since=change.at))
    elif state == "SCHEDULE_FOR_DISABLE":
        day = _mapping(change.details.get("ban_info")).get("waba_ban_date", "")
        sentence = (
            gettext("Meta will disable this account on %(day)s.") if day else gettext("Meta will disable this account.")
        )
        findings.limits.append(f"{sentence % {'day': day}} {problem.solution}")


def _add_removal(findings: _Findings, facts: Facts) -> None:
    latest = max(
        (facts[name] for name in (*_REMOVALS, *_RETURNS) if name in facts), key=lambda change: change.at, default=None
    )
    if latest and latest.field in _REMOVALS:
        why = f"{_label(latest.new)} ({_label(latest.reason)})" if latest.reason else _label(latest.new)
        problem = gettext("Meta reports: %(new)s.") % {"new": why}
        solution = gettext("Connect the account again at Meta.")
        findings.blocking.append(Problem(_REMOVALS[latest.field], problem, solution, latest.at))


def restrictions(change: Change) -> list[tuple[str, datetime | None]]:
    """The kinds of a restriction and their ends (None: not reported), in Meta's or 8x8's form."""
    entries = change.details.get("restriction_info") or change.details.get("restrictionInfo")
    rows = [_mapping(row) for row in entries] if isinstance(entries, list) else []
    return [(str(row.get("restriction_type") or row.get("restrictionType") or "?"), _end(row)) for row in rows]


def _end(row: Mapping[str, Any]) -> datetime | None:
    expiration = str(row.get("expiration") or "")
    try:
        return (
            datetime.fromtimestamp(int(expiration), UTC)
            if expiration.isdecimal()
            else datetime.fromisoformat(expiration)
        )
    except (ValueError, OverflowError, OSError):
        return None


def _mapping(part: Any) -> Mapping[str, Any]:
    return part if isinstance(part, dict) else {}


def _label(text: str) -> str:
    return text.lower().replace("_", " ")
