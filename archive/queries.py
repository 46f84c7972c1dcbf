"""From the filters in a body of REST to what a job keeps: names that nobody has are refused, never taken for "all"."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError

from accounts.enums import Permission
from archive.exports.requests import Asker
from messaging.log.api.query import checked_query
from messaging.log.query import MessageQuery, unknown_names


def job_query(asker: Asker, words: Mapping[str, Any]) -> MessageQuery:
    """The log's filters of a job, within what the asker may see. Raises ValidationError naming those that are wrong."""
    check_names(asker, words)
    exact = Permission.VIEW_NUMBERS not in asker.may
    return checked_query(words, subaccount_ids=asker.subaccount_ids, exact_numbers=exact)


def check_names(asker: Asker, words: Mapping[str, Any]) -> None:
    """Raise ValidationError for subaccounts, channels and templates that the asker has not."""
    if wrong := unknown_names(asker.account, words, asker.subaccount_ids):
        raise ValidationError({name: [reason] for name, reason in wrong.items()})
