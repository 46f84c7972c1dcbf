"""What posts to clients are called on pages."""

from django import template

from events import words
from events.types import event_type

register = template.Library()


@register.filter
def post_answer(answer: str) -> str:
    """What a post to a client came to, in words."""
    return words.post_answer(answer)


@register.filter
def event_label(name: str) -> str:
    """What the events of a type are called."""
    return str(event_type(name).label)
