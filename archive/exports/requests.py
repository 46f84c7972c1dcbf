"""What somebody asks for in an export, and whether they may have it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.principal import Principal
from accounts.validators import validate_time_zone
from archive.enums import Compression, Dataset, Format
from archive.exports.columns import NEEDS, columns_by_key, preset, usual
from archive.models import Export
from core.errors import UserError

_NUMBERS = {"msisdn", "user_id", "8x8.user_msisdn", "8x8.user_channelUserId"}


class NotAllowed(UserError):
    """It needs a permission that whoever asks lacks."""

    status = HTTPStatus.FORBIDDEN


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


def drafted(by: Principal, ask: Ask) -> Export:
    """The export as it would be saved. Raises UserError naming an unknown dataset, format, compression or column, and
    NotAllowed for one that needs a permission.
    """
    _known("dataset", ask.dataset, Dataset.values)
    _known("format", ask.format, Format.values)
    _known("compression", ask.compression, Compression.values)
    try:
        validate_time_zone(ask.time_zone)
    except ValidationError as wrong:
        raise UserError(" ".join(wrong.messages), field="time_zone") from None
    if ask.format == Format.XLSX and ask.compression == Compression.GZIP:
        raise UserError(
            _("A workbook is already compressed"), field="compression",
            remedy=_("choose none, or zip to include the manifest."),
        )  # fmt: skip
    known, columns, needs = columns_by_key(ask.dataset), _columns(by, ask), {NEEDS[ask.dataset]}
    if not by.may(NEEDS[ask.dataset]):
        raise NotAllowed(_("“%(name)s” needs the permission %(permission)s.") % {
            "name": ask.dataset, "permission": NEEDS[ask.dataset]
        }, field="dataset")  # fmt: skip
    needs |= {permission for key in columns if (permission := known[key].needs)}
    whole_numbers = by.may(Permission.VIEW_NUMBERS)
    if whole_numbers and _NUMBERS.intersection(columns):
        needs.add(Permission.VIEW_NUMBERS)
    return Export(
        account=by.account, dataset=ask.dataset, format=ask.format, compression=ask.compression, columns=columns,
        time_zone=ask.time_zone, filters=ask.filters, words=[[str(each) for each in pair] for pair in ask.words],
        subaccount_ids=None if by.subaccount_ids is None else list(by.subaccount_ids),
        whole_numbers=whole_numbers, needs=sorted(str(permission) for permission in needs), row_limit=ask.row_limit,
        made_by=by.user, actor=by.name, address=by.address or None, mail=ask.mail and by.user is not None,
        first_at=ask.first_at, last_at=ask.last_at,
    )  # fmt: skip


def _columns(by: Principal, ask: Ask) -> list[str]:
    if ask.preset:
        keys = preset(ask.preset) if ask.dataset == Dataset.MESSAGES else None
        if keys is None:
            raise UserError(
                _("The preset “%(name)s” is not available for this data.") % {"name": ask.preset}, field="preset"
            )
        # A preset keeps its order and its columns; what whoever asks may not see is empty in it.
        return [key for key in keys if _may(by, ask.dataset, key)]
    known = columns_by_key(ask.dataset)
    for key in ask.columns:
        if key not in known:
            raise UserError(
                _("The column “%(name)s” does not exist") % {"name": key}, field="columns",
                remedy=_("choose from %(names)s.") % {"names": ", ".join(known)},
            )  # fmt: skip
        if not _may(by, ask.dataset, key):
            raise NotAllowed(_("The column “%(name)s” needs the permission %(permission)s.") % {
                "name": key, "permission": known[key].needs
            }, field="columns")  # fmt: skip
    if not ask.columns:  # which columns a cost report has follows from its groups
        return [] if ask.dataset == Dataset.COSTS else usual(ask.dataset)
    return list(dict.fromkeys(ask.columns))


def _may(by: Principal, dataset: str, key: str) -> bool:
    needs = columns_by_key(dataset)[key].needs
    return needs is None or by.may(needs)


def _known(name: str, value: str, values: Sequence[str]) -> None:
    if value not in values:
        choices = ", ".join(each or "none" for each in values)
        raise UserError(_("“%(value)s” is not one of %(choices)s.") % {"value": value, "choices": choices}, field=name)
