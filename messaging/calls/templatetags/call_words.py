"""Labels of calls on pages."""

from collections.abc import Mapping
from uuid import UUID

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from billing.calls.charges import CallCharge
from core.templatetags.formats import price
from messaging.calls.enums import CallStatus
from messaging.calls.models import Call

register = template.Library()

_COLOURS = {
    CallStatus.COMPLETED: "delivered", CallStatus.ACCEPTED: "sent", CallStatus.RINGING: "queued",
    CallStatus.CONNECTING: "queued", CallStatus.FAILED: "undelivered", CallStatus.REJECTED: "rejected",
    CallStatus.UNANSWERED: "expired",
}  # fmt: skip


@register.filter
def call_status(call: Call) -> SafeString:
    """A dot with a label."""
    status = CallStatus(call.status)
    return format_html(
        '<span class="status-word"><i class="dot dot-{}"></i>{}</span>', _COLOURS.get(status, "unknown"), status.label
    )


@register.filter
def call_duration(call: Call) -> str:
    """Minutes and seconds: "2:05", "1:02:05"."""
    if call.seconds is None:
        return "–"
    minutes, seconds = divmod(call.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.simple_tag
def call_cost(charges: Mapping[UUID, CallCharge], call: Call) -> SafeString:
    """The amount, or the state with its reason."""
    charge = charges.get(call.record_key)
    if charge is None:
        return format_html('<span class="faint">{}</span>', "–")
    if charge.state == "charged" and charge.amount is not None:
        return format_html('<span class="currency">{}</span> {}', charge.currency, price(charge.amount))
    word, look = (_("free"), "faint") if charge.state == "free" else (_("unrated"), "unrated")
    return format_html('<span class="{}" title="{}">{}</span>', look, charge.reason_words, word)
