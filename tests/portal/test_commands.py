"""manage.py seed_demo and demo_credentials: repeatable figures, and working credentials."""

import io
import json
from itertools import pairwise
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Account
from billing.models import DirtyBucket, RatedLine
from core.tenancy import every_tenant
from local.management.commands import seed_demo
from messaging.inbound.models import InboxItem
from messaging.log.models import Message, TrafficDelta, TrafficSlot
from providers.meta.webhooks import signature
from tests.conftest import put_back

KEYS = {
    "base_url", "users", "account_id", "subaccounts", "api_key", "d360_api_key", "waba_id", "phone_number_id",
    "channel_id", "templates", "webhooks",
}  # fmt: skip


def seed(*arguments):
    out = io.StringIO()
    call_command("seed_demo", "--messages", "300", "--until", "2026-11-01T12:00", *arguments, stdout=out)
    return out.getvalue()


def credentials(*arguments):
    out = io.StringIO()
    call_command("demo_credentials", "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def figures():
    """Message counts by status, and the lines of the cost report, without ids."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT status, country, category, count(*) FROM log_message GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
        messages = cursor.fetchall()
        cursor.execute(
            "SELECT day, country, category, state, reason, sum(n), sum(amount) FROM billing_ratedline l "
            "JOIN billing_usagekind k ON k.id = l.kind_id GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"
        )
        return messages, cursor.fetchall()


class TestSeedDemo:
    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture(autouse=True)
    def _scope(self, every_account):
        """Every account's."""

    def test_it_fills_log_counts_quarantine_and_report(self):
        output = seed()
        assert output.splitlines()[-1] == "Demo data is loaded: 300 messages from 01 Sep 2026 on."
        assert Message.objects.filter(direction="outbound").count() == 375
        assert sum(TrafficSlot.objects.values_list("n", flat=True)) == Message.objects.count()
        assert set(InboxItem.objects.values_list("state", flat=True)) == {"done", "quarantined"}
        delivered = Message.objects.filter(direction="outbound", status__in=["delivered", "read"]).count()
        assert sum(RatedLine.objects.values_list("n", flat=True)) == delivered + 10  # further participants of groups
        assert not TrafficDelta.objects.exists()
        assert not DirtyBucket.objects.exists()

    def test_the_same_seed_and_end_give_the_same_figures(self):
        results = []
        for number in ("7", "7", "8"):
            seed("--seed", number)
            results.append(figures())
            put_back()
        assert [left == right for left, right in pairwise(results)] == [True, False]

    def test_a_second_run_refuses_and_changes_nothing(self):
        seed()
        before = figures()
        with pytest.raises(CommandError, match="Demo data is already loaded"):
            seed()
        assert seed("--if-empty") == ""
        assert figures() == before

    def test_a_run_that_is_broken_off_leaves_nothing(self, monkeypatch):
        monkeypatch.setattr(seed_demo.Command, "_show_progress", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            seed()
        assert not Account.objects.exists()
        assert not Message.objects.exists()


def test_without_demo_data_there_are_no_credentials(db):
    with pytest.raises(CommandError, match="No demo data is loaded"):
        credentials()


class TestCredentials:
    @pytest.fixture(autouse=True)
    def _accounts(self, acme, other):
        """Both, without traffic."""

    @pytest.mark.parametrize("arguments", [(), ("--account", "other")])
    def test_the_keys_are_those_that_clients_rely_on(self, arguments):
        printed = credentials(*arguments)
        assert printed.keys() == KEYS
        assert set(printed["users"]) - {"operator"} == {"owner", "finance", "support", "developer", "viewer"}
        assert {name: set(endpoint) for name, endpoint in printed["webhooks"].items()} == {
            "8x8": {"path", "authorization"},
            "meta": {"path", "app_secret", "verify_token"},
            "360dialog": {"path", "header", "value"},
        }
        assert set(printed["templates"][0]) == {"name", "language", "category", "body_parameters"}

    def test_the_ids_of_the_demo_account(self):
        printed = credentials()
        assert printed["account_id"] == str(Account.objects.get(name="Acme Retail").public_id)
        assert printed["base_url"] == "http://127.0.0.1:8000"
        assert printed["subaccounts"] == ["acme_wa", "acme_shop", "acme_care"]
        assert (printed["waba_id"], printed["phone_number_id"]) == ("102290129340398", "106540352242922")
        assert "operator" in printed["users"]

    def test_the_other_account_shares_nothing_secret(self):
        first, second = (json.dumps(credentials("--account", name)) for name in ("demo", "other"))
        assert credentials("--account", "other")["subaccounts"] == ["harbour"]
        assert credentials("--account", "other")["api_key"] not in first
        assert credentials()["api_key"] not in second

    @pytest.mark.parametrize("role", ["owner", "finance", "support", "developer", "viewer", "operator"])
    def test_each_login_works(self, client, role):
        user = credentials()["users"][role]
        answer = client.post("/accounts/login/", {"login": user["email"], "password": user["password"]})
        assert (answer.status_code, answer.headers.get("Location")) == (302, "/")
        assert client.session["_auth_user_id"]

    @pytest.mark.parametrize("name", ["api_key", "d360_api_key"])
    def test_each_api_key_works(self, client, name):
        answer = client.get("/api/v1/messages/", headers={"Authorization": f"Bearer {credentials()[name]}"})
        assert (answer.status_code, answer.json()["results"]) == (200, [])

    def test_each_webhook_address_takes_what_proves_itself(self, client):
        endpoints = credentials()["webhooks"]
        proofs = {
            "8x8": {"Authorization": endpoints["8x8"]["authorization"]},
            "meta": {"X-Hub-Signature-256": signature(endpoints["meta"]["app_secret"], b"{}")},
            "360dialog": {endpoints["360dialog"]["header"]: endpoints["360dialog"]["value"]},
        }
        for provider, headers in proofs.items():
            post = {"path": endpoints[provider]["path"], "data": "{}", "content_type": "application/json"}
            assert client.post(**post).status_code == 401
            assert client.post(**post, headers=headers).status_code == 200
        with every_tenant():
            assert InboxItem.objects.count() == 3

    def test_metas_address_answers_the_verification(self, client):
        endpoint = credentials()["webhooks"]["meta"]
        query = {"hub.mode": "subscribe", "hub.verify_token": endpoint["verify_token"], "hub.challenge": "1158201444"}
        answer = client.get(endpoint["path"], query)
        assert (answer.status_code, answer.content) == (200, b"1158201444")


class TestCreateApiKey:
    def test_the_printed_key_opens_the_api(self, acme, client):
        out = io.StringIO()
        call_command("create_api_key", str(acme.public_id), "--name", "ERP", "--scopes", "costs:read", stdout=out)
        headers = {"Authorization": f"Bearer {out.getvalue().strip()}"}
        answer = client.get("/api/v1/reports/costs/?from=2026-10-01&to=2026-10-31", headers=headers)
        assert answer.status_code == 200
        assert client.get("/api/v1/messages/", headers=headers).status_code == 403

    def test_a_blank_name_is_refused(self, acme):
        with pytest.raises(CommandError, match="--name: enter what the key is for"):
            call_command("create_api_key", str(acme.public_id), "--name", " ")

    def test_an_unknown_account_is_named(self, db):
        with pytest.raises(CommandError, match="There is no account 00000000-0000-0000-0000-000000000000"):
            call_command("create_api_key", "00000000-0000-0000-0000-000000000000", "--name", "x")
