"""Charts of the cost report."""

from datetime import UTC, date, datetime
from decimal import Decimal

from billing.report.charts import cost_charts
from billing.selectors import CostReport, CostRow

TODAY = date(2026, 11, 2)


def report(group_by, *rows, totals=("USD",)):
    def row(keys, amount, currency="USD"):
        return CostRow(keys, currency, delivered=1, charged=1, free=0, unrated=0, amount=Decimal(amount))

    return CostReport(
        start=date(2026, 11, 1),
        end=TODAY,
        time_zone="UTC",
        data_as_of=datetime(2026, 11, 2, tzinfo=UTC),
        group_by=group_by,
        rows=[row(*each) for each in rows],
        totals=[row({}, "1", currency) for currency in totals],
    )


def link(keys):
    return f"/{keys}"


def drawn(*args):
    (chart,) = cost_charts(report(*args), TODAY, link)
    return list(chart.labels), {series.label: list(series.figures) for series in chart.series}


def test_days_along_the_axis_categories_stacked():
    labels, figures = drawn(
        ("day", "category"),
        ({"day": date(2026, 11, 1), "category": "utility"}, "1"),
        ({"day": date(2026, 11, 1), "category": "marketing"}, "2"),
        ({"day": date(2026, 11, 2), "category": "marketing"}, "3"),
    )
    assert labels == ["1 Nov", "2 Nov"]
    assert figures == {"Marketing": [2, 3], "Utility": [1, 0]}


def test_the_running_day_is_marked():
    (chart,) = cost_charts(report(("day",), ({"day": TODAY}, "1")), TODAY, link)
    assert (chart.unfinished, chart.unit, chart.title) == (0, "USD", "Cost in USD by day")


def test_countries_are_ranked():
    labels, figures = drawn(("country",), ({"country": "IN"}, "1"), ({"country": "SG"}, "2"))
    assert labels == ["Singapore", "India"]
    assert figures == {"Cost": [2, 1]}


def test_the_rest_is_one():
    rows = [
        ({"day": TODAY, "country": code}, str(n)) for n, code in enumerate(["IN", "SG", "GB", "DE", "US", "MX", "BR"])
    ]
    _, figures = drawn(("day", "country"), *rows)
    assert figures == {
        "Brazil": [6],
        "Mexico": [5],
        "United States": [4],
        "Germany": [3],
        "United Kingdom": [2],
        "Other": [1],
    }


def test_one_chart_a_currency():
    day = {"day": TODAY}
    charts = cost_charts(report(("day",), (day, "1"), (day, "90", "INR"), totals=("INR", "USD")), TODAY, link)
    assert [(chart.unit, list(chart.series[0].figures)) for chart in charts] == [("INR", [90]), ("USD", [1])]
