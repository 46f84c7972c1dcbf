"""Direct Send in the Cloud API's form: what is one, and Meta's code for what is wrong."""

import pytest

from providers.meta.refusals import MetaRefusal
from providers.meta.requests import read_content, read_group, read_recipient

SHIPPED = {"to": "+6591990000", "type": "text", "text": {"body": "Order 77 has shipped."}, "category": "utility"}
REPLY = {"type": "reply", "reply": {"id": "1", "title": "Where is it?"}}
BUTTONS = {"type": "button", "body": {"text": "Shipped"}, "action": {"buttons": [REPLY]}}
NAMED = {"direct_send_config": {"template_name": "order_shipped"}}


def content(**change):
    read = read_content({**SHIPPED, **change})
    return read.kind, read.category, read.template_name


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ("text", "utility", "")),
        ({"ttl_seconds": 30}, ("text", "utility", "")),
        ({"ttl_seconds": 43_200, **NAMED}, ("text", "utility", "order_shipped")),
        ({"category": "authentication", "ttl_seconds": 900}, ("text", "authentication", "")),
        ({"type": "interactive", "interactive": BUTTONS}, ("interactive", "utility", "")),
        ({"category": "service"}, ("text", "", "")),
        ({"category": None}, ("text", "", "")),
    ],
)
def test_a_category_makes_a_message_direct_send(change, expected):
    assert content(**change) == expected


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"category": "marketing"}, "category"),
        ({"category": 7}, "category"),
        ({"type": "image", "image": {"id": "1"}}, "category"),
        ({"category": "authentication", "type": "interactive", "interactive": BUTTONS}, "category"),
        ({"type": "interactive", "interactive": BUTTONS | {"type": "flow"}}, "interactive.type"),
        ({"recipient_type": "group"}, "category"),
        ({"text": {"body": "x" * 1025}}, "text.body"),
        ({"ttl_seconds": 29}, "from 30 to 43,200"),
        ({"ttl_seconds": 43_201}, "from 30 to 43,200"),
        ({"ttl_seconds": "600"}, "ttl_seconds"),
        ({"ttl_seconds": True}, "ttl_seconds"),
        ({"category": "authentication", "ttl_seconds": 901}, "from 30 to 900"),
        ({"direct_send_config": {"ttl_seconds": 5}}, "direct_send_config.ttl_seconds"),
        ({"category": None, "ttl_seconds": 600}, "ttl_seconds"),
        ({"category": "service", **NAMED}, "direct_send_config"),
        ({"direct_send_config": "order_shipped"}, "direct_send_config"),
        ({"direct_send_config": {"template_name": "Order shipped"}}, "template_name"),
        ({"category": "authentication", **NAMED}, "template_name"),
    ],
)
def test_what_is_wrong_is_named_with_code_100(change, named):
    with pytest.raises(MetaRefusal) as refused:
        content(**change)
    assert (refused.value.code, named in refused.value.message) == (100, True)


def test_a_code_needs_a_number():
    with pytest.raises(MetaRefusal) as refused:
        content(to="", recipient="US.1349", category="authentication")
    assert refused.value.code == 131062


def recipient(**parts):
    return read_recipient({"messaging_product": "whatsapp", **parts})


def test_a_user_id_belongs_in_recipient():
    assert recipient(recipient="US.13491208655302741918") == ("", "US.13491208655302741918")
    assert recipient(recipient="US.ENT.11815799212886844830") == ("", "US.ENT.11815799212886844830")
    with pytest.raises(MetaRefusal, match="give a user id in recipient instead"):
        recipient(to="US.1349")


def test_a_group_has_an_id():
    group = {"messaging_product": "whatsapp", "to": "Y2FwaV9ncm91cDox", "recipient_type": "group"}
    assert (read_recipient(group), read_group(group), read_group({"to": "+65"})) == (("", ""), "Y2FwaV9ncm91cDox", "")
    assert recipient(to="120363123456789012", recipient_type="group") == ("", "")
    with pytest.raises(MetaRefusal, match="parameter to"):
        recipient(recipient_type="group", recipient="US.1349")


@pytest.mark.parametrize(
    "to", ["+6593990000", "6593990000", " +65 (9399) 00-00", "+65.9399.0000", "+٦٥٩٣٩٩٠٠٠٠", "US.1349"]
)
def test_a_person_is_no_group(to):
    with pytest.raises(MetaRefusal, match="to must be the id of a group") as refused:
        recipient(recipient_type="group", to=to)
    assert (refused.value.code, refused.value.field, to in refused.value.message) == (100, "to", False)
