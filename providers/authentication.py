"""Authentication without a signature: a header with our own secret."""

from collections.abc import Mapping

from core.secrets import digest, digests_equal
from providers.vendor import WebhookSecrets


def by_header(secrets: WebhookSecrets, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a POST repeats the secret of its address. Where none is set, the address itself is the secret."""
    if not secrets.header_digests:
        return True
    presented = digest(headers.get(secrets.header_name, "").encode("utf-8", "surrogateescape"))
    return any(digests_equal(presented, each) for each in secrets.header_digests)
