"""A function called in a process of its own."""

import os
from concurrent.futures.process import BrokenProcessPool

import pytest
from django.conf import settings

from bench.process import call


def exports_dir():
    return str(settings.EXPORTS_DIR)


def fail():
    raise LookupError("no such thing")


def test_the_process_is_another():
    assert call("os.getpid") != os.getpid()


def test_the_environment_is_there_before_the_settings_are():
    assert call("tests.bench.test_process.exports_dir", {"EXPORTS_DIR": "/nowhere"}) == "/nowhere"


def test_what_it_raises_is_raised_here():
    with pytest.raises(LookupError, match="no such thing"):
        call("tests.bench.test_process.fail")


def test_a_process_that_dies_is_an_error():
    with pytest.raises(BrokenProcessPool):
        call("os.abort")
