"""The words of providers, in one spelling: as they are stored, sent over the API and shown."""

from typing import Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Direction(TextChoices):
    """Outbound: from the business to a person. Inbound: from a person to the business."""

    OUTBOUND = "outbound", _("Outbound")
    INBOUND = "inbound", _("Inbound")


class Category(TextChoices):
    """Pricing category of a message, spelled as Meta's webhooks spell it (status reference, 2026-05-21).

    A category's rates have their own column on rate cards, unless it names another column, or none by "".
    """

    card_column: str

    def __new__(cls, value: str, card_column: str | None = None) -> Self:
        """Create the member."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.card_column = value if card_column is None else card_column
        return member

    MARKETING = "marketing", _("Marketing")
    MARKETING_LITE = "marketing_lite", "marketing", _("Marketing lite")
    UTILITY = "utility", _("Utility")
    AUTHENTICATION = "authentication", _("Authentication")
    AUTHENTICATION_INTERNATIONAL = "authentication-international", _("Authentication international")
    SERVICE = "service", _("Service")
    REFERRAL_CONVERSION = "referral_conversion", "", _("Referral conversion")


FAMILIES = (Category.MARKETING, Category.UTILITY, Category.AUTHENTICATION, Category.SERVICE)


def category_name(category: str) -> str:
    """A pricing category in words; one that we do not know as it came."""
    if category in Category.values:
        return str(Category(category).label)
    return category.replace("_", " ").replace("-", " ").capitalize()


def category_family(category: str) -> str:
    """Which of the four categories with a colour of their own this is, or is a special kind of; else `other`."""
    return next((str(family) for family in FAMILIES if category.startswith(family)), "other")


def card_columns() -> list[str]:
    """The categories that rate cards have a column for, in their usual order."""
    return [category.value for category in Category if category.card_column == category]


class Shape(TextChoices):
    """In which API's form a message was handed to us."""

    EIGHT_X_EIGHT = "8x8", "8x8"
    GRAPH = "graph", "Cloud API"
    DIALOG_360 = "360dialog", "360dialog"


class Subject(TextChoices):
    """What a provider's announcement is about."""

    TEMPLATE = "template", _("Template")
    PHONE_NUMBER = "phone_number", _("Phone number")
    WABA = "waba", "WABA"


class TemplateStatus(TextChoices):
    """Meta's template states (message_template_status_update); other values are kept as they come."""

    APPROVED = "APPROVED", _("Approved")
    PENDING = "PENDING", _("Pending")
    REJECTED = "REJECTED", _("Rejected")
    PAUSED = "PAUSED", _("Paused")
    DISABLED = "DISABLED", _("Disabled")


class CanSend(TextChoices):
    """Whether an app, business, WABA, number or template may send, as Meta's and 360dialog's health status says it."""

    AVAILABLE = "AVAILABLE", _("Available")
    LIMITED = "LIMITED", _("Limited")
    BLOCKED = "BLOCKED", _("Blocked")


class Entity(TextChoices):
    """What a health status speaks of."""

    PHONE_NUMBER = "PHONE_NUMBER", _("Phone number")
    TEMPLATE = "MESSAGE_TEMPLATE", _("Template")
    WABA = "WABA", _("WhatsApp Business Account")
    BUSINESS = "BUSINESS", _("Business portfolio")
    APP = "APP", _("Connection")


class Quality(TextChoices):
    """Quality of a template or number."""

    GREEN = "GREEN", _("High")
    YELLOW = "YELLOW", _("Medium")
    RED = "RED", _("Low")
    UNKNOWN = "UNKNOWN", _("Unknown")
