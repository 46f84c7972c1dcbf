"""The health summary."""

from datetime import UTC, datetime

from messaging.log.assets.health import HealthState, Node
from messaging.log.selectors.health import Health
from portal.health_summary import health_summary
from providers.vocabulary import CanSend, Entity


def node(entity, name, can_send=CanSend.AVAILABLE):
    return Node(entity, name, name, HealthState(can_send))


def summarize(*nodes):
    return health_summary(Health(datetime(2026, 11, 1, tzinfo=UTC), list(nodes)))


def test_numbers_show_the_worst_first_and_templates_only_the_troubled():
    summary = summarize(
        node(Entity.PHONE_NUMBER, "good"), node(Entity.PHONE_NUMBER, "bad", CanSend.BLOCKED),
        node(Entity.TEMPLATE, "fine"),
        node(Entity.TEMPLATE, "paused", CanSend.BLOCKED), node(Entity.WABA, "waba", CanSend.LIMITED),
        node(Entity.APP, "app"),
    )  # fmt: skip
    assert [node.name for node in summary.numbers.shown] == ["bad", "good"]
    assert (summary.numbers.free, summary.numbers.total) == (1, 2)
    assert [node.name for node in summary.templates.shown] == ["paused"]
    assert (summary.templates.free, summary.templates.total) == (1, 2)
    assert [node.name for node in summary.others] == ["waba"]
    assert summary.overall == CanSend.BLOCKED


def test_what_is_unknown_is_shown_and_not_free():
    summary = summarize(node(Entity.PHONE_NUMBER, "n", CanSend.UNKNOWN), node(Entity.APP, "app", CanSend.UNKNOWN))
    assert (summary.overall, summary.numbers.free) == (CanSend.UNKNOWN, 0)
    assert [node.name for node in summary.others] == ["app"]


def test_what_is_not_shown_is_counted():
    summary = summarize(*(node(Entity.TEMPLATE, str(n), CanSend.LIMITED) for n in range(8)))
    assert (len(summary.templates.shown), summary.templates.more, summary.templates.free) == (5, 3, 0)
