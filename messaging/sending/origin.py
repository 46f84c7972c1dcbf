"""The origin of a message: source and recipient type, from our headers or the object `tollgate` in a body."""

from collections.abc import Mapping
from typing import Any

from messaging.log.enums import SourceCategory
from messaging.sending.requests import Origin
from providers.eightxeight.requests.reading import mapping, one_of, optional

CATEGORY_HEADER, NAME_HEADER, RECIPIENT_HEADER = (
    "X-Tollgate-Source",
    "X-Tollgate-Source-Name",
    "X-Tollgate-Recipient-Type",
)
_MAX_NAME, _MAX_RECIPIENT = 128, 32


def origin_of(headers: Mapping[str, str], default_name: str) -> Origin:
    """The origin in the headers; raises `Refusal`. Without headers it is the API, under the name of the key."""
    values = {
        "source": headers.get(CATEGORY_HEADER) or None,
        "name": headers.get(NAME_HEADER),
        "recipientType": headers.get(RECIPIENT_HEADER),
    }
    return _read(values, Origin(name=default_name), CATEGORY_HEADER, NAME_HEADER, RECIPIENT_HEADER)


def read_origin(value: Any, default: Origin) -> Origin:
    """The origin in a body's object `tollgate`, else the default; raises `Refusal`."""
    if value is None:
        return default
    return _read(mapping(value, "tollgate"), default, "tollgate.source", "tollgate.name", "tollgate.recipientType")


def _read(values: Mapping[str, Any], default: Origin, *fields: str) -> Origin:
    category, name, recipient = fields
    source = values.get("source")
    return Origin(
        category=one_of(source, category, tuple(SourceCategory.values), wrong=1000) if source else default.category,
        name=optional(values.get("name"), name, _MAX_NAME).strip() or default.name,
        recipient_type=optional(values.get("recipientType"), recipient, _MAX_RECIPIENT).strip()
        or default.recipient_type,
    )
