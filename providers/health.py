"""Reads the health status of Meta and 360dialog: its nodes, or the reason why there is none."""

from dataclasses import dataclass

from providers.outcomes import Answer, Unreached
from providers.reading import integer, items, mapping, text
from providers.vocabulary import CanSend, Entity

_MAX_ENTRIES = 10  # errors, and lines of information, of a node


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a node cannot send. `code` is 0 when the provider gives none."""

    code: int
    description: str
    solution: str


@dataclass(frozen=True, slots=True)
class NodeHealth:
    """The provider's status of one node; `id` is the provider's."""

    entity: Entity
    id: str
    can_send: CanSend
    info: tuple[str, ...] = ()
    errors: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class NoHealthStatus:
    """There is no health status; the reason is for people."""

    reason: str


HealthAnswer = tuple[NodeHealth, ...] | NoHealthStatus


def read_answer(answer: Answer | Unreached) -> HealthAnswer:
    """The nodes of an answer of either provider; unknown kinds are skipped, and unknown states are UNKNOWN."""
    if isinstance(answer, Unreached):
        return NoHealthStatus(answer.reason)
    data = answer.data or {}
    if not answer.is_success:
        message = text(mapping(data.get("error")).get("message"), 200) or text(
            mapping(data.get("meta")).get("developerMessage"), 200
        )
        return NoHealthStatus(f"HTTP {answer.http_status}: {message}" if message else f"HTTP {answer.http_status}")
    nodes = tuple(
        NodeHealth(
            Entity(node["entity_type"]), text(node.get("id"), 64), _can_send(node["can_send_message"]),
            _lines(node.get("additional_info")), _faults(node.get("errors")),
        )
        for node in items(mapping(data.get("health_status")).get("entities"))
        if node.get("entity_type") in Entity.values and text(node.get("can_send_message"), 64)
    )  # fmt: skip
    return nodes or NoHealthStatus(f"HTTP {answer.http_status} without a health status")


def _can_send(value: object) -> CanSend:
    word = text(value, 64).upper()
    return CanSend(word) if word in CanSend.values else CanSend.UNKNOWN


def _lines(value: object) -> tuple[str, ...]:
    return tuple(line for item in value[:_MAX_ENTRIES] if (line := text(item, 500))) if isinstance(value, list) else ()


def _faults(value: object) -> tuple[Fault, ...]:
    return tuple(
        Fault(
            integer(fault.get("error_code")) or 0,
            text(fault.get("error_description"), 500),
            text(fault.get("possible_solution"), 500),
        )
        for fault in list(items(value))[:_MAX_ENTRIES]
    )
