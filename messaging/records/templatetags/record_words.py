"""Labels of records on pages."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core.templatetags.icons import icon
from messaging.records.models import Record

register = template.Library()


@register.simple_tag
def record_direction(record: Record) -> SafeString | str:
    """An arrow with its meaning for screen readers; empty if the direction is not known."""
    if not record.direction:
        return ""
    return format_html(
        '<span title="{0}">{1}<span class="visually-hidden">{0}</span></span>', record.get_direction_display(),
        icon(record.direction, 14),
    )  # fmt: skip
