"""The categories and pricing types that a message's statuses name, and what happens if they differ."""

from django.utils.translation import gettext as _

from core.words import join_and
from messaging.log.enums import CategoryRank
from messaging.log.models import Message
from messaging.log.selectors.story import Story
from providers.vocabulary import category_name


def pricing_words(pricing: str) -> str:
    """The category and pricing type of a status, as "Utility, regular"; empty if it names none."""
    category, _slash, kind = pricing.partition("/")
    return ", ".join(part for part in (category and category_name(category), kind.replace("_", " ")) if part)


def pricing_conflict(story: Story) -> str:
    """That a message's statuses name different categories or types, and which of them counts; empty if they agree."""
    named = list(dict.fromkeys(event.pricing for event in story.events if event.pricing))
    parts = [pricing.split("/", 1) for pricing in named]
    if not any(len({part[n] for part in parts if part[n]}) > 1 for n in (0, 1)):
        return ""
    return _("Its statuses name different prices: %(named)s. %(chosen)s counts: %(why)s.") % {
        "named": join_and([f"“{pricing_words(pricing)}”" for pricing in named]),
        "chosen": f"“{pricing_words(f'{story.message.category}/{story.message.pricing_type}')}”",
        "why": _why(story.message),
    }


def _why(message: Message) -> str:
    if message.category_rank == CategoryRank.PROVEN:
        return _("it came with the earliest proof of delivery")
    return _("it came with the earliest status")
