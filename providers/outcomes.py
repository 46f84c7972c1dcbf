"""The outcome of one request to send."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from providers.error_catalogue import Diagnosis, Retry, explain

_MIN_BACKOFF = timedelta(seconds=1)
_MAX_BACKOFF = timedelta(minutes=5)
_PAIR_RATE = ("meta", 131056)
_MAX_DOUBLINGS = 9
_DURATION = re.compile(r"(\d+|one) (second|minute|hour)s?")


@dataclass(frozen=True, slots=True)
class Answer:
    """The provider's answer. `data` is the JSON object of the body, or None when it is something else."""

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
    """The provider has accepted the message. `detail` is its status: accepted, held_for_quality_assessment, queued."""

    provider_message_id: str
    detail: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider has refused the message; nothing was sent.

    `source` and `code` are its key in the error catalogue; `code` is None when the provider gave none.
    """

    source: str
    code: int | None
    title: str
    details: str
    answer: Answer

    @property
    def diagnosis(self) -> Diagnosis | None:
        """The catalogue's explanation; None without a code."""
        return explain(self.source, self.code, provider_text=self.title)

    @property
    def retryable(self) -> bool:
        """Whether the same request may be retried automatically."""
        return self.wait(0) is not None

    def wait(self, failures: int) -> timedelta | None:
        """How long to wait before a retry, after so many earlier failures; None: do not retry.

        The catalogue says whether; a code it does not know, or no code, goes by the HTTP status (429, 5xx). How long
        says the provider, or else the catalogue, or else a back-off that doubles from one second to five minutes.
        """
        requested, diagnosis = self.answer.retry_after, self.diagnosis
        backoff = requested or min(_MIN_BACKOFF * 2 ** min(failures, _MAX_DOUBLINGS), _MAX_BACKOFF)
        if (self.source, self.code) == _PAIR_RATE:
            return requested or timedelta(seconds=4 ** min(failures, _MAX_DOUBLINGS))  # as Meta recommends
        if diagnosis is None or not diagnosis.evidence:
            return backoff if self._is_server_error or self._is_rate_limited else None
        if diagnosis.retryable == Retry.WAIT:
            return requested or _parse_duration(diagnosis.wait) or (backoff if self._is_rate_limited else None)
        is_retryable = diagnosis.retryable == Retry.YES or (
            diagnosis.retryable == Retry.MAYBE and self._is_server_error
        )
        return backoff if is_retryable else None

    @property
    def _is_server_error(self) -> bool:
        return self.answer.http_status >= 500

    @property
    def _is_rate_limited(self) -> bool:
        return self.answer.http_status == 429


@dataclass(frozen=True, slots=True)
class Unreached:
    """Nothing was sent, because there was no connection: a retry cannot send twice."""

    reason: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The request was sent, but no answer tells the outcome: a retry may send twice.

    Only a webhook can resolve it. `answer` is a response that is not the provider's, if there was one.
    """

    reason: str
    answer: Answer | None = None


Outcome = Accepted | Rejected | Unreached | Uncertain


def without_code(answer: Answer, source: str, title: str) -> Outcome:
    """The outcome of an answer with neither a message id nor a code of the provider's: a proxy's page, for example.

    After a success or a server error the message may have been accepted; after 503 it was not.
    """
    if answer.is_success or (answer.http_status >= 500 and answer.http_status != 503):
        return Uncertain(f"an answer {answer.http_status} with neither an id nor an error code", answer)
    return Rejected(source, None, title or f"HTTP status {answer.http_status}", "", answer)


def _parse_duration(wait: str) -> timedelta | None:
    """The time of a catalogue's "5 minutes"; None for "until the template is approved"."""
    match = _DURATION.fullmatch(wait)
    if match is None:
        return None
    return timedelta(**{f"{match[2]}s": 1 if match[1] == "one" else int(match[1])})
