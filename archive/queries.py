"""The filters in a REST body as the query of a job. Unknown names are an error, never "all"."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError

from accounts.enums import Permission
from accounts.principal import Principal
from messaging.log.api.query import checked_query
from messaging.log.query import MessageQuery, unknown_names


def job_query(by: Principal, words: Mapping[str, Any]) -> MessageQuery:
    """The query of a job, within the principal's subaccounts. Raises ValidationError naming invalid filters."""
    check_names(by, words)
    masked = not by.may(Permission.VIEW_NUMBERS)
    return checked_query(words, subaccount_ids=by.subaccount_ids, masked_numbers=masked)


def check_names(by: Principal, words: Mapping[str, Any]) -> None:
    """Raise ValidationError for subaccounts, channels and templates that the principal does not have."""
    if unknown := unknown_names(by.account, words, by.subaccount_ids):
        raise ValidationError({name: [reason] for name, reason in unknown.items()})
