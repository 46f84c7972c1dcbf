"""For each id that stands in a path: one of an account, to see that the other account's are not there.

A new parameter of a path needs an entry in `ids_of`, which also makes what the demo accounts do not hold; where routes
write a parameter in two ways, one for "name" and one for "name as str".
"""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Account, ApiKey, Invitation, Membership
from billing.enums import Book
from billing.models import DryRun, RateCard
from messaging.models import InboxItem, PhoneNumber, SavedFilter, Template, WebhookEndpoint
from tests.traffic import AT, channel_of, deliver

# Parameters that are no id of anything of an account, each with a value that the route takes.
FIXED = {"version": "v24.0", "kind": "card", "provider": "meta", "token": "x"}


def ids_of(account: Account) -> dict[str, Any]:
    """Ids of things that the account has, by the name of the parameter."""
    message = deliver(account, provider_message_id=f"wamid.{account.pk}")
    number = PhoneNumber.objects.get(account=account, provider_number_id=channel_of(account).number_id)
    viewer = Membership.objects.filter(account=account, role="viewer").select_related("user").first()
    subaccount = number.subaccount
    return {
        **FIXED,
        "umid": message.umid,
        "account_id": account.public_id,
        "subaccount_id": subaccount.pk,
        "subaccount_id as str": subaccount.code,
        "node_id": number.provider_number_id,
        "membership_id": viewer.pk,
        "key_id": ApiKey.objects.filter(account=account).first().pk,
        "invitation_id": _invitation(account).pk,
        "filter_id": SavedFilter.objects.create(account=account, user=viewer.user, name="Mine", query="").pk,
        "template_id": Template.objects.filter(account=account).first().pk,
        "number_id": number.pk,
        "endpoint_id": WebhookEndpoint.objects.filter(account=account).first().pk,
        "card_id": _card(account, active=True).pk,
        "draft_id": _card(account, active=False).pk,
        "run_id": DryRun.objects.create(account=account).pk,
        "event_id": _webhook(account).pk,
    }


def _invitation(account: Account) -> Invitation:
    ends = timezone.now() + timedelta(days=7)
    return Invitation.objects.create(account=account, email="new@people.example", role="viewer", expires_at=ends)


def _card(account: Account, *, active: bool) -> RateCard:
    approved = timezone.now() if active else None
    return RateCard.objects.create(
        account=account, book=Book.BUY, currency="USD", effective_from=AT.date(), revision=2 - active,
        is_active=active, approved_at=approved,
    )  # fmt: skip


def _webhook(account: Account) -> InboxItem:
    endpoint = WebhookEndpoint.objects.filter(account=account, provider="meta").first()
    return InboxItem.objects.create(account=account, endpoint=endpoint, provider="meta", body=b"{}", received_at=AT)
