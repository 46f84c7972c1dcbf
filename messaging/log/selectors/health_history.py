"""When something began or ceased to be able to send, derived from the announcements of providers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q

from accounts.models import Account
from messaging.log.assets.health import (
    Facts,
    HealthState,
    Node,
    Rule,
    Transition,
    number_state,
    template_state,
    transitions,
    waba_state,
)
from messaging.log.models import Change
from messaging.log.selectors.health import FIELDS, Health
from providers.vocabulary import Entity, Quality, Subject, TemplateStatus

HISTORY_SPAN = timedelta(days=90)
_MAX_CHANGES = 2_000
_SUBJECTS = {Entity.PHONE_NUMBER: Subject.PHONE_NUMBER, Entity.WABA: Subject.WABA, Entity.TEMPLATE: Subject.TEMPLATE}


@dataclass(frozen=True)
class HealthEvent:
    """A transition of a node."""

    node: Node
    transition: Transition


def health_history(account: Account, current: Health) -> list[HealthEvent]:
    """The transitions of the last 90 days, newest first. Two queries; failures and quiet numbers leave no history.

    The approval of a new template is no transition.
    """
    start = current.at - HISTORY_SPAN
    nodes: dict[tuple[str, int], Node] = {
        (_SUBJECTS[node.entity], node.pk): node for node in current.nodes if node.entity in _SUBJECTS
    }
    before, since = _changes(account, list(nodes), start, current.at)
    events = [
        HealthEvent(node, transition)
        for key, node in nodes.items()
        for transition in transitions(_rule(node, before[key], since[key]), before[key], since[key], start, current.at)
        if not (
            transition.change
            and transition.change.field == "status"
            and transition.change.old == TemplateStatus.PENDING
        )
    ]
    return sorted(events, key=lambda event: event.transition.at, reverse=True)


def with_times(current: Health, history: Sequence[HealthEvent]) -> Health:
    """The same nodes, each with the time of its last transition if the history has one."""
    latest = {(event.node.entity, event.node.pk): event.transition for event in reversed(history)}

    def with_time(node: Node) -> Node:
        transition = latest.get((node.entity, node.pk))
        return replace(node, since=transition.at) if transition and transition.after.can_send == node.can_send else node

    return replace(current, nodes=[with_time(node) for node in current.nodes])


def _rule(node: Node, before: Facts, since: Sequence[Change]) -> Rule:
    if node.entity == Entity.WABA:
        return waba_state
    if node.entity == Entity.PHONE_NUMBER:
        return _number
    first = next((change.old for change in since if change.field == "status"), "")
    return partial(_template, "" if "status" in before else first)


def _template(first: str, facts: Facts, at: datetime) -> HealthState:
    """A template counts as approved before its first announcement, unless that names another former state."""
    status, quality = facts.get("status"), facts.get("quality")
    return template_state(
        (status.new if status else first) or "APPROVED",
        status.reason if status else "",
        quality.new if quality else Quality.UNKNOWN,
    )


def _number(facts: Facts, at: datetime) -> HealthState:
    values = {name: facts[name].new if name in facts else "" for name in ("flag", "display_name")}
    return number_state(
        quality=Quality.UNKNOWN, flag=values["flag"], name_status=values["display_name"], facts=facts, at=at
    )


def _changes(
    account: Account, subjects: Sequence[tuple[str, int]], start: datetime, end: datetime
) -> tuple[dict[tuple[str, int], dict[str, Change]], dict[tuple[str, int], list[Change]]]:
    """The last change of each field up to the start, and the changes since, oldest first."""
    about = Q(pk__in=[])
    for subject in _SUBJECTS.values():
        about |= Q(subject=subject, subject_id__in=[pk for name, pk in subjects if name == subject])
    rows = Change.objects.filter(about, FIELDS, account=account)
    before: dict[tuple[str, int], dict[str, Change]] = defaultdict(dict)
    latest = rows.filter(at__lte=start).order_by("subject", "subject_id", "field", "-at", "-id")
    for change in latest.distinct("subject", "subject_id", "field"):
        before[change.subject, change.subject_id][change.field] = change
    since: dict[tuple[str, int], list[Change]] = defaultdict(list)
    for change in list(rows.filter(at__gt=start, at__lte=end).order_by("-at", "-id")[:_MAX_CHANGES])[::-1]:
        since[change.subject, change.subject_id].append(change)
    return before, since
