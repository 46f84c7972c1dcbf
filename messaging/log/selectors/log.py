"""The message log: its pages, and the related rows of its messages."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db.models import Model

from accounts.models import Account
from billing.selectors import Charge, charges_of
from core.paging import Page, page
from messaging.log.models import Message, PhoneNumber, Source, Template
from messaging.log.query import MessageQuery
from messaging.log.selectors.matching import matching

PAGE_SIZE = 50


def log_page(
    account: Account, query: MessageQuery, params: Mapping[str, str], *, loaded: Iterable[Model] = ()
) -> Page[Message]:
    """One page of the log, newest first, with number, template and source loaded."""
    result = page(matching(account, query), params, size=PAGE_SIZE)
    attach(account, result.rows, loaded=loaded)
    return result


def attach(account: Account, messages: Sequence[Message], *, loaded: Iterable[Model] = ()) -> None:
    """Load the related rows, a query for each table with some that are not `loaded`; deleted ones stay None."""
    by_key = {(type(row), row.pk): row for row in loaded}
    for name, model in (("phone_number", PhoneNumber), ("template", Template), ("source", Source)):
        ids = {getattr(row, f"{name}_id") for row in messages} - {None}
        missing = [pk for pk in ids if (model, pk) not in by_key]
        rows = model.objects.filter(account=account, pk__in=missing) if missing else ()
        by_key |= {(model, row.pk): row for row in rows}
        for row in messages:
            setattr(row, name, by_key.get((model, getattr(row, f"{name}_id"))))


def charges(account: Account, messages: Iterable[Message]) -> dict[UUID, Charge]:
    """What the messages cost, by UMID."""
    keys = {row.message_key: row.umid for row in messages}
    return {keys[key]: charge for key, charge in charges_of(account, keys).items()}
