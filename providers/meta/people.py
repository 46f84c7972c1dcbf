"""The persons in Meta's webhooks: who a message is from or to, their names, and announced changes of their identities.

Sources: Meta's page on business-scoped user ids (2026-11-05) and its changelog of 2026-08-11.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from providers.events import MAX_NAME, ContactEvent, Identities, Person
from providers.reading import digits, items, mapping, text, unix_time_or, user_id, username

Json = dict[str, Any]


def person(address: Any, named_id: Any, parent_id: Any, contacts: Sequence[Json]) -> Person:
    """The person at an address, which is a number or a user id, with the ids that are named beside it, if any.

    A person who is known by the parent id alone has it as the user id.
    """
    msisdn = digits(address)
    person_id = user_id(named_id) or ("" if msisdn else user_id(address))
    contact = _contact(contacts, msisdn, person_id) if contacts else {}
    parent = user_id(parent_id or contact.get("parent_user_id"))
    msisdn = msisdn or digits(contact.get("wa_id"))
    person_id = person_id or user_id(contact.get("user_id")) or ("" if msisdn else parent)
    return Person(msisdn, person_id, parent, *names(contact)) if contact else Person(msisdn, person_id, parent)


def names(contact: Json) -> tuple[str, str]:
    """The username and the profile name of a contact."""
    profile = mapping(contact.get("profile"))
    name = username(profile.get("username") or contact.get("username"))
    return name, text(profile.get("name"), MAX_NAME).strip()


def _contact(contacts: Sequence[Json], msisdn: str, person_id: str) -> Json:
    """The contact of a person: by user id, else by number; the only one if the message names nobody."""
    for contact in contacts:
        named = (contact.get(name) for name in ("user_id", "wa_id", "parent_user_id"))
        if person_id and person_id in map(user_id, named):
            return contact
    for contact in contacts:
        if msisdn and digits(contact.get("wa_id")) == msisdn:
            return contact
    return contacts[0] if len(contacts) == 1 and not (msisdn or person_id) else {}


# --- Changes ----------------------------------------------------------------------------------------------------------
def announced_change(message: Json, number_id: str, wamid: str, at: datetime) -> ContactEvent | None:
    """The change in a system message (`user_changed_number`, `user_changed_user_id`), in its newer and older forms.

    `from` is the number before the change, `system.wa_id` the one after it.
    """
    system = mapping(message.get("system"))
    kind = text(system.get("type"), 64).lower()
    if "changed" not in kind or "identity" in kind:  # customer_identity_changed is about encryption keys
        return None
    before, now = (
        digits(message.get("from") or system.get("customer")),
        digits(system.get("wa_id") or system.get("new_wa_id")),
    )
    previous_id, sender_id = user_id(system.get("previous_user_id")), user_id(message.get("from_user_id"))
    new_id = user_id(system.get("user_id")) or (sender_id if sender_id != previous_id else "")
    previous_parent = user_id(system.get("previous_parent_user_id"))
    parent = user_id(system.get("parent_user_id") or message.get("from_parent_user_id"))
    return ContactEvent(
        field=kind,
        new=(now if "number" in kind and now else new_id or now)[:64],
        at=at,
        number_id=number_id,
        msisdn=now or before,
        user_id=new_id,
        parent_user_id=parent if parent != previous_parent else "",
        previous=Identities(before, previous_id or sender_id, previous_parent),
        provider_message_id=wamid,
        details=system,
    )


def contact_changes(value: Json, field: str, waba_id: str, at: datetime | None) -> Iterator[ContactEvent]:
    """The changes of user ids, else the contacts, of a `user_id_update` or of 8x8's raw events."""
    contacts = items(value.get("contacts"))
    number_id = text(mapping(value.get("metadata")).get("phone_number_id"), 64)
    for part in items(value.get("user_id_update")) or contacts or [value]:
        msisdn = digits(part.get("wa_id"))
        previous_id, new_id = _pair(part, "user_id")
        previous_parent, parent = _pair(part, "parent_user_id")
        contact = part if part in contacts else _contact(contacts, msisdn, new_id)
        yield ContactEvent(
            field=field,
            new=(new_id or msisdn)[:64],
            at=unix_time_or(part.get("timestamp"), at),
            waba_id=waba_id,
            number_id=number_id,
            msisdn=msisdn,
            user_id=new_id,
            details=part,
            parent_user_id=parent,
            username=names(contact)[0],
            profile_name=names(contact)[1],
            previous=Identities("", previous_id, previous_parent) if previous_id or previous_parent else None,
        )


def _pair(part: Json, name: str) -> tuple[str, str]:
    """The former and the present id: an object of both, or beside each other under several names."""
    value = part.get(name)
    if isinstance(value, dict):
        return user_id(value.get("previous")), user_id(value.get("current") or value.get("new"))
    previous = part.get(f"previous_{name}") or part.get(f"old_{name}")
    present = part.get(f"new_{name}") or part.get(f"current_{name}") or value
    return user_id(previous), user_id(present)
