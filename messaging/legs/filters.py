"""The filters of other channels, and their fields on the page."""

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.forms import select
from messaging.legs.models import STATES, Leg
from messaging.log.enums import STATUS_ORDER, Status
from messaging.records.filters import RecordFilterSet
from messaging.records.forms import RecordForm
from providers.umids import canonical
from providers.vocabulary import OtherChannel

STATUSES = [
    (status.value, status.label) for name, status in STATUS_ORDER if name.removesuffix("_at") in STATES
] + [(Status.UNKNOWN.value, Status.UNKNOWN.label)]  # fmt: skip


class LegFilterSet(RecordFilterSet):
    """Filters of one account's messages on other channels, all combined with AND; several `status` with OR."""

    repeatable: ClassVar[frozenset[str]] = frozenset({"status"})
    other_ids: ClassVar[bool] = True

    channel = filters.ChoiceFilter(choices=OtherChannel.choices)
    status = filters.MultipleChoiceFilter(choices=STATUSES)
    umid = filters.CharFilter(max_length=512, method="by_umid", help_text="Complete, in any spelling.")
    client_message_id = filters.CharFilter(max_length=512)

    class Meta:
        model = Leg
        fields: tuple[str, ...] = ()

    def by_umid(self, rows: QuerySet[Leg], name: str, value: str) -> QuerySet[Leg]:
        """The messages of a UMID in any spelling."""
        return rows.filter(umid=canonical(value))


class LegForm(RecordForm):
    """The filter bar of other channels."""

    dataset, model, filterset = "other_channels", Leg, LegFilterSet
    own = ("channel", "status", "direction")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["channel"] = select(_("Channel"), _("All channels"), OtherChannel.choices)
        self.fields["status"] = select(_("Status"), _("All statuses"), STATUSES)
