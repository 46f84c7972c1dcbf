"""REST: the usage report, counts of messages by status and other groups."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from billing.api.serializers import split_groups
from billing.dimensions import DIMENSIONS
from core.queries import validate_params
from core.serializers import DaysSerializer, ReservedNamesSerializer
from messaging.log.enums import Status
from messaging.log.selectors.assets import numbers
from messaging.log.selectors.traffic import Counts, TrafficFilter
from messaging.log.selectors.usage_report import GROUPS, usage_report
from providers.vocabulary import Category, Direction


class UsageQuerySerializer(DaysSerializer):
    """The parameters of the usage report: days in the account's time zone, filters combined with AND."""

    MAX_DAYS = 366

    group_by = serializers.CharField(
        required=False, default="", help_text=f"Comma-separated list of {', '.join(GROUPS)}."
    )
    subaccount = serializers.CharField(required=False, max_length=50, help_text="subAccountId")
    channel = serializers.CharField(required=False, max_length=64, help_text="phone_number_id, channelId")
    direction = serializers.ChoiceField(Direction.choices, required=False)
    category = serializers.ChoiceField(Category.choices, required=False)
    country = serializers.CharField(required=False, max_length=2, help_text="ISO 3166 alpha-2.")

    def validate_group_by(self, text: str) -> list[str]:
        """The groups of a comma list."""
        return split_groups(text, GROUPS)


class CountsSerializer(serializers.Serializer[Any]):
    """Messages by current status. `rate` is the share of delivered messages among those with an outcome."""

    outbound = serializers.IntegerField()
    queued = serializers.IntegerField()
    sent = serializers.IntegerField()
    delivered = serializers.IntegerField(help_text="Includes read messages.")
    read = serializers.IntegerField()
    undelivered = serializers.IntegerField()
    rejected = serializers.IntegerField()
    expired = serializers.IntegerField()
    received = serializers.IntegerField(help_text="Inbound.")
    rate = serializers.FloatField(allow_null=True)


class MessageUsageRowSerializer(CountsSerializer):
    """A row contains the keys requested in `group_by`, or null if unknown."""

    def get_fields(self) -> dict[str, Any]:
        """The counts, and each grouping."""
        own = {name: DIMENSIONS[name].rest_fields(allow_null=name != "day")[name] for name in GROUPS}
        return {**super().get_fields(), **own}


class MessageUsageSerializer(ReservedNamesSerializer):
    """Counts of messages by group."""

    from_ = serializers.DateField()
    to = serializers.DateField()
    time_zone = serializers.CharField()
    group_by = serializers.ListField(child=serializers.CharField())
    results = MessageUsageRowSerializer(many=True)
    total = CountsSerializer()


class UsageReportView(TenantView):
    """How many messages were sent and received, and their status."""

    permission: ClassVar[Permission] = Permission.VIEW_DASHBOARD

    @extend_schema(operation_id="report_usage", parameters=[UsageQuerySerializer], responses=MessageUsageSerializer)
    def get(self, request: Request) -> Response:
        """Counts of messages created on these days, inclusive, in the account's time zone."""
        params = validate_params(UsageQuerySerializer, request)
        report = usage_report(
            self.account, start=params["from"], end=params["to"], zone=ZoneInfo(self.account.time_zone),
            group_by=params["group_by"], criteria=self._criteria(params),
        )  # fmt: skip
        return Response(
            {
                "from": params["from"],
                "to": params["to"],
                "time_zone": self.account.time_zone,
                "group_by": params["group_by"],
                "results": [{**keys, **_counts(counts)} for keys, counts in report.rows],
                "total": _counts(report.total),
            }
        )

    def _criteria(self, params: dict[str, Any]) -> TrafficFilter:
        """The filters; a subaccount or channel beyond the key's reach matches nothing."""
        reach, number = self.principal.only(params.get("subaccount", "")).subaccount_ids, None
        if params.get("channel"):
            channel = numbers(self.account, reach).filter(provider_number_id=params["channel"]).first()
            number = channel.pk if channel else -1
        return TrafficFilter(
            subaccount_ids=reach, phone_number_id=number, direction=params.get("direction", ""),
            category=params.get("category", ""), country=params.get("country", "").upper(),
        )  # fmt: skip


def _counts(counts: Counts) -> dict[str, Any]:
    plain = (Status.QUEUED, Status.SENT, Status.READ, Status.UNDELIVERED, Status.REJECTED, Status.EXPIRED)
    return {
        "outbound": counts.outbound,
        **{str(status): counts.of(status) for status in plain},
        "delivered": counts.delivered,
        "received": counts.received,
        "rate": None if counts.rate is None else round(counts.rate, 4),
    }
