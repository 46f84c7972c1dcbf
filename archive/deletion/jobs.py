"""The life cycle of a deletion: start, stop, finish; each is audited."""

import json
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.principal import Principal
from archive.deletion.certificates import certificate_of, sha256_of
from archive.deletion.subjects import subject_of
from archive.enums import DeletionKind, DeletionState
from archive.holds import prevent_hold
from archive.models import Deletion
from core.errors import UserError
from core.numbers import is_number
from core.spellings import full_number, national_numbers, spellings
from messaging.log.kinds import SHORTEST_NUMBER
from messaging.log.models import Message
from messaging.log.predicates import own_countries
from messaging.log.query import MessageQuery, write_query
from messaging.log.services.erasure import last_message_id, person_of, visible_umids
from messaging.persons.enums import IdentityKind
from messaging.persons.resolution import Identity
from messaging.persons.selectors.identities import identities, identity_of

MAX_SELECTED = 10_000


def delete_selected(by: Principal, umids: Sequence[UUID], *, reason: str = "") -> Deletion:
    """Delete messages in the background. Messages that the principal may not see do not exist. Raises UserError."""
    if len(umids) > MAX_SELECTED:
        raise UserError(
            _("Select at most %(most)s messages") % {"most": f"{MAX_SELECTED:,}"}, field="umids",
            remedy=_("use a filter to delete more."),
        )  # fmt: skip
    visible = visible_umids(by.account, umids, by.subaccount_ids)
    if not visible:
        raise UserError(_("These messages no longer exist."), field="umids")
    about = json.dumps([str(umid) for umid in visible])
    return _start(by, DeletionKind.SELECTED, about, reason=reason, expected=len(visible))


def delete_matching(by: Principal, query: MessageQuery, *, expected: int | None = None, reason: str = "") -> Deletion:
    """Delete every present message that matches a query of the log. Raises UserError.

    The query already contains the principal's subaccounts, as in the log.
    """
    return _start(by, DeletionKind.MATCHING, json.dumps(write_query(query)), reason=reason, expected=expected)


def erase_person(by: Principal, text: str, *, reason: str, field: str = "msisdn") -> Deletion:
    """Delete everything about the person of a number, user id, parent id or username in the account. Raises UserError.

    `field` is where the text was entered.
    """
    identity = _identity(by.account, text)
    if identity is None:
        raise UserError(
            _("Enter the full number with its country code, such as +65 9123 4567, a user id, or @username."),
            field=field,
        )
    if identity.kind == IdentityKind.USERNAME and not identities(by.account.pk, identity):
        raise UserError(
            _("Nobody in this account has the username @%(name)s") % {"name": identity.value}, field=field,
            remedy=_("check its spelling, or enter the person’s number or user id."),
        )  # fmt: skip
    if by.subaccount_ids is not None:
        raise UserError(
            _("Erasing a person affects the whole account"), remedy=_("ask someone with access to all of it.")
        )
    if not reason.strip():
        raise UserError(_("Enter a reason: it is recorded in the certificate and the audit log."), field="reason")
    if person_of(by.account, identity).is_revealed_in(reason):
        raise UserError(
            _("Leave the person’s numbers, ids and usernames out of the reason"), field="reason",
            remedy=_("the certificate and the audit log store it, and nobody can change them."),
        )  # fmt: skip
    about = json.dumps({"kind": identity.kind, "value": identity.value})
    return _start(by, DeletionKind.PERSON, about, reason=reason, subject=subject_of(by.account, identity.value))


def _identity(account: Account, text: str) -> Identity | None:
    """The identity that a text is; a number must be complete and can only be one person's."""
    if is_number(text):
        number = full_number(text)
        others = national_numbers(text, own_countries(account)) - set(spellings(number))
        if len(number) < SHORTEST_NUMBER or Message.objects.filter(account=account, msisdn__in=others).exists():
            return None
        return Identity(IdentityKind.NUMBER, number)
    identity = identity_of(text)
    return None if identity and identity.kind == IdentityKind.NUMBER else identity


@transaction.atomic
def _start(
    by: Principal, kind: DeletionKind, about: str, *, reason: str, expected: int | None = None, subject: str = ""
) -> Deletion:
    prevent_hold(by.account)
    deletion = Deletion(
        account=by.account, kind=kind, actor=by.name, address=by.address or None, reason=reason.strip()[:255],
        upto=last_message_id(), expected=expected, subject=subject,
        subaccount_ids=None if by.subaccount_ids is None else list(by.subaccount_ids),
    )  # fmt: skip
    deletion.about = about
    deletion.save()
    _audit(deletion, "confirmed", by, {"expected": expected})
    return deletion


def stop(deletion: Deletion, by: Principal) -> None:
    """Stop a deletion, audited. Deleted messages stay deleted; a finished deletion does not change."""
    with transaction.atomic():
        if Deletion.objects.filter(pk=deletion.pk, finished_at=None, stop_asked=False).update(stop_asked=True):
            _audit(deletion, "stopped", by, {})


def finish(deletion: Deletion, state: DeletionState, problem: str = "") -> None:
    """End a deletion in the caller's transaction: certify it, erase what it was about, record it in the audit log."""
    deletion.state, deletion.problem, deletion.finished_at = state, problem, timezone.now()
    deletion.about_sealed = ""
    deletion.certificate = certificate_of(deletion)
    deletion.sha256 = sha256_of(deletion.certificate)
    deletion.save()
    details = {"state": str(state), "count": deletion.messages, "removed": deletion.removed, "sha256": deletion.sha256}
    by = Principal.of_schedule(deletion.actor, deletion.account, address=deletion.address or "")
    by.record("deletion.ended", str(deletion.public_id), {**details, **({"problem": problem} if problem else {})})


def _audit(deletion: Deletion, action: str, by: Principal, details: dict[str, object]) -> None:
    facts = {
        "kind": str(deletion.kind),
        "reason": deletion.reason or None,
        "subject": deletion.subject or None,
        **details,
    }
    by.record(f"deletion.{action}", str(deletion.public_id), facts)
