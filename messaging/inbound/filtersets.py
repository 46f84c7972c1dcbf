"""The filters of REST's list of stored webhooks."""

import django_filters as filters

from core.filtersets import MomentFilter, StrictFilterSet
from messaging.inbound.enums import InboxState
from messaging.inbound.models import InboxItem
from providers import registry


class WebhookFilterSet(StrictFilterSet):
    """Filters of one account's stored webhooks."""

    state = filters.ChoiceFilter(choices=InboxState.choices)
    provider = filters.ChoiceFilter(choices=registry.choices())
    received_after = MomentFilter(field_name="received_at", lookup_expr="gte", help_text="Included.")
    received_before = MomentFilter(field_name="received_at", lookup_expr="lt", help_text="Exclusive.")

    class Meta:
        model = InboxItem
        fields: tuple[str, ...] = ()
