"""Counts up to a limit."""

import pytest

from accounts.models import Subaccount
from core.counting import count_up_to, format_count


def test_counts_end_somewhere():
    assert [format_count(n) for n in (0, 1000, 1001)] == ["0", "1,000", "1,000+"]


@pytest.mark.django_db
def test_rows_are_counted_to_one_more_than_the_limit(acme):
    rows = Subaccount.objects.filter(account=acme).order_by("name")
    assert [count_up_to(rows, most) for most in (1, 2, 3, 100)] == [2, 3, 3, 3]
