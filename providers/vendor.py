"""The capabilities that the folder of a provider can declare.

A missing capability is None. Callers check for a capability, never for a provider's name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from core.words import Text
from providers.events import Parsed
from providers.health import HealthAnswer
from providers.outcomes import Outcome
from providers.simulation import Simulation
from providers.vocabulary import Shape

Body = Mapping[str, Any]


# --- Webhooks in -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSecrets:
    """The secrets of a webhook endpoint. During a rotation there are two of each, the new one first.

    A header has our own secret, stored as SHA-256; an app secret is the provider's.
    """

    header_name: str = ""
    header_digests: tuple[bytes, ...] = ()
    app_secrets: tuple[bytes, ...] = ()
    verify_token: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """How a provider verifies an endpoint with a GET before it posts there."""

    answer: Callable[[WebhookSecrets, Mapping[str, str]], str | None]  # of a query; None if its token is wrong
    query: Callable[[str, str], dict[str, str]]  # of a request with this token and this challenge


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """How a provider posts and authenticates webhooks."""

    parse: Callable[[bytes], Parsed]  # raises Unparsable
    authenticate: Callable[[WebhookSecrets, Mapping[str, str], bytes], bool]  # secrets, headers, body
    setup: Text  # where to enter the URL at the provider; may contain HTML
    app_secret_help: Text = ""  # where to find the app secret, if the provider signs
    header: str = ""  # with our secret; empty: the provider signs with its app secret
    stored_headers: tuple[str, ...] = ()  # stored with the body
    verification: Verification | None = None

    @property
    def is_signed(self) -> bool:
        """Whether the provider signs with an app secret; else it sends our header."""
        return not self.header


# --- Sending ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """The credential and addresses of a business phone number. An empty `base_url` means the provider's default."""

    secret: str = field(repr=False)
    number_id: str = ""
    subaccount_code: str = ""
    base_url: str = ""
    client: httpx.Client | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """The rates above which a provider refuses messages of a number."""

    per_second: int
    tiers: Mapping[str, int]  # messages per second, by the throughput that the provider reports for a number
    pair_every: float  # seconds between two messages to the same person, after a burst
    pair_burst: int
    refusals: frozenset[int]  # the codes for sending too fast

    def rate(self, throughput: str) -> int:
        """Messages per second for a number with this throughput."""
        return self.tiers.get(throughput, self.per_second)


class Summary(Protocol):
    """The attributes of a checked message that a translation needs besides its body. MSISDN: digits only."""

    @property
    def msisdn(self) -> str: ...
    @property
    def user_id(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def reply_to(self) -> str: ...
    @property
    def parameter_names(self) -> Mapping[str, Sequence[str]]: ...  # of a template: see providers.meta.translation


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """How messages are sent through a provider.

    A request in 8x8's or the Cloud API's form is translated into the provider's body, with our reference, which
    webhooks repeat.
    """

    send: Callable[[Connection, Body], Outcome]
    from_8x8: Callable[[Body, Summary, str], dict[str, Any]]  # a checked request, its summary, the reference
    from_cloud: Callable[[Body, str], dict[str, Any]] | None = None
    mark_read: Callable[[Connection, Body], Outcome] | None = None
    pacing: Pacing | None = None  # None: the provider limits the rate itself
    has_other_channels: bool = False  # as fallbacks when WhatsApp does not deliver


# --- The provider ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A provider. `name` is stored and is part of URLs and of the API: at most 12 characters."""

    name: str
    label: str
    company: str  # the label in a sentence
    shape: Shape | None = None  # the form of requests to us that this provider defines
    is_sandbox: bool = False  # sends only to the sandbox, and is not offered in forms
    reports_pricing_type: bool = True  # with its statuses; else it is inferred
    names_subaccount: bool = False  # its webhooks give the subaccount instead of the number
    umid: Callable[[str], str | None] | None = None  # from a message id: the UMID in it, in hexadecimal
    webhooks: Webhooks | None = None
    sending: Sending | None = None
    health: Callable[[Connection], HealthAnswer] | None = None
    simulation: Simulation | None = None
