"""Authentication of unsigned webhooks: a header with our own secret."""

from collections.abc import Mapping

from core.secrets import digest, digests_equal
from providers.vendor import WebhookSecrets


def by_header(secrets: WebhookSecrets, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the header has the endpoint's secret. Without one, the endpoint's URL is the only secret."""
    if not secrets.header_digests:
        return True
    presented = digest(headers.get(secrets.header_name, "").encode("utf-8", "surrogateescape"))
    return any(digests_equal(presented, each) for each in secrets.header_digests)
