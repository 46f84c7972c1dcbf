"""Refuses marketing to persons on the suppression list, in the form of the request.

The category is that of the registered template. A template whose category is unknown is sent: it may be an order
update, and Meta refuses what the person stopped in WhatsApp anyway.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from messaging.persons.resolution import Identity
from messaging.persons.selectors.identities import identity_of
from messaging.sending.models import Submission
from messaging.sending.requests import SendRequest
from messaging.sending.results import AttemptResult, ResultKind
from messaging.suppression.enums import STOPPED_CODE
from messaging.suppression.selectors.stops import Stop, current_stops
from providers.eightxeight.requests.reading import SOURCE, Refusal
from providers.error_catalogue import META
from providers.meta.refusals import MetaRefusal
from providers.vocabulary import Shape

STOPPED_8X8 = 1051
DELIVERY_SOURCE = "8x8"
_RECENT = timedelta(seconds=60)  # a message that waited longer is checked again before it is sent


def find_stops(account_id: int, messages: Sequence[SendRequest]) -> dict[int, Stop]:
    """The stop of each message that must not be sent, by its position. No query without marketing, else one."""
    recipients = {
        position: identity
        for position, message in enumerate(messages)
        if message.about.is_marketing and (identity := _recipient(message.about.msisdn, message.about.user_id))
    }
    stops = current_stops(account_id, list(recipients.values())) if recipients else {}
    return {position: stops[identity] for position, identity in recipients.items() if identity in stops}


def refusal_of_8x8(stop: Stop) -> Refusal:
    """The refusal in 8x8's form."""
    return Refusal(STOPPED_8X8, f"'user': {explanation(stop)}")


def source_of(refusal: Refusal) -> str:
    """The list that explains the code of a refusal: 8x8 has no code for a stop but that of its delivery receipts."""
    return DELIVERY_SOURCE if refusal.code == STOPPED_8X8 else SOURCE


def check_meta(account_id: int, message: SendRequest) -> None:
    """Raise `MetaRefusal` if the message must not be sent."""
    for stop in find_stops(account_id, [message]).values():
        raise MetaRefusal(STOPPED_CODE, explanation(stop))


def explanation(stop: Stop) -> str:
    """Why nothing is sent, and the remedy."""
    who = "the person stopped" if stop.by_person else "your account stopped"
    return (
        f"{who} marketing messages on {stop.at:%Y-%m-%d %H:%M} UTC, so this marketing template is not sent: "
        "leave this person out, or lift the stop in Settings › Suppression."
    )


def waiting_stops(submissions: Sequence[Submission]) -> Mapping[int, Stop]:
    """The stops of claimed messages that waited, by the id of the submission: somebody may have written STOP since."""
    latest = datetime.now(UTC) - _RECENT
    by_account: dict[int, dict[int, Identity]] = {}
    for row in submissions:
        if row.about.get("is_marketing") and row.created_at < latest:
            identity = _recipient(row.about.get("msisdn", ""), row.about.get("user_id", ""))
            if identity:
                by_account.setdefault(row.account_id, {})[row.pk] = identity
    waiting: dict[int, Stop] = {}
    for account_id, recipients in by_account.items():
        stops = current_stops(account_id, list(recipients.values()))
        waiting |= {pk: stops[identity] for pk, identity in recipients.items() if identity in stops}
    return waiting


def stopped_result(shape: str, stop: Stop, at: datetime) -> AttemptResult:
    """The outcome of a message that was accepted and must not be sent any more, with the code of its vendor."""
    is_8x8 = shape == Shape.EIGHT_X_EIGHT
    return AttemptResult(
        kind=ResultKind.REJECTED, at=at.isoformat(), by="tollgate", title=explanation(stop)[:255],
        source=DELIVERY_SOURCE if is_8x8 else META, code=STOPPED_8X8 if is_8x8 else STOPPED_CODE,
    )  # fmt: skip


def _recipient(msisdn: str, user_id: str) -> Identity | None:
    return identity_of(msisdn or user_id)
