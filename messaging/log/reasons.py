"""The reasons why messages of a period were not delivered, the most frequent first."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from messaging.log.enums import LOST, Status
from messaging.log.selectors.traffic import Failure
from providers.error_catalogue import explain

MOST = 6
Link = Callable[[Sequence[Status], str], str]  # statuses and an error code, or empty → the rows behind


@dataclass(frozen=True)
class Reason:
    """A reason, its number and share of failures, the remedy, and a link to the messages.

    `code` is as the provider gave it, with whose it is; empty where none was given.
    """

    title: str
    meaning: str
    remedy: str
    code: str
    n: int
    share: float
    link: str


@dataclass(frozen=True)
class Reasons:
    """The most frequent reasons, and how many messages failed for `others` more of them."""

    lines: list[Reason]
    others: int
    more: int


def reasons(failures: Iterable[tuple[Failure, int]], link: Link, most: int = MOST) -> Reasons:
    """Failures by reason: the error code in any status, or the status without a code."""
    counts: dict[Failure, int] = {}
    for failure, n in failures:
        if n > 0:
            key = failure._replace(status="") if failure.error_code else failure
            counts[key] = counts.get(key, 0) + n
    ordered = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    total = sum(counts.values())
    lines = [_reason(failure, n, total, link) for failure, n in ordered[:most]]
    return Reasons(lines, len(ordered[most:]), sum(n for _, n in ordered[most:]))


def _reason(failure: Failure, n: int, total: int, link: Link) -> Reason:
    diagnosis = explain(failure.error_source, failure.error_code or None)
    if diagnosis is None:
        title, meaning, remedy = _without_code(failure.status)
        return Reason(title, meaning, remedy, "", n, n / total, link([Status(failure.status)], ""))
    code = f"{failure.error_source} {failure.error_code}"
    where = link(LOST, str(failure.error_code))
    return Reason(diagnosis.title or code, diagnosis.meaning, diagnosis.remedy, code, n, n / total, where)


def _without_code(status: str) -> tuple[str, str, str]:
    if status == Status.EXPIRED:
        return (
            _("Recipient not reached in time"),
            _("WhatsApp kept trying until the message expired."),
            _("Ask the person through another channel whether the number is still theirs."),
        )
    if status == Status.REJECTED:
        return _("Refused, without a code"), _("The provider refused the message and gave no reason."), ""
    return _("Not delivered, without a code"), _("The provider gave no reason."), ""
