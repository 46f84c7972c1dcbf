"""Health at a glance: what can send, and first of all what cannot."""

from collections.abc import Sequence
from dataclasses import dataclass

from messaging.log.assets.health import Node
from messaging.log.selectors.health import Health
from providers.vocabulary import CanSend, Entity

MOST = 5


@dataclass(frozen=True)
class Group:
    """Nodes of one kind: how many can send freely out of all, and those to show, the worst first.

    `more` are troubled and not shown.
    """

    free: int
    total: int
    shown: Sequence[Node]
    more: int


@dataclass(frozen=True)
class HealthSummary:
    """The whole, the phone numbers, the templates, and what else is in trouble: connection, accounts, businesses."""

    overall: CanSend
    numbers: Group
    templates: Group
    others: Sequence[Node]


def health_summary(health: Health) -> HealthSummary:
    """What to see first. Of numbers the best are shown too where there is room; templates are too many."""
    others = [node for node in health.of(Entity.APP, Entity.BUSINESS, Entity.WABA) if _troubled(node)]
    return HealthSummary(
        health.overall,
        _group(health.of(Entity.PHONE_NUMBER), only_troubled=False),
        _group(health.of(Entity.TEMPLATE), only_troubled=True),
        others,
    )


def _group(nodes: Sequence[Node], *, only_troubled: bool) -> Group:
    troubled = [node for node in nodes if _troubled(node)]
    shown = (troubled if only_troubled else nodes)[:MOST]
    return Group(len(nodes) - len(troubled), len(nodes), shown, max(0, len(troubled) - MOST))


def _troubled(node: Node) -> bool:
    return node.can_send != CanSend.AVAILABLE
