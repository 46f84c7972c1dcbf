"""The way of a message out: its number's adapter, credential and address, and its body in the provider's form."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.secrets import unseal
from messaging.log.lifecycle.provider_ids import reference
from messaging.sending.eightxeight import for_cloud, for_eightxeight
from messaging.sending.models import Submission
from messaging.sending.requests import SendSummary
from messaging.sending.senders import Sender, sender_of
from providers.gateway import Dialog360, EightXEight, Meta, Outcome
from providers.vocabulary import Provider, Shape

Adapter = Meta | Dialog360 | EightXEight
OPAQUE = "biz_opaque_callback_data"


class NoRoute(LookupError):
    """The message cannot be sent; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Route:
    """A request that is ready to be made."""

    sender: Sender
    request: Callable[[], Outcome]


def adapter(sender: Sender) -> Adapter:
    """What sends from a number. Raises NoRoute without a credential."""
    try:
        secret = unseal(sender.credential_sealed, owner=f"account:{sender.account_id}")
    except ValueError as error:
        raise NoRoute(f"The credential of number {sender.number_id} cannot be opened: {error}") from None
    if not secret:
        raise NoRoute(f"Number {sender.number_id} has no credential to send with: an operator sets it in the admin.")
    usual: Adapter
    if sender.provider == Provider.EIGHT_X_EIGHT:
        usual = EightXEight(sender.subaccount_code, secret)
    elif sender.provider == Provider.DIALOG_360:
        usual = Dialog360(secret)
    else:
        usual = Meta(sender.number_id, secret)
    return replace(usual, base_url=sender.api_url) if sender.api_url else usual


def route(submission: Submission) -> Route:
    """How to send a stored message. Raises NoRoute."""
    if submission.phone_number is None:
        raise NoRoute("The number it was to be sent from is gone.")
    sender = sender_of(submission.phone_number)
    sending, message = adapter(sender), body(submission, sender)
    return Route(sender, lambda: sending.send(message))


def body(submission: Submission, sender: Sender) -> dict[str, object]:
    """The message in its provider's form, with a reference by which a webhook can name it."""
    umid = str(submission.umid)
    if submission.shape != Shape.EIGHT_X_EIGHT:
        return cloud_body(submission.request, umid)
    about = SendSummary.from_json(submission.about)
    translate = for_eightxeight if sender.provider == Provider.EIGHT_X_EIGHT else for_cloud
    return translate(submission.request, about, umid)


def cloud_body(request: dict[str, object], umid: str) -> dict[str, object]:
    """A body in the Cloud API's form: the client's own reference stays, where it gives one."""
    sent = {name: value for name, value in request.items() if name != "tollgate"}
    return {OPAQUE: reference(umid), **sent}
