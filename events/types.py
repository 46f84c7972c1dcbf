"""The registry of event types: what clients can subscribe to.

A package that lets something happen declares its types when it starts (`register`) and writes events of them into the
outbox (`events.outbox.emit`); everything else (endpoints, deliveries, retries, pages) follows from the declaration.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from accounts.enums import Permission

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

    from events.models import Delivery


class NoContent(Enum):
    """Why a delivery is not posted now."""

    LATER = "later"
    """Its content is not settled yet: it is tried again in a second, and that is no attempt."""
    GONE = "gone"
    """Its subject was deleted: it is never delivered."""


@dataclass(frozen=True, slots=True)
class Content:
    """What an event says when it is delivered: `data` for every format, and the subaccount whose endpoint gets it."""

    data: Mapping[str, Any]
    subaccount_id: int | None = None


Loader = Callable[[Sequence["Delivery"]], Mapping[int, Content | NoContent]]
"""Deliveries, with their event and subscription, to what each is to say, by delivery id."""


def stored_payload(deliveries: Sequence["Delivery"]) -> Mapping[int, Content | NoContent]:
    """The payload as it was emitted: for types that add nothing when they are delivered."""
    return {each.pk: Content(each.event.payload, each.event.subaccount_id) for each in deliveries}


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event.

    `permissions` are what a reader needs, all of them. `load` makes what is said when it is delivered. `formats` make
    the body of an envelope other than our own from that, by the name of the format.
    """

    name: str
    label: "_StrOrPromise"
    subject_type: str
    permissions: tuple[Permission, ...]
    version: int = 1
    load: Loader = stored_payload
    formats: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = field(default_factory=dict)


_TYPES: dict[str, EventType] = {}


def register(*types: EventType) -> None:
    """Register types. Raises ValueError for a name that is registered already."""
    for each in types:
        if each.name in _TYPES:
            raise ValueError(f"The event type {each.name} is registered twice.")
        _TYPES[each.name] = each


def unregister(name: str) -> None:
    """Forget a type: for tests."""
    del _TYPES[name]


def event_type(name: str) -> EventType:
    """The type of a name. Raises KeyError."""
    return _TYPES[name]


def event_types() -> list[EventType]:
    """Every type, by name."""
    return [_TYPES[name] for name in sorted(_TYPES)]
