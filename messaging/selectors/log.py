"""The message log: pages of it, and what its rows point at."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from accounts.models import Account
from billing.selectors import Charge, charges_of
from messaging.models import Message, PhoneNumber, Source, Template
from messaging.selectors.matching import LogFilter, matching
from messaging.usage import message_key
from portal.core.paging import Page, page

PAGE_SIZE = 50


def log_page(account: Account, chosen: LogFilter, params: Mapping[str, str]) -> Page[Message]:
    """One page of the log, newest first, with number, template and source loaded."""
    found = page(matching(account, chosen), params, size=PAGE_SIZE)
    attach(account, found.rows)
    return found


def attach(account: Account, messages: Sequence[Message]) -> None:
    """Load what the rows point at, one query a table that is pointed at; what is gone stays None."""
    for name, model in (("phone_number", PhoneNumber), ("template", Template), ("source", Source)):
        ids = {getattr(row, f"{name}_id") for row in messages} - {None}
        found = _by_id(model.objects.filter(account=account), ids)
        for row in messages:
            setattr(row, name, found.get(getattr(row, f"{name}_id")))


def charges(account: Account, messages: Iterable[Message]) -> dict[UUID, Charge]:
    """What the messages cost, by UMID."""
    keys = {message_key(account.pk, row.provider, row.provider_message_id): row.umid for row in messages}
    return {keys[key]: charge for key, charge in charges_of(account, keys).items()}


def _by_id(rows: QuerySet[Any], ids: set[int]) -> dict[int | None, Model]:
    return {row.pk: row for row in rows.filter(pk__in=ids)} if ids else {}
