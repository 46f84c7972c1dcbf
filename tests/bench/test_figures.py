"""What a figure prints, and whether it reaches its target."""

import pytest

from bench.figures import Figure, ratios

ACCEPT = Figure("accept", [0.9, 0.5, 0.7], 0.8, "Last pair.", absolute=[900, 500, 700], unit="webhooks/s")
MEMORY = Figure("memory", [40], 50, "", at_most=True, unit="MB")
PAGES = Figure("pages", [3], 3, "", parts={"first": 0.1, "second": 0.2}, unit="s")
LOST = Figure("lost", [1], 0, "", at_most=True)


def test_a_line_has_the_median_the_spread_and_the_target():
    assert ACCEPT.line(judged=True) == (
        "accept: 0.70 (lowest 0.50, highest 0.90, 3 rounds), target ≥ 0.8: MISSED. Last pair."
    )


def test_a_trial_is_not_judged():
    assert ACCEPT.line(judged=False) == (
        "accept: 0.70 (lowest 0.50, highest 0.90, 3 rounds), target ≥ 0.8: not judged in a trial. Last pair."
    )


@pytest.mark.parametrize(("figure", "met"), [(ACCEPT, False), (MEMORY, True), (LOST, False)])
def test_a_target_is_the_lowest_or_the_highest_good_value(figure, met):
    assert figure.met is met


def test_json_has_the_ratio_and_our_own_part_of_it():
    assert ACCEPT.as_json() == {
        "name": "accept", "value": 0.7, "lowest": 0.5, "highest": 0.9, "rounds": 3, "target": 0.8, "at_most": False,
        "met": False, "absolute": 700, "parts": {}, "unit": "webhooks/s", "detail": "Last pair.",
    }  # fmt: skip


@pytest.mark.parametrize(("figure", "absolute"), [(MEMORY, 40), (LOST, None), (PAGES, None)])
def test_what_has_a_unit_and_no_parts_is_absolute_itself(figure, absolute):
    assert figure.as_json()["absolute"] == absolute


def test_ratios_are_of_each_round():
    assert ratios([3, 1], [2, 4]) == [1.5, 0.25]
