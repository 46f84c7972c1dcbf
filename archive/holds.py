"""Legal hold: while an account has one, neither people nor schedules delete any of its data."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import Account
from accounts.principal import Principal
from archive.models import Keeping
from core.errors import Conflict, UserError


class Held(Conflict):
    """The account has a legal hold."""

    def __init__(self) -> None:
        super().__init__(
            _("This account has a legal hold"),
            remedy=_("nothing is deleted until an owner lifts it, in Settings › Retention."),
        )


def keeping_of(account: Account) -> Keeping:
    """The account's retention periods and legal hold; the defaults if none are saved."""
    return Keeping.objects.filter(pk=account.pk).first() or Keeping(account=account)


def prevent_hold(account: Account) -> Keeping:
    """Prevent holds until the end of this transaction. Raises Held if there is one."""
    Keeping.objects.get_or_create(pk=account.pk)
    keeping = Keeping.objects.select_for_update(no_key=True).get(pk=account.pk)
    if keeping.held_at:
        raise Held
    return keeping


@transaction.atomic
def place_hold(*, by: Principal, reason: str) -> None:
    """Stop deletions and retention of the account, audited. Nothing is deleted after this returns."""
    _check_owner(by)
    if not reason.strip():
        raise UserError(_("Enter a reason, so that others know when the hold can be lifted."), field="reason")
    Keeping.objects.get_or_create(pk=by.account.pk)
    keeping = Keeping.objects.select_for_update(no_key=True).get(pk=by.account.pk)
    if keeping.held_at:
        raise UserError(_("A legal hold is already in place."))
    keeping.held_at, keeping.held_by, keeping.hold_reason = timezone.now(), by.name, reason.strip()
    keeping.save(update_fields=["held_at", "held_by", "hold_reason"])
    by.record("hold.placed", str(by.account), {"reason": keeping.hold_reason})


@transaction.atomic
def lift_hold(*, by: Principal, reason: str) -> None:
    """Lift the legal hold, audited. Deletions that it stopped stay stopped."""
    _check_owner(by)
    if not reason.strip():
        raise UserError(_("Enter a reason for lifting the hold."), field="reason")
    keeping = Keeping.objects.select_for_update(no_key=True).filter(pk=by.account.pk, held_at__isnull=False).first()
    if keeping is None:
        raise UserError(_("There is no legal hold to lift."))
    details = {"reason": reason.strip(), "placed_at": keeping.held_at.isoformat() if keeping.held_at else None}
    keeping.held_at, keeping.held_by, keeping.hold_reason = None, "", ""
    keeping.save(update_fields=["held_at", "held_by", "hold_reason"])
    by.record("hold.lifted", str(by.account), details)


def _check_owner(by: Principal) -> None:
    if by.role != Role.OWNER:
        raise UserError(_("Only an owner can place or lift a legal hold."))
