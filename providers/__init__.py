"""Outside vendors, a folder each: what turns their webhook bodies into events."""

from collections.abc import Callable

from providers import dialog360, eightxeight, meta
from providers.events import Parsed
from providers.vocabulary import Provider

PARSERS: dict[str, Callable[[bytes], Parsed]] = {
    Provider.META: meta.parse,
    Provider.EIGHT_X_EIGHT: eightxeight.parse,
    Provider.DIALOG_360: dialog360.parse,
}
"""The parser of each provider: body in, `Parsed` out; raises `Unparsable`. It touches neither clock nor database."""
