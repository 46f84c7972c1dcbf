"""Outcomes without an answer, and secrets that are never shown."""

import logging
import os
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import time_machine

from providers import transport
from providers.meta import gateway as meta
from providers.outcomes import Uncertain, Unreached
from providers.registry import VENDORS
from providers.transport import LARGEST_ANSWER, _retry_after, pool
from providers.vendor import Connection
from tests.provider_servers import ROOT, free_port

SECRET = "a-secret-of-the-provider"
SENDS = [vendor.sending.send for vendor in VENDORS.values() if vendor.sending]
every_vendor = pytest.mark.parametrize("send", SENDS, ids=VENDORS)
send_by_meta = meta.send


def at(url, **more):
    """A number whose provider is there."""
    return Connection(**{"secret": SECRET, "number_id": "1", "subaccount_code": "acme", "base_url": url, **more})


@every_vendor
def test_nobody_listens(send):
    assert send(at(f"http://127.0.0.1:{free_port()}"), {}) == Unreached("ConnectError")


@every_vendor
def test_a_connection_breaks_after_the_request(send, provider):
    provider.answer = None
    assert send(at(provider.url), {}) == Uncertain("RemoteProtocolError")
    assert provider.received.qsize() == 1  # once, and not again


def test_no_connection_is_free():
    limits = httpx.Limits(max_connections=1)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        httpx.Client(limits=limits, timeout=httpx.Timeout(5, pool=0.1)) as client,
    ):
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        other = threading.Thread(target=send_by_meta, args=[at(url, client=client), {}])
        other.start()
        connection, _ = silent.accept()  # the other request has the only connection from now on
        assert send_by_meta(at(url, client=client), {}) == Unreached("PoolTimeout")
        connection.close()
        other.join()


def test_an_answer_without_end_is_not_read_to_its_end(provider):
    provider.answer = b" " * (LARGEST_ANSWER + 1)
    assert send_by_meta(at(provider.url), {}) == Uncertain("Endless")


def test_an_answer_that_takes_too_long(provider, monkeypatch):
    monkeypatch.setattr(transport, "_MAX_SECONDS", -1)  # a drop at a time, no single wait would be too long
    provider.answer = b"{}"
    assert send_by_meta(at(provider.url), {}) == Uncertain("Endless")


def test_an_answer_that_cannot_be_decoded(provider):
    provider.headers, provider.answer = {"Content-Encoding": "gzip"}, b"no gzip"
    assert send_by_meta(at(provider.url), {}) == Uncertain("DecodingError")


def test_a_bad_text_in_an_answer_does_not_hide_the_message_id(provider):
    provider.answer = rb'{"contacts": [{"input": "half \ud83d \u0000"}], "messages": [{"id": "wamid.A"}]}'
    outcome = send_by_meta(at(provider.url), {})
    assert outcome.provider_message_id == "wamid.A"
    assert outcome.answer.data["contacts"] == [{"input": "half \ufffd \ufffd"}]


@every_vendor
def test_connections_are_kept(send, provider):
    provider.answer = b"{}"
    for _ in range(3):
        send(at(provider.url), {})
    mine = [each for each in pool()._transport._pool.connections if str(provider.url.rpartition(":")[2]) in repr(each)]
    assert len(mine) == 1


def test_a_forked_process_has_connections_of_its_own_and_nothing_needs_django():
    program = """
import os
from providers.transport import pool
before = pool()
child = os.fork()
if not child:
    os._exit(pool() is before)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert pool() is before
"""
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT, env=environment)


@every_vendor
def test_a_secret_is_neither_shown_nor_logged(send, provider, caplog):
    with caplog.at_level(logging.DEBUG):
        provider.answer = b"{}"
        output = repr(at(provider.url)) + repr(send(at(provider.url), {}))
        provider.answer = None
        output += repr(send(at(provider.url), {}))
    assert caplog.records
    assert SECRET not in output + caplog.text
    sent = [any(SECRET in value for value in request.headers.values()) for request in provider.received.queue]
    assert sent == [True, True]


@every_vendor
@pytest.mark.parametrize("secret", ["", "two words", "line\nbreak", "schlüssel"])
def test_a_secret_that_is_invalid_in_a_header_is_refused_without_repeating_it(send, provider, secret):
    with pytest.raises(ValueError, match="A credential is empty") as refused:
        send(at(provider.url, secret=secret), {})
    assert not secret or secret not in str(refused.value)
    assert provider.received.empty()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7), ("0", None), ("-1", None), ("", None), ("soon", None), ("99999999999999999999", None),
        ("999999", 86400), ("Fri, 20 Nov 2026 12:00:30 GMT", 30), ("Fri, 20 Nov 2026 11:00:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after(value, seconds):
    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC), tick=False):
        assert _retry_after(value) == (None if seconds is None else timedelta(seconds=seconds))
