"""Sends while the client waits, for the shapes that return the provider's own answer."""

from datetime import UTC, datetime
from functools import partial

from messaging.sending import acceptance, pacing
from messaging.sending.dispatch import LEASE
from messaging.sending.requests import SendRequest
from messaging.sending.results import AttemptResult, ResultKind, attempt_result
from messaging.sending.routes import NoRoute, cloud_body, connection, sending
from messaging.sending.wakeup import sending_wakeup
from providers.error_catalogue import META
from providers.meta.refusals import MetaRefusal
from providers.outcomes import Outcome, Unreached


def send_now(message: SendRequest) -> Outcome:
    """Store a message, send it, and record the provider's answer. Raises MetaRefusal when it is not sent at all.

    Only a failed connection is retried, once: the client has the answer and decides about more.
    """
    sender = message.sender
    if sender is None:
        raise MetaRefusal(133010, "There is no number to send from.")
    try:
        send = partial(sending(sender).send, connection(sender), cloud_body(message.request, sender, str(message.umid)))
    except NoRoute as error:
        raise MetaRefusal(133010, str(error)) from None
    if pause := pacing.reserve(sender, message.about.msisdn):
        code = 130429 if pause.is_for_number else 131056
        raise MetaRefusal(code, f"Try again in {pause.seconds:.1f} seconds: Meta would refuse this message now.")
    now = datetime.now(UTC)
    acceptance.store(sender.account_id, [(message, None)], at=now, lease=now + LEASE)
    outcome = send()
    if isinstance(outcome, Unreached):
        outcome = send()
    acceptance.record(
        message.umid, attempt_result(outcome, at=datetime.now(UTC), attempts=1, expires_at=None, retry=False)
    )
    sending_wakeup.notify()
    return outcome


def store_refused(account_id: int, message: SendRequest, refusal: MetaRefusal, *, subaccount_id: int | None) -> None:
    """Store a refused message, which the log shows too."""
    now = datetime.now(UTC)
    outcome = AttemptResult(
        kind=ResultKind.REJECTED, at=now.isoformat(), source=META, code=refusal.code, title=refusal.message[:255],
        status=refusal.status, body={"code": refusal.code, "details": refusal.message}, by="tollgate",
    )  # fmt: skip
    acceptance.store(account_id, [(message, outcome)], at=now, subaccount_id=subaccount_id)
    sending_wakeup.notify()
