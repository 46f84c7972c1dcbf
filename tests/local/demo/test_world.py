"""The demo accounts: whole, apart from each other, and with no secret in plain text."""

import pytest

from accounts.enums import Permission
from accounts.models import Account, ApiKey, Membership, Subaccount, User, Waba
from accounts.services import authenticate_api_key
from local.demo.world import (
    ACME,
    OTHER,
    account_of,
    api_key_text,
    credentials,
    is_built,
    password,
    secret,
    webhook,
)
from messaging.inbound.models import WebhookEndpoint
from messaging.log.models import Change, PhoneNumber, Template


def test_an_account_is_whole(acme):
    counts = [
        model.objects.filter(account=acme).count()
        for model in (Subaccount, PhoneNumber, Waba, Template, Change, Membership, ApiKey, WebhookEndpoint)
    ]
    assert counts == [3, 3, 2, 16, 54, 5, 2, 3]
    assert (acme.name, acme.time_zone, acme.is_demo) == ("Acme Retail", "Asia/Singapore", True)


def test_both_accounts_fit_into_one_installation(acme, other):
    assert User.objects.filter(is_superuser=True).count() == 1
    assert (
        Membership.objects.filter(account=other, user__in=User.objects.filter(memberships__account=acme)).count() == 0
    )


@pytest.mark.parametrize("purpose", ["api", "360dialog"])
def test_its_keys_may_everything(acme, purpose):
    key = authenticate_api_key(api_key_text(ACME, purpose))
    assert (key.account, key.scopes) == (acme, sorted(Permission))


def test_secrets_follow_from_the_secret_key(settings):
    first = [secret(ACME, "token:meta"), password(ACME, "owner"), webhook(ACME, "meta")]
    assert [secret(ACME, "token:meta"), password(ACME, "owner"), webhook(ACME, "meta")] == first
    settings.SECRET_KEY = "another"
    assert secret(ACME, "token:meta") != first[0]


def test_the_accounts_share_no_secret():
    assert secret(ACME, "token:meta") != secret(OTHER, "token:meta")
    assert password(ACME, "owner") != password(OTHER, "owner")


def test_a_token_cannot_be_guessed():
    assert len(bytes.fromhex(webhook(ACME, "8x8")["path"].removeprefix("/webhooks/8x8/"))) >= 16


def test_what_is_not_built_has_no_credentials(db):
    assert is_built(ACME) is False
    with pytest.raises(Account.DoesNotExist):
        credentials(ACME)


def test_a_real_account_of_the_same_name_is_not_the_demos(db):
    Account.objects.create(name=ACME.name)
    assert is_built(ACME) is False


def test_the_account_is_found_again(acme, other):
    assert (account_of(ACME), account_of(OTHER)) == (acme, other)
