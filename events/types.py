"""The registry of event types: what clients can subscribe to.

A package registers its event types at startup (`register`) and writes events into the outbox (`events.outbox.emit`).
Deliveries, signatures, ordering and retries follow from the registration.
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
    """Its content is not final yet: it is retried in a second, without counting as an attempt."""
    DELETED = "deleted"
    """Its subject was deleted: it is never delivered."""


@dataclass(frozen=True, slots=True)
class Content:
    """The content of an event at delivery: `data` for every format, and the subaccount whose endpoint receives it."""

    data: Mapping[str, Any]
    subaccount_id: int | None = None


Loader = Callable[[Sequence["Delivery"]], Mapping[int, Content | NoContent]]
"""From deliveries, with their event and subscription, to the content of each, by delivery id."""


def stored_payload(deliveries: Sequence["Delivery"]) -> Mapping[int, Content | NoContent]:
    """The payload as emitted: for types that add nothing at delivery."""
    return {each.pk: Content(each.event.payload, each.event.subaccount_id) for each in deliveries}


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event.

    A reader needs all `permissions`. Endpoints of `endpoint_type` receive it (empty: those of its own type). `load`
    returns the content at delivery. `formats` maps the names of other formats than our own to functions that build the
    body from that content.
    """

    name: str
    label: "_StrOrPromise"
    subject_type: str
    permissions: tuple[Permission, ...]
    endpoint_type: str = ""
    version: int = 1
    load: Loader = stored_payload
    formats: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = field(default_factory=dict)

    @property
    def receivers(self) -> str:
        """The type of the endpoints that receive it."""
        return self.endpoint_type or self.name


_TYPES: dict[str, EventType] = {}


def register(*types: EventType) -> None:
    """Register types. Raises ValueError for a name that is registered already."""
    for each in types:
        if each.name in _TYPES:
            raise ValueError(f"The event type {each.name} is registered twice.")
        _TYPES[each.name] = each


def unregister(name: str) -> None:
    """Remove a type: for tests."""
    del _TYPES[name]


def event_type(name: str) -> EventType:
    """The type with this name. Raises KeyError."""
    return _TYPES[name]


def event_types() -> list[EventType]:
    """All types, sorted by name."""
    return [_TYPES[name] for name in sorted(_TYPES)]
