"""The outcome of a message: the recipient's last six digits decide it, or else chance.

A number that ends in one of Meta's error codes gets that error; codes of fewer than four digits are written 980NNN
(980002 is code 2), the others are padded with zeros (080007). `STATUS_SEQUENCES` and `LOST_ANSWERS` list the other
endings.
"""

from dataclasses import dataclass
from random import Random

from local.sandbox.config import Config
from providers.simulated_errors import ERRORS, SimulatedError
from providers.simulation import DELIVERED, FAILED, READ, REPLY, SENT, SMS, MessageRequest

STATUS_SEQUENCES = {
    "990000": (SENT, DELIVERED, READ),
    "990001": (SENT,),
    "990002": (SENT, DELIVERED),
    "990003": (SENT, READ),  # `delivered` never comes, as Meta says it may
    "990004": (SENT, DELIVERED, READ, REPLY),
    "990005": (SENT, FAILED, DELIVERED),  # two devices, of which one refused
}
_IN_GROUP = (SENT, DELIVERED, READ)
NO_ANSWER, BAD_GATEWAY, UNAVAILABLE = "990408", "990502", "990503"
LOST_ANSWERS = {
    NO_ANSWER: "the message is accepted and its webhooks arrive, but the request is never answered",
    BAD_GATEWAY: "the message is accepted and its webhooks arrive, but the answer is 502 with an HTML page",
    UNAVAILABLE: "the message is not accepted, and the answer is 503 with an HTML page",
}
_DELAYS = {SENT: (0.3, 1.5), DELIVERED: (0.5, 6.0), READ: (3.0, 90.0), FAILED: (0.5, 4.0), REPLY: (5.0, 60.0),
           SMS: (1.0, 9.0)}  # fmt: skip
_FAILURES = (131026, 131026, 131049, 130472)


@dataclass(frozen=True, slots=True)
class Step:
    """One webhook, `after` seconds after the previous one."""

    after: float
    event: str
    error: SimulatedError | None = None


def error_ending(code: int) -> str:
    """The last six digits of the recipients that get this error."""
    return f"980{code:03d}" if code < 1000 else f"{code:06d}"


_ERROR_BY_ENDING = {error_ending(code): error for code, error in ERRORS.items()}


def refusal(address: str, rng: Random, config: Config) -> SimulatedError | None:
    """The error in the answer to a request; None when the request succeeds."""
    error = _ERROR_BY_ENDING.get(address[-6:])
    if error is not None and error.is_immediate:
        return error
    has_ending = error is not None or address[-6:] in STATUS_SEQUENCES or address[-6:] in LOST_ANSWERS
    return ERRORS[131000] if rng.random() < config.refuse and not has_ending else None


def steps(message: MessageRequest, rng: Random, config: Config) -> tuple[Step, ...]:
    """The webhooks of an accepted message, in order."""
    ending = message.address[-6:]
    error = ERRORS[message.failure] if message.failure else _ERROR_BY_ENDING.get(ending)
    sequence = _IN_GROUP if message.group_id else STATUS_SEQUENCES.get(ending)
    events = sequence or _random_events(rng, config)
    if error is not None:
        events = (FAILED,)
    elif FAILED in events:
        error = ERRORS[rng.choice(_FAILURES)]
    if events[-1] == FAILED and message.has_sms_fallback:
        events = (*events, SMS)
    return tuple(
        Step(rng.uniform(*_DELAYS[event]) / config.speed, event, error if event == FAILED else None) for event in events
    )


def _random_events(rng: Random, config: Config) -> tuple[str, ...]:
    if rng.random() < config.fail:
        return (FAILED,) if rng.random() < 0.5 else (SENT, FAILED)
    if rng.random() >= config.read:
        return (SENT, DELIVERED)
    return (SENT, DELIVERED, READ, REPLY) if rng.random() < config.reply else (SENT, DELIVERED, READ)
