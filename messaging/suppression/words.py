"""The words with which people stop and start marketing messages. A message counts only if it is nothing but one word.

The default words (data/words.csv) are ours, in the languages of most recipients; an account can have its own.
"""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from messaging.suppression.enums import Action
from providers.reading import items, mapping

_FILE = Path(__file__).parent / "data" / "words.csv"
LONGEST = 60  # characters; a longer message is a sentence
_ACCENTS = range(0x300, 0x370)
_REPLIES = ("button_reply", "list_reply", "buttonReply", "listReply")


def normal_form(text: str) -> str:
    """A text without case, spaces, punctuation, symbols and accents of Latin, Greek and Cyrillic letters."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    signs = (sign for sign in folded if unicodedata.category(sign)[0] in "LMN" and ord(sign) not in _ACCENTS)
    return unicodedata.normalize("NFC", "".join(signs)).replace("ı", "i")


@dataclass(frozen=True, slots=True)
class Words:
    """The stop and start words of an account, in normal form."""

    stop: frozenset[str]
    start: frozenset[str]

    @classmethod
    def of(cls, stop: Iterable[str], start: Iterable[str]) -> "Words":
        """The words; one that is in both lists stops."""
        stopping = frozenset(filter(None, map(normal_form, stop)))
        return cls(stopping, frozenset(filter(None, map(normal_form, start))) - stopping)

    def action(self, text: str) -> Action | None:
        """What a text does; None if it is not exactly one of the words."""
        form = normal_form(text) if len(text) <= LONGEST else ""
        return Action.STOP if form in self.stop else Action.START if form in self.start else None


@lru_cache(maxsize=1)
def default_lists() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The default stop and start words, as they are written."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    stop, start = ([row["word"] for row in rows if row["action"] == action] for action in (Action.STOP, Action.START))
    return tuple(stop), tuple(start)


@lru_cache(maxsize=1)
def default_words() -> Words:
    """The default words."""
    return Words.of(*default_lists())


def replies(content: Mapping[str, Any] | None) -> Iterator[str]:
    """The texts of a message with which a person can answer: its text, or the text and payload of a tapped button.

    `content` is in the provider's form: Meta's, or 8x8's.
    """
    parts = mapping(content)
    body = parts.get("text")
    yield from _texts(mapping(body).get("body") if isinstance(body, dict) else body)
    button = mapping(parts.get("button"))
    yield from _texts(button.get("text"), button.get("payload"), parts.get("payload"))
    for holder in (parts, mapping(parts.get("interactive")), *items(parts.get("interactive"))):
        for name in _REPLIES:
            reply = mapping(holder.get(name))
            yield from _texts(reply.get("title"), reply.get("id"), reply.get("payload"))


def _texts(*values: Any) -> Iterator[str]:
    yield from (value for value in values if isinstance(value, str) and value)
