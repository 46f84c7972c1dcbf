"""Pausing the collector of cycles."""

import gc

import pytest

from core.garbage import paused_collection


def test_it_is_off_inside_and_as_before_after_an_error():
    @paused_collection()
    def fail() -> None:
        raise ValueError(f"enabled: {gc.isenabled()}")

    with pytest.raises(ValueError, match="enabled: False"):
        fail()
    assert gc.isenabled()


def test_it_stays_off_where_it_was():
    gc.disable()
    try:
        with paused_collection():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
