"""The number of queries of a REST list does not depend on its rows, and no query counts a table."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import Permission
from archive.models import Deletion, Export
from billing.enums import Book
from billing.models import RateCard
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log.models import PhoneNumber, Template
from messaging.suppression.enums import Source
from messaging.suppression.files import read_person
from messaging.suppression.services import add
from tests.access.test_permissions import bearer
from tests.people import principal
from tests.portal.test_openapi import routes_described, schema_of_200
from tests.traffic import AT, call, deliver, leg

pytestmark = pytest.mark.django_db
ROWS = 20


def rows_of_everything(account, numbers):
    """One more row of each list for each of these."""
    number, template = PhoneNumber.objects.filter(account=account)[0], Template.objects.filter(account=account)[0]
    endpoint = WebhookEndpoint.objects.filter(account=account)[0]
    for n in numbers:
        at = AT + timedelta(minutes=n)
        deliver(account, provider_message_id=f"wamid.{n}", at=at, template_name="weekend_sale", template_language="en")
        call(account, call_id=f"wacid.{n}", at=at)
        leg(account, umid=f"umid-{n}", at=at)
        InboxItem.objects.create(account=account, endpoint=endpoint, provider="meta", body=b"{}", received_at=at)
        add(read_person(f"+65912300{n:02}"), by=principal(account, "ada@acme.example"), source=Source.API)
        principal(account, "ada@acme.example").record("account.renamed", "Acme")
        Export.objects.create(account=account, dataset="messages", columns=["umid"], time_zone="UTC",
                              whole_numbers=True, needs=[], actor="ada@acme.example")  # fmt: skip
        Deletion.objects.create(account=account, kind="selected", actor="ada@acme.example", upto=0)
        RateCard.objects.create(account=account, book=Book.BUY, currency="USD", effective_from=AT.date(),
                                revision=n + 1, is_active=False, approved_at=at)  # fmt: skip
        template.pk, template.name, template.provider_template_id = None, f"sale_{n}", f"9{n}"
        template.save()
        number.pk, number.provider_number_id = None, f"9{n}"
        number.save()


def test_lists_cost_the_same_with_one_row_and_with_twenty(acme):
    client = Client(headers=bearer(acme, Permission))
    lists = [
        route
        for operation, route, method in routes_described()
        if method == "get" and "Page" in schema_of_200(operation)
    ]
    client.get("/api/v1/health_status")  # the first request notes when the key was used
    queries_by_route = {}
    for numbers in (range(1), range(1, ROWS)):
        rows_of_everything(acme, numbers)
        for route in lists:
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(route.path({}))
            assert len(answer.json()["results"]) >= len(numbers), route.name
            queries_by_route.setdefault(route.name, []).append([each["sql"] for each in queries])
    assert {name: list(map(len, each)) for name, each in queries_by_route.items() if len(each[0]) != len(each[1])} == {}
    # How many rates a card has is counted by its own index, card by card of the page.
    counting = [
        sql
        for each in queries_by_route.values()
        for sql in each[1]
        if "COUNT(" in sql and "billing_ratecard" not in sql
    ]
    assert counting == []
    assert len(lists) == 11
