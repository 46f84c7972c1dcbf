"""Template filters for deliveries."""

from django import template

from events import words
from events.types import event_type

register = template.Library()


@register.filter
def post_result(answer: str) -> str:
    """Describe the result of a post."""
    return words.post_result(answer)


@register.filter
def event_label(name: str) -> str:
    """The label of an event type."""
    return str(event_type(name).label)
