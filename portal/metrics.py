"""GET /metrics: the installation in Prometheus' text format. Counts of rows only: no name, no number, no text.

The gauges are read from the database at each scrape and are the same in every process. `tollgate_webhooks_total` counts
the webhooks of one process, so a scrape sees one of several: use it for rates, and the log for sums.
"""

import tomllib
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from core.http import client_address
from core.secrets import digests_equal
from core.tenancy import every_tenant
from messaging.inbound.counters import WEBHOOKS
from portal.operations import InstallationState, installation_state


class Installation(Collector):
    """Reads the gauges from the database."""

    def collect(self) -> Iterator[Metric]:
        """The gauges."""
        with every_tenant():
            state = installation_state(timezone.now())
        yield _inbox(state)
        yield _in_sent(state)
        for name, text, value in (
            ("tollgate_inbox_oldest_waiting_seconds", "How long the oldest webhook that is due has waited.",
             state.longest_wait.total_seconds()),
            ("tollgate_quiet_numbers", "Numbers without their usual traffic.", len(state.quiet)),
            ("tollgate_uncertain_messages", "Messages that may or may not have been sent (up to 1,001).",
             state.uncertain),
            ("tollgate_dirty_buckets", "Buckets with deliveries that are not rated yet (up to 1,001).",
             state.rating.dirty),
            ("tollgate_failed_buckets", "Buckets that could not be rated (up to 1,001).", state.rating.failed),
            ("tollgate_unfolded_counts", "Traffic count changes that are not applied yet (up to 100,001).",
             state.not_folded),
        ):  # fmt: skip
            yield GaugeMetricFamily(name, text, value=value)
        build = GaugeMetricFamily("tollgate_build_info", "The running version.", labels=["version"])
        build.add_metric([version()], 1)
        yield build


def _inbox(state: InstallationState) -> Metric:
    rows = GaugeMetricFamily("tollgate_inbox_rows", "Pending webhooks (up to 1,001 per account).", labels=["state"])
    for inbox_state in ("pending", "quarantined", "parked"):
        rows.add_metric([inbox_state], sum(getattr(account, inbox_state) for account in state.held))
    return rows


def _in_sent(state: InstallationState) -> Metric:
    messages = GaugeMetricFamily(
        "tollgate_messages_in_sent",
        "Messages of the last 7 days, sent so long ago, without an outcome.",
        labels=["age"],
    )
    messages.add_metric(["1h"], sum(number.hour for number in state.in_sent))
    messages.add_metric(["24h"], sum(number.day for number in state.in_sent))
    return messages


@lru_cache(maxsize=1)
def version() -> str:
    """The version in pyproject.toml."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


REGISTRY = CollectorRegistry()
REGISTRY.register(Installation())
REGISTRY.register(WEBHOOKS)


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics, for clients with METRICS_TOKEN; if it is not set, for this machine only.

    401: wrong or missing token. 403: another machine. 503: the database does not respond.
    """
    if settings.METRICS_TOKEN:
        if not digests_equal(
            request.headers.get("Authorization", "").encode(), f"Bearer {settings.METRICS_TOKEN}".encode()
        ):
            return _error("Send Authorization: Bearer and METRICS_TOKEN.\n", 401, {"WWW-Authenticate": "Bearer"})
    elif not _is_local(request):
        return _error("Set METRICS_TOKEN to read this from another machine.\n", 403, {})
    try:
        return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_PLAIN_0_0_4)
    except (DatabaseError, InterfaceError):
        connection.close()
        return _error("The database does not respond.\n", 503, {})


def _error(text: str, status: int, headers: dict[str, str]) -> HttpResponse:
    return HttpResponse(text, status=status, headers=headers, content_type="text/plain")


def _is_local(request: HttpRequest) -> bool:
    """Whether the client is this machine, by the connection and by the header of our proxies, if there are any.

    A forwarded request without a configured proxy is not local: an unknown proxy may run on this machine.
    """
    if "X-Forwarded-For" in request.headers and not settings.TRUSTED_PROXY_COUNT:
        return False
    try:
        return all(
            ip_address(each).is_loopback for each in (request.META.get("REMOTE_ADDR", ""), client_address(request))
        )
    except ValueError:
        return False
