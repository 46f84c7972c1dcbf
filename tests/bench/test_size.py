"""A trial does a share of everything."""

import pytest

from bench import size


@pytest.mark.parametrize(("scale", "number"), [(1, 20_000), (0.001, 20), (0.00001, 1), (2, 40_000)])
def test_a_share_is_never_nothing(scale, number, monkeypatch):
    monkeypatch.setattr(size, "SCALE", scale)
    assert size.scaled(20_000) == number


def test_a_measurement_says_what_it_needs_at_least(monkeypatch):
    monkeypatch.setattr(size, "SCALE", 0.001)
    assert size.scaled(20_000, least=200) == 200
