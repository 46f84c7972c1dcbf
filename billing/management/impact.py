"""The impact of new prices, as the price commands print it, and their activation."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from accounts.models import Subaccount
from accounts.principal import Principal
from billing.proposals import dry_runs
from billing.proposals.corrections import put_in_force
from billing.proposals.what_if import Impact, Proposal
from core.money import plain
from core.tenancy import every_tenant

SHOWN = 40


def try_out(proposal: Proposal, **bounds: Any) -> Impact:
    """The impact on all that the proposal may touch, within the bounds of `steps_of`, month by month."""
    steps = [dry_runs.try_out(proposal, buckets) for _, buckets in dry_runs.steps_of(proposal, **bounds)]
    return Impact(sum(step.lines for step in steps), [row for step in steps for row in step.rows])


def describe(impact: Impact) -> list[str]:
    """An impact in lines of text: totals first, then the rows that differ, the greatest difference first."""
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
        for row in rows[:SHOWN]
    ]
    return lines + ([f"  … and {len(rows) - SHOWN:,} more"] if len(rows) > SHOWN else [])


def _signed(amount: Decimal) -> str:
    return f"{amount.normalize():+f}"


def preview_or_activate(proposal: Proposal, write: Callable[[str], object], *, activate: bool, command: str) -> None:
    """Write the impact; then activate the proposal, or write how to."""
    with every_tenant():
        write("\n".join(describe(try_out(proposal))))
        if activate:
            buckets = put_in_force(proposal, by=Principal.of_command(command))
            write(f"Activated. {buckets:,} buckets will be rated again.")
        else:
            write("Not active: run the command again with --activate to activate it.")
