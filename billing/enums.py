"""The values of billing's choices, as they are stored, sent over the API and shown."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from providers import vocabulary


class ChargeState(TextChoices):
    """Whether a message is charged, free, without a price yet, or not billable."""

    CHARGED = "charged", _("Charged")
    FREE = "free", _("Free")
    UNRATED = "unrated", _("Unrated")
    NONE = "none", _("Not charged")


class FreeReason(TextChoices):
    """The reason that a delivered message is free."""

    CUSTOMER_SERVICE = "free_customer_service", _("Inside the customer service window")
    ENTRY_POINT = "free_entry_point", _("Inside the free entry point window")
    GROUP_CUSTOMER_SERVICE = "free_group_customer_service", _("Inside a group's customer service window")
    SERVICE_NOT_CHARGED = "service_not_charged", _("Service messages are free before 1 October 2026")
    SERVICE_ALLOWANCE = "service_allowance", _("One of the number's 1,000 free service messages this month")
    REFERRAL_CONVERSION = "referral_conversion", _("Free entry point message")
    BUSINESS_APP = vocabulary.BUSINESS_APP, _("Sent from the WhatsApp Business app")
    EXEMPT = "exempt", _("Service messages of an exempt body are free")
    NOT_BILLABLE = vocabulary.NOT_BILLABLE, _("Not billable, as the provider reports")
    HISTORY = vocabulary.HISTORY, _("Imported: from before the number was connected")


class PriceSource(TextChoices):
    """What a charge rests on. A charge with several weak sources has the first of provider, inferred, derived."""

    WEBHOOK = "webhook", _("Reported by the provider")
    INFERRED = "inferred", _("Inferred")
    DERIVED = "derived", _("Derived price")
    PROVIDER = "provider", _("Upper bound")

    @property
    def meaning(self) -> str:
        """What it says about a charge, in a sentence."""
        return str(_SOURCE_MEANINGS[self])


_SOURCE_MEANINGS = {
    PriceSource.WEBHOOK: _("The provider reported category and type, and the price is on a published rate card."),
    PriceSource.INFERRED: _(
        "The provider did not report all of category and type, so they follow from the template, the windows that the "
        "log knows, an exemption, and the rules of the day."
    ),
    PriceSource.DERIVED: _("The price was not found on a published rate card: it is derived, as its source says."),
    PriceSource.PROVIDER: _(
        "The list price is an upper bound: the account may have set a lower maximum price at the provider, whose "
        "invoice decides."
    ),
}


ESTIMATES = (PriceSource.PROVIDER, PriceSource.INFERRED, PriceSource.DERIVED)
"""The sources that reports sum apart, weakest first: charges that may differ from the invoice."""
WEAKEST_FIRST = (*ESTIMATES, PriceSource.WEBHOOK)
"""All sources. A sum of several charges has the first that one of them has."""


class ExemptionKind(TextChoices):
    """Why a WABA is exempt from the rules of the day."""

    GOVERNMENT = "government", _("Government body")
    NON_PROFIT = "non_profit", _("Non-profit organization")
    AI_PROVIDER = "ai_provider", _("AI provider")


class ContactRole(TextChoices):
    """The role of a message or call in the windows of a person; of two, the lesser value counts."""

    DELIVERY = "delivery", _("Delivered to the person")
    ENTRY = "entry", _("Received by way of an advertisement")
    MESSAGE = "message", _("Received")


class Window(TextChoices):
    """The window in which the log knows a message to be, if its provider reports no type."""

    CUSTOMER_SERVICE = "in_customer_service", _("Customer service window")
    ENTRY_POINT = "in_entry_point", _("Free entry point window")


class UnratedReason(TextChoices):
    """The reason that a delivered message has no price yet."""

    NO_RULE = "no_rule", _("No rule covers this category on that day")
    NO_CATEGORY = "no_category", _("The provider named no category")
    NOT_PER_MESSAGE = "not_per_message", _("The provider charged the conversation, not the message")
    OWN_POLICY = "own_policy", _("Meta charges service messages of AI providers by a policy of their own")
    NO_WABA = "no_waba", _("The sending WABA is unknown, so its time zone and currency are too")
    NO_COUNTRY = "no_country", _("The recipient's country is unknown")
    NO_CARD = "no_card", _("No rate card in the WABA's currency is in force on that day")
    NO_RATE = "no_rate", _("The rate card has no rate for this market and category")


class CallReason(TextChoices):
    """The reason that a call is free, or has no price yet."""

    USER_INITIATED = "user_initiated", _("The person called, which Meta does not charge")
    NO_DIRECTION = "no_direction", _("The provider did not say who called whom")
    FAILED_CALL = "failed_call", _("The call failed after it was answered: Meta does not say whether it charges that")
    NO_CALL_CARD = "no_call_card", _("No call card in the WABA's currency is in force on that day")
    NO_CALL_RATE = "no_call_rate", _("The call card has no price for this market and volume")


class AccrualScope(TextChoices):
    """The scope within which messages are counted together for tiers and allowances."""

    PORTFOLIO = "portfolio", _("Business portfolio")
    PHONE_NUMBER = "phone_number", _("Phone number")


class Book(TextChoices):
    """Buy prices, which the provider charges the business, or sell prices, which the business charges its customers."""

    BUY = "buy", _("Buy")
    SELL = "sell", _("Sell")


class SellBase(TextChoices):
    """The base of an account's own price."""

    COST = "cost", _("The provider's price")
    CARD = "card", _("A custom rate card")
    NOTHING = "nothing", _("No resale")


class PriceFile(TextChoices):
    """The contents of an imported file."""

    CARD = "card", _("Rate card: Meta's rates, Meta's volume tiers, or the Tollgate layout")
    MARKETS = "markets", _("Market table: which market each country is in")
    RULES = "rules", _("Rule set: which messages are free, and how they are counted")


def reason_words(reason: str) -> str:
    """The reason of a free or unrated message in words; an unknown reason of a provider is shown as it is."""
    for reasons in (FreeReason, UnratedReason, CallReason):
        if reason in reasons.values:
            return str(reasons(reason).label)
    return reason.replace("_", " ").capitalize()
