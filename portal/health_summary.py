"""The health summary of the dashboard: what can send and, first, what cannot."""

from collections.abc import Sequence
from dataclasses import dataclass

from messaging.log.assets.health import Node
from messaging.log.selectors.health import Health
from providers.vocabulary import CanSend, Entity

MAX_NODES = 5


@dataclass(frozen=True)
class Group:
    """Nodes of one type: how many of all can send without limits, and the nodes to show, worst first.

    `more` is the number of nodes with limits that are not shown.
    """

    free: int
    total: int
    shown: Sequence[Node]
    more: int


@dataclass(frozen=True)
class HealthSummary:
    """The overall state, the phone numbers, the templates, and other nodes with limits: app, WABAs, businesses."""

    overall: CanSend
    numbers: Group
    templates: Group
    others: Sequence[Node]


def health_summary(health: Health) -> HealthSummary:
    """Summarize the health. Numbers without limits fill the remaining rows; templates without limits are left out."""
    others = [node for node in health.of(Entity.APP, Entity.BUSINESS, Entity.WABA) if _is_limited(node)]
    return HealthSummary(
        health.overall,
        _group(health.of(Entity.PHONE_NUMBER), only_limited=False),
        _group(health.of(Entity.TEMPLATE), only_limited=True),
        others,
    )


def _group(nodes: Sequence[Node], *, only_limited: bool) -> Group:
    limited = [node for node in nodes if _is_limited(node)]
    shown = (limited if only_limited else nodes)[:MAX_NODES]
    return Group(len(nodes) - len(limited), len(nodes), shown, max(0, len(limited) - MAX_NODES))


def _is_limited(node: Node) -> bool:
    return node.can_send != CanSend.AVAILABLE
