"""Direct Send in 8x8's form, and its translation for the Cloud API."""

import pytest

from messaging.sending.requests import SendSummary
from providers.eightxeight.requests.direct_send import read
from providers.eightxeight.requests.reading import Refusal
from providers.meta.translation import from_8x8


def content(**direct):
    return {"text": "Order 77 has shipped.", "whatsApp": {"directSend": direct}}


def test_what_is_direct_send():
    assert read("text", content(category="Utility", ttlSeconds=600)) == "utility"
    assert read("interactive", {**content(category="utility"), "interactive": {"type": "button"}}) == "utility"
    assert read("text", {"text": "Hello"}) == read("text", {"text": "Hello", "whatsApp": {}}) == ""


@pytest.mark.parametrize(
    ("kind", "direct", "code", "named"),
    [
        ("text", {}, 1000, "category"),
        ("text", {"category": "marketing"}, 1000, "category"),
        ("text", {"category": "utility", "ttlSeconds": 29}, 1010, "ttlSeconds"),
        ("text", {"category": "utility", "ttlSeconds": 43_201}, 1010, "ttlSeconds"),
        ("image", {"category": "utility"}, 1000, "directSend"),
    ],
)
def test_what_is_wrong_is_named(kind, direct, code, named):
    with pytest.raises(Refusal) as refused:
        read(kind, content(**direct))
    assert (refused.value.code, named in refused.value.message) == (code, True)


def test_meta_gets_its_own_fields():
    about = SendSummary(msisdn="6591990000", content_type="text")
    body = from_8x8({"content": content(category="utility", ttlSeconds="600")}, about, "ref")
    assert (body["type"], body["category"], body["ttl_seconds"]) == ("text", "utility", 600)
