"""Numbers are shown to those who may see them."""

from types import SimpleNamespace

import pytest
from django.template import Context, Template


@pytest.mark.parametrize(("may", "text"), [(True, "+91 98765 43210"), (False, "+91 98•••••210")])
def test_numbers_are_masked_unless_the_role_sees_them(may, text):
    request = SimpleNamespace(principal=SimpleNamespace(may=lambda permission: may))
    template = Template("{% load person_numbers %}{% msisdn '919876543210' %}")
    assert template.render(Context({"request": request})) == text


def test_numbers_are_masked_without_a_principal():
    assert Template("{% load person_numbers %}{% msisdn '919876543210' %}").render(Context()) == "+91 98•••••210"
