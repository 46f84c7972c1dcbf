"""Interactive messages in the Cloud API's form: Meta's limits, refused with 131009 and the field."""

import pytest

from providers.meta.refusals import MetaRefusal
from providers.meta.requests import read_content


def reply(title="Yes", key="1"):
    return {"type": "reply", "reply": {"id": key, "title": title}}


def row(title="Small", key="s", **more):
    return {"id": key, "title": title, **more}


def buttons(*entries, **more):
    return {"type": "button", "body": {"text": "Choose"}, "action": {"buttons": list(entries)}, **more}


def rows(*sections, label="Open", body="Choose"):
    action = {"button": label, "sections": [{"title": "A", "rows": list(each)} for each in sections]}
    return {"type": "list", "body": {"text": body}, "action": action}


def read(interactive):
    return read_content({"to": "+6591990000", "type": "interactive", "interactive": interactive})


@pytest.mark.parametrize(
    "interactive",
    [
        buttons(reply("x" * 20, "k" * 256), reply(), reply(), body={"text": "x" * 1024}),
        rows([row("x" * 24, "k" * 200, description="x" * 72)] * 4, [row()] * 6, label="x" * 20, body="x" * 4096),
        {"type": "flow", "body": {"text": "Begin"}, "action": {"name": "flow", "parameters": {}}},
    ],
)
def test_at_the_limit(interactive):
    assert read(interactive).kind == "interactive"


@pytest.mark.parametrize(
    ("interactive", "field"),
    [
        (buttons(), "interactive.action.buttons"),
        (buttons(*[reply()] * 4), "interactive.action.buttons"),
        (buttons(reply(), reply("x" * 21)), "interactive.action.buttons[1].reply.title"),
        (buttons(reply(key="x" * 257)), "interactive.action.buttons[0].reply.id"),
        (buttons("Yes"), "interactive.action.buttons[0]"),
        (buttons(reply(), body={"text": "x" * 1025}), "interactive.body.text"),
        (buttons(reply(), footer={"text": "x" * 61}), "interactive.footer.text"),
        (buttons(reply(), header={"type": "text", "text": "x" * 61}), "interactive.header.text"),
        (rows(), "interactive.action.sections"),
        (rows([row()] * 5, [row()] * 6), "interactive.action.sections"),
        (rows(*[[row()]] * 11), "interactive.action.sections"),
        (rows([row("x" * 25)]), "interactive.action.sections[0].rows[0].title"),
        (rows([row()], [row(description="x" * 73)]), "interactive.action.sections[1].rows[0].description"),
        (rows([row()], label="x" * 21), "interactive.action.button"),
    ],
)
def test_beyond_a_limit(interactive, field):
    with pytest.raises(MetaRefusal) as refused:
        read(interactive)
    assert (refused.value.code, refused.value.field) == (131009, field)
    assert field in refused.value.message
