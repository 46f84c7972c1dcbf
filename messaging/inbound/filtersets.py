"""The filters of REST's list of stored webhooks."""

import django_filters as filters
from django.db.models import Q, QuerySet

from core.filtersets import MomentFilter, StrictFilterSet
from messaging.inbound.enums import HELD_STATES, InboxState, ReasonKind
from messaging.inbound.models import InboxItem
from providers import registry


class WebhookFilterSet(StrictFilterSet):
    """Filters of one account's stored webhooks."""

    state = filters.ChoiceFilter(choices=InboxState.choices)
    provider = filters.ChoiceFilter(choices=registry.choices())
    endpoint = filters.NumberFilter(field_name="endpoint", min_value=1, max_value=2**63 - 1, help_text="Its id.")
    reason = filters.ChoiceFilter(
        choices=ReasonKind.choices, method="with_reason", help_text="The kind of a reason, or `note`."
    )
    received_after = MomentFilter(field_name="received_at", lookup_expr="gte", help_text="Included.")
    received_before = MomentFilter(field_name="received_at", lookup_expr="lt", help_text="Exclusive.")

    class Meta:
        model = InboxItem
        fields: tuple[str, ...] = ()

    def with_reason(self, rows: QuerySet[InboxItem], name: str, kind: str) -> QuerySet[InboxItem]:
        """The webhooks with a reason of this kind; the first condition is that of the partial indexes."""
        has_reason = Q(state__in=HELD_STATES) | (Q(state=InboxState.DONE) & ~Q(reason=""))
        return rows.filter(has_reason, outcome__kinds__contains=[kind])
