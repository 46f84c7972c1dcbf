"""Reports as files, where pages cannot show it: more rows than a sheet holds."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO

from openpyxl import load_workbook

from billing import exports
from billing.selectors import CostReport, CostRow


def test_what_does_not_fit_on_a_sheet_is_on_the_next(monkeypatch):
    monkeypatch.setattr(exports, "SHEET_ROWS", 2)
    days = [date(2026, 10, n) for n in range(1, 4)]
    report = CostReport(
        start=days[0], end=days[-1], time_zone="UTC", data_as_of=datetime(2026, 11, 1, tzinfo=UTC), group_by=("day",),
        rows=[CostRow({"day": day}, "USD", 1, 1, 0, 0, Decimal("0.0118")) for day in days],
        totals=[CostRow({}, "USD", 3, 3, 0, 0, Decimal("0.0354"))],
    )  # fmt: skip
    book = load_workbook(BytesIO(exports.cost_xlsx(report, [("Country", "India")])))
    first, second = ([row[0] for row in sheet.iter_rows(min_row=6, values_only=True)] for sheet in book)
    assert [str(cell) for cell in first] == ["None", "Day", "2026-10-01 00:00:00", "2026-10-02 00:00:00"]
    assert [str(cell) for cell in second] == ["None", "Day", "2026-10-03 00:00:00", "Total"]
    assert [sheet["B5"].value for sheet in book] == ["India", "India"]
