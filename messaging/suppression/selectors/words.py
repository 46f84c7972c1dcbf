"""The stop and start words of accounts, cached for a second."""

from core.ttl_cache import TTLCache
from messaging.suppression.models import SuppressionWords
from messaging.suppression.words import Words, default_lists, default_words

_cache: "TTLCache[int, Words]" = TTLCache()


def words_of(account_id: int) -> Words:
    """The words of an account."""
    return _cache.get(account_id, lambda: _load(account_id))


def word_lists(account_id: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The stop and start words as somebody wrote them."""
    own = SuppressionWords.objects.filter(account=account_id).first()
    return (tuple(own.stop), tuple(own.start)) if own else default_lists()


def clear_cache() -> None:
    """Forget what is cached, after a change."""
    _cache.clear()


def _load(account_id: int) -> Words:
    own = SuppressionWords.objects.filter(account=account_id).first()
    return Words.of(own.stop, own.start) if own else default_words()
