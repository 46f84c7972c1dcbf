"""How a message is sent: its number's provider, credential and URL, and its body in the provider's form."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from core.errors import UserError
from core.secrets import unseal
from messaging.log.lifecycle.provider_ids import reference
from messaging.sending.models import Submission
from messaging.sending.requests import SendSummary
from messaging.sending.senders import Sender, sender_of
from providers.outcomes import Outcome
from providers.registry import sending_of
from providers.vendor import Connection, Sending
from providers.vocabulary import Shape


class NoRoute(UserError):
    """The message cannot be sent because its number lacks something."""


@dataclass(frozen=True, slots=True)
class Route:
    """A request that is ready to send."""

    sender: Sender
    request: Callable[[], Outcome]


def connection(sender: Sender) -> Connection:
    """The connection of a number to its provider. Raises NoRoute without a credential."""
    try:
        secret = unseal(sender.credential_sealed, owner=f"account:{sender.account_id}")
    except ValueError as error:
        raise NoRoute(f"The credential of number {sender.number_id} cannot be decrypted: {error}") from None
    if not secret:
        raise NoRoute(
            f"Number {sender.number_id} has no sending credential", remedy="an operator must set it in the admin."
        )
    return Connection(
        secret=secret, number_id=sender.number_id, subaccount_code=sender.subaccount_code, base_url=sender.api_url
    )


def sending(sender: Sender) -> Sending:
    """Return the sending capability of the number's provider. Raises NoRoute if it has none."""
    gateway = sending_of(sender.provider)
    if gateway is None:
        raise NoRoute(f"Messages cannot be sent through {sender.provider}.")
    return gateway


def route(submission: Submission) -> Route:
    """How to send a stored message. Raises NoRoute."""
    if submission.phone_number is None:
        raise NoRoute("The sending number no longer exists.")
    sender = sender_of(submission.phone_number)
    request = partial(sending(sender).send, connection(sender), body(submission, sender))
    return Route(sender, request)


def body(submission: Submission, sender: Sender) -> dict[str, object]:
    """The message in its provider's form, with a reference that webhooks repeat. Raises NoRoute."""
    umid = str(submission.umid)
    if submission.shape != Shape.EIGHT_X_EIGHT:
        return cloud_body(submission.request, sender, umid)
    about = SendSummary.from_json(submission.about)
    return sending(sender).from_8x8(submission.request, about, reference(umid))


def cloud_body(request: dict[str, object], sender: Sender, umid: str) -> dict[str, object]:
    """The body for a request in the Cloud API's form. Raises NoRoute if the provider has none."""
    translate = sending(sender).from_cloud
    if translate is None:
        raise NoRoute(f"{sender.provider} does not accept messages in the Cloud API format.")
    return translate(request, reference(umid))
