"""The sandbox refuses what Meta refuses, with Meta's code and the place; 8x8 refuses it with its own codes."""

import json
from random import Random

import pytest

from providers.eightxeight import simulation as eightxeight
from providers.meta.simulated_requests import read_request
from providers.simulation import SimulatedRefusal, SimulatedTemplate

BODY = {"type": "BODY", "text": "Hello {{1}}, order {{2}}."}
URL_BUTTON = {"type": "URL", "text": "Track", "url": "https://shop.example/{{1}}"}
CARD = {"components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Coat {{1}}"}]}


def template(*components, category="utility", status="APPROVED"):
    return SimulatedTemplate(category, components, status)


TEMPLATES = {
    ("plain", "en"): template(BODY),
    ("named", "en"): template({"type": "BODY", "text": "Hello {{name}}, order {{order}}."}),
    ("rich", "en"): template(
        {"type": "HEADER", "format": "IMAGE"},
        BODY,
        {"type": "BUTTONS", "buttons": [URL_BUTTON, {"type": "QUICK_REPLY", "text": "Thanks"}]},
    ),
    ("title", "en"): template({"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"}, BODY),
    ("coupon", "en"): template(
        BODY, {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "example": "A"}]}, category="marketing"
    ),
    ("code", "en"): template(
        {"type": "BODY", "text": "{{1}} is your code."},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
        category="authentication",
    ),
    ("cards", "en"): template({"type": "BODY", "text": "Look"}, {"type": "CAROUSEL", "cards": [CARD, CARD]}),
    ("paused", "en"): template(BODY, status="PAUSED"),
    ("disabled", "en"): template(BODY, status="DISABLED"),
    ("rejected", "en"): template(BODY, status="REJECTED"),
}


def text(value, **more):
    return {"type": "text", "text": value, **more}


def body(*values):
    return {"type": "body", "parameters": [text(value) for value in values]}


def media(kind="image", **value):
    return {"type": "header", "parameters": [{"type": kind, kind: value}]}


def button(kind, parameter, index="0"):
    return {"type": "button", "sub_type": kind, "index": index, "parameters": [parameter]}


def card(*parameters):
    return {"components": [media(id="1"), {"type": "body", "parameters": list(parameters)}]}


GOOD, LINK = body("Jane", "77"), media(link="https://a.example/a.jpg")
TRACK = button("url", text("77"))
NAMED = {"type": "body", "parameters": [text("7", parameter_name="order"), text("J", parameter_name="name")]}
CODE = button("url", text("123456"))
TWO = {"type": "carousel", "cards": [card(text("red")), card(text("blue"))]}


def message(name, *components, **more):
    content = {"name": name, "language": {"code": "en"}, "components": list(components)}
    base = {"messaging_product": "whatsapp", "to": "+6591990000", "type": "template", "template": content}
    return json.dumps(base | more).encode()


@pytest.mark.parametrize(
    ("name", "components"),
    [
        ("plain", [GOOD]),
        ("named", [NAMED]),
        ("rich", [LINK, GOOD, TRACK]),
        ("rich", [media(id="1"), GOOD, TRACK, button("quick_reply", {"type": "payload", "payload": "x"}, 1)]),
        ("title", [{"type": "HEADER", "parameters": [text("77")]}, GOOD]),
        ("coupon", [GOOD, button("copy_code", {"type": "coupon_code", "coupon_code": "A1"})]),
        ("code", [body("123456"), CODE]),
        ("cards", [TWO]),
    ],
)  # fmt: skip
def test_fitting_parameters_are_accepted(name, components):
    assert read_request(message(name, *components), TEMPLATES).is_template


@pytest.mark.parametrize(
    ("name", "components", "code", "named"),
    [
        ("gone", [GOOD], 132001, "(gone) does not exist in en"),
        ("rejected", [GOOD], 132001, "rejected"),
        ("paused", [GOOD], 132015, "paused"),
        ("disabled", [GOOD], 132016, "too often"),
        ("plain", [], 132000, "(0) does not match the expected number of params (2)"),
        ("plain", [body("a", "b", "c")], 132000, "body: number of localizable_params (3)"),
        ("plain", [{"type": "body", "parameters": [text("a"), {"type": "image", "image": {"id": "1"}}]}], 132012,
         "body: Format mismatch, expected TEXT, received IMAGE"),
        ("plain", [body("a", "")], 131008, "missing text value"),
        ("plain", [body("a", "two\nlines")], 132018, "new-line"),
        ("plain", [body("a", "wide     gap")], 132018, "consecutive spaces"),
        ("plain", [body("a", "x" * 1100)], 132005, "max 1024"),
        ("plain", [GOOD, TRACK], 131009, "no button at index 0"),
        ("plain", [GOOD, {"type": "fax"}], 100, "components[1].type"),
        ("plain", "x", 100, "components"),
        ("named", [GOOD], 132012, "name, order"),
        ("rich", [GOOD, TRACK], 132012, "header: Format mismatch, expected IMAGE, received UNKNOWN"),
        ("rich", [media("video", id="1"), GOOD, TRACK], 132012, "expected IMAGE, received VIDEO"),
        ("rich", [media(caption="a"), GOOD, TRACK], 131008, "image requires id or link"),
        ("rich", [media(link="ftp://a"), GOOD, TRACK], 131009, "image.link"),
        ("rich", [LINK, GOOD], 131008, "Button at index 0 of type Url requires a parameter"),
        ("rich", [LINK, GOOD, button("copy_code", {"type": "coupon_code", "coupon_code": "A"})], 131009, "type URL"),
        ("rich", [LINK, GOOD, button("url", {"type": "payload", "payload": "a"})], 132012, "received PAYLOAD"),
        ("rich", [LINK, GOOD, TRACK, button("url", text("1"), "x")], 131009, "index"),
        ("title", [GOOD], 132000, "header: number of localizable_params (0)"),
        ("title", [{"type": "header", "parameters": [text("x" * 60)]}, GOOD], 132005, "header"),
        ("coupon", [GOOD, button("copy_code", {"type": "coupon_code", "coupon_code": "x" * 16})], 131009, "max 15"),
        ("code", [body("123456")], 131008, "type Otp requires a parameter"),
        ("cards", [], 132000, "carousel"),
        ("cards", [{"type": "carousel", "cards": [card(text("red")), card()]}], 132000, "carousel card 1: body"),
    ],
)  # fmt: skip
def test_what_does_not_fit_has_metas_code_and_place(name, components, code, named):
    sent = message(name, *components) if components != "x" else message(name).replace(b"[]", b'"x"')
    with pytest.raises(SimulatedRefusal) as refused:
        read_request(sent, TEMPLATES)
    error = refused.value.error
    assert (error.code, named in error.details) == (code, True), error.details


def send(**parts):
    base = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "Hello"}}
    return read_request(json.dumps(base | parts).encode(), TEMPLATES)


def test_recipients():
    assert send(recipient="US.1349").user_id == "US.1349"
    assert send(to="Y2FwaV9ncm91cDox", recipient_type="group").group_id == "Y2FwaV9ncm91cDox"
    assert send(to="US.1349").is_dropped  # Meta answers 200, and nothing follows
    with pytest.raises(SimulatedRefusal) as refused:
        send(to="", recipient="US.1349", type="template",
             template={"name": "code", "language": {"code": "en"}, "components": [body("1"), CODE]})  # fmt: skip
    assert refused.value.error.code == 131062


def test_direct_send():
    sent = send(to="6591990000", category="utility", ttl_seconds=600)
    assert (sent.category, sent.direct_send, sent.is_template, sent.failure) == ("utility", True, False, None)
    taken = send(to="6591990000", category="utility", direct_send_config={"template_name": "plain"})
    assert taken.failure == 132021


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"recipient": "nobody"}, 100),
        ({"to": "6591990000", "recipient_type": "crowd"}, 100),
        ({"to": "6591990000", "category": "utility", "ttl_seconds": 5}, 100),
        ({"to": "6591990000", "type": "image", "image": {"caption": "x"}}, 131008),
        ({"to": "6591990000", "type": "image", "image": {"link": "ftp://a"}}, 131009),
        ({"to": "6591990000", "type": "location", "location": {"latitude": 91, "longitude": 1}}, 131009),
    ],
)
def test_other_parameters(parts, code):
    with pytest.raises(SimulatedRefusal) as refused:
        send(**parts)
    assert refused.value.error.code == code


@pytest.mark.parametrize(
    ("name", "values", "code"),
    [
        ("gone", ["a", "b"], 3038), ("paused", ["a", "b"], 3038), ("plain", [], 3040), ("plain", ["a"], 3041),
        ("plain", ["a", "b", "c"], 3033), ("plain", ["a", "x" * 1100], 3043), ("rich", ["a", "b"], 3042),
    ],
)  # fmt: skip
def test_8x8_has_codes_of_its_own(name, values, code):
    components = [{"type": "body", "parameters": [text(value) for value in values]}] if values else []
    content = {"template": {"name": name, "language": "en", "components": components}}
    request = {"user": {"msisdn": "+6591990000"}, "type": "template", "content": content}
    with pytest.raises(SimulatedRefusal) as refused:
        eightxeight.read_request(json.dumps(request).encode(), TEMPLATES)
    _, answer = eightxeight.error_answer(refused.value.error, Random(1))
    assert json.loads(answer)["code"] == code
