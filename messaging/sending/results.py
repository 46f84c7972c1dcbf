"""What became of an attempt, as it is stored with the submission until the log has it."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from providers.outcomes import Accepted, Answer, Outcome, Rejected, Unreached

MOST_ATTEMPTS = 10
LONGEST_WAIT = timedelta(hours=1)  # what must rest longer is for people to send again
_KEPT_BYTES = 16 * 1024
_LONGEST_BACK_OFF = timedelta(minutes=5)


class ResultKind(StrEnum):
    """How an attempt ended."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNREACHED = "unreached"
    UNCERTAIN = "uncertain"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SENT = "sent"  # as a person found out about an uncertain one


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptResult:
    """One end of an attempt. `again_at` says when the next is due; None: this one was the last.

    `status` and `body` are the answer's, None without one. `source`, `code` and `title` are the refusal's.
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
        """What is not empty."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "AttemptResult":
        """What `as_json` wrote."""
        return cls(**{**stored, "kind": ResultKind(stored["kind"])})


def attempt_result(
    outcome: Outcome, *, at: datetime, attempts: int, expires_at: datetime | None, retry: bool
) -> AttemptResult:
    """An adapter's outcome, and whether the message is tried again (`retry`: whether that is ours to decide).

    `attempts` counts this one. An uncertain message is never tried again: that may send it twice.
    """
    wait = _wait(outcome, attempts - 1) if retry and attempts < MOST_ATTEMPTS else None
    again = at + wait if wait is not None and wait <= LONGEST_WAIT else None
    if again is not None and expires_at is not None and again >= expires_at:
        again = None
    about: dict[str, Any] = {"at": at.isoformat(), "again_at": again.isoformat() if again else None}
    if isinstance(outcome, Accepted):
        about |= {
            "kind": ResultKind.ACCEPTED,
            "provider_message_id": outcome.provider_message_id,
            "detail": outcome.detail,
        }
    elif isinstance(outcome, Rejected):
        title = outcome.details or outcome.title
        about |= {
            "kind": ResultKind.REJECTED,
            "source": outcome.source,
            "code": outcome.code,
            "title": title[:255].replace("\0", ""),
        }
    elif isinstance(outcome, Unreached):
        about |= {"kind": ResultKind.UNREACHED, "title": f"The provider could not be reached: {outcome.reason}."}
    else:
        about |= {"kind": ResultKind.UNCERTAIN, "title": outcome.reason[:255]}
    answer = None if isinstance(outcome, Unreached) else outcome.answer
    return AttemptResult(**about, **(_answer(answer) if answer else {}))


def _wait(outcome: Outcome, failures: int) -> timedelta | None:
    if isinstance(outcome, Rejected):
        return outcome.wait(failures)
    if isinstance(outcome, Unreached):
        return min(timedelta(seconds=2 ** min(failures, 9)), _LONGEST_BACK_OFF)
    return None


def _answer(answer: Answer) -> dict[str, Any]:
    if len(answer.body) <= _KEPT_BYTES and answer.data is not None and b"\\u0000" not in answer.body:
        return {"status": answer.http_status, "body": answer.data}
    text = answer.body[:_KEPT_BYTES].decode("utf-8", "replace").replace("\0", "\ufffd")
    return {"status": answer.http_status, "body": text}
