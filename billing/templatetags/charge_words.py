"""Template filters that name charges."""

from django import template

from billing.enums import reason_words
from providers.vocabulary import category_name

register = template.Library()
charge_reason = register.filter("charge_reason", reason_words)
register.filter("category_name", category_name)
