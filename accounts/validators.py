"""Validators shared by forms, serializers and models."""

from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

# 8x8's subAccountId in paths: Business Messaging API, OpenAPI of 2026-07-23.
validate_subaccount_code = RegexValidator(
    r"^[A-Za-z0-9\-._&]{3,50}\Z", _("Enter 3 to 50 letters, digits or any of - . _ &")
)


def validate_time_zone(name: str) -> None:
    """Accept an IANA name such as Asia/Singapore."""
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone: enter an IANA name such as Asia/Singapore.") % {"name": name}
        )
    ZoneInfo(name)
