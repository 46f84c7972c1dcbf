"""A template with the parameters of its request."""

import pytest

from messaging.log.models import MessagePayload, Template
from messaging.log.story.rendering import all_parameters_filled, render_template_text

COMPONENTS = [
    {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
    {"type": "BODY", "text": "{{1}}, order {{2}} has shipped."},
    {"type": "FOOTER", "text": "Acme"},
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Track", "url": "https://acme.example/{{1}}"}]},
]


def words(components, request=None):
    payloads = [MessagePayload(kind="request", body=request)] if request is not None else []
    parts = render_template_text(Template(components=components), payloads)
    return [(part.kind, "".join(piece.text for piece in part.pieces)) for part in parts], all_parameters_filled(parts)


def parameters(*texts, **more):
    return [{"type": "text", "text": text, **more} for text in texts]


def test_without_a_request_the_places_stay():
    assert words(COMPONENTS) == (
        [
            ("header", "Order {{1}}"),
            ("body", "{{1}}, order {{2}} has shipped."),
            ("footer", "Acme"),
            ("button", "Track"),
        ],
        False,
    )


@pytest.mark.parametrize("wrap", [lambda part: part, lambda part: {"content": part}])
def test_metas_and_8x8s_requests_fill_them(wrap):
    template = {
        "name": "x",
        "components": [
            {"type": "header", "parameters": parameters("77")},
            {"type": "body", "parameters": parameters("Jane", "77")},
        ],
    }
    texts, is_filled = words(COMPONENTS, wrap({"template": template}))
    assert texts[:2] == [("header", "Order 77"), ("body", "Jane, order 77 has shipped.")]
    assert is_filled


def test_values_without_names_fill_named_parameters_in_order():
    components = [{"type": "BODY", "text": "{{name}}, order {{order}} of {{name}} left, {{when}}"}]
    request = {"content": {"template": {"components": [{"type": "body", "parameters": parameters("Jane", "77")}]}}}
    assert words(components, request) == ([("body", "Jane, order 77 of Jane left, {{when}}")], False)


def test_named_parameters_currencies_and_media():
    components = [{"type": "BODY", "text": "{{name}} owes {{ sum }} and {{photo}}"}]
    parameters = [
        {"type": "text", "parameter_name": "name", "text": "Jane"},
        {"type": "currency", "parameter_name": "sum", "currency": {"fallback_value": "USD 3"}},
        {"type": "image", "parameter_name": "photo", "image": {"id": "1"}},
    ]
    request = {"template": {"components": [{"type": "body", "parameters": parameters}]}}
    assert words(components, request) == ([("body", "Jane owes USD 3 and image")], True)


@pytest.mark.parametrize(
    "request_",
    [[], {}, {"template": 7}, {"template": {"components": [7, {"parameters": 7}]}}, {"content": {"template": []}}],
)
def test_odd_requests_fill_nothing(request_):
    assert words([{"type": "BODY", "text": "{{1}}"}], request_) == ([("body", "{{1}}")], False)


def test_odd_components_are_left_out():
    assert words(["text", {"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": 7}]) == ([], True)
