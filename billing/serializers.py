"""The cost report as the OpenAPI schema describes it."""

from typing import Any

from rest_framework import serializers


class CostTotalSerializer(serializers.Serializer[Any]):
    """Delivered messages of one currency; `amount` covers the priced ones, `unrated` counts those without a price."""

    currency = serializers.CharField()
    delivered = serializers.IntegerField()
    charged = serializers.IntegerField()
    free = serializers.IntegerField()
    unrated = serializers.IntegerField()
    amount = serializers.CharField(help_text="An exact decimal.")


class CostRowSerializer(CostTotalSerializer):
    """A row holds the keys that were asked for in `group_by`."""

    day = serializers.DateField(required=False)
    month = serializers.DateField(required=False, help_text="Its first day.")
    subaccount = serializers.CharField(required=False)
    subaccount_name = serializers.CharField(required=False)
    channel = serializers.IntegerField(required=False)
    country = serializers.CharField(required=False)
    market = serializers.CharField(required=False)
    category = serializers.CharField(required=False)


class CostReportSerializer(serializers.Serializer[Any]):
    """Cost by group over days."""

    to = serializers.DateField()
    time_zone = serializers.CharField()
    data_as_of = serializers.DateTimeField()
    group_by = serializers.ListField(child=serializers.CharField())
    results = CostRowSerializer(many=True)
    totals = CostTotalSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        """`from` is no name in Python."""
        return {"from": serializers.DateField(), **super().get_fields()}
