"""Counters of this process for /metrics. Each web process counts from its own start."""

from prometheus_client import Counter, disable_created_metrics

from providers.registry import VENDORS

disable_created_metrics()  # type: ignore[no-untyped-call] # an additional series for each counter, which nobody reads
WEBHOOKS = Counter(
    "tollgate_webhooks", "Webhook requests answered by this process.", ["provider", "code"], registry=None
)


def count_webhook(provider: str, code: int) -> None:
    """Count an answered webhook request. All unknown providers are one label, so that callers cannot create series."""
    label = provider if provider in VENDORS else "unknown"
    WEBHOOKS.labels(provider=label, code=str(code)).inc()
