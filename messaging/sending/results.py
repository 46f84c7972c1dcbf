"""The result of an attempt, stored with the submission until it is logged."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from providers.outcomes import Accepted, Answer, Outcome, Rejected, Unreached

MAX_ATTEMPTS = 10
MAX_WAIT = timedelta(hours=1)  # after a longer one, people decide whether to send again
_MAX_BODY_BYTES = 16 * 1024
_MAX_BACKOFF = timedelta(minutes=5)


class ResultKind(StrEnum):
    """How an attempt ended."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNREACHED = "unreached"
    UNCERTAIN = "uncertain"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SENT = "sent"  # an uncertain one that a person marked as sent


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """The result of one attempt. `again_at` is the time of the next one; None: this was the last.

    `status` and `body` are the answer's, None without one. `source`, `code` and `title` describe a rejection.
    """

    kind: ResultKind
    at: str
    provider_message_id: str = ""
    detail: str = ""
    source: str = ""
    code: int | None = None
    title: str = ""
    status: int | None = None
    body: Any = None
    again_at: str | None = None
    by: str = ""  # who answered; empty: the provider

    def as_json(self) -> dict[str, Any]:
        """The fields that are not empty."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "AttemptResult":
        """The result that `as_json` returned."""
        return cls(**{**stored, "kind": ResultKind(stored["kind"])})


def attempt_result(
    outcome: Outcome, *, at: datetime, attempts: int, expires_at: datetime | None, retry: bool
) -> AttemptResult:
    """The result of an outcome, with the time of the next attempt if `retry` allows one.

    `attempts` counts this one. An uncertain message is never retried: that may send it twice.
    """
    wait = _wait(outcome, attempts - 1) if retry and attempts < MAX_ATTEMPTS else None
    again = at + wait if wait is not None and wait <= MAX_WAIT else None
    if again is not None and expires_at is not None and again >= expires_at:
        again = None
    fields: dict[str, Any] = {"at": at.isoformat(), "again_at": again.isoformat() if again else None}
    if isinstance(outcome, Accepted):
        fields |= {
            "kind": ResultKind.ACCEPTED,
            "provider_message_id": outcome.provider_message_id,
            "detail": outcome.detail,
        }
    elif isinstance(outcome, Rejected):
        title = outcome.details or outcome.title
        fields |= {
            "kind": ResultKind.REJECTED,
            "source": outcome.source,
            "code": outcome.code,
            "title": title[:255].replace("\0", ""),
        }
    elif isinstance(outcome, Unreached):
        fields |= {"kind": ResultKind.UNREACHED, "title": f"The provider could not be reached: {outcome.reason}."}
    else:
        fields |= {"kind": ResultKind.UNCERTAIN, "title": outcome.reason[:255]}
    answer = None if isinstance(outcome, Unreached) else outcome.answer
    return AttemptResult(**fields, **(_answer(answer) if answer else {}))


def _wait(outcome: Outcome, failures: int) -> timedelta | None:
    if isinstance(outcome, Rejected):
        return outcome.wait(failures)
    if isinstance(outcome, Unreached):
        return min(timedelta(seconds=2 ** min(failures, 9)), _MAX_BACKOFF)
    return None


def _answer(answer: Answer) -> dict[str, Any]:
    if len(answer.body) <= _MAX_BODY_BYTES and answer.data is not None:
        return {"status": answer.http_status, "body": answer.data}
    text = answer.body[:_MAX_BODY_BYTES].decode("utf-8", "replace").replace("\0", "\ufffd")
    return {"status": answer.http_status, "body": text}
