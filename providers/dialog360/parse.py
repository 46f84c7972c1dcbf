"""360dialog's webhook bodies: Meta's, and the events of its partner hub, which name themselves in `event`."""

from core.strict_json import Unparsable, load_repaired
from providers.events import Parsed
from providers.meta.parse import parse as parse_meta
from providers.reading import text
from providers.webhook_fields import read_fields


def parse(body: bytes) -> Parsed:
    """Turn one body into events. Raises Unparsable when it is neither Meta's nor of the partner hub."""
    try:
        return parse_meta(body)
    except Unparsable:
        data, notes = load_repaired(body)
        field = read_fields("dialog360").get(text(data.get("event"), 64).lower())
        if field is None:
            raise
        return Parsed(notes=[*notes, field.note])
