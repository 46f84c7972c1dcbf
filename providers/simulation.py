"""How a provider answers, for a server that stands in for it (local/sandbox) and for made-up traffic.

Pure: the server has the HTTP, the clock, the limits and the choice of what becomes of a message.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

from providers.events import MessageEvent
from providers.simulated_errors import ERRORS, Error

SENT, DELIVERED, READ, FAILED, REPLY = "sent", "delivered", "read", "failed", "reply"
LIMITED, BLOCKED = ".limited", ".blocked"  # a token that ends so: what its number's health status says


class SimulatedRefused(Exception):
    """The request is answered with this error."""

    def __init__(self, code: int, details: str = "") -> None:
        super().__init__(code, details)
        self.error: Error = replace(ERRORS[code], details=details) if details else ERRORS[code]


@dataclass(frozen=True, slots=True)
class SimulatedTemplate:
    """An approved template: its pricing category and how many parameters its body has."""

    category: str
    body_parameters: int


Templates = Mapping[tuple[str, str], SimulatedTemplate]  # by name and language


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """A message to send. `to` as it was written, `msisdn` its digits, `reference` what webhooks repeat."""

    to: str
    msisdn: str
    category: str
    is_template: bool
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedSender:
    """The business phone number that a message is sent from."""

    number_id: str
    msisdn: str
    waba_id: str
    subaccount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedReport:
    """One webhook to post: what became of a message, or that the person replied.

    `is_priced`: whether an earlier proof of delivery told the price.
    """

    state: str
    request: MessageRequest
    message_id: str
    sender: SimulatedSender
    at: int  # seconds since 1970
    error: Error | None = None
    is_priced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A provider's API from the other side. A path names the sender by `{number_id}` or `{subaccount}`, or by nothing:
    then the token does, and the first number of the provider sends.
    """

    send_path: str
    token: Callable[[Mapping[str, str]], str]  # of a request's headers
    read: Callable[[bytes, Templates], MessageRequest]  # raises SimulatedRefused with Meta's code for what is wrong
    new_id: Callable[[Random], str]
    accepted: Callable[[MessageRequest, str], bytes]  # the answer 200
    refused: Callable[[Error, Random], tuple[int, bytes]]  # status and body
    report: Callable[[SimulatedReport], bytes]  # the body of a webhook
    webhook_headers: Callable[[str, bytes], dict[str, str]]  # the headers of a webhook, with the secret of its address
    translate_event: Callable[[MessageEvent], MessageEvent]  # an event of Meta's, as this provider reports it
    write: Callable[[MessageEvent, str], bytes]  # the webhook for such an event of a WABA
    read_mark: Callable[[bytes], bool] | None = None  # whether a body marks a message as read
    health_path: str = ""
    health: Callable[[SimulatedSender, str], bytes] | None = None  # for a token


def bearer(headers: Mapping[str, str]) -> str:
    """The token of `Authorization: Bearer …`."""
    kind, _, token = headers.get("Authorization", "").partition(" ")
    return token if kind == "Bearer" else ""


def digits(to: str) -> str:
    """A phone number without what people write between its digits; raises `Refused` for anything else."""
    msisdn = re.sub(r"[ +()-]", "", to)
    if not re.fullmatch(r"[1-9][0-9]{6,14}", msisdn):
        raise SimulatedRefused(100, "Param to is not a phone number.")
    return msisdn
