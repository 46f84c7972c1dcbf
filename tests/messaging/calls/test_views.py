"""The pages of calls, and what each person may see there."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from billing.models import CallCard, CallRate
from messaging.calls.models import Call
from messaging.log.models import PhoneNumber
from providers.vocabulary import Direction
from tests.people import visitor
from tests.traffic import INDIA, META, call, channel_of
from tests.visible import text as visible_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(acme):
    return visitor(acme)


def shown_ids(client, **params):
    response = client.get("/calls/", {"subaccount": "", **params})
    return [row.call_id for row in response.context["page"].rows]


def test_the_list_says_who_called_how_long_and_at_what_cost(acme, owner):
    now = timezone.now()
    call(acme, at=now, ended_at=now, seconds=125)
    text = visible_text(owner.get("/calls/?subaccount="))
    for words in ("Inbound", "+91 98765 43210", "Completed", "2:05", "free"):
        assert words in text


def test_an_empty_list_explains_itself(owner):
    assert "No calls in the last 30 days" in visible_text(owner.get("/calls/?subaccount="))
    assert "No calls match" in visible_text(owner.get("/calls/?subaccount=&status=failed"))


def test_a_person_limited_to_a_subaccount_sees_its_calls_alone(acme):
    now = timezone.now()
    call(acme, at=now)
    number = PhoneNumber.objects.get(account=acme, provider_number_id=META.number_id)
    client = visitor(acme, "support", number.subaccount.code)
    assert shown_ids(client) == ["wacid.A"]
    Call.objects.update(subaccount=None)
    assert shown_ids(client) == []


def test_masked_numbers_stay_masked(acme):
    now = timezone.now()
    row = call(acme, at=now, call_id="wacid.HBgMOTE5ODc2NTQzMjEw")
    client = visitor(acme, "viewer")
    for path in ("/calls/?subaccount=", f"/calls/{row.record_key}/"):
        text = client.get(path).content.decode()
        assert "+91 98•••••210" in text
        assert not any(secret in text for secret in (INDIA, "98765", "HBgMOTE5"))


def test_each_filter_selects(acme, owner):
    now = timezone.now()
    call(acme, call_id="A", at=now)
    call(acme, call_id="B", at=now - timedelta(days=1), ended_at=None, seconds=None, state="ringing", msisdn="",
         user_id="SG.1349", direction=Direction.OUTBOUND)  # fmt: skip
    call(acme, call_id="C", at=now - timedelta(days=60))
    assert shown_ids(owner) == ["A", "B"]
    assert shown_ids(owner, range="any") == ["A", "B", "C"]
    assert shown_ids(owner, status="ringing") == ["B"]
    assert shown_ids(owner, direction="inbound") == ["A"]
    assert shown_ids(owner, person="SG.1349") == ["B"]
    assert shown_ids(owner, person="+91 98765") == ["A"]
    assert shown_ids(owner, channel=META.number_id) == ["A", "B"]
    assert owner.get("/calls/?subaccount=&channel=404").status_code == 404
    assert "Enter at least the first 6 digits" in visible_text(owner.get("/calls/?subaccount=&person=919"))


def test_the_list_is_counted_where_an_index_leads_to_its_rows(acme, owner):
    for n in range(3):
        call(acme, call_id=f"wacid.{n}", at=timezone.now() - timedelta(days=25 * n))
    assert "last 30 days · 2 in all" in visible_text(owner.get("/calls/?subaccount="))
    assert " · 3 in all" in visible_text(owner.get(f"/calls/?subaccount=&range=any&person={INDIA}"))
    assert "in all" not in visible_text(owner.get("/calls/?subaccount=&status=completed"))


def test_the_page_of_a_call_explains_its_charge(acme, owner):
    number = PhoneNumber.objects.get(account=acme, provider_number_id=META.number_id)
    now = timezone.now()
    row = call(acme, at=now, ended_at=now, direction=Direction.OUTBOUND, seconds=56, started_at=now)
    path = f"/calls/{row.record_key}/"
    text = visible_text(owner.get(path))
    assert "No call card in the WABA&#x27;s currency is in force on that day" in text
    assert f"imports a card of call prices in {number.waba.currency}: manage.py import_call_card" in text
    card = CallCard.objects.create(
        currency=number.waba.currency, effective_from=now.date() - timedelta(days=9), name="Calls", sha256="x"
    )
    CallRate.objects.create(card=card, market="India", up_to=50_000, minute_price=Decimal("0.0118"))
    text = visible_text(owner.get(path))
    for words in ("0.0118 per minute, Calls", "10 pulses of 6 seconds", "Minutes after 0 up to 50,000 of the month"):
        assert words in text
    assert "Cost" not in visible_text(visitor(acme, "support").get(path))


def test_an_erased_call_and_another_accounts_are_not_there(acme, other, owner):
    row, foreign = call(acme), call(other, channel_of(other))
    Call.objects.filter(pk=row.pk).update(erased_at=timezone.now())
    assert owner.get(f"/calls/{row.record_key}/").status_code == 404
    assert owner.get(f"/calls/{foreign.record_key}/").status_code == 404
    assert shown_ids(owner, range="any") == []
