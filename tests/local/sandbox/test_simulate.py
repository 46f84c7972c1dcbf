"""manage.py simulate sends through a sandbox, which posts the account's webhooks, signed."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Account
from local.demo.world import ACME, webhook
from providers.meta.parse import parse
from providers.meta.webhooks import signature
from tests.provider_servers import recorder

PROVIDERS = ("8x8", "meta", "360dialog")


@pytest.fixture
def demo(db):
    Account.objects.create(name=ACME.name, is_demo=True)


def test_it_posts_the_webhooks_of_messages_and_prints_how_they_were_answered(demo):
    output, endpoint = StringIO(), webhook(ACME, "meta")
    with recorder() as server:
        server.refuse_first = 1
        call_command("simulate", "--rate=40", "--seconds=0.1", f"--url={server.url}/", stdout=output)
        requests = [server.received.get_nowait() for _ in range(server.received.qsize())]
    assert {request.path for request in requests} == {endpoint["path"]}
    assert [request.headers["X-Hub-Signature-256"] for request in requests] == [
        signature(endpoint["app_secret"], request.body) for request in requests
    ]
    events = [event for request in requests for event in parse(request.body).events]
    assert sorted({(event.msisdn, event.state, event.category) for event in events}) == [
        (msisdn, state, "" if state == "read" else "marketing")
        for msisdn in ("919998990000", "919999990000")
        for state in ("delivered", "read", "sent")
    ]
    figures, times = output.getvalue().splitlines()
    assert figures == "7 webhooks: 6 × 200, 1 × 500"
    assert times.startswith("Answer after: median ")


def test_it_posts_webhooks_of_every_kind_with_their_credentials(demo):
    output = StringIO()
    with recorder() as server:
        call_command("simulate", "--scenarios=1", f"--url={server.url}", stdout=output)
        requests = [server.received.get_nowait() for _ in range(server.received.qsize())]
    assert {request.path for request in requests} == {webhook(ACME, name)["path"] for name in PROVIDERS}
    signed = [request for request in requests if request.path == webhook(ACME, "meta")["path"]]
    assert [request.headers["X-Hub-Signature-256"] for request in signed] == [
        signature(webhook(ACME, "meta")["app_secret"], request.body) for request in signed
    ]
    assert output.getvalue() == f"{len(requests)} webhooks: {len(requests)} × 200\n"


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--seconds=0", "--rate times --seconds is less than one webhook."),
        ("--url=ftp://example.com", "--url must be an address that begins with http:// or https://."),
    ],
)
def test_a_wrong_option_is_named(demo, option, message):
    with pytest.raises(CommandError, match=message):
        call_command("simulate", option)


def test_it_needs_the_demo(db):
    with pytest.raises(CommandError, match="No demo data is loaded"):
        call_command("simulate")
