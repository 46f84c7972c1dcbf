"""The test of a webhook address: over HTTP, against a running portal."""

import pytest

from messaging.inbound import credentials
from messaging.inbound.endpoint_check import check_endpoint
from messaging.inbound.models import InboxItem, WebhookEndpoint

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def check(acme, live_server, settings):
    """Checks the account's endpoint of a provider, after these changes; the texts and whether all is good."""
    settings.BASE_URL = live_server.url

    def run(provider, **changes):
        WebhookEndpoint.objects.filter(account=acme, provider=provider).update(**changes)
        credentials.cache.clear()
        results = check_endpoint(WebhookEndpoint.objects.get(account=acme, provider=provider))
        return all(result.passed for result in results), [result.text for result in results]

    return run


def test_meta_is_called_as_a_stranger_and_as_meta(check):
    good, (stranger, meta) = check("meta")
    assert good
    assert stranger.endswith("and refuses requests without the secret (401).")
    assert meta == "It passes Meta’s verification."


def test_others_are_called_as_a_stranger_and_nothing_is_stored(check):
    good, (stranger,) = check("8x8")
    assert good
    assert "(401)" in stranger
    good, (stranger,) = check("360dialog", header_digest=None)
    assert good
    assert stranger.endswith("It has no secret: anyone who knows it can post.")
    assert not InboxItem.objects.exists()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"is_active": False}, "The address is unknown (404): the endpoint is off"),
        ({"networks": ["10.0.0.0/8"]}, "refuses this server (403): only listed networks"),
        ({"rate_limit": 0}, "The address is receiving more webhooks per second than it accepts (429)"),
    ],
)
def test_what_is_not_good_is_named(check, changes, text):
    good, (finding,) = check("8x8", **changes)
    assert not good
    assert text in finding


def test_without_a_verify_token_meta_could_not_verify(check):
    good, (_stranger, meta) = check("meta", verify_token_sealed="")
    assert not good
    assert meta == "It does not pass Meta’s verification (response 403): check that it has a verify token."


def test_a_portal_that_cannot_be_reached(acme, settings):
    settings.BASE_URL = "http://127.0.0.1:9"
    (finding,) = check_endpoint(WebhookEndpoint.objects.get(account=acme, provider="8x8"))
    assert not finding.passed
    assert finding.text.startswith("127.0.0.1 could not be reached from here: ")
