"""Putting corrected prices, markets and rules in force, audited, and having what they touch rated again."""

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
def put_in_force(proposal: Proposal, *, by: Principal, reason: str = "") -> int:
    """Put every revision of a proposal in force and mark the buckets it may touch; audited.

    Returns how many buckets will be rated again. Raises UserError for a proposal that supposes other days than the
    revisions' own: that is a what-if and nothing to put in force.
    """
    if proposal.always:
        raise UserError(
            gettext("A card or rule set applies from its own first day"),
            remedy=gettext("import it with the day you want."),
        )
    buckets = affected(proposal)
    for revision in _revisions(proposal):
        revision.put_in_force(by=by.name)
        details = {"revision": revision.revision, "sha256": revision.sha256, "buckets": len(buckets)}
        account = revision.account if isinstance(revision, RateCard) else None
        action = f"{_WORDS[type(revision)]}.activated"
        by.in_account(account).record(action, str(revision), details | _reason(reason))
    mark(buckets, misplaced=proposal.moves_messages)
    return len(buckets)


_WORDS: dict[type, str] = {RateCard: "rate_card", MarketTable: "market_table", RuleSet: "rule_set"}


def _revisions(proposal: Proposal) -> list[RateCard | MarketTable | RuleSet]:
    found: list[RateCard | MarketTable | RuleSet | None] = [*proposal.cards, proposal.markets, proposal.rules]
    return [revision for revision in found if revision is not None]


def mark(buckets: list[Bucket], *, misplaced: bool = False) -> None:
    """Have buckets rated again; `misplaced`: after placing their facts anew."""
    DirtyBucket.objects.bulk_create(DirtyBucket(bucket_id=bucket.pk, misplaced=misplaced) for bucket in buckets)


@transaction.atomic
def rate_again(buckets: list[Bucket], *, account: Account | None, by: Principal, reason: str = "") -> int:
    """Have messages placed and rated anew under the tables in force; audited. Returns how many buckets that are."""
    mark(buckets, misplaced=True)
    by.in_account(account).record("usage.rated_again", details={"buckets": len(buckets)} | _reason(reason))
    return len(buckets)


def _reason(reason: str) -> dict[str, Any]:
    return {"reason": reason} if reason else {}


def follow_waba(*, instance: Waba, **_: Any) -> None:
    """A WABA's time zone, currency and portfolio decide where its messages count: when it is saved, they are placed
    anew. A receiver of `post_save`.
    """
    with every_tenant():
        mark(list(Bucket.objects.filter(account=instance.account_id)), misplaced=True)


@transaction.atomic
def save_sell_terms(terms: SellTerms, *, by: Principal) -> int:
    """Save an account's sell terms of a day, in the place of those of the same day, and have its months from there on
    rated again; audited. Returns how many buckets that are.
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
    mark(buckets)
    details = {
        "base": terms.base, "markup_percent": str(terms.markup_percent), "fee": str(terms.fee),
        "fee_on_free": terms.fee_on_free, "buckets": len(buckets),
    }  # fmt: skip
    by.in_account(terms.account).record("sell_terms.agreed", str(terms), details)
    return len(buckets)
