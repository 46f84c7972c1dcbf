"""The filters of calls, and their fields on the page."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar, Self

import django_filters as filters
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.principal import Principal
from core.forms import select
from core.numbers import format_number
from messaging.calls.enums import CallStatus
from messaging.calls.models import Call
from messaging.log.models import PhoneNumber
from messaging.log.selectors.channels import channels
from messaging.records.filters import RecordFilterSet
from messaging.records.forms import RecordForm


class CallFilterSet(RecordFilterSet):
    """Filters of one account's calls, all combined with AND; several `status` with OR."""

    repeatable: ClassVar[frozenset[str]] = frozenset({"status"})

    channel = filters.CharFilter(
        field_name="phone_number__provider_number_id", max_length=64, help_text="phone_number_id"
    )
    status = filters.MultipleChoiceFilter(choices=CallStatus.choices)

    class Meta:
        model = Call
        fields: tuple[str, ...] = ()


class CallForm(RecordForm):
    """The filter bar of the calls."""

    dataset, model, filterset = "calls", Call, CallFilterSet
    own = ("status", "direction", "channel")
    object_fields = ("channel",)

    def __init__(self, *args: Any, channels: Iterable[PhoneNumber], **kwargs: Any) -> None:
        """`channels` are those that the person may see."""
        super().__init__(*args, **kwargs)
        named = [
            (each.provider_number_id, f"{each.display_name} {format_number(each.msisdn)}".strip()) for each in channels
        ]
        self.fields["channel"] = select(_("Number"), _("All numbers"), named)
        self.fields["status"] = select(_("Status"), _("All statuses"), CallStatus.choices)

    @classmethod
    def of(cls, params: QueryDict, by: Principal, today: date, **choices: Any) -> Self:
        """The filter bar for a principal, with the channels that they see."""
        return super().of(params, by, today, channels=channels(by.account, by.subaccount_ids), **choices)
