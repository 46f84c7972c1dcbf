"""The message log: its pages, and the related rows of its messages."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import Model, QuerySet

from accounts.models import Account
from billing.selectors import Charge, charges_of, sum_charges
from core.paging import Page, page
from messaging.log.models import Message, PhoneNumber, Source, Template
from messaging.log.query import MessageQuery
from messaging.log.selectors.matching import matching
from messaging.log.selectors.participants import attach_participants, keys_of
from messaging.persons.enums import NameKind
from messaging.persons.selectors.names import PresentName

PAGE_SIZE = 50


def log_page(
    account: Account,
    query: MessageQuery,
    params: Mapping[str, str],
    *,
    loaded: Iterable[Model] = (),
    named: bool = False,
) -> Page[Message]:
    """One page of the log, newest first, with number, template and source loaded, and `named` with people's names."""
    rows = matching(account, query)
    result = page(with_names(rows) if named else rows, params, size=PAGE_SIZE)
    attach(account, result.rows, loaded=loaded)
    return result


def attach(account: Account, messages: Sequence[Message], *, loaded: Iterable[Model] = ()) -> None:
    """Load the related rows, a query for each table with some that are not `loaded`; deleted ones stay None.

    Messages to groups get their participants.
    """
    by_key = {(type(row), row.pk): row for row in loaded}
    for name, model in (("phone_number", PhoneNumber), ("template", Template), ("source", Source)):
        ids = {getattr(row, f"{name}_id") for row in messages} - {None}
        missing = [pk for pk in ids if (model, pk) not in by_key]
        rows = model.objects.filter(account=account, pk__in=missing) if missing else ()
        by_key |= {(model, row.pk): row for row in rows}
        for row in messages:
            setattr(row, name, by_key.get((model, getattr(row, f"{name}_id"))))
    attach_participants(account, messages)


def with_names(rows: QuerySet[Message]) -> QuerySet[Message]:
    """The messages with `username` and `profile_name` of their persons, for those who see complete numbers."""
    return rows.annotate(username=PresentName(NameKind.USERNAME), profile_name=PresentName(NameKind.PROFILE))


def charges(account: Account, messages: Iterable[Message]) -> dict[UUID, Charge]:
    """What the messages cost, by UMID; a message to a group: what its participants cost together.

    The messages are attached.
    """
    keys = {row.umid: keys_of(row) for row in messages}
    charges = charges_of(account, [key for each in keys.values() for key in each])
    by_umid = {umid: [charges[key] for key in each if key in charges] for umid, each in keys.items()}
    return {umid: sum_charges(each) for umid, each in by_umid.items() if each}
