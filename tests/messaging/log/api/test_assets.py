"""REST of templates and phone numbers, and the templates as at 8x8."""

import pytest

from accounts.enums import Permission
from accounts.models import Subaccount
from accounts.services import create_api_key
from messaging.log.models import PhoneNumber, Template
from messaging.sending.api.channel_templates import component_body, language_name
from tests.people import principal
from tests.traffic import META

pytestmark = pytest.mark.django_db
TEMPLATES, NUMBERS = "/api/v1/templates/", "/api/v1/phone-numbers/"


@pytest.fixture
def get(acme, client):
    def ask(path, *, subaccounts=(), **query):
        key, text = create_api_key(by=principal(acme), name="Test", scopes=[Permission.VIEW_MESSAGES])
        key.subaccounts.set(Subaccount.objects.filter(account=acme, code__in=subaccounts))
        return client.get(path, query, headers={"Authorization": f"Bearer {text}"})

    return ask


def names(answer):
    return sorted({row["name"] for row in answer.json()["results"]})


def test_a_template(acme, get):
    template = Template.objects.filter(account=acme, name="weekend_sale").first()
    body = get(f"{TEMPLATES}{template.pk}/").json()
    assert body.pop("created_at").endswith("Z")
    assert body == {
        "id": template.pk, "provider_template_id": template.provider_template_id, "waba_id": template.waba.waba_id,
        "name": "weekend_sale", "language": template.language, "category": "MARKETING", "status": "APPROVED",
        "status_reason": "", "quality": template.quality, "components": template.components,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [({"name": "login_code"}, ["login_code"]), ({"search": "CODE"}, ["login_code"]), ({"name": "code"}, []),
     ({"category": "authentication"}, ["login_code"]), ({"status": "paused"}, ["abandoned_cart"]),
     ({"waba": "0"}, []), ({"language": "xx"}, []), ({"quality": "none"}, [])],
)  # fmt: skip
def test_filters_of_templates(acme, get, query, expected):
    Template.objects.filter(account=acme, name="abandoned_cart").update(status="PAUSED")
    assert names(get(TEMPLATES, **query)) == expected


def test_pages(acme, get, monkeypatch):
    body = get(TEMPLATES).json()
    assert (body["next"], body["previous"]) == (None, None)
    monkeypatch.setattr("core.resources.PAGE_SIZE", 5)
    first = get(TEMPLATES).json()
    second = get(first["next"]).json()
    assert first["results"] + second["results"] == body["results"][:10]
    assert get(second["previous"]).json()["results"] == first["results"]


def test_a_phone_number(acme, get):
    number = PhoneNumber.objects.get(account=acme, provider_number_id=META.number_id)
    body = get(f"{NUMBERS}{number.pk}/").json()
    assert body.pop("created_at").endswith("Z")
    assert body == {
        "id": number.pk, "provider": "meta", "phone_number_id": "106540352242922", "msisdn": "15550783881",
        "display_name": number.display_name, "subaccount_id": "acme_shop", "waba_id": "102290129340398",
        "quality": number.quality, "messaging_limit": number.messaging_limit, "throughput": number.throughput,
        "flag": number.flag, "name_status": number.name_status,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [({"provider": "8x8"}, ["acme_wa"]), ({"subaccount": "acme_care"}, ["acme_care"]),
     ({"phone_number_id": "106540352242922"}, ["acme_shop"]), ({"subaccount": "harbour"}, []), ({"waba": "1"}, [])],
)  # fmt: skip
def test_filters_of_numbers(acme, other, get, query, expected):
    assert [row["subaccount_id"] for row in get(NUMBERS, **query).json()["results"]] == expected


def test_a_key_of_a_subaccount_sees_its_number_and_the_templates_of_its_waba(acme, get):
    care = PhoneNumber.objects.get(account=acme, subaccount__code="acme_care")
    assert [row["id"] for row in get(NUMBERS, subaccounts=["acme_care"]).json()["results"]] == [care.pk]
    results = get(TEMPLATES, subaccounts=["acme_care"]).json()["results"]
    assert {row["waba_id"] for row in results} == {"102290129340777"}
    beyond = PhoneNumber.objects.get(account=acme, subaccount__code="acme_shop")
    assert get(f"{NUMBERS}{beyond.pk}/", subaccounts=["acme_care"]).status_code == 404


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [(TEMPLATES, {"colour": "red"}, "colour"), (NUMBERS, {"provider": "x"}, "provider"),
     (TEMPLATES, {"older": "1"}, "older"), (TEMPLATES, {"name": "x" * 513}, "name")],
)  # fmt: skip
def test_what_makes_no_sense_is_named(acme, get, path, query, field):
    answer = get(path, **query)
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (400, [field])


class TestAs8x8:
    @pytest.fixture
    def path(self, acme):
        return f"/api/v1/accounts/{acme.public_id}/channels/{META.number_id}/templates"

    def test_the_templates_of_a_channel(self, acme, get, path):
        templates = {each["templateName"]: each for each in get(path).json()["templates"]}
        assert len(templates) == len(set(Template.objects.filter(waba__waba_id=META.waba_id).values_list("name")))
        template = templates["login_code"]
        assert (template["channelId"], template["category"], template["categoryName"]) == (
            META.number_id, "AUTHENTICATION", "Authentication",
        )  # fmt: skip
        assert (template["status"], template["statusName"], template["languageName"]) == (
            "APPROVED",
            "Approved",
            "English",
        )
        assert template["components"][0]["type"] == "BODY"
        assert template["createdAt"] <= template["updatedAt"]

    @pytest.mark.parametrize(("account", "channel"), [(None, "0"), ("0" * 32, META.number_id), ("x", META.number_id)])
    def test_what_is_not_there(self, acme, get, account, channel):
        answer = get(f"/api/v1/accounts/{account or acme.public_id}/channels/{channel}/templates")
        assert (answer.status_code, answer.json()["code"]) == (404, 1300)

    def test_a_key_of_another_subaccount_does_not_reach_it(self, acme, get, path):
        assert get(path, subaccounts=["acme_care"]).status_code == 404

    def test_a_component_in_their_form(self):
        component = {"type": "HEADER", "format": "IMAGE", "example": {"header_handle": ["a", "b"]}}
        assert component_body(component) == {"type": "HEADER", "format": "Image", "examples": ["a", "b"]}

    def test_names_of_languages(self):
        assert [language_name(code) for code in ("pt_BR", "en_US", "zz")] == ["Brazilian Portuguese", "English", "zz"]
