"""Putting corrected prices, markets and rules in force, audited, and rating the affected buckets again."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from accounts.models import Account, Waba
from accounts.principal import Principal
from billing.models import Bucket, DirtyBucket, MarketTable, RateCard, RuleSet, SellTerms
from billing.proposals.what_if import Proposal, affected
from core.errors import UserError
from core.tenancy import every_tenant


@transaction.atomic
def activate(proposal: Proposal, *, by: Principal, reason: str = "") -> int:
    """Put every revision of a proposal in force and mark the affected buckets; audited.

    Returns the number of buckets to rate again. Raises UserError for a proposal with other days than the revisions'
    own, which is only a what-if.
    """
    if proposal.always:
        raise UserError(
            gettext("A card or rule set applies from its own first day"),
            remedy=gettext("import it with the day you want."),
        )
    buckets = affected(proposal)
    for revision in _revisions(proposal):
        revision.activate(by=by.name)
        details = {"revision": revision.revision, "sha256": revision.sha256, "buckets": len(buckets)}
        account = revision.account if isinstance(revision, RateCard) else None
        action = f"{_KINDS[type(revision)]}.activated"
        by.in_account(account).record(action, str(revision), details | _reason(reason))
    mark_dirty(buckets, misplaced=proposal.moves_messages)
    return len(buckets)


_KINDS: dict[type, str] = {RateCard: "rate_card", MarketTable: "market_table", RuleSet: "rule_set"}


def _revisions(proposal: Proposal) -> list[RateCard | MarketTable | RuleSet]:
    revisions: list[RateCard | MarketTable | RuleSet | None] = [*proposal.cards, proposal.markets, proposal.rules]
    return [revision for revision in revisions if revision is not None]


def mark_dirty(buckets: list[Bucket], *, misplaced: bool = False) -> None:
    """Mark buckets to be rated again; `misplaced` ones are reclassified first."""
    DirtyBucket.objects.bulk_create(DirtyBucket(bucket_id=bucket.pk, misplaced=misplaced) for bucket in buckets)


@transaction.atomic
def rate_again(buckets: list[Bucket], *, account: Account | None, by: Principal, reason: str = "") -> int:
    """Reclassify and rate messages again by the tables in force; audited. Returns the number of buckets."""
    mark_dirty(buckets, misplaced=True)
    by.in_account(account).record("usage.rated_again", details={"buckets": len(buckets)} | _reason(reason))
    return len(buckets)


def _reason(reason: str) -> dict[str, Any]:
    return {"reason": reason} if reason else {}


def follow_waba(*, instance: Waba, **_: Any) -> None:
    """Reclassify a WABA's messages when it is saved, because its time zone, currency and portfolio decide their bucket.
    A receiver of `post_save`.
    """
    with every_tenant():
        mark_dirty(list(Bucket.objects.filter(account=instance.account_id)), misplaced=True)


@transaction.atomic
def save_sell_terms(terms: SellTerms, *, by: Principal) -> int:
    """Save an account's sell terms, replacing those of the same day, and mark its months since then to be rated again;
    audited. Returns the number of buckets.
    """
    terms.full_clean(exclude=["account"], validate_unique=False, validate_constraints=False)
    SellTerms.objects.update_or_create(
        account=terms.account, currency=terms.currency, effective_from=terms.effective_from,
        defaults={
            "base": terms.base, "markup_percent": terms.markup_percent, "fee": terms.fee,
            "fee_on_free": terms.fee_on_free,
        },
    )  # fmt: skip
    buckets = list(Bucket.objects.filter(account=terms.account, month__gte=terms.effective_from.replace(day=1)))
    mark_dirty(buckets)
    details = {
        "base": terms.base, "markup_percent": str(terms.markup_percent), "fee": str(terms.fee),
        "fee_on_free": terms.fee_on_free, "buckets": len(buckets),
    }  # fmt: skip
    by.in_account(terms.account).record("sell_terms.agreed", str(terms), details)
    return len(buckets)
