"""The filters of the log, declared once: pages, REST, exports, deletions and commands all read them from here.

A filter is a field of `MessageQuery`. Its declaration says how it is read, named and answered: to add one, add a field.
The form of the log's page, the parameters and bodies of REST, the stored form and the condition follow from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache, partial
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from messaging.log import predicates
from messaging.log.declaration import Filter, declare, is_blank
from messaging.log.enums import SourceCategory, Status, SubmissionState
from messaging.log.kinds import (
    UMID_HINT,
    Choice,
    ChoiceList,
    Country,
    FreeText,
    LastDigits,
    Moment,
    PersonText,
    PhoneNumberText,
    Search,
    TextList,
    Umid,
    UserId,
    WholeNumber,
)
from providers.vocabulary import Category, Direction

HIGHEST_CODE = 2**31 - 1
_UNCERTAIN = [(SubmissionState.UNCERTAIN.value, _("Uncertain: no response"))]


@dataclass(frozen=True)
class MessageQuery:
    """A selection of messages: filters combined with AND, within a reach. A blank filter selects everything.

    A value has one form, however it was written.
    """

    search: str = declare(
        Search(512, {"type": "search", "placeholder": _("Number, UMID or name"), "autocomplete": "off"}), _("Search"),
        "A UMID or other id, part of a template, campaign or bot name, or, with `msisdn:read`, a number or at least "
        "its first six digits, a user id, @username, or the beginnings of the words of a person's name.",
        where=predicates.by_search, alias="q", more=False, finds_few=True,
    )  # fmt: skip
    status: Sequence[str] = declare(
        ChoiceList(Status.choices, hidden=frozenset({Status.UNKNOWN})), _("Status"), "Several are combined with OR.",
        index="log_message_wrong", where=predicates.in_status, more=False, in_counts=True,
    )  # fmt: skip
    direction: str = declare(
        Choice(Direction.choices, _("In and out")), _("Direction"), "From the business or from a person.",
        more=False, in_counts=True,
    )  # fmt: skip
    subaccount: str = declare(
        FreeText(50), _("Subaccount"), "subAccountId", index="log_message_subaccount",
        names=predicates.subaccount_ids, lookup="subaccount", in_counts=True,
    )  # fmt: skip
    channel: str = declare(
        FreeText(64), _("Channel"), "phone_number_id, channelId", index="log_message_channel",
        names=predicates.channel_ids, lookup="phone_number", in_counts=True,
    )  # fmt: skip
    country: str = declare(
        Country(), _("Country"), "ISO 3166 alpha-2, case-insensitive.", index="log_message_country", in_counts=True
    )
    msisdn: str = declare(
        PhoneNumberText(24, {"inputmode": "tel", "placeholder": "+65 9123 4567"}), _("Phone number"),
        "A number, with its country code or as in the account's own countries, or at least its first six digits: all "
        "messages with its owner. Requires `msisdn:read`.",
        index="log_message_msisdn", where=predicates.by_number, finds_few=True, needs_numbers=True,
    )  # fmt: skip
    group_id: str = declare(
        FreeText(512), _("Group"), "WhatsApp's id of a group: messages to and from it.", index="log_message_group"
    )
    number_ends: str = declare(
        LastDigits(24, {"inputmode": "numeric", "placeholder": "4567"}), _("Number ends with"),
        "At least the last four digits of a number. Requires `msisdn:read`.",
        index="log_message_ends", where=predicates.by_ends, finds_few=True, needs_numbers=True,
    )  # fmt: skip
    person: str = declare(
        PersonText(140, {"placeholder": _("Number, user id or @username")}), _("Person"),
        "A complete number, a user id, a parent id or a username: all messages with the person, also under the "
        "person's other numbers and ids. Or the UMID of a message with the person; without `msisdn:read` only "
        "that.",
        index="log_message_msisdn", where=predicates.by_person, finds_few=True,
    )  # fmt: skip
    umid: str = declare(
        Umid(36, {"placeholder": UMID_HINT}), "UMID",
        "Case-insensitive, with or without hyphens, or at least the first eight digits.",
        index="log_umid", where=predicates.by_umid, finds_few=True,
    )  # fmt: skip
    provider_message_id: str = declare(
        FreeText(512), help="The provider's full id.", where=predicates.by_provider_id, on_page=False
    )
    category: str = declare(
        Choice(Category.choices, _("All categories")), _("Category"), "The pricing category.",
        index="log_message_category", in_counts=True,
    )  # fmt: skip
    template: str = declare(
        FreeText(512), _("Template"), "The name of a template, in any language.", index="log_message_template",
        names=predicates.template_ids, lookup="template", in_counts=True,
    )  # fmt: skip
    source_category: str = declare(
        Choice(SourceCategory.choices, _("All sources")), _("Source"), "What created the message.",
        index="log_message_source", where=predicates.by_source,
    )  # fmt: skip
    source_name: str = declare(
        FreeText(128, {"placeholder": _("Campaign or bot name, or part of it")}), _("Name"),
        "The name of the campaign or bot that created the message, or part of the name, case-insensitive.",
        index="log_message_source", where=predicates.by_source,
    )  # fmt: skip
    recipient_type: str = declare(
        FreeText(32), _("Recipient type"), "As set by the sender.", index="log_message_recipient"
    )
    response_code: int | None = declare(
        WholeNumber(999, "200"), _("Response code"), "The HTTP status with which the provider answered.",
        index="log_message_response",
    )  # fmt: skip
    error_code: int | None = declare(
        WholeNumber(HIGHEST_CODE, "131049"), _("Error code"), "Why it was not delivered.",
        index="log_message_error", in_counts=True,
    )  # fmt: skip
    sending: str = declare(
        Choice(_UNCERTAIN, _("Any result")), _("Sending"), "Sending state of an outbound message.",
        index="log_umid", where=predicates.by_sending, finds_few=True,
    )  # fmt: skip
    created_after: datetime | None = declare(Moment(), help="Inclusive.", lookup="created_at__gte", on_page=False)
    created_before: datetime | None = declare(Moment(), help="Exclusive.", lookup="created_at__lt", on_page=False)
    sent_after: datetime | None = declare(
        Moment(until="sent_before"), _("Sent on"), "Inclusive.", alias="sent", finds_few=True,
        where=partial(predicates.reached_since, "sent_at"),
    )  # fmt: skip
    sent_before: datetime | None = declare(
        Moment(), help="Exclusive.", where=partial(predicates.reached_before, "sent_at"), on_page=False
    )
    read_after: datetime | None = declare(
        Moment(until="read_before"), _("Read on"), "Inclusive.", alias="read", finds_few=True,
        where=partial(predicates.reached_since, "read_at"),
    )  # fmt: skip
    read_before: datetime | None = declare(
        Moment(), help="Exclusive.", where=partial(predicates.reached_before, "read_at"), on_page=False
    )
    user_id: str = declare(UserId(140), index="log_message_user", where=partial(predicates.by_person), internal=True)
    """Meta's id of a person."""
    countries: Sequence[str] = declare(TextList(), lookup="country__in", internal=True)
    umids: Sequence[str] = declare(TextList(), lookup="umid__in", internal=True)
    """The UMIDs that a person selected."""

    subaccount_ids: Sequence[int] | None = None
    """The subaccounts within reach; None: the whole account."""
    masked_numbers: bool = False
    """For people who see masked numbers: they cannot search by numbers, as trying numbers would reveal them."""

    def __post_init__(self) -> None:
        for name, each in declarations(type(self)).items():  # type: ignore[arg-type] # mypy: a class has no hash
            value = getattr(self, name)
            object.__setattr__(self, name, each.kind.blank if is_blank(value) else each.kind.canonical(value))
        if self.subaccount_ids is not None:
            object.__setattr__(self, "subaccount_ids", tuple(sorted(self.subaccount_ids)))


@cache
def declarations(model: type[MessageQuery]) -> dict[str, Filter]:
    """The filters that a class declares, by name."""
    named = ((each.name, each.metadata.get("filter")) for each in fields(model))
    return {name: replace(each, name=name) for name, each in named if each}


def filters() -> dict[str, Filter]:
    """The filters that people and programs may use, by name."""
    return {name: each for name, each in declarations(MessageQuery).items() if not each.internal}


def filters_in(query: MessageQuery) -> dict[str, Filter]:
    """The filters that a query uses."""
    declared = declarations(type(query))  # type: ignore[arg-type] # as above
    return {name: each for name, each in declared.items() if not is_blank(getattr(query, name))}


def parse(texts: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The values of texts by filter, and the errors of the others. Names are those of `filters`."""
    words, wrong = {}, {}
    for name, each in filters().items():
        try:
            if name in texts:
                words[name] = each.parse(texts[name])
        except forms.ValidationError as error:
            wrong[name] = error.messages
    return words, wrong


def build(words: Mapping[str, Any], **reach: Any) -> MessageQuery:
    """The query of values by filter, within this reach."""
    return MessageQuery(**words, **reach)


def conditions(account: Account, query: MessageQuery) -> list[Q]:
    """The conditions on messages, without the subaccount."""
    once = {each.where or name: each for name, each in filters_in(query).items()}
    return [each.condition(account, query) for each in once.values()]


def problems(query: MessageQuery) -> dict[str, str]:
    """The reasons for refused values, with the remedy, by filter."""
    reasons = {
        name: each.kind.problem(getattr(query, name), masked_numbers=query.masked_numbers)
        for name, each in filters_in(query).items()
    }
    return {name: reason for name, reason in reasons.items() if reason}


def unknown_names(account: Account, words: Mapping[str, Any], within: Sequence[int] | None) -> dict[str, str]:
    """By filter, the names that do not exist within these subaccounts (None: all)."""
    lookups_by_name = ((name, each.names) for name, each in filters().items() if each.names and words.get(name))
    return {
        name: f"There is no {name} “{words[name]}” that you may see."
        for name, ids_of in lookups_by_name
        if not ids_of(account, words[name], within)
    }


# --- Stored -----------------------------------------------------------------------------------------------------------
def write_words(query: MessageQuery) -> dict[str, Any]:
    """The filters in JSON, named as in a REST body; without the reach."""
    return {name: each.kind.dump(getattr(query, name)) for name, each in filters_in(query).items()}


def write_query(query: MessageQuery) -> dict[str, Any]:
    """The complete query in JSON."""
    reach = None if query.subaccount_ids is None else list(query.subaccount_ids)
    return {**write_words(query), "subaccount_ids": reach, "masked_numbers": query.masked_numbers}


def read_query(data: Mapping[str, Any], **reach: Any) -> MessageQuery:
    """The query that `write_query` wrote, or that `write_words` wrote within this reach."""
    declared = declarations(MessageQuery)
    words = {name: declared[name].kind.load(value) if name in declared else value for name, value in data.items()}
    return build(words, **reach)
