"""Problems with the parameters of a list."""

import pytest
from django.http import QueryDict

from core.filtersets import param_errors

BLANK, TWICE = ["Provide a value or omit the parameter."], ["Provide this parameter only once."]
UNKNOWN, CURSOR = ["There is no such parameter."], ["Invalid cursor: use the next and previous links unchanged."]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("", {}),
        ("name=a&kind=b&kind=c&fields=id&older=1-1", {}),
        ("colour=red&colour=blue", {"colour": UNKNOWN}),
        ("colour=", {"colour": UNKNOWN}),
        ("name=", {"name": BLANK}),
        ("name=%20", {"name": BLANK}),
        ("name=%C2%A0", {"name": BLANK}),
        ("kind=a&kind=", {"kind": BLANK}),
        ("older=", {"older": BLANK}),
        ("name=a&name=b", {"name": TWICE}),
        ("fields=a&fields=b", {"fields": TWICE}),
        ("older=1-1&older=2-2", {"older": TWICE}),
        ("newer=x", {"newer": CURSOR}),
        ("name=&colour=1&newer=1", {"colour": UNKNOWN, "name": BLANK, "newer": CURSOR}),
    ],
)
def test_param_errors(query, wrong):
    assert param_errors(QueryDict(query), {"name", "kind"}, {"kind"}) == wrong


def test_no_parameters_at_all():
    assert param_errors({}, {"name"}, set()) == {}
