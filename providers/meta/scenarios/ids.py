"""New ids of messages in a scenario."""

from providers.meta.wamids import INBOUND_KEY, OUTBOUND_KEY, wamid
from providers.scenarios import Context, Person


def outbound_id(context: Context, person: Person, *, group: str = "") -> str:
    """A new wamid of a message to a person, or to a group (its number)."""
    return wamid(person.msisdn, context.key(OUTBOUND_KEY), group=group)


def inbound_id(context: Context, person: Person, *, group: str = "") -> str:
    """A new wamid of a message from a person, in a group (its number) or not."""
    return wamid(person.msisdn, context.key(INBOUND_KEY), inbound=True, group=group)
