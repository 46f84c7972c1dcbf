"""Template tags for people's phone numbers."""

from typing import Any

from django import template

from accounts.enums import Permission
from core.masking import mask_message_id
from core.numbers import format_number, mask_number

register = template.Library()


@register.simple_tag(takes_context=True)
def msisdn(context: Any, digits: str) -> str:
    """A person's phone number, masked without the permission to see it."""
    return format_number(digits) if _may_view(context) else mask_number(digits)


@register.simple_tag(takes_context=True)
def message_id(context: Any, text: str) -> str:
    """A provider's message id, masked without the permission to see the number that it can hold."""
    return text if _may_view(context) else mask_message_id(text)


def _may_view(context: Any) -> bool:
    principal = getattr(context.get("request"), "principal", None)
    return bool(principal and principal.may(Permission.VIEW_NUMBERS))
