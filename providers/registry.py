"""The registry of providers. Other packages use providers only through these functions."""

from collections.abc import Callable

from core.strict_json import Unparsable
from providers.dialog360 import DIALOG_360
from providers.eightxeight import EIGHT_X_EIGHT
from providers.events import Parsed
from providers.meta import META
from providers.sandbox import SANDBOX
from providers.simulation import Simulation
from providers.vendor import Sending, Vendor, Webhooks
from providers.vocabulary import Shape

VENDORS: dict[str, Vendor] = {
    vendor.name: vendor
    for vendor in (
        META,
        EIGHT_X_EIGHT,
        DIALOG_360,
        SANDBOX,
    )
}


def choices() -> list[tuple[str, str]]:
    """Names and labels of all providers."""
    return [(vendor.name, vendor.label) for vendor in VENDORS.values()]


def names_with(capability: Callable[[Vendor], object]) -> list[str]:
    """The providers that have a capability, such as `lambda vendor: vendor.health`."""
    return [vendor.name for vendor in VENDORS.values() if capability(vendor)]


UNTYPED = names_with(lambda vendor: not vendor.reports_pricing_type)
"""The providers whose statuses have no pricing type, so that windows are inferred."""


def vendor_of(shape: Shape) -> Vendor:
    """The provider that defines this form of requests."""
    return next(vendor for vendor in VENDORS.values() if vendor.shape == shape)


def sending_of(provider: str) -> Sending | None:
    """How messages are sent through a provider; None if it cannot send."""
    vendor = VENDORS.get(provider)
    return vendor.sending if vendor else None


def webhooks_of(provider: str) -> Webhooks:
    """A provider's webhooks. Raises LookupError if it has none."""
    vendor = VENDORS.get(provider)
    if vendor is None or vendor.webhooks is None:
        raise LookupError(f"There is no parser for webhooks of {provider}.")
    return vendor.webhooks


def simulation_of(provider: str) -> Simulation:
    """The simulation of a provider. Raises LookupError when it has none."""
    vendor = VENDORS.get(provider)
    if vendor is None or vendor.simulation is None:
        raise LookupError(f"There is no simulation of {provider}.")
    return vendor.simulation


def parse(provider: str, body: bytes) -> Parsed:
    """Parse the body of a webhook. Raises Unparsable, also for a provider without webhooks."""
    try:
        webhooks = webhooks_of(provider)
    except LookupError as error:
        raise Unparsable(str(error)) from None
    return webhooks.parse(body)
