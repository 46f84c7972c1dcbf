"""The cost report as a file."""

from io import StringIO

from defusedcsv import csv

from billing.forms import GROUP_LABELS
from billing.selectors import CostReport, CostRow
from portal.core.money import plain

_FIGURES = ("Currency", "Delivered", "Charged", "Free", "Unrated", "Amount")


def cost_csv(report: CostReport) -> str:
    """The report's rows and sums as CSV, after lines that say whose days they are and how fresh they are.

    Cells cannot run as formulas. Amounts are exact; where nothing is priced the amount is empty, never 0.
    """
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(["Cost report", "Tollgate"])
    writer.writerow(["Days", report.start.isoformat(), report.end.isoformat()])
    writer.writerow(["Time zone", report.time_zone])
    writer.writerow(["Data as of", report.data_as_of.isoformat(timespec="seconds")])
    writer.writerow([])
    names = [name for group in report.group_by for name in _columns(group)]
    writer.writerow([*(_title(name) for name in names), *_FIGURES])
    for row in report.rows:
        writer.writerow([*(_cell(row.keys.get(name)) for name in names), *_figures(row)])
    for row in report.totals:
        writer.writerow([*(["Total", *[""] * (len(names) - 1)] if names else []), *_figures(row)])
    return out.getvalue()


def _columns(group: str) -> tuple[str, ...]:
    return ("subaccount", "subaccount_name") if group == "subaccount" else (group,)


def _title(name: str) -> str:
    return "Subaccount name" if name == "subaccount_name" else GROUP_LABELS.get(name, name.capitalize())


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _figures(row: CostRow) -> list[str | int]:
    priced = row.charged or row.free
    amount = plain(row.amount) if priced else ""
    return [row.currency, row.delivered, row.charged, row.free, row.unrated, amount]
