"""The rows of the log's list as HTML, a method for each column.

Not a template: with one, fifty rows of a dozen cells took most of the page's time.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext

from billing.selectors import Charge
from core.countries import country_name
from core.numbers import format_number, mask_number
from core.templatetags.formats import moment, price
from core.templatetags.icons import icon
from messaging.log.listing.columns import Layout
from messaging.log.models import Message
from messaging.log.selectors.participants import is_to_group, reach_words
from messaging.log.templatetags.message_words import error_hint, status
from messaging.persons.selectors.names import names_of
from providers.vocabulary import Direction, category_name

_FAINT = '<span class="faint">{}</span>'


class Cells:
    """Renders the messages of one page. `format_html` escapes every text that is not ours."""

    def __init__(
        self, layout: Layout, names: Mapping[int, str], charges: Mapping[UUID, Charge], *, whole_numbers: bool
    ) -> None:
        """`names` are those of subaccounts; without `whole_numbers` people's numbers are masked and names not shown."""
        keys = layout.keys
        self._names, self._charges, self._whole_numbers = names, charges, whole_numbers
        self._format_number = format_number if whole_numbers else mask_number
        self._cells = [getattr(self, column.key) for column in layout.visible]
        self._link_in = next((key for key in ("recorded", "number") if key in keys), "")
        self._message, self._select = gettext("Message %s"), gettext("Select message %s")
        self._view, self._copy, self._copy_umid = gettext("View"), gettext("Copy"), gettext("Copy the UMID")
        self._arrows = {
            direction.value: format_html(
                '<td class="direction" title="{0}">{1}<span class="visually-hidden">{0}</span></td>',
                direction.label, icon(direction.value, 14),
            )
            for direction in Direction
        }  # fmt: skip
        self._before, _, self._after = reverse("message", args=[_ANY]).partition(str(_ANY))
        self._status, self._category = cache(status), cache(_category)  # few, on many rows
        self._unknown = format_html(_FAINT, gettext("unknown"))
        self._none = format_html(_FAINT, "–")
        self._states = {
            "free": format_html(_FAINT, gettext("free")),
            "unrated": format_html('<span class="unrated">{}</span>', gettext("unrated")),
        }

    def row(self, row: Message) -> SafeString:
        """One line of the table."""
        cells = "".join(cell(row) for cell in self._cells)
        return mark_safe(f'<tr id="m{row.umid.hex}">{self._checkbox(row)}{cells}</tr>\n')  # noqa: S308 - of escaped parts

    def rows(self, rows: list[Message]) -> Iterator[SafeString]:
        """The lines of the table."""
        return (self.row(row) for row in rows)

    def _checkbox(self, row: Message) -> SafeString:
        number = row.umid.hex[:8]
        link = ""
        if not self._link_in:
            link = self._link(row, format_html('<span class="visually-hidden">{}</span>', self._message % number))
        return format_html(
            '<td class="pick"><input type="checkbox" name="umid" value="{}" aria-label="{}">{}</td>',
            row.umid, self._select % number, link,
        )  # fmt: skip

    def _link(self, row: Message, words: SafeString | str) -> SafeString:
        return format_html('<a class="row-link" href="{}">{}</a>', self._address(row), words)

    def _address(self, row: Message) -> str:
        return f"{self._before}{row.umid}{self._after}"

    def number(self, row: Message) -> SafeString:
        """The first digits of the UMID."""
        short = format_html('<code title="{}">{}</code>', row.umid, row.umid.hex[:8])
        return _cell("umid", self._link(row, short) if self._link_in == "number" else short)

    def recorded(self, row: Message) -> SafeString:
        """When it was created."""
        return _cell("when", self._link(row, moment(row.created_at)))

    def actions(self, row: Message) -> SafeString:
        """View it, copy its UMID."""
        return format_html(
            '<td class="acts"><a class="quiet-button" href="{}">{}</a><code class="visually-hidden" id="u{}">{}</code>'
            '<button type="button" class="quiet-button" data-copy="u{}" title="{}">{}<span>{}</span></button></td>',
            self._address(row), self._view, row.umid.hex, row.umid, row.umid.hex, self._copy_umid, icon("copy", 14),
            self._copy,
        )  # fmt: skip

    def direction(self, row: Message) -> SafeString:
        """Inbound or outbound."""
        return self._arrows[row.direction]

    def status(self, row: Message) -> SafeString:
        """Its status, with the error's code."""
        content = self._status(row.status)
        if row.error_code is not None:
            content += format_html(' <span class="code" title="{}">{}</span>', error_hint(row), row.error_code)
        return _cell("state", content)

    def user(self, row: Message) -> SafeString:
        """The person, by name if there is one (hovering shows the number or user id), or the group."""
        if is_to_group(row):
            words = [gettext("Group"), reach_words(row.participants)]
            return _clipped("person", ", ".join(filter(None, words)), gettext("Group %s") % row.group_id)
        person = row.msisdn or row.user_id
        if self._whole_numbers and (name := names_of(row).best):  # it may be written from right to left
            hover = self._format_number(person)
            return _cell("person", format_html('<bdi class="clip" title="{}">{}</bdi>', hover, name))
        return format_html('<td class="person">{}</td>', self._format_number(person) if person else self._unknown)

    def country(self, row: Message) -> SafeString:
        """The country of the person's number."""
        if not row.country:
            return _EMPTY["country"]
        return format_html(
            '<td class="country"><abbr title="{}">{}</abbr></td>', country_name(row.country), row.country
        )

    def template(self, row: Message) -> SafeString:
        """The template, or the kind of message."""
        if template := row.named_template:
            return _clipped("what", template.name, str(template))
        return format_html('<td class="what">{}</td>', format_html(_FAINT, row.content_type or "–"))

    def category(self, row: Message) -> SafeString:
        """The pricing category."""
        return self._category(row.category)

    def source(self, row: Message) -> SafeString:
        """The type of its source: campaign, template bot or API."""
        return format_html('<td class="source">{}</td>', row.source.get_category_display() if row.source else "")

    def name(self, row: Message) -> SafeString:
        """The name of its source."""
        return _clipped("name", row.source.name, row.source.name) if row.source else _EMPTY["name"]

    def recipient(self, row: Message) -> SafeString:
        """The recipient type: lead, customer …"""
        return format_html('<td class="recipient">{}</td>', capfirst(row.recipient_type))

    def subaccount(self, row: Message) -> SafeString:
        """The subaccount's name."""
        return _clipped("subaccount-cell", self._names.get(row.subaccount_id or 0) or "–")

    def channel(self, row: Message) -> SafeString:
        """The business number."""
        number = row.phone_number
        return _clipped("channel", (number.display_name or number.msisdn) if number else "–")

    def response(self, row: Message) -> SafeString:
        """The HTTP status of the provider's answer."""
        return format_html('<td class="number">{}</td>', "" if row.response_code is None else row.response_code)

    def sent(self, row: Message) -> SafeString:
        """When it was sent."""
        return _cell("at", moment(row.sent_at))

    def delivered(self, row: Message) -> SafeString:
        """When it was delivered."""
        return _cell("at", moment(row.delivered_at))

    def read(self, row: Message) -> SafeString:
        """When it was read."""
        return _cell("at", moment(row.read_at))

    def cost(self, row: Message) -> SafeString:
        """Its cost."""
        charge = self._charges.get(row.umid)
        content = self._none
        if charge and charge.state == "charged":
            content = format_html('<span class="currency">{}</span> {}', charge.currency, price(charge.amount))
        elif charge:
            content = self._states.get(charge.state, self._none)
        return _cell("number cost", content)


_EMPTY = {name: format_html('<td class="{}"></td>', name) for name in ("country", "category", "name")}
_ANY = UUID(int=0)


def _cell(column: str, content: SafeString) -> SafeString:
    """A cell around escaped HTML."""
    return mark_safe(f'<td class="{column}">{content}</td>')  # noqa: S308 - of escaped parts


def _category(value: str) -> SafeString:
    if not value:
        return _EMPTY["category"]
    return format_html('<td class="category"><i class="square hue-{}"></i>{}</td>', value, category_name(value))


def _clipped(column: str, words: str, full: str = "") -> SafeString:
    """A cell that is cut off if too long; hovering shows the complete text."""
    if not full:
        return format_html('<td class="{}"><span class="clip">{}</span></td>', column, words)
    return format_html('<td class="{}"><span class="clip" title="{}">{}</span></td>', column, full, words)
