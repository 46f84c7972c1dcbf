"""Mutants of a module."""

from tests import mutate
from tests.mutate import mutants_of

CODE = '''
def is_adult(age: int | None) -> bool | None:
    """Whether somebody is 18."""
    return None if age is None else age >= 18
'''


def test_each_mutant_changes_one_operator_or_number_and_no_annotation():
    changed = {mutant.changed.strip().splitlines()[-1].strip() for mutant in mutants_of("ages.py", CODE)}
    assert {
        "return None if age is None else age > 18",
        "return None if age is None else age >= 17",
        "return None if age is None else age >= 19",
        "return None if age is not None else age >= 18",
    } <= changed
    assert all(mutant.changed.count("int | None") == 1 for mutant in mutants_of("ages.py", CODE))


def test_a_report_names_the_module_and_shows_the_change():
    (first, *_) = mutants_of("ages.py", "LIMIT = 18\n")
    assert first.report() == "--- ages.py\n+++ ages.py\n@@ -1 +1 @@\n-LIMIT = 18\n+LIMIT = 19\n"


def test_the_separator_of_parameters_is_no_operator():
    assert list(mutants_of("ages.py", "def is_adult(*, age):\n    return age\n")) == []


def test_an_equivalent_mutant_is_reported_with_the_reason(monkeypatch):
    monkeypatch.setitem(mutate.EQUIVALENT, "LIMIT = 19", "nobody reads it")
    (first, *_) = mutants_of("ages.py", "LIMIT = 18\n")
    assert first.report().endswith("+LIMIT = 19\nEquivalent: nobody reads it.\n")
