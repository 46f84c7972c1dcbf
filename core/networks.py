"""IP networks and origins of URLs."""

from ipaddress import ip_network
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def validate_network(text: str) -> None:
    """Accept an IP address or a network in CIDR form."""
    try:
        ip_network(text, strict=False)
    except ValueError:
        raise ValidationError(
            _("%(text)s is not a network: enter an address such as 52.220.117.120 or 10.0.0.0/8.")
            % {"text": repr(text)}
        ) from None


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of a valid URL: where a credential that is posted to it goes. Of "", empty ones."""
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or usual
