"""The outcome of a message: by its recipient's last six digits, or else at random.

A number that ends in one of Meta's error codes gets that error; codes of fewer than four digits are written 980NNN
(980002 is code 2), the others are filled up with zeros (080007). `STATUS_SEQUENCES` and
`LOST_ANSWERS` are the other endings.
"""

from dataclasses import dataclass
from random import Random

from local.sandbox.config import Config
from providers.simulated_errors import ERRORS, Error
from providers.simulation import DELIVERED, FAILED, READ, REPLY, SENT

STATUS_SEQUENCES = {
    "990000": (SENT, DELIVERED, READ),
    "990001": (SENT,),
    "990002": (SENT, DELIVERED),
    "990003": (SENT, READ),  # `delivered` never comes, as Meta says it may
    "990004": (SENT, DELIVERED, READ, REPLY),
    "990005": (SENT, FAILED, DELIVERED),  # two devices, of which one refused
}
NO_ANSWER, BAD_GATEWAY, UNAVAILABLE = "990408", "990502", "990503"
LOST_ANSWERS = {
    NO_ANSWER: "the message is taken, its webhooks come, but the request is never answered",
    BAD_GATEWAY: "the message is taken, its webhooks come, and a page of HTML is answered with 502",
    UNAVAILABLE: "the message is not taken, and a page of HTML is answered with 503",
}
_DELAYS = {SENT: (0.3, 1.5), DELIVERED: (0.5, 6.0), READ: (3.0, 90.0), FAILED: (0.5, 4.0), REPLY: (5.0, 60.0)}
_FAILURES = (131026, 131026, 131049, 130472)


@dataclass(frozen=True, slots=True)
class Step:
    """One webhook, so many seconds after the one before."""

    after: float
    event: str
    error: Error | None = None


def error_ending(code: int) -> str:
    """The last six digits of the recipients that get this error."""
    return f"980{code:03d}" if code < 1000 else f"{code:06d}"


_BY_ENDING = {error_ending(code): error for code, error in ERRORS.items()}


def refusal(msisdn: str, chance: Random, config: Config) -> Error | None:
    """The error with which a request is answered, if it is."""
    error = _BY_ENDING.get(msisdn[-6:])
    if error is not None and error.at_once:
        return error
    planned = error is not None or msisdn[-6:] in STATUS_SEQUENCES or msisdn[-6:] in LOST_ANSWERS
    return ERRORS[131000] if chance.random() < config.refuse and not planned else None


def steps(msisdn: str, chance: Random, config: Config) -> tuple[Step, ...]:
    """The webhooks of an accepted message, in order."""
    error = _BY_ENDING.get(msisdn[-6:])
    events = STATUS_SEQUENCES.get(msisdn[-6:]) or _drawn(chance, config)
    if error is not None:
        events = (FAILED,)
    elif FAILED in events:
        error = ERRORS[chance.choice(_FAILURES)]
    return tuple(
        Step(chance.uniform(*_DELAYS[event]) / config.speed, event, error if event == FAILED else None)
        for event in events
    )


def _drawn(chance: Random, config: Config) -> tuple[str, ...]:
    if chance.random() < config.fail:
        return (FAILED,) if chance.random() < 0.5 else (SENT, FAILED)
    if chance.random() >= config.read:
        return (SENT, DELIVERED)
    return (SENT, DELIVERED, READ, REPLY) if chance.random() < config.reply else (SENT, DELIVERED, READ)
