"""The filters of records: the same for the list, REST and exports."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError

from accounts.enums import Permission
from accounts.models import Account
from accounts.principal import Principal
from core.filtersets import MomentFilter, StrictFilterSet
from messaging.log.kinds import PhoneNumberText
from messaging.log.predicates import by_number
from messaging.log.query import MessageQuery
from providers.vocabulary import Direction

_NUMBER = PhoneNumberText(24)


class RecordFilterSet(StrictFilterSet):
    """Filters of one account's records, all combined with AND; several of one filter with OR."""

    created_after = MomentFilter(field_name="created_at", lookup_expr="gte", help_text="Inclusive.")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt", help_text="Exclusive.")
    subaccount = filters.CharFilter(field_name="subaccount__code", max_length=50, help_text="subAccountId")
    direction = filters.ChoiceFilter(choices=Direction.choices)
    msisdn = filters.CharFilter(
        method="of_number", max_length=24,
        help_text="The person's number. Its first six digits suffice for a key that sees complete numbers.",
    )  # fmt: skip
    user_id = filters.CharFilter(max_length=140, help_text="The person's id, complete.")

    def __init__(self, data: Any, queryset: QuerySet[Any], *, account: Account, exact_numbers: bool) -> None:
        """`exact_numbers`: a number must be complete."""
        super().__init__(data, queryset=queryset)
        self._account, self._query = account, MessageQuery(exact_numbers=exact_numbers)

    @classmethod
    def of(cls, data: Any, queryset: QuerySet[Any], by: Principal) -> "RecordFilterSet":
        """The filters within the permissions of a principal."""
        return cls(data, queryset, account=by.account, exact_numbers=not by.may(Permission.VIEW_NUMBERS))

    def of_number(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        """The records of a number."""
        return rows.filter(by_number(self._account, text, self._query))

    def validated_rows(self) -> QuerySet[Any]:
        """The filtered rows. Raises ValidationError naming the parameters that are wrong."""
        rows = super().validated_rows()
        text = str((self.data or {}).get("msisdn", "")).strip()
        if text and (reason := _NUMBER.problem(text, exact_numbers=self._query.exact_numbers)):
            raise ValidationError({"msisdn": [reason]})
        return rows
