"""Templates that webhooks announced, checked and sent by their components."""

import pytest

from messaging.log.models import Template
from messaging.sending import cloud, routes, senders
from messaging.sending.models import Submission
from messaging.sending.requests import Origin
from providers.meta.simulated_templates import check
from providers.simulation import SimulatedRefusal, SimulatedTemplate
from tests.messaging.inbound.test_samples import management, take  # noqa: F401 - a fixture
from tests.messaging.sending import bodies

pytestmark = pytest.mark.django_db
JANE, NUMBER = bodies.JANE, {"type": "text", "text": "77"}
ANNOUNCED = {"message_template_id": 77, "message_template_name": "brand_new", "message_template_language": "en"}


@pytest.fixture
def announced(acme, take):  # noqa: F811
    """A template of which the log knows what two webhooks say: a header, a body and a button with parameters."""
    approved = {**ANNOUNCED, "event": "APPROVED", "reason": "NONE", "message_template_category": "UTILITY"}
    button = {"message_template_button_type": "URL", "message_template_button_text": "Track",
              "message_template_button_url": "https://shop.example/t/{{1}}"}  # fmt: skip
    components = {
        **ANNOUNCED, "message_template_title": "Order {{order_no}}", "message_template_footer": "Acme",
        "message_template_element": "Hello {{first_name}}, order {{order_no}} is out.",
        "message_template_buttons": [button],
    }  # fmt: skip
    for field, value in (
        ("message_template_status_update", approved), ("message_template_components_update", components),
    ):  # fmt: skip
        assert take("meta", management(field, **value)) == ("done", "")
    return Template.objects.get(name="brand_new")


def in_8x8s_form(*body):
    components = [
        {"type": "header", "parameters": [NUMBER]}, {"type": "body", "parameters": list(body)},
        {"type": "button", "subType": "url", "index": 0, "parameters": [NUMBER]},
    ]  # fmt: skip
    template = {"name": "brand_new", "language": "en", "components": components}
    return {**bodies.TO, "type": "template", "content": {"template": template}}


def named(name, parameter):
    return {**parameter, "parameter_name": name}


def in_metas_form(*body):
    components = [
        {"type": "header", "parameters": [named("order_no", NUMBER)]}, {"type": "body", "parameters": list(body)},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [NUMBER]},
    ]  # fmt: skip
    return {"name": "brand_new", "language": {"code": "en"}, "components": components}


def test_an_announced_template_is_sent_with_the_names_of_its_parameters(announced, acme, post):
    for subaccount in ("acme_wa", "acme_shop"):
        path = f"/api/v1/subaccounts/{subaccount}/messages"
        refused = post(path, in_8x8s_form(JANE))
        assert (refused.status_code, refused.json()["code"]) == (400, 3041)
        assert post(path, in_8x8s_form(JANE, NUMBER)).status_code == 200
    through_8x8, through_meta = Submission.objects.filter(state="queued").order_by("pk")
    assert through_8x8.request["content"] == in_8x8s_form(JANE, NUMBER)["content"]
    sent = routes.body(through_meta, senders.sender_of(through_meta.phone_number))["template"]
    assert sent == in_metas_form(named("first_name", JANE), named("order_no", NUMBER))


def test_meta_takes_these_parameters_and_no_others(announced, acme):
    templates = {("brand_new", "en"): SimulatedTemplate("utility", tuple(announced.components))}
    whole = in_metas_form(named("first_name", JANE), named("order_no", NUMBER))
    assert check(whole, templates).category == "utility"
    with pytest.raises(SimulatedRefusal) as refused:
        check(in_metas_form(named("first_name", JANE)), templates)
    assert refused.value.error.code == 132000
    sender = senders.sender_directory(acme.pk).by_number_id["106540352242922"]
    body = {**bodies.CLOUD_TO, "type": "template", "template": whole}
    assert cloud.read(body, sender, Origin(), "graph").about.template_name == "brand_new"
