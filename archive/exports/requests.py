"""What an export request contains, and whether the principal may have it."""

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
from archive.exports.columns import NEEDS, columns_by_key, preset_columns, standard_columns
from archive.models import Export
from core.errors import UserError

_NUMBERS = {"msisdn", "user_id", "8x8.user_msisdn", "8x8.user_channelUserId"}


class NotAllowed(UserError):
    """The principal lacks a permission that the export needs."""

    status = HTTPStatus.FORBIDDEN


@dataclass(frozen=True)
class ExportSpec:
    """The specification of an export. Empty `columns` mean the standard ones, unless `preset` names a set of columns.

    `words` are the filters as people read them. Rows are from `first_at` (inclusive) to `last_at` (exclusive).
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


def draft_export(by: Principal, spec: ExportSpec) -> Export:
    """The export, not saved yet. Raises UserError naming an unknown dataset, format, compression or column, and
    NotAllowed if the principal lacks a permission.
    """
    _check_choice("dataset", spec.dataset, Dataset.values)
    _check_choice("format", spec.format, Format.values)
    _check_choice("compression", spec.compression, Compression.values)
    try:
        validate_time_zone(spec.time_zone)
    except ValidationError as error:
        raise UserError(" ".join(error.messages), field="time_zone") from None
    if spec.format == Format.XLSX and spec.compression == Compression.GZIP:
        raise UserError(
            _("A workbook is already compressed"), field="compression",
            remedy=_("choose none, or zip to include the manifest."),
        )  # fmt: skip
    available, columns, needs = columns_by_key(spec.dataset), _columns(by, spec), {NEEDS[spec.dataset]}
    if not by.may(NEEDS[spec.dataset]):
        raise NotAllowed(_("“%(name)s” needs the permission %(permission)s.") % {
            "name": spec.dataset, "permission": NEEDS[spec.dataset]
        }, field="dataset")  # fmt: skip
    needs |= {permission for key in columns if (permission := available[key].needs)}
    whole_numbers = by.may(Permission.VIEW_NUMBERS)
    if whole_numbers and _NUMBERS.intersection(columns):
        needs.add(Permission.VIEW_NUMBERS)
    return Export(
        account=by.account, dataset=spec.dataset, format=spec.format, compression=spec.compression, columns=columns,
        time_zone=spec.time_zone, filters=spec.filters, words=[[str(text) for text in pair] for pair in spec.words],
        subaccount_ids=None if by.subaccount_ids is None else list(by.subaccount_ids),
        whole_numbers=whole_numbers, needs=sorted(str(permission) for permission in needs), row_limit=spec.row_limit,
        made_by=by.user, actor=by.name, address=by.address or None, mail=spec.mail and by.user is not None,
        first_at=spec.first_at, last_at=spec.last_at,
    )  # fmt: skip


def _columns(by: Principal, spec: ExportSpec) -> list[str]:
    if spec.preset:
        keys = preset_columns(spec.preset) if spec.dataset == Dataset.MESSAGES else None
        if keys is None:
            raise UserError(
                _("The preset “%(name)s” is not available for this data.") % {"name": spec.preset}, field="preset"
            )
        # A preset keeps its order; columns that the principal may not see are left out.
        return [key for key in keys if _may_see(by, spec.dataset, key)]
    available = columns_by_key(spec.dataset)
    for key in spec.columns:
        if key not in available:
            raise UserError(
                _("The column “%(name)s” does not exist") % {"name": key}, field="columns",
                remedy=_("choose from %(names)s.") % {"names": ", ".join(available)},
            )  # fmt: skip
        if not _may_see(by, spec.dataset, key):
            raise NotAllowed(_("The column “%(name)s” needs the permission %(permission)s.") % {
                "name": key, "permission": available[key].needs
            }, field="columns")  # fmt: skip
    if not spec.columns:  # the columns of a cost report follow from its groups
        return [] if spec.dataset == Dataset.COSTS else standard_columns(spec.dataset)
    return list(dict.fromkeys(spec.columns))


def _may_see(by: Principal, dataset: str, key: str) -> bool:
    needs = columns_by_key(dataset)[key].needs
    return needs is None or by.may(needs)


def _check_choice(name: str, value: str, values: Sequence[str]) -> None:
    if value not in values:
        choices = ", ".join(each or "none" for each in values)
        raise UserError(_("“%(value)s” is not one of %(choices)s.") % {"value": value, "choices": choices}, field=name)
