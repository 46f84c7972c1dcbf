"""Trying a proposal out on recorded usage in the background: month by month, kept until somebody decides.

A dry run is a row; the schedule finds it and works it off in slices of a few seconds, one at a time, so that neither
ingest nor rating waits for it. Nothing is lost with a worker: a slice that was not saved is worked out again.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

import structlog
from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext

from accounts.models import Account
from accounts.principal import Principal
from billing.models import Bucket, DirtyBucket, DryRun, MarketTable, RateCard, RuleSet
from billing.proposals.corrections import put_in_force, rate_again
from billing.proposals.what_if import Impact, ImpactRow, Proposal, affected, impact
from billing.rating import rate_bucket
from core.errors import UserError
from core.locks import session_lock
from core.money import ZERO
from core.tenancy import every_tenant

log = structlog.get_logger("tollgate.billing")

MOST_ROWS = 50  # kept of a dry run: the greatest differences
KEPT = timedelta(days=90)  # unless it was put in force
SLICE = 3.0  # seconds of work between two looks of the page
Revision = RateCard | MarketTable | RuleSet


class Gone(UserError):
    """What the dry run supposes was discarded."""


@dataclass(frozen=True)
class Effect:
    """What some messages cost now and would cost. Amounts cover the priced ones."""

    messages: int = 0
    unrated: int = 0
    unrated_then: int = 0
    amount: Decimal = ZERO
    amount_then: Decimal = ZERO
    sell_amount: Decimal = ZERO
    sell_amount_then: Decimal = ZERO

    def __add__(self, other: "Effect") -> "Effect":
        return Effect(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Effect)))

    @property
    def difference(self) -> Decimal:
        """What the provider would charge more (less: negative)."""
        return self.amount_then - self.amount

    @property
    def sell_difference(self) -> Decimal:
        """What the account would charge its customers more."""
        return self.sell_amount_then - self.sell_amount


class Place(NamedTuple):
    """Whose messages, and in which currency; subaccount 0: not known."""

    account_id: int
    subaccount_id: int
    currency: str


def start(
    proposal: Proposal, *, account: Account | None, by: Principal, first: date | None = None, last: date | None = None
) -> DryRun:
    """Have a proposal tried out, on one account's usage or everyone's; months are their first days, both included."""
    DryRun.objects.filter(asked_at__lt=timezone.now() - KEPT, applied_at=None).delete()
    return DryRun.objects.create(
        account=account, title=_title_of(proposal), asked_by=by.name, card_ids=[card.pk for card in proposal.cards],
        markets=proposal.markets, rules=proposal.rules, always=proposal.always, first_month=first, last_month=last,
    )  # fmt: skip


def start_again(run: DryRun, *, by: Principal) -> DryRun:
    """Have the same tried out on what is recorded now. Raises Gone."""
    return start(
        proposal_of(run), account=run.account, by=by, first=run.first_month, last=run.last_month
    )  # fmt: skip


def start_draft(draft: Revision, *, by: Principal) -> DryRun:
    """Have a draft tried out on all that it may touch."""
    if isinstance(draft, RateCard):
        return start(Proposal(cards=[draft]), account=draft.account, by=by)
    tables = {"markets": draft} if isinstance(draft, MarketTable) else {"rules": draft}
    return start(Proposal(**tables), account=None, by=by)


def _title_of(proposal: Proposal) -> str:
    names = [f"{each.name}, revision {each.revision}" for each in revisions_of(proposal)]
    return Truncator("; ".join(names) or "The tables in force").chars(255)


def proposal_of(run: DryRun) -> Proposal:
    """What a dry run supposes. Raises Gone."""
    cards = list(RateCard.objects.filter(pk__in=run.card_ids).order_by("currency", "id"))
    if len(cards) != len(run.card_ids):
        raise Gone(gettext("A draft that this dry run is based on was discarded"), remedy=gettext("import it again."))
    return Proposal(cards=cards, markets=run.markets, rules=run.rules, always=run.always)


def revisions_of(proposal: Proposal) -> list[Revision]:
    """Every card and table that a proposal supposes."""
    return [*proposal.cards, *(each for each in (proposal.markets, proposal.rules) if each)]


def try_out(proposal: Proposal, buckets: list[Bucket]) -> Impact:
    """The impact on these buckets; those with news are rated first, unless a rater has them in hand.

    Needs every tenant's scope.
    """
    dirty = DirtyBucket.objects.filter(bucket__in=[bucket.pk for bucket in buckets])
    for bucket_id in dirty.order_by("bucket_id").values_list("bucket_id", flat=True).distinct():
        rate_bucket(bucket_id)
    return impact(proposal, buckets)


def steps_of(
    proposal: Proposal, *, account_id: int | None = None, first: date | None = None, last: date | None = None
) -> Iterator[tuple[tuple[date, int], list[Bucket]]]:
    """The buckets that a proposal may touch in these months, by month and account: what must be tried out together."""

    def place(bucket: Bucket) -> tuple[date, int]:
        return bucket.month, bucket.account_id

    found = affected(proposal, account_ids=None if account_id is None else [account_id])
    chosen = [each for each in found if (not first or each.month >= first) and (not last or each.month <= last)]
    for key, buckets in groupby(sorted(chosen, key=place), key=place):
        yield key, list(buckets)


def advance(seconds: float = SLICE) -> None:
    """Work off a slice of the dry run that waits longest, unless another worker is at one. Needs every tenant's scope.

    A dry run that fails says why and is over; one whose database went away is tried again.
    """
    with session_lock("billing.dry_runs") as held:
        waiting = DryRun.objects.filter(finished_at=None).order_by(F("worked_at").asc(nulls_first=True), "id")
        run = waiting.first() if held else None
        if run is None:
            return
        try:
            _work(run, time.monotonic() + seconds)
        except OperationalError:
            raise
        except Gone as gone:
            run.problem, run.finished_at = str(gone), timezone.now()
        except Exception:
            log.exception("dry_run_failed", dry_run=run.pk)
            run.problem = (
                "The calculation failed: see the worker's log for the reason. Other prices and months are not affected."
            )
            run.finished_at = timezone.now()
        run.worked_at = timezone.now()
        with transaction.atomic():
            if DryRun.objects.select_for_update().filter(pk=run.pk).exists():  # not discarded meanwhile
                run.save()


def _work(run: DryRun, until: float) -> None:
    proposal = proposal_of(run)
    done = (run.after_month or date.min, run.after_account)
    steps = steps_of(proposal, account_id=run.account_id, first=run.first_month, last=run.last_month)
    left = [(key, buckets) for key, buckets in steps if key > done]
    run.steps = run.done + len(left)
    for (month, account_id), buckets in left:
        _add(run, try_out(proposal, buckets))
        run.done, run.after_month, run.after_account = run.done + 1, month, account_id
        if time.monotonic() > until:
            break
    if run.done == run.steps:
        run.finished_at = timezone.now()


def _add(run: DryRun, found: Impact) -> None:
    effects = effects_of(run)
    for row in found.rows:
        place = Place(row.account_id, row.subaccount_id, row.currency)
        effects[place] = effects.get(place, Effect()) + _effect(row)
    rows = sorted([*rows_of(run), *found.rows], key=_weight, reverse=True)
    run.lines += found.lines
    run.effects = [place._asdict() | asdict(effect) for place, effect in sorted(effects.items())]
    run.rows = [asdict(row) for row in rows[:MOST_ROWS]]
    run.row_count += len(found.rows)


def _effect(row: ImpactRow) -> Effect:
    return Effect(
        row.messages, row.unrated, row.unrated_then, row.amount, row.amount_then, row.sell_amount,
        row.sell_amount_then,
    )  # fmt: skip


def _weight(row: ImpactRow) -> tuple[Decimal, int]:
    return abs(row.difference) + abs(row.sell_amount_then - row.sell_amount), abs(row.unrated_then - row.unrated)


def effects_of(run: DryRun) -> dict[Place, Effect]:
    """What changes, by account, subaccount and currency."""
    found = {}
    for row in run.effects:
        place = Place(**{name: row[name] for name in Place._fields})
        found[place] = Effect(**{each.name: _exact(each.name, row[each.name]) for each in fields(Effect)})
    return found


def rows_of(run: DryRun) -> list[ImpactRow]:
    """The rows that change most, the greatest difference first."""
    return [
        ImpactRow(**{name: _exact(name, value) for name, value in row.items() if name != "month"},
                  month=date.fromisoformat(str(row["month"])))
        for row in run.rows
    ]  # fmt: skip


def _exact(name: str, value: Any) -> Any:
    """Amounts are text in JSON."""
    return Decimal(value) if "amount" in name else value


@transaction.atomic
def apply(run: DryRun, *, by: Principal) -> int:
    """Put in force what a finished dry run supposes, audited; returns how many buckets will be rated again.

    Without a card or table it has the months rated again under those in force. Raises UserError.
    """
    run = _locked(run)
    proposal, drafts = _decidable(run)
    if not run.finished_at or run.problem:
        raise UserError(gettext("This dry run has not finished yet"), remedy=gettext("wait for its figures."))
    if stale := next((each for each in drafts if _overtaken(each, run)), None):
        raise UserError(f"Another revision of {stale.name} has been activated since", remedy="recalculate the dry run.")
    with every_tenant():
        if drafts:
            buckets = put_in_force(proposal, by=by, reason=f"dry run {run.pk}")
        else:
            steps = steps_of(proposal, account_id=run.account_id, first=run.first_month, last=run.last_month)
            found = [bucket for _, buckets in steps for bucket in buckets]
            buckets = rate_again(found, account=run.account, by=by, reason=f"dry run {run.pk}")
        DryRun.objects.filter(pk=run.pk).update(applied_by=by.name, applied_at=timezone.now())
    return buckets


@transaction.atomic
def discard(run: DryRun, *, by: Principal) -> None:
    """Delete the imports that a dry run supposes, and the dry run; audited. Raises UserError."""
    run = _locked(run)
    _, drafts = _decidable(run)
    for draft in drafts:
        account = draft.account if isinstance(draft, RateCard) else None
        details = {"revision": draft.revision, "sha256": draft.sha256}
        by.in_account(account).record(f"{kind_of(draft)}.discarded", str(draft), details)
        draft.delete()
    run.delete()


def _locked(run: DryRun) -> DryRun:
    """The row, for one decision at a time. The caller has found it in its own scope."""
    with every_tenant():
        found = DryRun.objects.select_for_update().filter(pk=run.pk).first()
    if found is None:
        raise Gone(gettext("This dry run was discarded."))
    return found


def is_decidable(run: DryRun) -> bool:
    """Whether it can be put in force or discarded: everything it supposes still waits for a decision."""
    try:
        _decidable(run)
    except UserError:
        return False
    return True


def _decidable(run: DryRun) -> tuple[Proposal, list[Revision]]:
    proposal = proposal_of(run)
    drafts = revisions_of(proposal)
    if run.applied_at:
        raise UserError(gettext("This is already in force."))
    if run.always or (drafts and (run.first_month or run.last_month)) or not all(each.is_draft for each in drafts):
        raise UserError(gettext("This is a what-if: only an imported draft can be activated."))
    return proposal, drafts


def _overtaken(draft: Revision, run: DryRun) -> bool:
    return draft.siblings().filter(approved_at__gt=run.asked_at).exists()


def kind_of(revision: Revision) -> str:
    """The word for it in the audit log."""
    return {RateCard: "rate_card", MarketTable: "market_table", RuleSet: "rule_set"}[type(revision)]
