"""A provider's announcements about a template, number or WABA, as pages show them."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.log.models import Change

GOOD, WARN, BAD, NEUTRAL = "good", "warn", "bad", "neutral"
SUMMARY_FIELDS = ("event",)  # each part of it follows as a field of its own: the flag, the limit, the throughput
_TITLES = {
    "status": gettext_lazy("Status"),
    "quality": gettext_lazy("Quality"),
    "category": gettext_lazy("Category"),
    "coming_category": gettext_lazy("Upcoming category"),
    "advised_category": gettext_lazy("Category suggested by Meta"),
    "components": gettext_lazy("Content"),
    "messaging_limit": gettext_lazy("Messaging limit"),
    "throughput": gettext_lazy("Throughput"),
    "flag": gettext_lazy("Flag"),
    "display_name": gettext_lazy("Display name"),
    "security": gettext_lazy("Security"),
    "review": gettext_lazy("Account review"),
    "alert": gettext_lazy("Alert"),
    "health.PHONE_NUMBER": gettext_lazy("Sending status (provider)"),
    "health.APP": gettext_lazy("Connection status (provider)"),
    "health.WABA": gettext_lazy("Account sending status (provider)"),
    "health.BUSINESS": gettext_lazy("Business sending status (provider)"),
}
_VALUE_LABELS = {
    "GREEN": gettext_lazy("high"),
    "YELLOW": gettext_lazy("medium"),
    "RED": gettext_lazy("low"),
    "UNKNOWN": gettext_lazy("unknown"),
    "APPROVED": gettext_lazy("approved"),
    "REINSTATED": gettext_lazy("reinstated"),
    "PENDING": gettext_lazy("pending"),
    "IN_APPEAL": gettext_lazy("in appeal"),
    "PAUSED": gettext_lazy("paused"),
    "FLAGGED": gettext_lazy("flagged"),
    "UNFLAGGED": gettext_lazy("unflagged"),
    "REJECTED": gettext_lazy("rejected"),
    "DISABLED": gettext_lazy("disabled"),
    "DELETED": gettext_lazy("deleted"),
    "PENDING_DELETION": gettext_lazy("pending deletion"),
    "ARCHIVED": gettext_lazy("archived"),
    "LOCKED": gettext_lazy("locked"),
    "DEFERRED": gettext_lazy("deferred"),
    "LIMIT_EXCEEDED": gettext_lazy("limit exceeded"),
    "MARKETING": gettext_lazy("marketing"),
    "UTILITY": gettext_lazy("utility"),
    "AUTHENTICATION": gettext_lazy("authentication"),
    "HIGH": gettext_lazy("up to 1,000 messages per second"),
    "FIRST_PAUSE": gettext_lazy("first pause, 3 hours"),
    "SECOND_PAUSE": gettext_lazy("second pause, 6 hours"),
    "RATE_LIMITING_PAUSE": gettext_lazy("paused while recipients’ feedback is assessed"),
    "UNPAUSE": gettext_lazy("the pause has ended"),
}
_SIZES = {"UNLIMITED": gettext_lazy("unlimited"), "NOT_SET": gettext_lazy("not set"), "": ""}
_LEVELS = {
    **dict.fromkeys(("APPROVED", "REINSTATED", "GREEN", "HIGH", "UNFLAGGED", "AVAILABLE"), GOOD),
    **dict.fromkeys(
        ("PAUSED", "FLAGGED", "PENDING", "IN_APPEAL", "YELLOW", "DEFERRED", "LIMIT_EXCEEDED", "LIMITED"), WARN
    ),
    **dict.fromkeys(
        ("REJECTED", "DISABLED", "RED", "DELETED", "PENDING_DELETION", "LOCKED", "ARCHIVED", "BLOCKED"), BAD
    ),
}
_TIERS = ("TIER_50", "TIER_250", "TIER_1K", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED")


@dataclass(frozen=True)
class ChangeEntry:
    """One announcement: what changed, the old and new value, the reason, and how good the change is."""

    at: datetime
    title: str
    old: str
    new: str
    reason: str
    level: str
    webhook_id: int | None


def change_entry(change: Change) -> ChangeEntry:
    """Return an announcement as pages show it; a field or value without a label is shown in the provider's words."""
    title = str(_TITLES.get(change.field) or provider_label(change.field.removeprefix("account.")).capitalize())
    reason = "" if change.reason in {change.new, ""} else provider_label(change.reason)
    return ChangeEntry(
        change.at, title, value(change.field, change.old), value(change.field, change.new), reason, _level(change),
        change.webhook_id,
    )  # fmt: skip


def value(name: str, text: str) -> str:
    """The label of a field's value: "paused", "high", "10,000 people in 24 hours"."""
    return limit(text) if name == "messaging_limit" else provider_label(text)


def limit(tier: str) -> str:
    """TIER_10K in words: the number of people whom a business may write to in 24 hours without a message from them."""
    size = tier.removeprefix("TIER_")
    if size in _SIZES:
        return str(_SIZES[size])
    if not size.rstrip("K").isdecimal():
        return tier
    return _("%(n)s people in 24 hours") % {"n": size.replace("K", ",000")}


def limit_short(tier: str) -> str:
    """TIER_10K in a table: "10,000 / 24 h"."""
    size = tier.removeprefix("TIER_")
    if not size.rstrip("K").isdecimal():
        return limit(tier)
    return _("%(n)s / 24 h") % {"n": size.replace("K", ",000")}


def provider_label(text: str) -> str:
    """Return the label of a provider's constant; sentences stay as they are."""
    word = _VALUE_LABELS.get(text)
    if word:
        return str(word)
    return text.lower().replace("_", " ") if text.isupper() or "_" in text else text


def _level(change: Change) -> str:
    if change.field == "messaging_limit" and {change.old, change.new} <= set(_TIERS):
        return GOOD if _TIERS.index(change.new) > _TIERS.index(change.old) else WARN
    if "category" in change.field or change.field in {"account.account_violation", "account.account_restriction"}:
        return WARN
    return _LEVELS.get(change.new, NEUTRAL)
