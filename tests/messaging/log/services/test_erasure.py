"""Masking of a person in stored JSON."""

from messaging.log.services.erasure import mask_json


def test_numbers_of_any_size_stop_no_masking():
    stored = {"text": "call +91 98765-43210", "z": 10**30}
    assert mask_json(stored, ["919876543210"]) == {"text": "call +99 99999-99999", "z": 1e30}
