"""What a batch of events says about marketing: stops and their lifting, for the suppression list."""

from collections.abc import Collection, Iterable, Iterator

from messaging.log.lifecycle.people import ContactReport
from messaging.log.lifecycle.reports import EventReport, Key
from messaging.persons.selectors.identities import identity_of
from messaging.suppression.enums import STOPPED_CODE, Action, Source
from messaging.suppression.recording import Fact, record
from messaging.suppression.selectors.words import words_of
from messaging.suppression.words import replies
from providers.error_catalogue import meta_code
from providers.vocabulary import Direction

PREFERENCE = "marketing_messages"
_ACTIONS = {
    **dict.fromkeys(("stop", "opt_out", "optout", "opt-out"), Action.STOP),
    **dict.fromkeys(("resume", "start", "opt_in", "optin", "opt-in"), Action.START),
}
_RECEIVED = "received"
_REPLIES = frozenset({"text", "button", "interactive"})  # content types with which a person can answer


def record_stops(reports: Iterable[EventReport], deleted: Collection[Key] = ()) -> None:
    """Record the stops in messages of persons, and those of which Meta's error tells."""
    facts = [fact for report in reports if (fact := _fact(report)) and report.key not in deleted]
    if facts:
        record(facts)


def _fact(report: EventReport) -> Fact | None:
    event = report.event
    if event.error_code is not None:
        code = meta_code(event.error_source, event.error_code, event.provider_error_code)
        effect = (Action.STOP, Source.ERROR, "") if code == STOPPED_CODE else None
    elif event.direction == Direction.INBOUND and event.content_type in _REPLIES and event.state == _RECEIVED:
        effect = None if event.group_id else _answer(report)  # in a group the word is for others
    else:
        return None
    identity = identity_of(event.msisdn or event.user_id) if effect else None
    if effect is None or identity is None:
        return None
    action, source, reason = effect
    return Fact(report.account_id, identity, event.at, action, source, reason, webhook_id=report.webhook_id)


def _answer(report: EventReport) -> tuple[Action, Source, str] | None:
    """What the person's message does, with the word."""
    for text in replies(report.event.content):
        if action := words_of(report.account_id).action(text):
            return action, Source.WORD, text
    return None


def record_preferences(reports: Iterable[ContactReport]) -> None:
    """Record what persons chose about marketing in WhatsApp."""
    record(_preferences(reports))


def _preferences(reports: Iterable[ContactReport]) -> Iterator[Fact]:
    for report in reports:
        event = report.event
        identity = identity_of(event.msisdn or event.user_id or event.parent_user_id)
        if is_preference(report) and identity:
            action = _ACTIONS[event.new.strip().lower()]
            yield Fact(report.account_id, identity, report.at, action, Source.PREFERENCE, webhook_id=report.webhook_id)


def is_preference(report: ContactReport) -> bool:
    """Whether it stops or resumes marketing; it is then in the suppression list only."""
    return report.event.field == PREFERENCE and report.event.new.strip().lower() in _ACTIONS
