"""A message's timeline: every status with its source, and why the message was not delivered."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from core.paging import Cursor
from messaging.log.enums import PayloadKind, Status
from messaging.log.models import Message, MessagePayload, StatusEvent
from messaging.log.selectors.participants import is_to_group
from messaging.log.selectors.story import Story
from messaging.log.story.categories import pricing_words
from messaging.log.time_to_live import time_to_live_words
from providers.error_catalogue import Diagnosis, explain
from providers.events import EDITED, REVOKED
from providers.vocabulary import HISTORY_DETAIL, Direction

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

_SENTENCES = {
    "queued": gettext_lazy("Accepted for sending."),
    "sent": gettext_lazy("Sent to WhatsApp."),
    "delivered": gettext_lazy("Reached the recipient's device."),
    "read": gettext_lazy("Opened by the recipient."),
    "failed": gettext_lazy("WhatsApp could not deliver it."),
    "rejected": gettext_lazy("Refused before it was sent; it is never charged."),
    "received": gettext_lazy("A person sent it to your number."),
    EDITED: gettext_lazy("Its sender corrected it."),
    REVOKED: gettext_lazy("Its sender deleted it."),
}
_GROUP_SENTENCES = {
    "delivered": gettext_lazy("Reached the device of a participant."),
    "read": gettext_lazy("Opened by a participant."),
    "failed": gettext_lazy("WhatsApp could not deliver it to a participant."),
}
_STEPS = {"queued": 0, "received": 0, "sent": 1, "delivered": 2, "failed": 2, "rejected": 2, "expired": 2}
_LAST_STEP = 3
_WORDS = {EDITED: gettext_lazy("Edited"), REVOKED: gettext_lazy("Deleted")}
LONG_IN_SENT = timedelta(hours=1)
_IMPORTED = gettext_lazy("Imported with the history of the number: it is from before the number was connected.")
_PLAYED = gettext_lazy("The voice message was played.")
_UNKNOWN = gettext_lazy("A status that Tollgate does not know yet.")


@dataclass(frozen=True)
class TimelineEntry:
    """One status: its time, meaning, the provider's own words, the error, and the webhook that proves it.

    `source` is who reported it, `webhook` the report as JSON: empty if the caller may not see it or it is deleted.
    """

    at: datetime
    state: str
    colour: str
    word: str
    sentence: str
    detail: str
    error_code: int
    error_title: str
    webhook_id: int | None
    webhook_received_at: datetime | None
    after: str  # since the status before
    pricing: str = ""  # the category and pricing type in it
    source: str = ""
    webhook: str = ""

    @property
    def webhook_key(self) -> str:
        """The key of the webhook in the pages of operators; empty without one."""
        return (
            str(Cursor(self.webhook_received_at, self.webhook_id))
            if self.webhook_id and self.webhook_received_at
            else ""
        )


def timeline(story: Story) -> list[TimelineEntry]:
    """Return the statuses in the order in which they happened."""
    entries, before = [], None
    for event in sorted(story.events, key=_order):
        entries.append(_entry(story, event, format_gap(min(before, event.at), event.at) if before else ""))
        before = event.at
    return entries


def _order(event: StatusEvent) -> tuple[datetime, int, datetime]:
    """The key by which statuses are sorted. Within a second their states decide: Meta's times are whole seconds, ours
    are not.
    """
    return event.at.replace(microsecond=0), _STEPS.get(event.state, _LAST_STEP), event.at


def _entry(story: Story, event: StatusEvent, after: str) -> TimelineEntry:
    sentence = _sentence(story.message, event)
    status = Status.UNDELIVERED if event.state == "failed" else event.state
    return TimelineEntry(
        at=event.at,
        state=event.state,
        colour=str(status) if status in Status.values else "unknown",
        word=str(Status(status).label if status in Status.values else _WORDS.get(status) or _capitalize(status)),
        sentence=str(sentence),
        detail=event.detail.replace("_", " "),
        error_code=event.error_code,
        error_title=event.error_title,
        webhook_id=event.webhook_id,
        webhook_received_at=event.webhook_received_at,
        after=after,
        pricing=pricing_words(event.pricing),
        source=_source(story.message, event),
        webhook=as_json(body) if (body := story.webhooks.get(event.webhook_id or 0)) is not None else "",
    )


def _capitalize(state: str) -> str:
    return state.replace("_", " ").capitalize()


def _sentence(message: Message, event: StatusEvent) -> "_StrOrPromise":
    if event.detail == "played":
        return _PLAYED
    if event.detail == HISTORY_DETAIL:
        return _IMPORTED
    if event.state == "expired":
        return expiry_sentence(message)
    words = _SENTENCES | _GROUP_SENTENCES if is_to_group(message) else _SENTENCES
    return words.get(event.state, _UNKNOWN)


def expiry_sentence(message: Message) -> str:
    """Return why a message expired: by its client's deadline for sending, or at the end of its time to live.

    Only a message that a client sends through Tollgate has a source. Until a provider accepts it, its id at the
    provider is our UMID.
    """
    is_accepted = message.source_id is None or message.provider_message_id != str(message.umid)
    if message.sent_at is None and not is_accepted:
        return _("Not sent before the expiry time set by its client.")
    return _("Not delivered within %(time)s.") % {"time": time_to_live_words(message.category)}


def _source(message: Message, event: StatusEvent) -> str:
    if event.webhook_id is None:
        return "Tollgate" if event.state == "expired" else ""
    return message.get_provider_display()


def as_json(body: Any) -> str:
    """A body as indented JSON."""
    return json.dumps(body, ensure_ascii=False, indent=2)


def format_gap(start: datetime, end: datetime) -> str:
    """The time between two moments: "+3.2 s", "+4 min", "+2 h 5 min", "+3 days"."""
    return f"+{format_span((end - start).total_seconds())}"


def format_span(seconds: float) -> str:
    """A span of time: "3.2 s", "4 min", "2 h 5 min", "3 days"."""
    if seconds < 60:
        return gettext("%(n)s s") % {"n": f"{seconds:.1f}".removesuffix(".0")}
    minutes = int(seconds // 60)
    if minutes < 60:
        return gettext("%(n)d min") % {"n": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return ngettext("%(n)d day", "%(n)d days", hours // 24) % {"n": hours // 24}
    if minutes:
        return gettext("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    return gettext("%(n)d h") % {"n": hours}


def diagnosis_of(message: Message) -> Diagnosis | None:
    """The diagnosis of the message's error; None without one."""
    return explain(
        message.error_source, message.error_code, message.provider_error_code, provider_text=message.error_title
    )


def is_contradicted(message: Message) -> bool:
    """Whether a delivery overruled a failure: WhatsApp may report both when a person has several devices."""
    return bool(message.failed_at and (message.delivered_at or message.read_at)) and not is_to_group(message)


def is_long_in_sent(message: Message, now: datetime) -> bool:
    """Whether WhatsApp has had the message for an hour without a report: the phone may be off, or you are blocked."""
    return message.status == Status.SENT and message.sent_at is not None and now - message.sent_at > LONG_IN_SENT


@dataclass(frozen=True)
class StoredContent:
    """A stored payload: its text where it has one, and all of it as JSON. `until`: when an edit replaced it."""

    kind: str
    text: str
    json: str
    until: datetime | None = None


def stored_contents(story: Story) -> list[StoredContent]:
    """Return the message's content, the request that it came with, and the contents that edits replaced, last first."""
    edits = [payload for payload in story.payloads if payload.kind == PayloadKind.EDIT]
    first = [payload for payload in story.payloads if payload.kind == PayloadKind.CONTENT]
    others = [payload for payload in story.payloads if payload.kind not in {PayloadKind.EDIT, PayloadKind.CONTENT}]
    if not edits:
        return [_stored_content(payload) for payload in story.payloads]
    versions = [*first, *edits]
    ends = [*(edits[0].created_at for _ in first), *(edit.created_at for edit in edits[1:])]
    former = [_stored_content(version, end) for version, end in zip(versions[:-1], ends, strict=True)]
    return [*map(_stored_content, [edits[-1], *others]), *reversed(former)]


def _stored_content(payload: MessagePayload, until: datetime | None = None) -> StoredContent:
    name = PayloadKind.CONTENT if payload.kind == PayloadKind.EDIT else payload.kind
    kind = str(PayloadKind(name).label) if name in PayloadKind.values else name
    return StoredContent(kind, _text_of(payload.body), as_json(payload.body), until)


def last_change(story: Story, state: str) -> datetime | None:
    """When the message's sender last edited or deleted it (a state of `EDIT_STATES`); None if never."""
    return max((event.at for event in story.events if event.state == state), default=None)


def _text_of(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    if isinstance(body.get("content"), dict):  # 8x8's request
        return _text_of(body["content"])
    text = body.get("text")
    parts = [text, *(body.get(kind) for kind in ("body", "button", "image", "video", "document"))]
    for part in parts:
        words = part.get("body") or part.get("text") or part.get("caption") if isinstance(part, dict) else part
        if isinstance(words, str) and words:
            return words
    return ""


def heading(message: Message) -> str:
    """The kind of message: "Template order_update" or "Inbound text"."""
    if message.direction == Direction.INBOUND:
        kind = message.content_type
        return _("Inbound %(kind)s") % {"kind": kind} if kind else _("Inbound message")
    if template := message.named_template:
        return _("Template %(name)s") % {"name": template.name}
    kind = message.content_type
    return _("Outbound %(kind)s") % {"kind": kind} if kind else _("Outbound message")
