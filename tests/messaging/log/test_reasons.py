"""Why messages were not delivered, by frequency."""

import pytest

from messaging.log.reasons import reasons
from messaging.log.selectors.traffic import Failure


def link(statuses, code):
    return f"{','.join(statuses)}?{code}"


def test_one_code_is_one_reason_in_whichever_status_it_ended():
    result = reasons([
        (Failure("undelivered", "meta", 131026), 3), (Failure("expired", "", 0), 2),
        (Failure("rejected", "meta", 131026), 1), (Failure("undelivered", "8x8", 131026), 0),
    ], link)  # fmt: skip
    assert [(line.title, line.code, line.n, round(line.share, 3), line.link) for line in result.lines] == [
        ("Message undeliverable", "meta 131026", 4, 0.667, "undelivered,rejected,expired?131026"),
        ("Recipient not reached in time", "", 2, 0.333, "expired?"),
    ]
    assert (result.others, result.more) == (0, 0)


@pytest.mark.parametrize(
    ("failure", "title"),
    [
        (Failure("undelivered", "", 0), "Not delivered, without a code"),
        (Failure("rejected", "", 0), "Refused, without a code"),
        (Failure("undelivered", "meta", 7), "meta 7"),
    ],
)
def test_what_nobody_explained(failure, title):
    assert reasons([(failure, 1)], link).lines[0].title == title


def test_the_rest_is_counted():
    failures = [(Failure("undelivered", "meta", 131000 + n), n) for n in range(1, 6)]
    result = reasons(failures, link, most=2)
    assert [line.n for line in result.lines] == [5, 4]
    assert (result.others, result.more) == (3, 6)


def test_nothing_failed():
    assert reasons([], link).lines == []
