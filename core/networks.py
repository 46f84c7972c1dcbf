"""The validator of IP networks, shared by forms, serializers and models."""

from ipaddress import ip_network

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
