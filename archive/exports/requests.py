"""Who asks for an export, and what they ask for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.access import TenantRequest
from accounts.api import TenantView
from accounts.enums import Permission
from accounts.models import Account, Membership, User
from accounts.selectors import reach_of
from accounts.validators import validate_time_zone
from archive.enums import Compression, Dataset, Format
from archive.exports.columns import NEEDS, columns_by_key, preset, usual
from archive.models import Export
from core.http import client_address

_NUMBERS = {"msisdn", "user_id", "8x8.user_msisdn", "8x8.user_channelUserId"}


class BadAsk(ValueError):
    """What was asked for cannot be; the message is for people, `field` is what is wrong."""

    def __init__(self, wrong: str, message: str) -> None:
        self.field = wrong
        super().__init__(message)


class NotAllowed(BadAsk):
    """It needs a permission that the asker has not."""


@dataclass(frozen=True)
class Asker:
    """A member or an API key: what they may and which subaccounts they reach (None: the whole account)."""

    account: Account
    actor: str
    may: frozenset[str]
    subaccount_ids: Sequence[int] | None
    user: User | None = None
    ip_address: str | None = None


def asker_of(request: TenantRequest) -> Asker:
    """The person at a page; in the subaccount they chose."""
    user = request.user
    may = frozenset(permission for permission in Permission if request.membership.may(permission))
    return Asker(request.account, user.email, may, request.reach.ids, user, client_address(request) or None)


def asker_of_key(view: TenantView) -> Asker:
    """The API key at a REST view."""
    key = view.key
    address = client_address(view.request) or None
    return Asker(view.account, key.prefix, frozenset(key.scopes), view.subaccount_ids(), ip_address=address)


def asker_of_membership(membership: Membership) -> Asker:
    """The member whose schedule it is, with the rights they have now."""
    may = frozenset(permission for permission in Permission if membership.may(permission))
    reach = reach_of(membership)
    return Asker(membership.account, membership.user.email, may, reach.ids, membership.user)


@dataclass(frozen=True)
class Ask:
    """What is asked for. No columns: the usual ones; or `preset`, the name of a set of them. `words` are the filters as
    people read them; what is older than `first_at`, or as old as `last_at` or younger, is not in it.
    """

    dataset: str
    filters: dict[str, Any]
    time_zone: str
    format: str = Format.CSV
    compression: str = Compression.NONE
    columns: Sequence[str] = ()
    preset: str = ""
    words: Sequence[tuple[str, str]] = field(default=())
    mail: bool = False
    row_limit: int | None = None
    first_at: datetime | None = None
    last_at: datetime | None = None


def drafted(asker: Asker, ask: Ask) -> Export:
    """The export as it would be saved. Raises BadAsk naming an unknown dataset, format, compression or column, and
    NotAllowed for one that needs a permission.
    """
    _known("dataset", ask.dataset, Dataset.values)
    _known("format", ask.format, Format.values)
    _known("compression", ask.compression, Compression.values)
    try:
        validate_time_zone(ask.time_zone)
    except ValidationError as wrong:
        raise BadAsk("time_zone", " ".join(wrong.messages)) from None
    if ask.format == Format.XLSX and ask.compression == Compression.GZIP:
        raise BadAsk("compression", _("A workbook is compressed already: choose none, or zip for the manifest."))
    known, columns, needs = columns_by_key(ask.dataset), _columns(asker, ask), {NEEDS[ask.dataset]}
    if NEEDS[ask.dataset] not in asker.may:
        raise NotAllowed("dataset", _("“%(name)s” needs the permission %(permission)s.") % {
            "name": ask.dataset, "permission": NEEDS[ask.dataset]
        })  # fmt: skip
    needs |= {permission for key in columns if (permission := known[key].needs)}
    whole_numbers = Permission.VIEW_NUMBERS in asker.may
    if whole_numbers and _NUMBERS.intersection(columns):
        needs.add(Permission.VIEW_NUMBERS)
    return Export(
        account=asker.account, dataset=ask.dataset, format=ask.format, compression=ask.compression, columns=columns,
        time_zone=ask.time_zone, filters=ask.filters, words=[[str(each) for each in pair] for pair in ask.words],
        subaccount_ids=None if asker.subaccount_ids is None else list(asker.subaccount_ids),
        whole_numbers=whole_numbers, needs=sorted(str(permission) for permission in needs), row_limit=ask.row_limit,
        made_by=asker.user, actor=asker.actor, ip_address=asker.ip_address, mail=ask.mail and asker.user is not None,
        first_at=ask.first_at, last_at=ask.last_at,
    )  # fmt: skip


def _columns(asker: Asker, ask: Ask) -> list[str]:
    if ask.preset:
        keys = preset(ask.preset) if ask.dataset == Dataset.MESSAGES else None
        if keys is None:
            raise BadAsk("preset", _("There is no preset “%(name)s” for this.") % {"name": ask.preset})
        # A preset keeps its order and its columns; what the asker may not see is empty in it.
        return [key for key in keys if _may(asker, ask.dataset, key)]
    known = columns_by_key(ask.dataset)
    for key in ask.columns:
        if key not in known:
            raise BadAsk("columns", _("There is no column “%(name)s”: choose from %(names)s.") % {
                "name": key, "names": ", ".join(known)
            })  # fmt: skip
        if not _may(asker, ask.dataset, key):
            raise NotAllowed("columns", _("The column “%(name)s” needs the permission %(permission)s.") % {
                "name": key, "permission": known[key].needs
            })  # fmt: skip
    if not ask.columns:  # which columns a cost report has follows from its groups
        return [] if ask.dataset == Dataset.COSTS else usual(ask.dataset)
    return list(dict.fromkeys(ask.columns))


def _may(asker: Asker, dataset: str, key: str) -> bool:
    needs = columns_by_key(dataset)[key].needs
    return needs is None or needs in asker.may


def _known(name: str, value: str, values: Sequence[str]) -> None:
    if value not in values:
        choices = ", ".join(each or "none" for each in values)
        raise BadAsk(name, _("“%(value)s” is none of %(choices)s.") % {"value": value, "choices": choices})
