"""Refusals by the hundred."""

import logging

import pytest


@pytest.fixture(autouse=True)
def _quiet():
    """Hundreds of refusals, each with its traceback."""
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    yield
    logging.getLogger("django.request").setLevel(logging.NOTSET)
