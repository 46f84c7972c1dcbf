"""What the price commands print: what a proposal changes, and in whose name it is put in force."""

from decimal import Decimal
from typing import Any

from accounts.models import Subaccount
from accounts.principal import Principal
from billing.proposals import dry_runs
from billing.proposals.corrections import put_in_force
from billing.proposals.what_if import Impact, Proposal
from core.money import plain

SHOWN = 40


def try_out(proposal: Proposal, **bounds: Any) -> Impact:
    """The impact on all that the proposal may touch, within the bounds of `steps_of`, month by month."""
    found = [dry_runs.try_out(proposal, buckets) for _, buckets in dry_runs.steps_of(proposal, **bounds)]
    return Impact(sum(each.lines for each in found), [row for each in found for row in each.rows])


def words(found: Impact) -> list[str]:
    """An impact in lines of text: totals first, then the rows that differ, the greatest difference first."""
    if not found.lines:
        return ["The cost of every recorded message stays the same."]
    lines = [f"{found.lines:,} lines of rated messages would change."]
    for currency, (now, then) in sorted(found.totals().items()):
        lines.append(f"{currency or 'no currency'}: {plain(now)} now, {plain(then)} then ({_signed(then - now)}).")
    rows = sorted(found.rows, key=lambda row: -abs(row.difference))
    codes = dict(Subaccount.objects.filter(pk__in={row.subaccount_id for row in rows}).values_list("id", "code"))
    lines += [
        f"  {row.month:%Y-%m} {codes.get(row.subaccount_id, 'no subaccount')} {row.country} {row.category}: "
        f"{row.messages:,} messages, {plain(row.amount)} → {plain(row.amount_then)} {row.currency}"
        + (f", unrated {row.unrated:,} → {row.unrated_then:,}" if row.unrated != row.unrated_then else "")
        for row in rows[:SHOWN]
    ]
    return lines + ([f"  … and {len(rows) - SHOWN:,} more"] if len(rows) > SHOWN else [])


def _signed(amount: Decimal) -> str:
    return f"{amount.normalize():+f}"


def activate(proposal: Proposal, *, command: str) -> str:
    """Put it in force; a sentence saying so."""
    return f"Activated. {put_in_force(proposal, by=Principal.of_command(command)):,} buckets will be rated again."
