"""The lookups of the provider registry."""

import pytest

from providers.registry import VENDORS, choices, names_with, sending_of, simulation_of, vendor_of, webhooks_of
from providers.vocabulary import Shape


def test_names_are_stored_in_this_order():
    assert choices() == [
        ("meta", "Meta Cloud API"), ("8x8", "8x8"), ("360dialog", "360dialog"), ("sandbox", "Sandbox"),
    ]  # fmt: skip
    assert all(vendor.name == name and len(name) <= 12 for name, vendor in VENDORS.items())


def test_a_capability_that_a_provider_lacks_is_none():
    assert names_with(lambda vendor: vendor.health) == ["meta", "360dialog", "sandbox"]
    assert names_with(lambda vendor: vendor.umid) == ["8x8"]
    assert names_with(lambda vendor: vendor.sending.from_cloud) == ["meta", "360dialog", "sandbox"]
    assert names_with(lambda vendor: vendor.webhooks.verification) == ["meta", "sandbox"]


@pytest.mark.parametrize(("shape", "name"), [("8x8", "8x8"), ("graph", "meta"), ("360dialog", "360dialog")])
def test_a_form_of_requests_is_one_providers_own(shape, name):
    assert vendor_of(Shape(shape)).name == name


def test_an_unknown_provider_has_no_capability():
    assert sending_of("nobody") is None
    with pytest.raises(LookupError, match="There is no parser for webhooks of nobody"):
        webhooks_of("nobody")
    with pytest.raises(LookupError, match="There is no simulation of nobody"):
        simulation_of("nobody")


@pytest.mark.parametrize(("throughput", "rate"), [("", 80), ("STANDARD", 80), ("HIGH", 1_000)])
def test_a_number_that_meta_made_faster_sends_faster(throughput, rate):
    assert sending_of("meta").pacing.rate(throughput) == rate
    assert sending_of("8x8").pacing is None
