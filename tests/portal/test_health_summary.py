"""Health at a glance."""

from datetime import UTC, datetime

from messaging.log.assets.health import HealthState, Node
from messaging.log.selectors.health import Health
from portal.health_summary import health_summary
from providers.vocabulary import CanSend, Entity


def node(entity, name, can_send=CanSend.AVAILABLE):
    return Node(entity, name, name, HealthState(can_send))


def seen(*nodes):
    return health_summary(Health(datetime(2026, 11, 1, tzinfo=UTC), list(nodes)))


def test_numbers_show_the_worst_first_and_templates_only_the_troubled():
    found = seen(
        node(Entity.PHONE_NUMBER, "good"), node(Entity.PHONE_NUMBER, "bad", CanSend.BLOCKED),
        node(Entity.TEMPLATE, "fine"),
        node(Entity.TEMPLATE, "paused", CanSend.BLOCKED), node(Entity.WABA, "waba", CanSend.LIMITED),
        node(Entity.APP, "app"),
    )  # fmt: skip
    assert [one.name for one in found.numbers.shown] == ["bad", "good"]
    assert (found.numbers.free, found.numbers.total) == (1, 2)
    assert [one.name for one in found.templates.shown] == ["paused"]
    assert (found.templates.free, found.templates.total) == (1, 2)
    assert [one.name for one in found.others] == ["waba"]
    assert found.overall == CanSend.BLOCKED


def test_what_is_not_shown_is_counted():
    found = seen(*(node(Entity.TEMPLATE, str(n), CanSend.LIMITED) for n in range(8)))
    assert (len(found.templates.shown), found.templates.more, found.templates.free) == (5, 3, 0)
