"""Meta's webhooks beside plain statuses and texts, for the demo: persons with usernames, groups, calls, edits, echoes.

Shapes: Meta's webhook reference of 2025-12 to 2026-08 and its pages on user ids, groups, calls and Direct Send. Each
function returns a part of a body; `change` puts parts into the envelope. Times are seconds since 1970.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from providers.scenarios import Person, SimulatedSender
from providers.simulated_errors import ERRORS

Part = dict[str, Any]


def without_empty(**parts: Any) -> Part:
    """The parts that are not empty, by name."""
    return {name: value for name, value in parts.items() if value}


def contact(person: Person) -> Part:
    """A person in `contacts`."""
    return {
        "profile": without_empty(name=person.name, username=person.username),
        **without_empty(wa_id=person.shown_msisdn, user_id=person.user_id, parent_user_id=person.parent_user_id),
    }


def change(sender: SimulatedSender, field: str, content: Part, at: int | None = None) -> bytes:
    """A body with one change. With `at`, it is about the WABA, else about the number."""
    about = {"display_phone_number": sender.msisdn, "phone_number_id": sender.number_id}
    value = content if at else {"messaging_product": "whatsapp", "metadata": about} | content
    entry = {"id": sender.waba_id, **({"time": at} if at else {}), "changes": [{"field": field, "value": value}]}
    return orjson.dumps({"object": "whatsapp_business_account", "entry": [entry]})


# --- Messages of persons ---------------------------------------------------------------------------------------------


def message(person: Person, message_id: str, at: int, kind: str, content: Any, **more: Any) -> Part:
    """A message in `messages`: `content` stands under the name of its kind."""
    author = {"from": person.shown_msisdn, "from_user_id": person.user_id, "from_parent_user_id": person.parent_user_id}
    return {
        **without_empty(**author), "id": message_id, "timestamp": str(at), "type": kind,
        **({} if content is None else {kind: content}), **more,
    }  # fmt: skip


def inbound(person: Person, *messages: Part) -> Part:
    """The content of a change with messages of one person."""
    return {"contacts": [contact(person)], "messages": list(messages)}


def edit(original_id: str, text: str) -> Part:
    """The content of an `edit`."""
    return {"original_message_id": original_id, "message": {"type": "text", "text": {"body": text}}}


# --- Messages of the business ----------------------------------------------------------------------------------------


def price(category: str, kind: str = "regular") -> Part:
    """A `pricing` object; what begins with `free` is not billable."""
    return {"billable": not kind.startswith("free"), "pricing_model": "PMP", "type": kind, "category": category}


def status(person: Person, message_id: str, at: int, state: str, **more: Any) -> Part:
    """A status of a message to one person."""
    recipient = without_empty(recipient_id=person.shown_msisdn, recipient_user_id=person.user_id)
    return {"id": message_id, "status": state, "timestamp": str(at), **recipient, **more}


def group_status(group: str, person: Person, message_id: str, at: int, state: str, **more: Any) -> Part:
    """A status of a group message for one participant; `group` is the group's id."""
    return {
        "id": message_id, "status": state, "timestamp": str(at), "recipient_id": group, "recipient_type": "group",
        **without_empty(recipient_participant_id=person.shown_msisdn, recipient_participant_user_id=person.user_id),
        **more,
    }  # fmt: skip


def statuses(parts: Sequence[Part], *persons: Person) -> Part:
    """The content of a change with statuses; `persons`: the contacts that `sent`, `delivered` and `read` have."""
    return {**without_empty(contacts=[contact(person) for person in persons]), "statuses": list(parts)}


def errors(code: int) -> Part:
    """The `errors` of a failed status."""
    error = ERRORS[code]
    details = {"error_data": {"details": error.details}}
    return {"errors": [{"code": code, "title": error.title, "message": error.title, **details}]}


def echo(sender: SimulatedSender, person: Person, message_id: str, at: int, text: str) -> Part:
    """The content of `smb_message_echoes`: a text that the business sent from its app."""
    to = without_empty(to=person.shown_msisdn, to_user_id=person.user_id)
    body = {"id": message_id, "timestamp": str(at), "type": "text", "text": {"body": text}}
    return {"message_echoes": [{"from": sender.msisdn, **to, **body}]}


# --- Calls -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Call:
    """A call between a person and a number of the business."""

    id: str
    person: Person
    sender: SimulatedSender
    by_person: bool

    def event(self, kind: str, at: int, **more: Any) -> Part:
        """The content of `calls` for `connect` or `terminate`."""
        person, business = self.person, {"from": self.sender.msisdn}
        called = {"to": self.sender.msisdn}
        ends = {**without_empty(**{"from": person.shown_msisdn, "from_user_id": person.user_id}), **called}
        if not self.by_person:
            ends = {**business, **without_empty(to=person.shown_msisdn, to_user_id=person.user_id)}
        direction = "USER_INITIATED" if self.by_person else "BUSINESS_INITIATED"
        call = {"id": self.id, **ends, "event": kind, "timestamp": str(at), "direction": direction, **more}
        return {"contacts": [contact(person)], "calls": [call]}

    def end(self, start: int, seconds: int, *, completed: bool = True) -> Part:
        """The content of `calls` for its end; a call that nobody answered has no duration."""
        times = {"start_time": str(start), "end_time": str(start + seconds), "duration": seconds} if completed else {}
        return self.event("terminate", start + seconds, status="COMPLETED" if completed else "FAILED", **times)

    def state(self, word: str, at: int) -> Part:
        """The content of `calls` for RINGING, ACCEPTED or REJECTED, of a call by the business."""
        part = {"id": self.id, "type": "call", "status": word, "timestamp": str(at)}
        recipient = without_empty(recipient_id=self.person.shown_msisdn, recipient_user_id=self.person.user_id)
        return {"statuses": [part | recipient]}


# --- Templates -------------------------------------------------------------------------------------------------------


def template(template_id: str, name: str, **more: Any) -> Part:
    """The content of an announcement about a template in English."""
    return {
        "message_template_id": int(template_id), "message_template_name": name, "message_template_language": "en",
        **more,
    }  # fmt: skip
