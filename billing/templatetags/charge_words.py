"""What charges are called on pages."""

from django import template

from billing.enums import reason_words

register = template.Library()
charge_reason = register.filter("charge_reason", reason_words)
