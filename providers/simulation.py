"""A simulated provider: its answers and webhooks, for the sandbox (local/sandbox) and for demo traffic.

Pure: the sandbox has the HTTP server, the clock and the limits, and chooses the outcome of a message.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Protocol

from providers.events import MessageEvent
from providers.scenarios import Context, Scenario, SimulatedSender, Webhooks
from providers.simulated_errors import ERRORS, SimulatedError

SENT, DELIVERED, READ, FAILED, REPLY, SMS = "sent", "delivered", "read", "failed", "reply", "sms"
LIMITED, BLOCKED = ".limited", ".blocked"  # endings of a token: the health status of its number


class SimulatedRefusal(Exception):
    """The simulated provider answers the request with this error."""

    def __init__(self, code: int, details: str = "", *, count: int = 0, expected_count: int = 0) -> None:
        super().__init__(code, details)
        error = ERRORS[code]
        self.error = replace(error, details=details or error.details, count=count, expected_count=expected_count)


Component = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SimulatedTemplate:
    """A template: its pricing category, its components in Meta's form, and Meta's status."""

    category: str
    components: tuple[Component, ...]
    status: str = "APPROVED"


Templates = Mapping[tuple[str, str], SimulatedTemplate]  # by name and language


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """A message to send: `to` as written, `msisdn` its digits, and the `reference` that webhooks repeat.

    A message to a user id or to a group has no `msisdn`. `direct_send`: it has no template, Meta makes one. `failure`:
    the code with which it fails after it was accepted. `is_dropped`: it is accepted and nothing else happens.
    """

    to: str
    msisdn: str
    category: str
    is_template: bool
    reference: str
    user_id: str = ""
    group_id: str = ""
    direct_send: bool = False
    failure: int | None = None
    is_dropped: bool = False
    has_sms_fallback: bool = False

    @property
    def address(self) -> str:
        """Whose last digits decide the outcome: the number, or else the user id; empty for a group."""
        return self.msisdn or self.user_id

    @property
    def is_charged(self) -> bool:
        """Whether it is sent at a category's rate, and not free in an open window."""
        return self.is_template or self.direct_send


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedReport:
    """The content of one webhook: a status of a message, or a reply to it.

    `is_priced`: whether an earlier webhook of the message carried the price.
    """

    state: str
    request: MessageRequest
    message_id: str
    sender: SimulatedSender
    at: int  # seconds since 1970
    error: SimulatedError | None = None
    is_priced: bool = False


class NewId(Protocol):
    """Makes ids of messages with a person, or with a group (its id)."""

    def __call__(self, rng: Random, msisdn: str, *, inbound: bool = False, group: str = "") -> str:
        """A new id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """The server side of a provider's API. A path names the sender by `{number_id}` or `{subaccount}`; without
    either, the first number of the provider sends.
    """

    send_path: str
    token: Callable[[Mapping[str, str]], str]  # of a request's headers
    read_request: Callable[[bytes, Templates], MessageRequest]  # raises SimulatedRefusal with one of Meta's codes
    new_id: NewId
    success_answer: Callable[[MessageRequest, str], bytes]  # the body of the answer 200
    error_answer: Callable[[SimulatedError, Random], tuple[int, bytes]]  # status and body
    report_webhook: Callable[[SimulatedReport], bytes]  # the webhook's body
    webhook_headers: Callable[[str, bytes], dict[str, str]]  # from the endpoint's secret and the body
    translate_event: Callable[[MessageEvent], MessageEvent]  # one of Meta's events as this provider reports it
    event_webhook: Callable[[MessageEvent, str], bytes]  # the body for a translated event of a WABA
    scenarios: tuple[Scenario, ...] = ()
    # Announcements about templates; the argument has the name and id of each by its part: see local.demo.templates.
    template_scenario: Callable[[Context, Mapping[str, tuple[str, str]]], Webhooks] | None = None
    is_read_mark: Callable[[bytes], bool] | None = None  # whether a body marks a message as read
    health_path: str = ""
    health: Callable[[SimulatedSender, str], bytes] | None = None  # the answer to a sender's token


def bearer(headers: Mapping[str, str]) -> str:
    """The token of `Authorization: Bearer …`."""
    kind, _, token = headers.get("Authorization", "").partition(" ")
    return token if kind == "Bearer" else ""


def digits(to: str) -> str:
    """The digits of a phone number without its separators. Raises SimulatedRefusal for anything else."""
    msisdn = re.sub(r"[ +()-]", "", to)
    if not re.fullmatch(r"[1-9][0-9]{6,14}", msisdn):
        raise SimulatedRefusal(100, "Param to is not a phone number.")
    return msisdn
