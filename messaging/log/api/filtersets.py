"""The filters of messaging's REST lists."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet

from accounts.models import Account, Subaccount
from core.filtersets import MomentFilter, StrictFilterSet, WholeNumberFilter
from messaging.log.enums import SourceCategory, Status
from messaging.log.models import Message, MessageAnchor, PhoneNumber, Source, Template
from messaging.log.selectors.matching import LogFilter, searching
from providers.registry import VENDORS
from providers.vocabulary import Category, Direction


class MessageFilterSet(StrictFilterSet):
    """Filters of one account's messages, all combined with AND; several `status` with OR.

    Names of small tables are looked up there first, so that the log is filtered by ids, which its indexes hold.
    """

    several = frozenset({"status"})
    sparse = True
    subaccount = filters.CharFilter(method="by_subaccount", max_length=50, help_text="subAccountId")
    channel = filters.CharFilter(method="by_channel", max_length=64, help_text="phone_number_id, channelId")
    direction = filters.ChoiceFilter(choices=Direction.choices)
    status = filters.MultipleChoiceFilter(choices=Status.choices, method="by_status")
    country = filters.CharFilter(lookup_expr="iexact", max_length=2, help_text="ISO 3166 alpha-2")
    umid = filters.UUIDFilter()
    provider_message_id = filters.CharFilter(method="by_id", max_length=512)
    msisdn = filters.CharFilter(method="by_number", max_length=20)
    category = filters.ChoiceFilter(choices=Category.choices)
    template = filters.CharFilter(method="by_template", max_length=512)
    error_code = WholeNumberFilter()
    response_code = WholeNumberFilter()
    source_category = filters.ChoiceFilter(choices=SourceCategory.choices, method="by_source")
    source_name = filters.CharFilter(method="by_source", max_length=128)
    recipient_type = filters.CharFilter(max_length=32)
    created_after = MomentFilter(field_name="created_at", lookup_expr="gte", help_text="Included.")
    created_before = MomentFilter(field_name="created_at", lookup_expr="lt", help_text="Not included.")
    search = filters.CharFilter(
        method="by_search", max_length=512, help_text="A number or id, its first digits, or a part of a name"
    )

    class Meta:
        model = Message
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, account: Account, whole_numbers: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._account, self._whole_numbers = account, whole_numbers

    def by_subaccount(self, rows: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        """Rows of the subaccount of that code."""
        return rows.filter(subaccount__in=_ids(Subaccount.objects.filter(account=self._account, code=value)))

    def by_channel(self, rows: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        """Rows of the business phone number of that id, whichever provider's it is."""
        numbers = PhoneNumber.objects.filter(account=self._account, provider_number_id=value)
        return rows.filter(phone_number__in=_ids(numbers))

    def by_template(self, rows: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        """Rows of the templates of that name, in any language."""
        return rows.filter(template__in=_ids(Template.objects.filter(account=self._account, name=value)))

    def by_source(self, rows: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        """Rows that a source of that category or name made."""
        column = name.removeprefix("source_")
        return rows.filter(source__in=_ids(Source.objects.filter(account=self._account, **{column: value})))

    def by_status(self, rows: QuerySet[Message], name: str, value: list[str]) -> QuerySet[Message]:
        """Rows that stand at one of these."""
        rows = rows.filter(status__in=value)
        return rows.filter(failed_at__isnull=False) if value == [Status.UNDELIVERED] else rows  # it has an index

    def by_id(self, rows: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        """Rows of a provider's message id, through the anchor."""
        anchors = MessageAnchor.objects.filter(
            account_id=self._account.pk, provider__in=list(VENDORS), provider_message_id=value
        )
        places = list(anchors.values_list("created_at", "message_id"))
        return rows.filter(created_at__in=[at for at, _ in places], id__in=[pk for _, pk in places])

    def by_number(self, rows: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        """Rows of one whole phone number, with or without its plus sign."""
        return rows.filter(msisdn=value.lstrip("+"))

    def by_search(self, rows: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        """Rows that the log's search finds. First digits only for keys that see whole numbers: they would tell them."""
        return rows.filter(searching(self._account, LogFilter(search=value, exact_numbers=not self._whole_numbers)))


def _ids(rows: QuerySet[Any]) -> list[int]:
    return list(rows.values_list("id", flat=True))
