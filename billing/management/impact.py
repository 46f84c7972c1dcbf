"""The output of the price commands: the impact of a proposal, and its activation."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from accounts.models import Subaccount
from accounts.principal import Principal
from billing.proposals import corrections, dry_runs
from billing.proposals.what_if import Impact, Proposal
from core.money import plain
from core.tenancy import every_tenant

MAX_ROWS = 40


def total_impact(proposal: Proposal, **bounds: Any) -> Impact:
    """The impact on all affected buckets within the bounds of `steps_of`."""
    impacts = [dry_runs.compute_impact(proposal, buckets) for _, buckets in dry_runs.steps_of(proposal, **bounds)]
    return Impact(sum(impact.lines for impact in impacts), [row for impact in impacts for row in impact.rows])


def describe(impact: Impact) -> list[str]:
    """An impact as lines of text: the totals, then the rows that differ, largest difference first."""
    if not impact.lines:
        return ["The cost of every recorded message stays the same."]
    lines = [f"{impact.lines:,} lines of rated messages would change."]
    for currency, (now, then) in sorted(impact.totals().items()):
        lines.append(f"{currency or 'no currency'}: {plain(now)} now, {plain(then)} then ({_signed(then - now)}).")
    rows = sorted(impact.rows, key=lambda row: -abs(row.difference))
    codes = dict(Subaccount.objects.filter(pk__in={row.subaccount_id for row in rows}).values_list("id", "code"))
    lines += [
        f"  {row.month:%Y-%m} {codes.get(row.subaccount_id, 'no subaccount')} {row.country} {row.category}: "
        f"{row.messages:,} messages, {plain(row.amount)} → {plain(row.amount_then)} {row.currency}"
        + (f", unrated {row.unrated:,} → {row.unrated_then:,}" if row.unrated != row.unrated_then else "")
        for row in rows[:MAX_ROWS]
    ]
    return lines + ([f"  … and {len(rows) - MAX_ROWS:,} more"] if len(rows) > MAX_ROWS else [])


def _signed(amount: Decimal) -> str:
    return f"{amount.normalize():+f}"


def preview_or_activate(proposal: Proposal, write: Callable[[str], object], *, activate: bool, command: str) -> None:
    """Write the impact; then activate the proposal, or write how to."""
    with every_tenant():
        write("\n".join(describe(total_impact(proposal))))
        if activate:
            buckets = corrections.activate(proposal, by=Principal.of_command(command))
            write(f"Activated. {buckets:,} buckets will be rated again.")
        else:
            write("Not active: run the command again with --activate to activate it.")
