"""The filters of records: the same for the list, REST and exports."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters as filters
from django.db.models import Q, QuerySet
from rest_framework.exceptions import ValidationError

from accounts.enums import Permission
from accounts.models import Account
from accounts.principal import Principal
from core.filtersets import MomentFilter, StrictFilterSet
from core.numbers import is_number
from messaging.log.kinds import PersonText, PhoneNumberText, UserId
from messaging.log.predicates import of_number, of_person
from messaging.log.query import MessageQuery
from providers.reading import user_id as whatsapp_id
from providers.vocabulary import Direction

_NUMBER, _PERSON, _USER_ID = PhoneNumberText(24), PersonText(140), UserId(140)


class RecordFilterSet(StrictFilterSet):
    """Filters of one account's records, all combined with AND; several of one filter with OR."""

    other_ids: ClassVar[bool] = False  # whether persons may have ids of other channels than WhatsApp

    created_after = MomentFilter(field_name="created_at", lookup_expr="gte", help_text="Inclusive.")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt", help_text="Exclusive.")
    subaccount = filters.CharFilter(field_name="subaccount__code", max_length=50, help_text="subAccountId")
    direction = filters.ChoiceFilter(choices=Direction.choices)
    person = filters.CharFilter(
        method="of_person", max_length=140,
        help_text="A number as in `msisdn`, a user id, a parent id or a username: everything with the person, also "
        "under the person's other numbers and ids. Or the UMID of a message with the person; without `msisdn:read` "
        "only that.",
    )  # fmt: skip
    msisdn = filters.CharFilter(
        method="of_number", max_length=24,
        help_text="The person's number, or at least its first six digits: everything with its owner. Requires "
        "`msisdn:read`.",
    )  # fmt: skip
    user_id = filters.CharFilter(
        method="of_user_id",
        max_length=140,
        help_text="The person's id, complete: everything with the person. Requires `msisdn:read`.",
    )

    def __init__(
        self, data: Any, queryset: QuerySet[Any], *,
        account: Account, masked_numbers: bool, subaccount_ids: Sequence[int] | None,
    ) -> None:  # fmt: skip
        """`masked_numbers`: no search by numbers and ids. `subaccount_ids`: those within reach; None: all."""
        super().__init__(data, queryset=queryset)
        self._account = account
        self._query = MessageQuery(masked_numbers=masked_numbers, subaccount_ids=subaccount_ids)

    @classmethod
    def of(cls, data: Any, queryset: QuerySet[Any], by: Principal) -> "RecordFilterSet":
        """The filters within the permissions of a principal."""
        masked = not by.may(Permission.VIEW_NUMBERS)
        return cls(data, queryset, account=by.account, masked_numbers=masked, subaccount_ids=by.subaccount_ids)

    def of_number(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        """The records of a number's owner."""
        return rows.filter(of_number(self._account, text, self._query))

    def of_user_id(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        """The records of the person with an id."""
        if self._query.masked_numbers:
            return rows.none()
        return self.of_person(rows, name, text) if whatsapp_id(text) else rows.filter(user_id=text)

    def of_person(self, rows: QuerySet[Any], name: str, text: str) -> QuerySet[Any]:
        """The records of a person."""
        condition = of_number if is_number(text) else of_person
        other = Q(user_id=text) if self.other_ids and not self._query.masked_numbers else Q(pk__in=[])
        return rows.filter(condition(self._account, text, self._query) | other)

    @classmethod
    def person_problem(cls, text: str, *, masked_numbers: bool) -> str:
        """Why a text is refused as `person`, with the remedy; empty when it may be one."""
        if cls.other_ids and not masked_numbers and not is_number(text) and not re.search(r"\s", text):
            return ""
        kind = _NUMBER if is_number(text) else _PERSON
        return kind.problem(text, masked_numbers=masked_numbers)

    def validated_rows(self) -> QuerySet[Any]:
        """The filtered rows. Raises ValidationError naming the parameters that are wrong."""
        rows = super().validated_rows()
        masked = self._query.masked_numbers
        values = {name: str((self.data or {}).get(name) or "").strip() for name in ("msisdn", "person", "user_id")}
        reasons = {
            "msisdn": values["msisdn"] and _NUMBER.problem(values["msisdn"], masked_numbers=masked),
            "person": values["person"] and self.person_problem(values["person"], masked_numbers=masked),
            "user_id": values["user_id"] and _USER_ID.problem(values["user_id"], masked_numbers=masked),
        }
        if errors := {name: [reason] for name, reason in reasons.items() if reason}:
            raise ValidationError(errors)
        return rows
