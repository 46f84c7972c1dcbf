"""What posts to clients are called on pages."""

from django import template

from events import words

register = template.Library()


@register.filter
def post_answer(answer: str) -> str:
    """What a post to a client came to, in words."""
    return words.post_answer(answer)
