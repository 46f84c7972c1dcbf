"""The configuration of a sandbox."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from providers.registry import simulation_of
from providers.simulation import SimulatedTemplate, Simulation


@dataclass(frozen=True, slots=True)
class WebhookTarget:
    """The URL of a number's webhooks, and the secret that authenticates them."""

    url: str = field(repr=False)  # its last part is a credential
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SandboxNumber:
    """A business phone number that clients may send from. 8x8 identifies it by its subaccount."""

    waba_id: str
    msisdn: str
    webhooks: WebhookTarget
    provider: str
    subaccount: str = ""

    @property
    def simulation(self) -> Simulation:
        """The simulation of its provider."""
        return simulation_of(self.provider)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The configuration of one sandbox. Shares are between 0 and 1, times in seconds; a rate of 0 means no limit."""

    numbers: Mapping[str, SandboxNumber]  # by phone number id
    templates: Mapping[tuple[str, str], SimulatedTemplate]  # by name and language
    token: str = field(repr=False)  # valid for all numbers
    latency: float = 0.05  # before an answer, on average
    speed: float = 1.0  # of webhooks: 10 makes ten times less of each delay
    refuse: float = 0.0  # of requests, answered with code 131000
    fail: float = 0.02  # of accepted messages
    read: float = 0.6  # of delivered messages
    reply: float = 0.1  # of read messages
    number_rate: float = 80.0  # messages a second of one number, then 130429
    pair_rate: bool = True  # one message in 6 seconds to the same person after a burst of 45, then 131056
    queue: int = 100_000  # messages whose webhooks are not all posted; more are refused with 131016
    seed: int = field(default_factory=lambda: secrets.randbits(32))
