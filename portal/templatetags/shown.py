"""Every tag and filter of the packages below, for pages."""

from django import template

from accounts.templatetags import person_numbers
from billing.templatetags import charge_words
from core.templatetags import formats
from events.templatetags import delivery_words
from messaging.log.templatetags import message_words

register = template.Library()
for library in (formats, person_numbers, delivery_words, charge_words, message_words):
    register.filters.update(library.register.filters)
    register.tags.update(library.register.tags)
