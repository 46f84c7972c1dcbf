"""Explains the providers' error codes, which are data (`providers/<vendor>/errors/<source>.csv`).

The key is source and code, because one number can have several meanings: 8x8's 1000 to 1005 differ between receipts
and responses to requests. Each row names its evidence, and says so where the meaning is derived.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext, gettext_lazy

ROOT = Path(__file__).parent
META = "meta"  # the source to whose codes those of the others refer


class Retry(StrEnum):
    """Whether sending the same message again can work."""

    YES = "yes"
    NO = "no"
    WAIT = "wait"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One error code. `wait` is a duration in words ("24 hours", "until …"); empty if unknown."""

    source: str
    code: int
    title: str
    meaning: str
    remedy: str
    retryable: Retry
    wait: str = ""
    group: str = ""
    meta_code: int | None = None
    evidence: str = ""

    @property
    def again(self) -> str:
        """`retryable` as a sentence."""
        if self.retryable == Retry.WAIT:
            return gettext("Wait %(time)s, then try again.") % {"time": self.wait or gettext("a while")}
        return str(_AGAIN[self.retryable])

    @property
    def hint(self) -> str:
        """Title and meaning on one line."""
        return f"{self.title}: {self.meaning}" if self.title else self.meaning

    def translated(self) -> "Diagnosis":
        """A copy in the active language; the catalogue is in English."""
        title, meaning, remedy, wait = (text and gettext(text) for text in self.words)
        return replace(self, title=title, meaning=meaning, remedy=remedy, wait=wait)

    @property
    def words(self) -> tuple[str, str, str, str]:
        """The texts for people; some can be empty."""
        return self.title, self.meaning, self.remedy, self.wait


_AGAIN = {
    Retry.YES: gettext_lazy("Trying again may work."),
    Retry.NO: gettext_lazy("Trying again will not help."),
    Retry.MAYBE: gettext_lazy("It is unknown whether trying again helps."),
}


def explain(
    source: str, code: int | None, provider_error_code: int | None = None, *, provider_text: str = ""
) -> Diagnosis | None:
    """The meaning of an error code; None only without a code.

    If an 8x8 code came with one of Meta's that says more, Meta's is explained: 25 with 131049 as 131049. For an unknown
    code, the diagnosis says so and repeats the provider's text.
    """
    if code is None:
        return None
    diagnosis = catalogue().get((source, code))
    meta_diagnosis = catalogue().get((META, provider_error_code)) if provider_error_code is not None else None
    if meta_diagnosis is not None and (diagnosis is None or diagnosis.meta_code != provider_error_code):
        return replace(meta_diagnosis.translated(), source=source, code=code, meta_code=provider_error_code)
    return diagnosis.translated() if diagnosis else _unknown(source, code, provider_text)


def meta_code(source: str, code: int, provider_error_code: int | None = None) -> int | None:
    """Meta's code for an error: the code itself, the one that came with it, or the catalogue's equivalent."""
    if source == META:
        return code
    diagnosis = catalogue().get((source, code))
    return provider_error_code or (diagnosis.meta_code if diagnosis else None)


def _unknown(source: str, code: int, provider_text: str) -> Diagnosis:
    if provider_text:
        meaning = gettext("Tollgate does not know this code; the provider reported “%(words)s”.") % {
            "words": provider_text
        }
    else:
        meaning = gettext("Tollgate does not know this code; the provider gave no more details.")
    return Diagnosis(
        source=source,
        code=code,
        title=provider_text,
        meaning=meaning,
        remedy=gettext("Look up the code at the provider."),
        retryable=Retry.MAYBE,
    )


@lru_cache(maxsize=1)
def catalogue() -> dict[tuple[str, int], Diagnosis]:
    """All known codes, by source and code. Raises ValueError if a source lists a code twice."""
    entries: dict[tuple[str, int], Diagnosis] = {}
    for path in sorted(ROOT.glob("*/errors/*.csv")):
        for entry in _read(path.stem, path):
            if (entry.source, entry.code) in entries:
                raise ValueError(f"{path.name}: code {entry.code} is listed twice")
            entries[entry.source, entry.code] = entry
    return entries


def _read(source: str, path: Path) -> Iterator[Diagnosis]:
    """The rows of a file; "200-299" stands for a hundred codes."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            first, _, last = row.pop("code").partition("-")
            words = {**row, "retryable": Retry(row["retryable"]), "meta_code": _integer_or_none(row["meta_code"])}
            for code in range(int(first), int(last or first) + 1):
                yield Diagnosis(source=source, code=code, **words)  # type: ignore[arg-type]


def _integer_or_none(text: str) -> int | None:
    return int(text) if text else None
