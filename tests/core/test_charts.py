"""A chart as data and as a table."""

from decimal import Decimal

import pytest

from core.charts import Cell, Chart, Mark, Series


def chart(*figures, unit="count", **options):
    series = Series("Sent", "sent", figures, ["/a", "/b"])
    return Chart("c", "Sent", "Day", ["Mon", "Tue"], [series], unit=unit, **options)


def test_data_for_the_browser():
    assert chart(1, None, unfinished=1).data == {
        "kind": "bar",
        "unit": "count",
        "title": "Sent",
        "labels": ["Mon", "Tue"],
        "horizontal": False,
        "unfinished": 1,
        "labelColours": [],
        "marks": [],
        "series": [{"label": "Sent", "colour": "sent", "pale": False, "figures": [1.0, None], "links": ["/a", "/b"]}],
    }


def test_table_has_the_same_figures_and_links():
    assert list(chart(1200, 3).rows) == [("Mon", [Cell("1,200", "/a")], []), ("Tue", [Cell("3", "/b")], [])]
    assert chart(1200, 3).totals == ["1,203"]


@pytest.mark.parametrize(
    ("unit", "figure", "words"),
    [
        ("count", 12480, "12,480"),
        ("percent", 0.9621, "96.2\u00a0%"),
        ("percent", None, "–"),
        ("USD", Decimal("0.0118"), "USD\u00a00.0118"),
        ("USD", Decimal("2.5"), "USD\u00a02.5000"),
        ("INR", Decimal("0.104300000"), "INR\u00a00.1043"),
    ],
)
def test_spell(unit, figure, words):
    assert chart(1, unit=unit).format_figure(figure) == words


def test_shares_have_no_sum():
    assert chart(0.5, 0.5, unit="percent").totals == []


@pytest.mark.parametrize(
    ("figures", "unit", "empty"),
    [
        ((0, None), "count", True),
        ((0, 1), "count", False),
        ((None, None), "percent", True),
        ((0, None), "percent", False),
    ],
)
def test_empty(figures, unit, empty):
    assert chart(*figures, unit=unit).empty is empty


def test_marks_are_on_the_axis_and_in_the_table():
    paused = Mark(1, "Status", "Status: approved → paused", "warn")
    result = chart(1, 2, marks=[paused])
    assert [(label, marks) for label, _, marks in result.rows] == [("Mon", []), ("Tue", [paused])]
    assert result.data["marks"] == [
        {"index": 1, "title": "Status", "text": "Status: approved → paused", "level": "warn"},
    ]
