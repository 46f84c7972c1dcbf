"""What people read and hear of a page, and which of it no translator would ever see.

Under `marked_language` every message that passes through gettext comes back as ⟦message⟧. What a page shows outside of
such marks was written into a template or into code, or it is data.
"""

import json
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from uuid import UUID

import pytest
from django.apps import apps
from django.db import models
from django.utils import translation

from core import countries

OPEN, CLOSE = "⟦⟧"
SILENT = {"script", "style", "code", "pre", "kbd"}  # what is in them is for machines, in any language
READ = {"title", "aria-label", "placeholder", "alt", "data-label", "data-count-text", "label"}
TEMPLATE_PARAMETER = re.compile(r"\{\{\w+\}\}")  # shown as pieces
LETTER = re.compile(r"[^\W\d_]")
BLOCKS = "caption|dd|div|dl|dt|h1|h2|h3|li|main|ol|p|section|table|tbody|td|tfoot|th|thead|tr|ul"
BLOCK_TAG = re.compile(rf" ?(</?(?:{BLOCKS})\b[^>]*>) ?")


def text(response) -> str:
    """What a response says; of a page, without the whitespace that a browser drops."""
    body: str = response.content.decode()
    if not response.headers["Content-Type"].startswith("text/html"):
        return body
    parts = re.split(r"(<pre\b.*?</pre>)", body, flags=re.DOTALL)
    return "".join(part if part.startswith("<pre") else _collapse(part) for part in parts)


def _collapse(html: str) -> str:
    return BLOCK_TAG.sub(r"\1", re.sub(r"[ \n]+", " ", html))


@pytest.fixture
def marked_language(monkeypatch):
    """Instead of Django's translation backend, one that marks each message."""

    def mark(message):
        return f"{OPEN}{message}{CLOSE}" if message else ""  # as gettext, whose "" is the catalogue's head

    def plural(one, many, n):
        return mark(one if n == 1 else many)

    for name, function in {
        "gettext": mark,
        "pgettext": lambda context, message: mark(message),
        "ngettext": plural,
        "npgettext": lambda context, one, many, n: plural(one, many, n),
    }.items():
        monkeypatch.setattr(translation._trans, name, function)
    names = countries._choices  # kept for each language, of which the marks are none
    names.cache_clear()
    yield
    names.cache_clear()


class Page(HTMLParser):
    """Reads a page; `found` is each visible text outside of marks that has a letter."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent: list[str] = []
        self._depth = 0
        self._chart = False
        self.feed(html)
        self.close()
        assert self._depth == 0, "a message was cut"

    def handle_starttag(self, tag, attrs):
        known = dict(attrs)
        if tag in SILENT:
            self._silent.append(tag)
        self._chart = known.get("id", "").startswith("chart-") and tag == "script"
        for name, value in attrs:
            button = tag == "input" and name == "value" and known.get("type") in {"submit", "button"}
            if value and (name in READ or name.startswith("data-say-") or button):
                self._note(self._outside(value, 0)[0])

    def handle_endtag(self, tag):
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data):
        if self._chart:
            self._chart = False
            drawn = json.loads(data)
            for text in (drawn["title"], *drawn["labels"], *(series["label"] for series in drawn["series"])):
                self._note(self._outside(text, 0)[0])
        if not self._silent:
            outside, self._depth = self._outside(data, self._depth)
            self._note(outside)

    def _outside(self, text, depth):
        kept = []
        for letter in text:
            depth += (letter == OPEN) - (letter == CLOSE)
            if depth == 0 and letter != CLOSE:
                kept.append(letter)
        return "".join(kept), depth

    def _note(self, text):
        if LETTER.search(text):
            self.found.append(" ".join(text.split()))


def data_words() -> Iterator[str]:
    """Every text in the database that people or providers wrote; columns of our own words are left out."""
    for model in apps.get_models():
        if model._meta.app_label in {"contenttypes", "sessions", "auth", "admin"}:
            continue
        names = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField | models.UUIDField)
            and not field.choices
        ]
        for row in model._base_manager.values_list(*names)[:5_000] if names else ():
            for value in row:
                yield from _leaves(value)
    for details in apps.get_model("accounts", "AuditEntry")._base_manager.values_list("details", flat=True):
        yield from (name.replace("_", " ") for name in details)  # shown with their names


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    elif isinstance(value, str | UUID):
        for part in TEMPLATE_PARAMETER.split(str(value)):
            yield " ".join(part.split())


class Known:
    """Texts that are no messages: data, and names that are the same in every language."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = {word for word in words if LETTER.search(word)}
        self._longest_first = sorted(self._words, key=len, reverse=True)

    def rest(self, text: str) -> str:
        """What is left of a text without them; empty when no letter is."""
        if text in self._words:
            return ""
        inside = "|".join(re.escape(word) for word in self._longest_first if word in text)
        left = re.sub(rf"(?<!\w)(?:{inside})(?!\w)", "", text) if inside else text
        return left.strip() if LETTER.search(left) else ""
