"""Reads the values of a request's body, with Meta's codes for what is missing, of another type or too long."""

from collections.abc import Mapping
from typing import Any

from providers.meta.refusals import INVALID, MISSING, NOT_VALID, MetaRefusal


def object_of(value: Any, field: str) -> Mapping[str, Any]:
    """An object; raises `MetaRefusal`."""
    if value is None:
        raise MetaRefusal(MISSING, f"The parameter {field} is required.", field=field)
    if not isinstance(value, dict):
        raise MetaRefusal(NOT_VALID, f"Param {field} must be an object.", field=field)
    return value


def array_of(value: Any, field: str) -> list[Any]:
    """An array; raises `MetaRefusal`."""
    if not isinstance(value, list):
        raise MetaRefusal(NOT_VALID, f"Param {field} must be an array.", field=field)
    return value


def text_of(value: Any, field: str, limit: int, *, code: int = INVALID) -> str:
    """A text that is not empty; `code` is that of one with more characters than the limit. Raises `MetaRefusal`."""
    if value is None or value == "":
        raise MetaRefusal(MISSING, f"The parameter {field} is required.", field=field)
    if not isinstance(value, str):
        raise MetaRefusal(NOT_VALID, f"Param {field} must be a string.", field=field)
    if len(value) > limit:
        raise MetaRefusal(code, f"Param {field} must be at most {limit} characters long.", field=field)
    return value


def check_optional_text(value: Any, field: str, limit: int, *, code: int = INVALID) -> None:
    """The same, if there is a text."""
    if value is not None and value != "":
        text_of(value, field, limit, code=code)
