"""What a provider announced of a template, number or WABA, in words."""

from dataclasses import dataclass
from datetime import datetime

from messaging.models import Change

GOOD, WARN, BAD, NEUTRAL = "good", "warn", "bad", "neutral"
UNTOLD = ("event",)  # what it says follows as a field of its own: the flag, the limit, the throughput
_TITLES = {
    "status": "Status",
    "quality": "Quality",
    "category": "Category",
    "coming_category": "Category will change",
    "advised_category": "Meta thinks the category is wrong",
    "components": "Content",
    "messaging_limit": "Messaging limit",
    "throughput": "Throughput",
    "flag": "Flag",
    "display_name": "Display name",
    "security": "Security",
    "review": "Account review",
    "alert": "Alert",
}
_WORDS = {
    "GREEN": "high",
    "YELLOW": "medium",
    "RED": "low",
    "HIGH": "up to 1,000 messages a second",
    "FIRST_PAUSE": "first pause, 3 hours",
    "SECOND_PAUSE": "second pause, 6 hours",
    "RATE_LIMITING_PAUSE": "paused while people’s reactions are watched",
    "UNPAUSE": "the pause is over",
}
_LEVELS = {
    **dict.fromkeys(("APPROVED", "REINSTATED", "GREEN", "HIGH", "UNFLAGGED"), GOOD),
    **dict.fromkeys(("PAUSED", "FLAGGED", "PENDING", "IN_APPEAL", "YELLOW", "DEFERRED", "LIMIT_EXCEEDED"), WARN),
    **dict.fromkeys(("REJECTED", "DISABLED", "RED", "DELETED", "PENDING_DELETION", "LOCKED", "ARCHIVED"), BAD),
}
_TIERS = ("TIER_50", "TIER_250", "TIER_1K", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED")


@dataclass(frozen=True)
class Told:
    """One announcement: its subject, from what to what, why, and how good that is."""

    at: datetime
    title: str
    old: str
    new: str
    reason: str
    level: str
    webhook_id: int | None


def told(change: Change) -> Told:
    """An announcement in words; what we have none for is shown as the provider says it."""
    title = _TITLES.get(change.field, spelled(change.field.removeprefix("account.")).capitalize())
    reason = "" if change.reason in {change.new, ""} else spelled(change.reason)
    return Told(
        change.at, title, value(change.field, change.old), value(change.field, change.new), reason, _level(change),
        change.webhook_id,
    )  # fmt: skip


def value(name: str, said: str) -> str:
    """What a field was or is: "paused", "high", "10,000 people in 24 hours"."""
    return limit(said) if name == "messaging_limit" else spelled(said)


def limit(tier: str) -> str:
    """TIER_10K in words; a business may write to so many people in 24 hours who have not written to it."""
    size = tier.removeprefix("TIER_")
    if size in {"UNLIMITED", "NOT_SET", ""}:
        return size.lower().replace("_", " ")
    return f"{size.replace('K', ',000')} people in 24 hours" if size.rstrip("K").isdecimal() else tier


def limit_short(tier: str) -> str:
    """TIER_10K in a table: "10,000 / 24 h"."""
    return limit(tier).replace(" people in 24 hours", " / 24 h")


def spelled(said: str) -> str:
    """A provider's word in ours; sentences stay as they are."""
    return _WORDS.get(said, said.lower().replace("_", " ") if said.isupper() or "_" in said else said)


def _level(change: Change) -> str:
    if change.field == "messaging_limit" and {change.old, change.new} <= set(_TIERS):
        return GOOD if _TIERS.index(change.new) > _TIERS.index(change.old) else WARN
    if "category" in change.field or change.field in {"account.account_violation", "account.account_restriction"}:
        return WARN
    return _LEVELS.get(change.new, NEUTRAL)
