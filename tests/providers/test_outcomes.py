"""Whether and when to try again, for what no provider of the other tests answers."""

from datetime import timedelta

import pytest

from providers.outcomes import Answer, Rejected, Uncertain, without_code


def rejected(code, status, source="meta", retry_after=None):
    return Rejected(source, code, "", "", Answer(status, b"", None, retry_after))


@pytest.mark.parametrize(
    ("code", "status", "again"),
    [
        (1, 400, False),  # "it is not known whether": only where the fault is the provider's
        (1, 500, True),
        (987654, 400, False),  # a code without a description
        (987654, 429, True),
        (987654, 500, True),
        (None, 302, False),
        (None, 404, False),
        (None, 429, True),
        (100, 500, False),  # the catalogue knows better than the status
    ],
)
def test_where_the_catalogue_leaves_it_to_the_status(code, status, again):
    assert rejected(code, status).retryable is again


def test_a_back_off_doubles_up_to_five_minutes():
    waits = [rejected(131000, 500).wait(failures) for failures in (0, 1, 2, 8, 9, 10**9)]
    assert waits == [timedelta(seconds=seconds) for seconds in (1, 2, 4, 256, 300, 300)]


@pytest.mark.parametrize("code", [2, 131000, 131056, 131049])
def test_the_providers_delay_comes_first(code):
    assert rejected(code, 400, retry_after=timedelta(seconds=9)).wait(4) == timedelta(seconds=9)


def test_a_day_may_have_to_pass():
    assert rejected(131049, 400).wait(0) == timedelta(hours=24)


@pytest.mark.parametrize("code", [131048, 131042, 131051])
def test_no_clock_helps_where_a_person_must(code):
    assert rejected(code, 400).wait(0) is None


@pytest.mark.parametrize(
    ("status", "uncertain"),
    [(200, True), (202, True), (302, False), (404, False), (500, True), (503, False), (504, True)],
)
def test_an_answer_without_a_code(status, uncertain):
    outcome = without_code(Answer(status, b"", None), "meta", "")
    assert isinstance(outcome, Uncertain if uncertain else Rejected)
