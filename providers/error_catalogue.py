"""Why a message failed, in plain words: the providers' error codes as data (`providers/<vendor>/errors/<source>.csv`).

The same number means different things in different lists (8x8's 1000 to 1005 are other errors in a receipt than in an
answer to a request), so an entry is known by source and code. Each row names its evidence; what we derived says so.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from django.utils.translation import gettext, gettext_lazy

ROOT = Path(__file__).parent
META = "meta"  # the source whose codes stand behind those of the others


class Retry(StrEnum):
    """Whether the same message may be sent again."""

    YES = "yes"
    NO = "no"
    WAIT = "wait"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One error code. `wait` says how long ("24 hours", "until …") where that is known."""

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
        """What `retryable` means, as a sentence."""
        if self.retryable == Retry.WAIT:
            return gettext("Wait %(time)s, then try again.") % {"time": self.wait or gettext("a while")}
        return str(_AGAIN[self.retryable])

    @property
    def hint(self) -> str:
        """Title and meaning on one line."""
        return f"{self.title}: {self.meaning}" if self.title else self.meaning

    def translated(self) -> "Diagnosis":
        """The same in the language of the page; the catalogue is in English."""
        title, meaning, remedy, wait = (text and gettext(text) for text in self.words)
        return replace(self, title=title, meaning=meaning, remedy=remedy, wait=wait)

    @property
    def words(self) -> tuple[str, str, str, str]:
        """What is written for people, some of it perhaps empty."""
        return self.title, self.meaning, self.remedy, self.wait


_AGAIN = {
    Retry.YES: gettext_lazy("Trying again may work."),
    Retry.NO: gettext_lazy("Trying again will not help."),
    Retry.MAYBE: gettext_lazy("It is unknown whether trying again helps."),
}


def explain(
    source: str, code: int | None, provider_error_code: int | None = None, *, provider_text: str = ""
) -> Diagnosis | None:
    """What an error code means; None only when there is no code.

    Meta's code behind an 8x8 code decides where 8x8's own says less: 25 with 131049 is explained as 131049. For a
    code that nobody has described, the answer says so and repeats the provider's words (`provider_text`).
    """
    if code is None:
        return None
    diagnosis = catalogue().get((source, code))
    meta_diagnosis = catalogue().get((META, provider_error_code)) if provider_error_code is not None else None
    if meta_diagnosis is not None and (diagnosis is None or diagnosis.meta_code != provider_error_code):
        return replace(meta_diagnosis.translated(), source=source, code=code, meta_code=provider_error_code)
    return diagnosis.translated() if diagnosis else _unknown(source, code, provider_text)


def meta_code(source: str, code: int, provider_error_code: int | None = None) -> int | None:
    """Meta's code for an error: its own, the one that came with it, or the one that the catalogue says is meant."""
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
    """Every known code, by source and code. Raises ValueError when a source lists a code twice."""
    entries: dict[tuple[str, int], Diagnosis] = {}
    for path in sorted(ROOT.glob("*/errors/*.csv")):
        for entry in _read(path.stem, path):
            if (entry.source, entry.code) in entries:
                raise ValueError(f"{path.name}: code {entry.code} stands twice")
            entries[entry.source, entry.code] = entry
    return entries


def _read(source: str, path: Path) -> Iterator[Diagnosis]:
    """The rows of a file; "200-299" is a hundred codes."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            first, _, last = row.pop("code").partition("-")
            words = {**row, "retryable": Retry(row["retryable"]), "meta_code": _integer_or_none(row["meta_code"])}
            for code in range(int(first), int(last or first) + 1):
                yield Diagnosis(source=source, code=code, **words)  # type: ignore[arg-type]


def _integer_or_none(text: str) -> int | None:
    return int(text) if text else None
