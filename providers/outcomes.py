"""What became of one request to send."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from providers.error_catalogue import Diagnosis, Retry, explain

_FIRST_BACK_OFF = timedelta(seconds=1)
_LONGEST_BACK_OFF = timedelta(minutes=5)
_PAIR_RATE = ("meta", 131056)
_MOST_DOUBLINGS = 9
_NAMED = re.compile(r"(\d+|one) (second|minute|hour)s?")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider answered. `data` is the JSON object of the body, or None when it was something else."""

    http_status: int
    body: bytes = field(repr=False)
    data: dict[str, Any] | None = field(repr=False)
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        """Whether the status is one of 200 to 299."""
        return 200 <= self.http_status < 300


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has taken the message. `detail` is its word: accepted, held_for_quality_assessment, queued."""

    provider_message_id: str
    detail: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider has refused the message; nothing was sent.

    `source` and `code` find it in the catalogue of errors; a refusal without a code of the provider's has None.
    """

    source: str
    code: int | None
    title: str
    details: str
    answer: Answer

    @property
    def diagnosis(self) -> Diagnosis | None:
        """The catalogue's words for it; None without a code."""
        return explain(self.source, self.code, provider_text=self.title)

    @property
    def retryable(self) -> bool:
        """Whether the same request may be sent again without anybody's help."""
        return self.wait(0) is not None

    def wait(self, failures: int) -> timedelta | None:
        """How long to wait before trying again, after so many failures before this one; None: do not.

        The catalogue says whether; a code it does not know, or no code, goes by the HTTP status (429, 5xx). How long
        says the provider, or else the catalogue, or else a back-off that doubles from one second to five minutes.
        """
        requested, diagnosis = self.answer.retry_after, self.diagnosis
        back_off = requested or min(_FIRST_BACK_OFF * 2 ** min(failures, _MOST_DOUBLINGS), _LONGEST_BACK_OFF)
        if (self.source, self.code) == _PAIR_RATE:
            return requested or timedelta(seconds=4 ** min(failures, _MOST_DOUBLINGS))  # as Meta recommends
        if diagnosis is None or not diagnosis.evidence:
            return back_off if self._is_theirs or self._is_too_many else None
        if diagnosis.retryable == Retry.WAIT:
            return requested or _named(diagnosis.wait) or (back_off if self._is_too_many else None)
        again = diagnosis.retryable == Retry.YES or (diagnosis.retryable == Retry.MAYBE and self._is_theirs)
        return back_off if again else None

    @property
    def _is_theirs(self) -> bool:
        return self.answer.http_status >= 500

    @property
    def _is_too_many(self) -> bool:
        return self.answer.http_status == 429


@dataclass(frozen=True, slots=True)
class Unreached:
    """Nothing was sent, as no connection came about: trying again cannot send twice."""

    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The request was sent, and no answer says what became of it: trying again may send twice.

    Only a webhook can tell. `answer` is what came instead of a provider's answer, if anything did.
    """

    reason: str
    answer: Answer | None = None


Outcome = Accepted | Rejected | Unreached | Uncertain


def without_code(answer: Answer, source: str, title: str) -> Outcome:
    """The outcome of an answer with neither a message id nor a code of the provider's: a proxy's page, for example.

    A success or a server error leaves open whether the message was taken; 503 says that it was not.
    """
    if answer.is_success or (answer.http_status >= 500 and answer.http_status != 503):
        return Uncertain(f"an answer {answer.http_status} with neither an id nor an error code", answer)
    return Rejected(source, None, title or f"HTTP status {answer.http_status}", "", answer)


def _named(wait: str) -> timedelta | None:
    """The time of a catalogue's "5 minutes"; None for "until the template is approved"."""
    match = _NAMED.fullmatch(wait)
    if match is None:
        return None
    return timedelta(**{f"{match[2]}s": 1 if match[1] == "one" else int(match[1])})
