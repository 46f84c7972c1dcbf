"""Queries of the URL and pills."""

import pytest
from django.http import QueryDict

from core.filters import Pill, pills, query


@pytest.mark.parametrize(
    ("params", "change", "options", "expected"),
    [
        ("a=1&b=&older=5-1", {}, {}, "?a=1"),
        ("a=1&older=5-1", {}, {"same_page": True}, "?a=1&older=5-1"),
        ("a=1&a=2&b=3", {"b": "4"}, {}, "?a=1&a=2&b=4"),
        ("a=1&b=3", {}, {"drop": ("a",)}, "?b=3"),
        ("subaccount=&a=1", {}, {}, "?a=1&subaccount="),
        ("subaccount=x", {"subaccount": ""}, {}, "?subaccount="),
        ("", {"q": "a b&c"}, {}, "?q=a+b%26c"),
    ],
)
def test_query(params, change, options, expected):
    assert query(QueryDict(params), change, **options) == expected


def test_pills_take_one_filter_away():
    params = QueryDict("range=30d&subaccount=x&country=IN&older=5-1")
    labels = {"range": ("Period", "Last 30 days"), "subaccount": ("Subaccount", "X"), "country": ("Country", "India")}
    assert pills(params, labels) == [
        Pill("range", "Period", "Last 30 days", "?subaccount=x&country=IN"),
        Pill("subaccount", "Subaccount", "X", "?range=30d&country=IN&subaccount="),
        Pill("country", "Country", "India", "?range=30d&subaccount=x"),
    ]
