"""Kinds of values: their form fields, page widgets, canonical and stored forms."""

from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django import forms

from messaging.log.enums import Status
from messaging.log.kinds import (
    Choice,
    ChoiceList,
    Country,
    FreeText,
    Moment,
    PhoneNumberText,
    Search,
    TextList,
    Umid,
    ValueKind,
    WholeNumber,
    is_umid,
    needs_whole_numbers,
)
from tests.traffic import AT

ZONE = ZoneInfo("Asia/Singapore")


def rendered(kind, value=None):
    """The kind's field on a page, as HTML."""
    return kind.page_field("Label").widget.render("name", value)


@pytest.mark.parametrize(
    ("kind", "name"),
    [(FreeText(9), "longest"), (Choice((), ""), "every"), (ChoiceList(()), "hidden"), (WholeNumber(9, ""), "highest"),
     (Moment(), "until")],
)  # fmt: skip
def test_a_kind_that_all_requests_share_cannot_be_changed(kind, name):
    with pytest.raises(FrozenInstanceError):
        setattr(kind, name, "x")


def test_what_a_kind_does_by_default():
    kind = ValueKind()
    assert (kind.blank, kind.several, kind.schema) == ("", False, {"type": "string", "minLength": 1})
    assert (kind.canonical("a"), kind.dump("a"), kind.load("a")) == ("a", "a", "a")
    assert kind.problem("a", masked_numbers=False) == ""
    assert kind.from_page("colour", "red", UTC) == {"colour": "red"}
    with pytest.raises(NotImplementedError):
        kind.field()


@pytest.mark.parametrize(
    ("kind", "html"),
    [
        (FreeText(9), '<input class="{}" maxlength="9" name="name" type="text">'),
        (
            FreeText(9, {"placeholder": "Who"}),
            '<input class="{}" maxlength="9" name="name" placeholder="Who" type="text">',
        ),
        (WholeNumber(9, "200"), '<input class="{}" inputmode="numeric" name="name" placeholder="200" type="text">'),
        (Moment(), '<input class="{}" name="name" type="date">'),
    ],
)
def test_fields_on_a_page(kind, html):
    assert rendered(kind) == html.format("form-control form-control-sm")
    assert (kind.page_field("Label").label, kind.page_field("Label").required) == ("Label", False)


def test_countries_are_offered_by_name_and_read_in_any_case():
    field = Country().page_field("Country")
    assert field.choices[0] == ("", "All countries")
    assert ("IN", "India") in field.choices
    assert field.widget.choices == field.choices
    assert [field.clean(text) for text in ("in", " IN ", "")] == ["IN", "IN", ""]
    assert (Country().canonical("in"), field.required, field.label) == ("IN", False, "Country")
    for text in ("I", "IND"):
        with pytest.raises(forms.ValidationError):
            field.clean(text)


def test_choices_that_are_understood_and_not_offered():
    field = ChoiceList(Status.choices, hidden=frozenset({"unknown"})).page_field("Status")
    assert (len(field.widget.choices), "unknown" in dict(field.widget.choices)) == (8, False)
    assert field.clean(["unknown", "", "read"]) == ["unknown", "read"]
    assert field.clean([""]) == field.clean(None) == []
    with pytest.raises(forms.ValidationError):
        field.clean(["gone"])


def test_several_values():
    for kind in (TextList(), ChoiceList([("a", "A"), ("b", "B")])):
        assert (kind.blank, kind.several) == ((), True)
        assert kind.canonical(["b", "a", "b"]) == ("a", "b")
        assert (kind.dump(("a",)), kind.load(["a"])) == (["a"], ("a",))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (FreeText(3), "four"), (WholeNumber(9, ""), "10"), (WholeNumber(9, ""), "-1"), (Moment(), "soon"),
        (Choice([("a", "A")], ""), "b"),
    ],
)  # fmt: skip
def test_texts_that_make_no_sense(kind, text):
    with pytest.raises(forms.ValidationError):
        kind.field().clean(text)


def test_a_moment_is_a_day_on_a_page():
    kind = Moment(until="sent_before")
    assert kind.page_field("Sent on").clean("2026-10-15") == date(2026, 10, 15)
    assert kind.from_page("sent_after", None, ZONE) == {}
    assert kind.from_page("sent_after", date(2026, 10, 15), ZONE) == {
        "sent_after": datetime(2026, 10, 14, 16, tzinfo=UTC), "sent_before": datetime(2026, 10, 15, 16, tzinfo=UTC),
    }  # fmt: skip


def test_a_moment_is_stored_in_iso_8601():
    kind = Moment()
    assert kind.dump(AT) == "2026-10-15T08:00:00+00:00"
    assert kind.load("2026-10-15T08:00:00+00:00") == AT
    assert kind.canonical(AT.astimezone(ZONE)).tzinfo is UTC
    assert kind.field().clean("2026-10-15T08:00") == AT
    assert kind.field().clean("2026-10-15T16:00+08:00") == AT
    assert kind.blank is None
    assert WholeNumber(9, "").blank is None


def test_a_choice_on_a_page():
    assert rendered(Choice([("a", "A")], "All")) == (
        '<select class="form-select form-select-sm" name="name"><option value="" selected>All</option>'
        '<option value="a">A</option></select>'
    )


@pytest.mark.parametrize(
    ("text", "umid"),
    [
        ("c13a5e1f", True), ("C13A-5E1F", True), ("c13a5e1", False), ("c13a5e1g", False), ("0" * 32, True),
        ("0" * 33, False), ("", False), ("c13a5e1f\n", False),
    ],
)  # fmt: skip
def test_umids(text, umid):
    assert is_umid(text) is umid
    assert (Umid(36).problem(text, masked_numbers=False) == "") is umid


@pytest.mark.parametrize("kind", [PhoneNumberText(24), Search(512)])
def test_first_digits_are_for_those_who_see_whole_numbers(kind):
    assert kind.problem("659123", masked_numbers=False) == ""
    assert kind.problem("65912", masked_numbers=False) == "Enter at least the first 6 digits of the number."
    assert kind.problem("6591234567", masked_numbers=True) == needs_whole_numbers()


def test_a_day_of_a_zone_that_skips_its_midnight():
    """Cairo's summer time begins at midnight."""
    words = Moment(until="b").from_page("a", date(2026, 4, 24), ZoneInfo("Africa/Cairo"))
    assert words["b"].astimezone(UTC) - words["a"].astimezone(UTC) == timedelta(hours=23)
