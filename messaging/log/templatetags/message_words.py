"""Labels of messages and templates on pages: statuses, categories, errors."""

from collections.abc import Iterable

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.templatetags.formats import exact
from messaging.log.assets.changes import provider_label
from messaging.log.enums import Status
from messaging.log.models import Message
from messaging.log.story.causes import Cause
from messaging.log.story.rendering import Piece
from messaging.log.story.timeline import diagnosis_of
from providers.vocabulary import category_name

register = template.Library()
register.filter("provider_label", provider_label)
register.filter("category_name", category_name)


_STATUS_WORDS = {"failed": "undelivered", "accepted": "queued", "error": "undelivered", "ok": "delivered"}


_STATUSES = {"read", "delivered", "undelivered", "rejected", "expired", "sent", "queued", "received"}


@register.filter
def status(value: str) -> SafeString:
    """A dot with a label. An unknown status is shown in the provider's word."""
    state = _STATUS_WORDS.get(value, value)
    colour = state if state in _STATUSES else "unknown"
    word = Status(state).label if state in Status.values else state.replace("_", " ").capitalize() or _("Unknown")
    return format_html('<span class="status-word"><i class="dot dot-{}"></i>{}</span>', colour, word)


@register.filter
def error_hint(message: Message) -> str:
    """The meaning of a message's error code on one line."""
    diagnosis = diagnosis_of(message)
    return diagnosis.hint if diagnosis else ""


@register.filter
def cause_words(cause: Cause) -> SafeString | str:
    """The sentence of a finding, with its time."""
    if cause.at is None:
        return cause.text
    before, after = cause.text.split("{at}", 1)
    return format_html("{}{}{}", before, exact(cause.at), after)


@register.filter
def template_status(value: str) -> str:
    """A template's status as a label: "In appeal"."""
    words = provider_label(value)
    return words[:1].upper() + words[1:]


@register.filter
def piece_words(pieces: Iterable[Piece]) -> SafeString:
    """The text of a template's component, with the value of each parameter marked."""
    return format_html_join("", "{}", ((_piece(piece),) for piece in pieces))


def _piece(piece: Piece) -> SafeString:
    if not piece.name:
        return linebreaksbr(piece.text, autoescape=True)
    return format_html("<mark>{}</mark>" if piece.is_filled else '<mark class="unknown">{}</mark>', piece.text)
