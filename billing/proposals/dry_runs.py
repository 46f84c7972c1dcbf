"""Dry runs: the impact of a proposal on recorded usage, computed in the background, month by month.

A dry run is a row. The beat schedule processes one at a time in slices of a few seconds, so that neither ingest nor
rating waits for it. If a worker is killed, the next one computes the unsaved slice again.
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
from billing.proposals.corrections import activate, rate_again
from billing.proposals.what_if import Impact, ImpactRow, Proposal, affected, impact
from billing.rating import rate_bucket
from core.errors import UserError
from core.locks import session_lock
from core.money import ZERO
from core.tenancy import every_tenant

log = structlog.get_logger("tollgate.billing")

MAX_ROWS = 50  # of a dry run that are stored: those with the largest differences
LIFE = timedelta(days=90)  # unless it was activated
SLICE = 3.0  # seconds of work between two updates of the page
Revision = RateCard | MarketTable | RuleSet


class DraftDiscarded(UserError):
    """A draft of the dry run was discarded."""


@dataclass(frozen=True)
class Effect:
    """The present and the proposed cost of some messages. Amounts cover the priced ones."""

    messages: int = 0
    unrated: int = 0
    unrated_then: int = 0
    amount: Decimal = ZERO
    amount_then: Decimal = ZERO
    sell_amount: Decimal = ZERO
    sell_amount_then: Decimal = ZERO

    def __add__(self, other: "Effect") -> "Effect":
        return Effect(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Effect)))

    @property
    def difference(self) -> Decimal:
        """The change of the provider's charges."""
        return self.amount_then - self.amount

    @property
    def sell_difference(self) -> Decimal:
        """The change of the account's charges to its customers."""
        return self.sell_amount_then - self.sell_amount


class EffectKey(NamedTuple):
    """Account, subaccount (0 if unknown) and currency of some messages."""

    account_id: int
    subaccount_id: int
    currency: str


def start(
    proposal: Proposal, *, account: Account | None, by: Principal, first: date | None = None, last: date | None = None
) -> DryRun:
    """Start a dry run on one account's usage or all usage. Months are their first days, inclusive."""
    DryRun.objects.filter(asked_at__lt=timezone.now() - LIFE, applied_at=None).delete()
    return DryRun.objects.create(
        account=account, title=_title_of(proposal), asked_by=by.name, card_ids=[card.pk for card in proposal.cards],
        markets=proposal.markets, rules=proposal.rules, always=proposal.always, first_month=first, last_month=last,
    )  # fmt: skip


def repeat(run: DryRun, *, by: Principal) -> DryRun:
    """Start the same dry run on the present usage. Raises DraftDiscarded."""
    return start(
        proposal_of(run), account=run.account, by=by, first=run.first_month, last=run.last_month
    )  # fmt: skip


def start_draft(draft: Revision, *, by: Principal) -> DryRun:
    """Start a dry run of a draft on all affected usage."""
    if isinstance(draft, RateCard):
        return start(Proposal(cards=[draft]), account=draft.account, by=by)
    tables = {"markets": draft} if isinstance(draft, MarketTable) else {"rules": draft}
    return start(Proposal(**tables), account=None, by=by)


def _title_of(proposal: Proposal) -> str:
    names = [f"{revision.name}, revision {revision.revision}" for revision in revisions_of(proposal)]
    return Truncator("; ".join(names) or "The tables in force").chars(255)


def proposal_of(run: DryRun) -> Proposal:
    """The proposal of a dry run. Raises DraftDiscarded."""
    cards = list(RateCard.objects.filter(pk__in=run.card_ids).order_by("currency", "id"))
    if len(cards) != len(run.card_ids):
        raise DraftDiscarded(
            gettext("A draft that this dry run is based on was discarded"), remedy=gettext("import it again.")
        )
    return Proposal(cards=cards, markets=run.markets, rules=run.rules, always=run.always)


def revisions_of(proposal: Proposal) -> list[Revision]:
    """Every card and table of a proposal."""
    return [*proposal.cards, *(table for table in (proposal.markets, proposal.rules) if table)]


def compute_impact(proposal: Proposal, buckets: list[Bucket]) -> Impact:
    """The impact on these buckets. Rates dirty buckets first, unless another rater has locked them.

    Needs every tenant's scope.
    """
    dirty = DirtyBucket.objects.filter(bucket__in=[bucket.pk for bucket in buckets])
    for bucket_id in dirty.order_by("bucket_id").values_list("bucket_id", flat=True).distinct():
        rate_bucket(bucket_id)
    return impact(proposal, buckets)


def steps_of(
    proposal: Proposal, *, account_id: int | None = None, first: date | None = None, last: date | None = None
) -> Iterator[tuple[tuple[date, int], list[Bucket]]]:
    """The affected buckets in these months by month and account, each a group that must be computed together."""

    def key_of(bucket: Bucket) -> tuple[date, int]:
        return bucket.month, bucket.account_id

    buckets = affected(proposal, account_ids=None if account_id is None else [account_id])
    in_period = [b for b in buckets if (not first or b.month >= first) and (not last or b.month <= last)]
    for key, group in groupby(sorted(in_period, key=key_of), key=key_of):
        yield key, list(group)


def advance(seconds: float = SLICE) -> None:
    """Process a slice of the longest waiting dry run, unless another worker does. Needs every tenant's scope.

    A failed dry run ends with a problem; one that lost its database connection is continued later.
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
        except DraftDiscarded as error:
            run.problem, run.finished_at = str(error), timezone.now()
        except Exception:
            log.exception("dry_run_failed", dry_run=run.pk)
            run.problem = (
                "The calculation failed: see the worker's log for the reason. Other prices and months are not affected."
            )
            run.finished_at = timezone.now()
        run.worked_at = timezone.now()
        with transaction.atomic():
            if DryRun.objects.select_for_update().filter(pk=run.pk).exists():  # not discarded in the meantime
                run.save()


def _work(run: DryRun, until: float) -> None:
    proposal = proposal_of(run)
    done = (run.after_month or date.min, run.after_account)
    steps = steps_of(proposal, account_id=run.account_id, first=run.first_month, last=run.last_month)
    remaining = [(key, buckets) for key, buckets in steps if key > done]
    run.steps = run.done + len(remaining)
    for (month, account_id), buckets in remaining:
        _add(run, compute_impact(proposal, buckets))
        run.done, run.after_month, run.after_account = run.done + 1, month, account_id
        if time.monotonic() > until:
            break
    if run.done == run.steps:
        run.finished_at = timezone.now()


def _add(run: DryRun, added: Impact) -> None:
    effects = effects_of(run)
    for row in added.rows:
        key = EffectKey(row.account_id, row.subaccount_id, row.currency)
        effects[key] = effects.get(key, Effect()) + _effect(row)
    rows = sorted([*rows_of(run), *added.rows], key=_weight, reverse=True)
    run.lines += added.lines
    run.effects = [key._asdict() | asdict(effect) for key, effect in sorted(effects.items())]
    run.rows = [asdict(row) for row in rows[:MAX_ROWS]]
    run.row_count += len(added.rows)


def _effect(row: ImpactRow) -> Effect:
    return Effect(
        row.messages, row.unrated, row.unrated_then, row.amount, row.amount_then, row.sell_amount,
        row.sell_amount_then,
    )  # fmt: skip


def _weight(row: ImpactRow) -> tuple[Decimal, int]:
    return abs(row.difference) + abs(row.sell_amount_then - row.sell_amount), abs(row.unrated_then - row.unrated)


def effects_of(run: DryRun) -> dict[EffectKey, Effect]:
    """The effects by account, subaccount and currency."""
    effects = {}
    for row in run.effects:
        key = EffectKey(**{name: row[name] for name in EffectKey._fields})
        effects[key] = Effect(**{field.name: _exact(field.name, row[field.name]) for field in fields(Effect)})
    return effects


def rows_of(run: DryRun) -> list[ImpactRow]:
    """The rows with the largest differences, largest first."""
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
    """Put the proposal of a finished dry run in force, audited; returns the number of buckets to rate again.

    An empty proposal rates the months again by the tables in force. Raises UserError.
    """
    run = _lock(run)
    proposal, drafts = _decidable_drafts(run)
    if not run.finished_at or run.problem:
        raise UserError(gettext("This dry run has not finished yet"), remedy=gettext("wait for its figures."))
    if stale := next((draft for draft in drafts if _is_superseded(draft, run)), None):
        raise UserError(f"Another revision of {stale.name} has been activated since", remedy="recalculate the dry run.")
    with every_tenant():
        if drafts:
            buckets = activate(proposal, by=by, reason=f"dry run {run.pk}")
        else:
            steps = steps_of(proposal, account_id=run.account_id, first=run.first_month, last=run.last_month)
            affected_buckets = [bucket for _, group in steps for bucket in group]
            buckets = rate_again(affected_buckets, account=run.account, by=by, reason=f"dry run {run.pk}")
        DryRun.objects.filter(pk=run.pk).update(applied_by=by.name, applied_at=timezone.now())
    return buckets


@transaction.atomic
def discard(run: DryRun, *, by: Principal) -> None:
    """Delete a dry run and its drafts; audited. Raises UserError."""
    run = _lock(run)
    _, drafts = _decidable_drafts(run)
    for draft in drafts:
        account = draft.account if isinstance(draft, RateCard) else None
        details = {"revision": draft.revision, "sha256": draft.sha256}
        by.in_account(account).record(f"{kind_of(draft)}.discarded", str(draft), details)
        draft.delete()
    run.delete()


def _lock(run: DryRun) -> DryRun:
    """Lock the row, for one decision at a time. The caller has read it within its own scope."""
    with every_tenant():
        locked = DryRun.objects.select_for_update().filter(pk=run.pk).first()
    if locked is None:
        raise DraftDiscarded(gettext("This dry run was discarded."))
    return locked


def is_decidable(run: DryRun) -> bool:
    """Whether it can be activated or discarded: all its revisions are still drafts."""
    try:
        _decidable_drafts(run)
    except UserError:
        return False
    return True


def _decidable_drafts(run: DryRun) -> tuple[Proposal, list[Revision]]:
    proposal = proposal_of(run)
    drafts = revisions_of(proposal)
    if run.applied_at:
        raise UserError(gettext("This is already in force."))
    if run.always or (drafts and (run.first_month or run.last_month)) or not all(draft.is_draft for draft in drafts):
        raise UserError(gettext("This is a what-if: only an imported draft can be activated."))
    return proposal, drafts


def _is_superseded(draft: Revision, run: DryRun) -> bool:
    return draft.siblings().filter(approved_at__gt=run.asked_at).exists()


def kind_of(revision: Revision) -> str:
    """The name of the revision's kind in the audit log."""
    return {RateCard: "rate_card", MarketTable: "market_table", RuleSet: "rule_set"}[type(revision)]
