"""The template tag for people's phone numbers."""

from typing import Any

from django import template

from accounts.enums import Permission
from core.numbers import format_number, mask_number

register = template.Library()


@register.simple_tag(takes_context=True)
def msisdn(context: Any, digits: str) -> str:
    """A person's phone number, masked without the permission to see it."""
    principal = getattr(context.get("request"), "principal", None)
    return format_number(digits) if principal and principal.may(Permission.VIEW_NUMBERS) else mask_number(digits)
