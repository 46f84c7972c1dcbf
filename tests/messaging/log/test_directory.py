from datetime import UTC, datetime

import pytest

from local.demo.world import ACME
from messaging.log.directory import Directory, Placement, Unregistered
from messaging.log.enums import CategoryRank
from messaging.log.models import PhoneNumber, Template
from providers.events import MessageEvent
from tests.traffic import report

EVENT = {"provider_message_id": "x", "state": "sent", "at": datetime(2026, 10, 15, tzinfo=UTC)}


def placement(account, provider="meta", **fields):
    return Directory([account.pk]).placement(account.pk, provider, MessageEvent(**EVENT, **fields))


def number(account, provider):
    return PhoneNumber.objects.get(account=account, provider=provider)


def test_a_number_by_its_id(acme):
    sender = number(acme, "meta")
    assert placement(acme, number_id="106540352242922") == Placement(sender.subaccount_id, sender.pk, sender.waba_id)


def test_the_only_number_of_a_subaccount(acme):
    sender = number(acme, "8x8")
    assert placement(acme, "8x8", subaccount_code="acme_wa") == Placement(
        sender.subaccount_id, sender.pk, sender.waba_id
    )


def test_of_several_numbers_the_shared_waba(acme):
    sender = number(acme, "8x8")
    PhoneNumber.objects.create(
        account=acme, waba=sender.waba, subaccount=sender.subaccount, provider="8x8", provider_number_id="2", msisdn="1"
    )
    assert placement(acme, "8x8", subaccount_code="acme_wa") == Placement(sender.subaccount_id, None, sender.waba_id)


def test_an_unknown_channel_of_a_known_subaccount(acme):
    assert placement(acme, "8x8", number_id="?", subaccount_code="acme_wa").phone_number_id == number(acme, "8x8").pk


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"number_id": "999"}, "number id '999' is not registered with meta"),
        ({"subaccount_code": "nobody"}, "subaccount 'nobody' is not registered"),
    ],
)
def test_what_is_not_registered_is_named(acme, fields, words):
    with pytest.raises(Unregistered, match=words):
        placement(acme, **fields)


def test_another_accounts_number_is_not_registered_here(acme, other):
    with pytest.raises(Unregistered):
        placement(other, number_id="106540352242922")


def test_the_template_is_that_of_the_sending_waba(acme):
    sender = number(acme, "360dialog")
    event = MessageEvent(**EVENT, template_name="order_update", template_language="en")
    directory = Directory([acme.pk])
    directory.load_templates([(acme.pk, event)])
    template = directory.template(acme.pk, Placement(sender.subaccount_id, sender.pk, sender.waba_id), event)
    assert template.id == Template.objects.get(waba=sender.waba, name="order_update").pk
    assert template.category == "utility"


def test_a_template_by_the_providers_id(acme, other):
    """Statuses of messages that were sent without a template have only the id of the one that Meta made."""
    sender = number(acme, "meta")
    made = Template.objects.create(
        account=acme, waba=sender.waba, name="auto", language="en", category="UTILITY", provider_template_id="77"
    )
    directory = Directory([acme.pk])
    event = MessageEvent(**EVENT, number_id="106540352242922", template_id="77")
    directory.load_templates(iter([(acme.pk, event)]))
    place = directory.placement(acme.pk, "meta", event)
    assert directory.template(acme.pk, place, event).id == made.pk
    assert directory.template(other.pk, place, event) is None
    unknown = MessageEvent(**EVENT, template_id="78")
    assert directory.template(acme.pk, place, unknown) is None


@pytest.mark.parametrize(
    ("registered", "reported"),
    [("en_US", "EN-us"), ("en_US", "en-US"), ("zh_Hant_HK", "zh-hant-hk"), ("es_419", "ES-419")],
)
def test_a_receipts_language_names_a_template_in_any_spelling(acme, registered, reported):
    sender = number(acme, "8x8")
    made = Template.objects.create(
        account=acme, waba=sender.waba, name="order_update", language=registered, category="UTILITY"
    )
    message = report(
        acme, "delivered", channel=ACME.channels[0], template_name="order_update", template_language=reported
    )
    assert (message.template_id, message.category, message.category_rank) == (made.pk, "utility", CategoryRank.ASSUMED)
