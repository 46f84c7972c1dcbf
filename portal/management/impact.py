"""What the price commands print: what a proposal changes, and in whose name it is put in force."""

from billing.corrections import put_in_force
from billing.models import Bucket
from billing.rating import dirty_buckets, rate_bucket
from billing.what_if import Impact, Proposal, affected, impact
from portal.core.money import plain

SHOWN = 40


def try_out(proposal: Proposal, buckets: list[Bucket] | None = None) -> Impact:
    """The impact on these buckets, or on all that the proposal may touch; those with news are rated first."""
    buckets = affected(proposal) if buckets is None else buckets
    for bucket_id in set(dirty_buckets(limit=1_000_000)) & {bucket.pk for bucket in buckets}:
        rate_bucket(bucket_id)
    return impact(proposal, buckets)


def words(found: Impact) -> list[str]:
    """An impact in lines of text: totals first, then the rows that differ, the greatest difference first."""
    if not found.lines:
        return ["No recorded message would cost anything else."]
    lines = [f"{found.lines:,} lines of rated messages would change."]
    for currency, (now, then) in sorted(found.totals().items()):
        lines.append(f"{currency or 'no currency'}: {plain(now)} now, {plain(then)} then ({_signed(then - now)}).")
    rows = sorted(found.rows, key=lambda row: -abs(row.difference))
    lines += [
        f"  {row.month:%Y-%m} subaccount {row.subaccount_id} {row.country} {row.category}: "
        f"{row.messages or 0:,} messages, {plain(row.amount)} → {plain(row.amount_then)} {row.currency}"
        + (f", unrated {row.unrated:,} → {row.unrated_then:,}" if row.unrated != row.unrated_then else "")
        for row in rows[:SHOWN]
    ]
    return lines + ([f"  … and {len(rows) - SHOWN:,} more"] if len(rows) > SHOWN else [])


def _signed(amount: object) -> str:
    return f"{amount:+f}"


def activate(proposal: Proposal, *, actor: str) -> str:
    """Put it in force; a sentence saying so."""
    return f"In force. {put_in_force(proposal, actor=actor):,} buckets will be rated again."
