"""What this process counts for /metrics. Each web process has counts of its own, from its start."""

from prometheus_client import Counter, disable_created_metrics

from providers.registry import VENDORS

disable_created_metrics()  # type: ignore[no-untyped-call] # a second series for each, which nobody reads
WEBHOOKS = Counter(
    "tollgate_webhooks", "Webhook requests answered by this process.", ["provider", "code"], registry=None
)


def count_webhook(provider: str, code: int) -> None:
    """Count an answered webhook request. All unknown providers are one label, so that callers cannot create series."""
    label = provider if provider in VENDORS else "unknown"
    WEBHOOKS.labels(provider=label, code=str(code)).inc()
