"""Error messages for requests that cannot be fulfilled."""

import pytest
from django import forms

from core.errors import Conflict, UserError
from core.forms import show_error


class CodeForm(forms.Form):
    code = forms.CharField()


@pytest.mark.parametrize(("remedy", "text"), [("", "It is taken"), ("choose another.", "It is taken: choose another.")])
def test_the_text_ends_with_the_remedy(remedy, text):
    error = UserError("It is taken", field="code", remedy=remedy)
    assert (str(error), error.message, error.remedy, error.field) == (text, "It is taken", remedy, "code")


def test_each_has_its_status():
    assert (UserError("x").status, Conflict("x").status) == (400, 409)


@pytest.mark.parametrize(("field", "place"), [("code", "code"), ("umids", "__all__"), ("", "__all__")])
def test_a_form_shows_it_at_its_field_or_at_its_head(field, place):
    form = CodeForm({"code": "x"})
    show_error(form, UserError("It is taken.", field=field))
    assert form.errors == {place: ["It is taken."]}
