"""For each id that stands in a path: one of an account, to see that the other account's are not there.

A new parameter of a path needs an entry in `ids_of`, which also makes what the demo accounts do not hold; where routes
write a parameter in two ways, one for "name" and one for "name as str"; for a single route, "route: name".
"""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.models import Account, ApiKey, Invitation, Membership, Subaccount
from archive.exports import jobs, work
from archive.exports.requests import ExportSpec
from archive.models import Deletion, Export, ExportSchedule
from billing.enums import Book
from billing.models import DryRun, Exemption, RateCard
from core.paging import Cursor
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log.models import PhoneNumber, SavedFilter, Template
from messaging.sending.models import Submission
from messaging.suppression.enums import Source
from messaging.suppression.files import read_person
from messaging.suppression.models import Suppression
from messaging.suppression.services import add
from tests.people import principal
from tests.traffic import AT, call, channel_of, deliver, leg

# Parameters that are no id of anything of an account, each with a value that the route takes.
FIXED = {"version": "v24.0", "kind": "card", "provider": "meta", "token": "x"}


def ids_of(account: Account) -> dict[str, Any]:
    """Ids of things that the account has, by the name of the parameter."""
    message = deliver(account, provider_message_id=f"wamid.{account.pk}")
    number = PhoneNumber.objects.get(account=account, provider_number_id=channel_of(account).number_id)
    owner, viewer = (_member(account, role) for role in ("owner", "viewer"))
    subaccount = number.subaccount
    return {
        **FIXED,
        "umid": message.umid,
        "leg_id": leg(account).record_key,
        "call_id": call(account, channel_of(account)).record_key,
        "account_id": account.public_id,
        "subaccount_id": subaccount.pk,
        "subaccount_id as str": subaccount.code,
        "node_id": number.provider_number_id,
        "membership_id": viewer.pk,
        "key_id": ApiKey.objects.filter(account=account)[0].pk,
        "invitation_id": _invitation(account).pk,
        "filter_id": SavedFilter.objects.create(account=account, user=owner.user, name="Mine", query="").pk,
        "template_id": Template.objects.filter(account=account)[0].pk,
        "number_id": number.pk,
        "endpoint_id": WebhookEndpoint.objects.filter(account=account)[0].pk,
        "exemption_id": _exemption(number).pk,
        "card_id": _card(account, active=True).pk,
        "draft_id": _card(account, active=False).pk,
        "run_id": DryRun.objects.create(account=account).pk,
        "event_id": (webhook := _webhook(account)).pk,
        "webhook": Cursor(webhook.received_at, webhook.pk),
        "suppression_id": _suppression(account).pk,
        "export_id": _export(account).public_id,
        "job_id": (job := _export(account, subaccount).public_id.hex),
        "api-log-export-download: token": job,
        "schedule_id": _schedule(owner).pk,
        "deletion_id": _deletion(account).public_id,
        "phone_number_id": number.provider_number_id,
        "channel_id": number.provider_number_id,
        "batch_id": _submission(number).batch_id,
    }


def _member(account: Account, role: str) -> Membership:
    return Membership.objects.select_related("user").filter(account=account, role=role)[0]


def _invitation(account: Account) -> Invitation:
    ends = timezone.now() + timedelta(days=7)
    return Invitation.objects.create(account=account, email="new@people.example", role="viewer", expires_at=ends)


def _exemption(number: PhoneNumber) -> Exemption:
    return Exemption.objects.create(
        account=number.account, waba=number.waba, kind="government", first_day=AT.date(), last_day=AT.date(), source="x"
    )


def _card(account: Account, *, active: bool) -> RateCard:
    approved = timezone.now() if active else None
    return RateCard.objects.create(
        account=account, name="Own", book=Book.BUY, currency="USD", effective_from=AT.date(), revision=2 - active,
        is_active=active, approved_at=approved,
    )  # fmt: skip


def _webhook(account: Account) -> InboxItem:
    endpoint = WebhookEndpoint.objects.filter(account=account, provider="meta")[0]
    return InboxItem.objects.create(account=account, endpoint=endpoint, provider="meta", body=b"{}", received_at=AT)


def _suppression(account: Account) -> Suppression:
    return add(read_person(f"+659123{account.pk % 10_000:04}"), by=principal(account, "tg_test"), source=Source.API)[0]


def _export(account: Account, *subaccounts: Subaccount) -> Export:
    export = jobs.start(principal(account, "tg_test", *subaccounts), ExportSpec("messages", {}, "UTC"))
    work.run_slice(export)
    export.refresh_from_db()
    assert export.ready
    return export


def _schedule(membership: Membership) -> ExportSchedule:
    return ExportSchedule.objects.create(
        account=membership.account, membership=membership, dataset="messages", columns=["umid"], time_zone="UTC",
        every="daily", next_at=timezone.now(),
    )  # fmt: skip


def _deletion(account: Account) -> Deletion:
    return Deletion.objects.create(
        account=account, kind="selected", upto=0, state="done", finished_at=timezone.now(), certificate={"a": 1}
    )


def _submission(number: PhoneNumber) -> Submission:
    return Submission.objects.create(
        account=number.account, subaccount=number.subaccount, phone_number=number, shape="8x8", provider="meta",
        request={}, batch_id=uuid4(),
    )  # fmt: skip
