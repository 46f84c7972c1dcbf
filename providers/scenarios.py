"""Scenarios for the demo: webhooks of every kind that real providers post beside plain traffic.

A scenario is a function from a context to webhooks: (seconds since 1970, body).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedSender:
    """The business phone number that a message is sent from."""

    number_id: str
    msisdn: str
    waba_id: str
    subaccount: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person on WhatsApp. Webhooks leave out the number of one who `hides_number` behind a username."""

    name: str
    msisdn: str
    user_id: str = ""
    username: str = ""
    parent_user_id: str = ""
    hides_number: bool = False

    @property
    def shown_msisdn(self) -> str:
        """The number, unless webhooks leave it out."""
        return "" if self.hides_number else self.msisdn


@dataclass(frozen=True, slots=True)
class Context:
    """Who takes part in a scenario, and when it begins, in seconds since 1970. It takes less than a day.

    `new_person` returns another person, who hides the number if the argument is true.
    """

    rng: Random
    sender: SimulatedSender
    begin: int
    person: Person
    new_person: Callable[[bool], Person]

    def another(self, *, hides_number: bool = False) -> Person:
        """Another person."""
        return self.new_person(hides_number)

    def key(self, length: int) -> str:
        """A new hexadecimal key."""
        return f"{self.rng.getrandbits(4 * length):0{length}X}"

    def umid(self) -> str:
        """A new UUID."""
        return str(UUID(int=self.rng.getrandbits(128), version=4))

    def moment(self, seconds: int) -> datetime:
        """The time so many seconds after the beginning."""
        return datetime.fromtimestamp(self.begin + seconds, UTC)


Webhooks = Iterator[tuple[int, bytes]]
Scenario = Callable[[Context], Webhooks]
