"""The filters of the REST API's message list (django-filter)."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError

from accounts.models import Account
from messaging.enums import Category, Direction, SourceCategory, Status
from messaging.models import Message
from messaging.selectors.log import LogFilter, searching

PAGING = frozenset({"older", "newer"})


class MessageFilterSet(filters.FilterSet):
    """Filters of one account's messages, all combined with AND."""

    subaccount = filters.CharFilter(field_name="subaccount__code", help_text="subAccountId")
    channel = filters.CharFilter(field_name="phone_number__provider_number_id", help_text="phone_number_id, channelId")
    direction = filters.ChoiceFilter(choices=Direction.choices)
    status = filters.MultipleChoiceFilter(choices=Status.choices)
    country = filters.CharFilter(lookup_expr="iexact", max_length=2, help_text="ISO 3166 alpha-2")
    umid = filters.UUIDFilter()
    provider_message_id = filters.CharFilter(method="by_id", max_length=512)
    msisdn = filters.CharFilter(method="by_number", max_length=20)
    category = filters.ChoiceFilter(choices=Category.choices)
    template = filters.CharFilter(field_name="template__name", max_length=512)
    error_code = filters.NumberFilter()
    response_code = filters.NumberFilter()
    source_category = filters.ChoiceFilter(choices=SourceCategory.choices)
    source_name = filters.CharFilter(max_length=128)
    recipient_type = filters.CharFilter(max_length=32)
    created_after = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte", help_text="Included.")
    created_before = filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt", help_text="Not included.")
    search = filters.CharFilter(method="by_search", max_length=512, help_text="A number, its first digits, or an id")

    class Meta:
        model = Message
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, account: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._account = account

    def by_id(self, rows: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        """Rows of a provider's message id, through the anchor."""
        return rows.filter(searching(self._account, LogFilter(search=value)), provider_message_id=value)

    def by_number(self, rows: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        """Rows of one whole phone number, with or without its plus sign."""
        return rows.filter(msisdn=value.lstrip("+"))

    def by_search(self, rows: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        """Rows that the log's search finds."""
        return rows.filter(searching(self._account, LogFilter(search=value)))

    def checked(self) -> QuerySet[Message]:
        """The filtered rows. Raises ValidationError for bad values and for names nobody knows."""
        unknown = set(self.data or ()) - set(self.filters) - PAGING
        errors = {name: ["There is no such filter."] for name in sorted(unknown)}
        if not self.is_valid() or errors:
            raise ValidationError({**errors, **self.errors})
        rows: QuerySet[Message] = self.qs
        return rows
