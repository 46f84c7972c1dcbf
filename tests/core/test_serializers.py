"""Fields whose names are reserved in Python, and days."""

import pytest
from rest_framework import serializers

from core.serializers import DaysSerializer, ReservedNamesSerializer


class Span(ReservedNamesSerializer):
    from_ = serializers.IntegerField()
    to = serializers.IntegerField()


def test_clients_know_them_without_the_underscore():
    serializer = Span(data={"from": "1", "to": "2"})
    assert (serializer.is_valid(), dict(serializer.validated_data)) == (True, {"from": 1, "to": 2})
    assert Span({"from": 3, "to": 4}).data == {"from": 3, "to": 4}
    assert list(Span(data={"from_": 1, "to": 2}).fields) == ["from", "to"]


class YearSerializer(DaysSerializer):
    """At most a year."""

    MAX_DAYS = 366


@pytest.mark.parametrize(
    ("days", "errors"),
    [
        ({"from": "2026-01-01", "to": "2026-01-01"}, {}),
        ({"from": "2026-01-01", "to": "2027-01-01"}, {}),
        ({"from": "2026-01-01", "to": "2027-01-02"}, {"to": ["Request at most 366 days."]}),
        ({"from": "2026-01-02", "to": "2026-01-01"}, {"to": ["Must not be before from (2026-01-02)."]}),
        (
            {"from": "0001-01-01", "to": "9999-12-31"},
            {name: ["Enter a year from 1970 to 2099."] for name in ("from", "to")},
        ),
        (
            {"from": "1.1.26"},
            {"from": ["Enter a day as 2026-10-31."], "to": ["This field is required: enter a day as 2026-10-31."]},
        ),
    ],
)
def test_days_are_in_order_and_not_too_many(days: dict[str, str], errors: dict[str, list[str]]) -> None:
    serializer = YearSerializer(data=days)
    assert (serializer.is_valid(), serializer.errors) == (not errors, errors)


def test_without_a_maximum_any_number_of_days_is_valid() -> None:
    assert DaysSerializer(data={"from": "2000-01-01", "to": "2026-01-01"}).is_valid()
