"""The words of billing, as they are stored, sent over the API and shown."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ChargeState(TextChoices):
    """What a message costs: something, nothing for a reason, not yet known, or it is no matter of billing."""

    CHARGED = "charged", _("Charged")
    FREE = "free", _("Free")
    UNRATED = "unrated", _("Unrated")
    NONE = "none", _("Not charged")


class FreeReason(TextChoices):
    """Why a delivered message costs nothing."""

    CUSTOMER_SERVICE = "free_customer_service", _("Inside the customer service window")
    ENTRY_POINT = "free_entry_point", _("Inside the free entry point window")
    GROUP_CUSTOMER_SERVICE = "free_group_customer_service", _("Inside a group's customer service window")
    SERVICE_NOT_CHARGED = "service_not_charged", _("Service messages are free before 1 October 2026")
    SERVICE_ALLOWANCE = "service_allowance", _("One of the number's 1,000 free service messages this month")
    REFERRAL_CONVERSION = "referral_conversion", _("Free entry point message")


class UnratedReason(TextChoices):
    """Why a delivered message has no price yet."""

    NO_RULE = "no_rule", _("No rule covers this category on that day")
    NO_CATEGORY = "no_category", _("The provider named no category")
    NO_WABA = "no_waba", _("The sending WABA is unknown, so its time zone and currency are too")
    NO_COUNTRY = "no_country", _("The recipient's country is unknown")
    NO_CARD = "no_card", _("No rate card in the WABA's currency is in force on that day")
    NO_RATE = "no_rate", _("The rate card has no rate for this market and category")


class AccrualScope(TextChoices):
    """Whose messages are counted together for tiers and allowances."""

    PORTFOLIO = "portfolio", _("Business portfolio")
    PHONE_NUMBER = "phone_number", _("Phone number")


class Book(TextChoices):
    """Whose prices: the provider's, which the business pays, or the business's own, which its customers pay."""

    BUY = "buy", _("Buy")
    SELL = "sell", _("Sell")


class SellBase(TextChoices):
    """What an account's own price starts from."""

    COST = "cost", _("The provider's price")
    CARD = "card", _("A custom rate card")
    NOTHING = "nothing", _("No resale")


class PriceFile(TextChoices):
    """What a file that is imported holds."""

    CARD = "card", _("Rate card: Meta's rates, Meta's volume tiers, or the Tollgate layout")
    MARKETS = "markets", _("Market table: which market each country is in")
    RULES = "rules", _("Rule set: which messages are free, and how they are counted")


def reason_words(reason: str) -> str:
    """Why a message is free or unrated, in words; a provider's own word as it is."""
    for reasons in (FreeReason, UnratedReason):
        if reason in reasons.values:
            return str(reasons(reason).label)
    return reason.replace("_", " ").capitalize()
