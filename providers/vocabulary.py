"""The terms of all providers in one spelling: as stored, used by the API and shown."""

from typing import Self

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Direction(TextChoices):
    """Outbound: from the business to a person. Inbound: from a person to the business."""

    OUTBOUND = "outbound", _("Outbound")
    INBOUND = "inbound", _("Inbound")


class OtherChannel(TextChoices):
    """A channel other than WhatsApp, by 8x8's word in lower case (its list of ChatApps channels, 2026-07-23)."""

    SMS = "sms", _("SMS")
    VIBER = "viber", _("Viber")
    RCS = "rcs", _("RCS")
    LINE = "line", _("LINE")
    LINE_NOTIFICATION = "linenotification", _("LINE notification")
    ZALO = "zalo", _("Zalo")
    ZALO_NOTIFICATION = "zalonotification", _("Zalo notification")
    FACEBOOK = "facebook", _("Facebook")
    INSTAGRAM = "instagram", _("Instagram")
    WECHAT = "wechat", _("WeChat")
    KAKAO = "kakao", _("Kakao")
    VOICE = "voice", _("Voice")


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
    GROUP_MARKETING = "group_marketing", "marketing", _("Group marketing")
    GROUP_UTILITY = "group_utility", "utility", _("Group utility")
    GROUP_SERVICE = "group_service", "service", _("Group service")


FAMILIES = (Category.MARKETING, Category.UTILITY, Category.AUTHENTICATION, Category.SERVICE)


# Values of a message's pricing type besides those of Meta's `pricing.type`: `billable` is false, the message was sent
# from the WhatsApp Business app, and the model is CBP.
NOT_BILLABLE, BUSINESS_APP, PER_CONVERSATION = "free_not_billable", "free_business_app", "cbp"
HISTORY = "free_history"  # from before the number was connected
# Details of a status: sent from the app, by Meta's Business Agent; imported with the history of the number.
BUSINESS_APP_DETAIL, BUSINESS_AGENT_DETAIL, HISTORY_DETAIL = "business_app", "business_agent", "history"
ECHO_DETAILS = (BUSINESS_APP_DETAIL, BUSINESS_AGENT_DETAIL)


def category_name(category: str) -> str:
    """The label of a pricing category; derived from the value if it is unknown."""
    if category in Category.values:
        return str(Category(category).label)
    return category.replace("_", " ").replace("-", " ").capitalize()


def category_family(category: str) -> str:
    """The family of a category, which decides its colour: one of four, or `other`."""
    plain = category.removeprefix("group_")
    return next((str(family) for family in FAMILIES if plain.startswith(family)), "other")


def card_columns() -> list[str]:
    """The categories that have a column on rate cards, in their usual order."""
    return [category.value for category in Category if category.card_column == category]


class Shape(TextChoices):
    """The API in whose form a client sent a message."""

    EIGHT_X_EIGHT = "8x8", "8x8"
    GRAPH = "graph", "Cloud API"
    DIALOG_360 = "360dialog", "360dialog"


class Subject(TextChoices):
    """The subject of an announcement."""

    TEMPLATE = "template", _("Template")
    PHONE_NUMBER = "phone_number", _("Phone number")
    WABA = "waba", "WABA"


class TemplateStatus(TextChoices):
    """Meta's template states (message_template_status_update); other values are stored as received."""

    APPROVED = "APPROVED", _("Approved")
    PENDING = "PENDING", _("Pending")
    REJECTED = "REJECTED", _("Rejected")
    PAUSED = "PAUSED", _("Paused")
    DISABLED = "DISABLED", _("Disabled")


class CanSend(TextChoices):
    """Whether an app, business, WABA, number or template can send, in the health status of Meta and 360dialog.

    UNKNOWN is ours: the provider could not be reached, or says something new. The worst comes last.
    """

    AVAILABLE = "AVAILABLE", _("Available")
    LIMITED = "LIMITED", _("Limited")
    UNKNOWN = "UNKNOWN", _("Unknown")
    BLOCKED = "BLOCKED", _("Blocked")


class Entity(TextChoices):
    """The type of a node in a health status."""

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
