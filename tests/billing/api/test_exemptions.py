"""REST of exemptions: list, record, withdraw, and what is refused."""

from datetime import date

import pytest

from accounts.enums import Permission
from accounts.models import AuditEntry, Waba
from billing.models import Exemption, RatedLine
from billing.services import record_usage
from tests.billing.api.test_report import headers_of
from tests.billing.rating_helpers import rate_all

pytestmark = pytest.mark.django_db
URL = "/api/v1/exemptions/"
BODY = {"waba_id": "102290129340398", "kind": "government", "first_day": "2026-10-01", "source": "Letter of Meta"}


@pytest.fixture
def call(client, acme):
    headers = headers_of(acme, Permission.VIEW_COSTS, Permission.MANAGE_PRICES)

    def ask(method, path="", body=None):
        return getattr(client, method)(URL + path, body, content_type="application/json", headers=headers)

    return ask


def test_recording_and_withdrawing_rate_the_months_again(call, acme, usage):
    record_usage([usage(category="service")])
    rate_all()
    answer = call("post", body=BODY)
    exemption = Exemption.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {**BODY, "id": exemption.pk, "last_day": None}
    assert call("get").json() == {"results": [answer.json()]}
    rate_all()
    rate_all()  # the buckets to which they moved
    assert RatedLine.objects.get(account=acme).reason == "exempt"
    assert call("delete", f"{exemption.pk}/").status_code == 204
    assert call("delete", f"{exemption.pk}/").status_code == 404
    rate_all()
    rate_all()
    assert RatedLine.objects.get(account=acme).state == "charged"
    entries = AuditEntry.objects.filter(action__startswith="exemption")
    assert list(entries.values_list("action", flat=True)) == ["exemption.withdrawn", "exemption.recorded"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"waba_id": "THEIRS"}, "The account has no WABA THEIRS"),
        ({"waba_id": ""}, "may not be blank"),
        ({"kind": "church"}, "Choose from government, non_profit, ai_provider."),
        ({"first_day": "1.10.2026"}, "YYYY-MM-DD"),
        ({"last_day": "2026-09-30"}, "Enter the first day or a later one."),
        ({"first_day": "0001-01-01"}, "Enter a year from 1970 to 2099."),
        ({"last_day": "9999-12-31"}, "Enter a year from 1970 to 2099."),
        ({"source": " "}, "may not be blank"),
        ({"first_day": "2027-01-01", "last_day": None}, "withdraw it first, or choose other days"),
        ({"until": "2027-12-31"}, "There is no such field."),
    ],
)
def test_a_body_that_is_refused(call, acme, other, changes, message):
    theirs = Waba.objects.filter(account=other)[0]
    theirs.waba_id = "THEIRS"
    theirs.save()
    waba = Waba.objects.get(account=acme, waba_id=BODY["waba_id"])
    Exemption.objects.create(account=acme, waba=waba, kind="non_profit", first_day=date(2027, 1, 1), source="x")
    answer = call("post", body=BODY | {"last_day": "2026-12-31"} | changes)
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["field"] == next(iter(changes))
    assert message in error["message"]
    assert Exemption.objects.count() == 1


def test_a_key_limited_to_subaccounts_is_refused(client, acme):
    headers = headers_of(acme, Permission.VIEW_COSTS, subaccounts=["acme_shop"])
    assert client.get(URL, headers=headers).status_code == 403
