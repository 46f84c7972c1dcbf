"""Recording and withdrawing exemptions of WABAs, audited; the affected months are rated again."""

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Waba
from accounts.principal import Principal
from billing.models import Bucket, Exemption
from billing.proposals.corrections import mark_dirty
from core.errors import UserError
from core.periods import check_years

_DAY = timedelta(days=1)


def check_days(first: date | None, last: date | None) -> None:
    """Raise UserError for a last day before the first, and for years that are not in use."""
    check_years(first, field="first_day")
    check_years(last, field="last_day")
    if first and last and last < first:
        raise UserError(_("Enter the first day or a later one."), field="last_day")


@transaction.atomic
def record_exemption(exemption: Exemption, *, by: Principal) -> int:
    """Store an exemption and mark the account's months to be rated again. Returns the number of buckets.

    Raises UserError for a last day before the first, and for days that another exemption of the WABA has.
    """
    check_days(exemption.first_day, exemption.last_day)
    Waba.objects.select_for_update().get(pk=exemption.waba_id)  # two requests at a time must not overlap
    last = exemption.last_day or date.max
    others = Exemption.objects.filter(waba=exemption.waba).exclude(pk=exemption.pk)
    if other := next((each for each in others if each.first_day <= last and exemption.first_day <= _end(each)), None):
        raise UserError(
            _("This WABA has an exemption from %(first_day)s on: withdraw it first, or choose other days.")
            % {"first_day": other.first_day},
            field="first_day",
        )
    exemption.save()
    return _follow(exemption, "exemption.recorded", by)


@transaction.atomic
def withdraw_exemption(exemption: Exemption, *, by: Principal) -> int:
    """Delete an exemption and mark the account's months to be rated again. Returns the number of buckets."""
    n = _follow(exemption, "exemption.withdrawn", by)
    exemption.delete()
    return n


def _end(exemption: Exemption) -> date:
    return exemption.last_day or date.max


def _follow(exemption: Exemption, action: str, by: Principal) -> int:
    # Days are the WABA's, so a month may begin a day earlier elsewhere.
    first, last = exemption.first_day - _DAY, _end(exemption)
    buckets = list(Bucket.objects.filter(account=exemption.account, month__range=(first.replace(day=1), last)))
    mark_dirty(buckets, misplaced=True)
    details = {
        "kind": exemption.kind, "first_day": str(exemption.first_day),
        "last_day": str(exemption.last_day) if exemption.last_day else "", "source": exemption.source,
        "buckets": len(buckets),
    }  # fmt: skip
    by.in_account(exemption.account).record(action, str(exemption.waba), details)
    return len(buckets)
