"""The attempts to send a message in words, and the actions that are possible now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging.log.enums import LOST, SubmissionState
from messaging.log.models import Message, MessagePayload
from messaging.log.story.timeline import as_json
from messaging.sending.models import Submission

_WORDS = {
    "accepted": gettext_lazy("Accepted"),
    "rejected": gettext_lazy("Refused"),
    "unreached": gettext_lazy("Not reached"),
    "uncertain": gettext_lazy("No response"),
    "expired": gettext_lazy("Expired"),
    "cancelled": gettext_lazy("Cancelled"),
    "sent": gettext_lazy("Sent"),
}
_COLOURS = {"accepted": "sent", "rejected": "rejected", "unreached": "rejected", "sent": "sent"}


@dataclass(frozen=True)
class Attempt:
    """One attempt: how it ended, the HTTP status, who answered, when the next is due.

    `json` is the answer, empty for those who may not see it.
    """

    at: datetime
    word: str
    colour: str
    status: int | None
    title: str
    by: str
    again_at: datetime | None
    json: str


def attempts(message: Message, responses: Sequence[MessagePayload], *, with_bodies: bool) -> list[Attempt]:
    """The attempts in their order."""
    return [
        _attempt(message, response, with_bodies=with_bodies)
        for response in responses
        if isinstance(response.body, dict)
    ]


def _attempt(message: Message, response: MessagePayload, *, with_bodies: bool) -> Attempt:
    result: dict[str, Any] = response.body
    kind, by, again_at = str(result.get("kind")), result.get("by", ""), result.get("again_at")
    return Attempt(
        at=response.created_at,
        word=str(_WORDS.get(kind, kind)),
        colour=_COLOURS.get(kind, "unknown"),
        status=result.get("status"),
        title=str(result.get("title", "")),
        by={"": message.get_provider_display(), "tollgate": "Tollgate", "webhook": _("a webhook")}.get(by, str(by)),
        again_at=datetime.fromisoformat(again_at) if again_at else None,
        json=as_json(result["body"]) if with_bodies and "body" in result else "",
    )


@dataclass(frozen=True)
class Resolutions:
    """The possible actions: resolve an uncertain message, cancel a queued one, send a lost one again."""

    uncertain: bool = False
    queued_until: datetime | None = None
    can_resend: bool = False


def resolutions(message: Message, submission: Submission | None, *, has_request: bool) -> Resolutions:
    """The actions of a person with the permission to send."""
    if submission is not None and submission.state == SubmissionState.UNCERTAIN:
        return Resolutions(uncertain=True)
    if submission is not None and submission.state == SubmissionState.QUEUED:
        return Resolutions(queued_until=submission.due_at)
    return Resolutions(can_resend=submission is None and has_request and message.status in LOST)
