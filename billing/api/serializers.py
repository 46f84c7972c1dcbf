"""The parameters and responses of reports."""

import re
from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.dimensions import DIMENSIONS
from billing.enums import AccrualScope
from billing.forms.report import STATES
from billing.selectors import DIMENSIONS_8X8, MonthlyUsage, UsageRow
from core.money import plain
from core.serializers import DaysSerializer, ReservedNamesSerializer
from providers.vocabulary import Category


@extend_schema_field(serializers.CharField(help_text="An exact decimal."))
class AmountField(serializers.Field[Decimal, Any, str, Any]):
    """An exact amount: a string, because many clients read JSON numbers as floats."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Decimal) -> str:
        """The amount without exponent or trailing zeros."""
        return plain(value)


def split_groups(text: str, choices: Collection[str]) -> list[str]:
    """The groups of a comma-separated list. Raises ValidationError for unknown, repeated and missing names."""
    groups = [name for part in text.split(",") if (name := part.strip())]
    if text and not groups:
        raise serializers.ValidationError("Name at least one group.")
    if len(set(groups)) < len(groups):
        raise serializers.ValidationError("Name each group once.")
    for group in groups:
        if group not in choices:
            raise serializers.ValidationError(f"Unknown group {group}. Choose from {', '.join(choices)}.")
    return groups


class CostQuerySerializer(DaysSerializer):
    """The parameters of the cost report: days in the WABA's time zone, filters combined with AND."""

    group_by = serializers.CharField(
        required=False, default="", help_text=f"Comma-separated list of {', '.join(DIMENSIONS)}."
    )
    subaccount = serializers.CharField(required=False, help_text="subAccountId")
    channel = serializers.CharField(required=False, help_text="phone_number_id, channelId")
    template = serializers.CharField(required=False, help_text="Name, in any language.")
    country = serializers.CharField(required=False, max_length=2, help_text="ISO 3166 alpha-2.")
    market = serializers.CharField(required=False, help_text="As on the rate card.")
    category = serializers.ChoiceField(Category.choices, required=False)
    state = serializers.ChoiceField(STATES, required=False)

    def validate_group_by(self, text: str) -> list[str]:
        """The groups of the list."""
        return split_groups(text, DIMENSIONS)

    def validate_country(self, code: str) -> str:
        """The code in capitals, as it is stored."""
        return code.upper()


class CostTotalSerializer(serializers.Serializer[Any]):
    """Delivered messages of one currency; `amount` covers the priced ones, `unrated` counts those without a price."""

    currency = serializers.CharField()
    delivered = serializers.IntegerField()
    charged = serializers.IntegerField()
    free = serializers.IntegerField()
    unrated = serializers.IntegerField()
    amount = AmountField()
    amount_inferred = AmountField(help_text="The part whose category, type or window is inferred.")
    amount_derived = AmountField(help_text="The part whose price is derived: no published card has it.")
    amount_provider = AmountField(help_text="The part whose list price is an upper bound.")
    sell_amount = AmountField(allow_null=True, help_text="In the account's own prices. Null if it does not resell.")
    sell_unrated = serializers.IntegerField(help_text="Messages with sell terms but no price in either book.")
    margin = AmountField(allow_null=True, help_text="Margin of the resold messages. Null while one is unrated.")


class CostRowSerializer(CostTotalSerializer):
    """A row contains the keys requested in `group_by`."""

    def get_fields(self) -> dict[str, Any]:
        """The figures and the fields of every grouping."""
        groups = [dimension.rest_fields() for dimension in DIMENSIONS.values()]
        return {**super().get_fields(), **{name: field for group in groups for name, field in group.items()}}


class CostReportSerializer(ReservedNamesSerializer):
    """Cost by group over days."""

    from_ = serializers.DateField()
    to = serializers.DateField()
    time_zone = serializers.CharField()
    data_as_of = serializers.DateTimeField(help_text="The report includes every delivery recorded until this time.")
    group_by = serializers.ListField(child=serializers.CharField())
    results = CostRowSerializer(many=True)
    totals = CostTotalSerializer(many=True)


class RunningMonthSerializer(serializers.Serializer[Any]):
    """The common fields of reports about the current month."""

    month = serializers.DateField(help_text="Its first day.")
    time_zone = serializers.CharField()
    data_as_of = serializers.DateTimeField()


class ForecastSerializer(serializers.Serializer[Any]):
    """The current month's cost in one currency."""

    currency = serializers.CharField()
    to_date = AmountField()
    expected = AmountField(allow_null=True, help_text="For the whole month. Null until a week of data is available.")
    days = serializers.IntegerField(help_text="Number of full days the forecast is based on.")


class ForecastReportSerializer(RunningMonthSerializer):
    """A forecast for each currency."""

    results = ForecastSerializer(many=True)


class NextPriceSerializer(serializers.Serializer[Any]):
    """The price of the next message, and of those after the threshold."""

    market = serializers.CharField()
    category = serializers.CharField()
    provider = serializers.CharField()
    currency = serializers.CharField()
    now = AmountField()
    then = AmountField(allow_null=True, help_text="Null if the price does not change or the next price is unknown.")
    then_known = serializers.BooleanField()


class TierProgressSerializer(serializers.Serializer[Any]):
    """One count of the current month and its distance to the next price."""

    scope = serializers.ChoiceField(AccrualScope.choices)
    scope_name = serializers.CharField()
    group = serializers.CharField(source="accrual_group", help_text="For example India/utility.")
    position = serializers.IntegerField(help_text="Messages counted so far.")
    external = serializers.IntegerField(help_text="Counted messages sent through other providers.")
    start = serializers.IntegerField(help_text="First message at the current price.")
    threshold = serializers.IntegerField(allow_null=True, help_text="Last message at the current price.")
    end_known = serializers.BooleanField(help_text="Whether the card states where the current price ends.")
    remaining = serializers.IntegerField(allow_null=True)
    expected_on = serializers.DateField(allow_null=True)
    prices = NextPriceSerializer(many=True)


class TierReportSerializer(RunningMonthSerializer):
    """Counts whose price depends on the volume, those nearest to the next price first."""

    results = TierProgressSerializer(many=True)


class UsageQuerySerializer(serializers.Serializer[Any]):
    """The parameters of the usage report, named as 8x8 does."""

    billingPeriod = serializers.CharField(help_text="A closed month as YYYY-MM, at most six months back.")  # noqa: N815
    channel = serializers.ChoiceField(["whatsapp"], required=False)
    groupBy = serializers.CharField(  # noqa: N815
        required=False, default="", help_text=f"Comma-separated list of {', '.join(DIMENSIONS_8X8)}."
    )

    def validate_billingPeriod(self, text: str) -> date:  # noqa: N802
        """The first day of the month."""
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
            raise serializers.ValidationError("Enter the month as 2026-10.")
        return date.fromisoformat(f"{text}-01")

    def validate_groupBy(self, text: str) -> list[str]:  # noqa: N802
        """The dimensions of the list."""
        return split_groups(text, DIMENSIONS_8X8)


class UsageVolumeSerializer(serializers.Serializer[Any]):
    """Messages. 8x8 has no `unrated`: delivered, but without a price yet."""

    delivered = serializers.IntegerField()
    charged = serializers.IntegerField()
    free = serializers.IntegerField()
    unrated = serializers.IntegerField()


class UsageTierSerializer(ReservedNamesSerializer):
    """Messages between two positions of the month's count."""

    from_ = serializers.IntegerField(source="start")
    to = serializers.IntegerField(source="end", allow_null=True)
    quantity = serializers.IntegerField()
    status = serializers.ChoiceField(["completed"], default="completed")


class UsagePricingSerializer(serializers.Serializer[Any]):
    rateModel = serializers.ChoiceField(["flat", "tiered"], source="rate_model")  # noqa: N815 - 8x8's name
    tiers = UsageTierSerializer(many=True, required=False, help_text="Of a tiered rate model.")


class UsageAmountSerializer(serializers.Serializer[Any]):
    currency = serializers.CharField()
    amount = AmountField()


class UsageRowSerializer(serializers.Serializer[Any]):
    """A row contains the dimensions requested in `groupBy`. 8x8 has no `amounts`."""

    subAccountId = serializers.CharField(required=False)  # noqa: N815
    channel = serializers.ChoiceField(["whatsapp"], required=False)
    country = serializers.CharField(required=False)
    businessAccountId = serializers.CharField(required=False, help_text="The WABA's id.")  # noqa: N815
    pricingCategory = serializers.CharField(required=False)  # noqa: N815
    volume = UsageVolumeSerializer()
    pricing = UsagePricingSerializer(
        required=False, help_text="When grouped by channel, businessAccountId, pricingCategory and country."
    )
    amounts = UsageAmountSerializer(many=True)

    def to_representation(self, row: UsageRow) -> dict[str, Any]:
        """The row, starting with its dimensions."""
        answer = {**row.keys, "volume": UsageVolumeSerializer(row).data}
        if row.tiers is not None:
            flat = row.rate_model == "flat"
            tiers = {} if flat else {"tiers": UsageTierSerializer(row.tiers, many=True).data}
            answer["pricing"] = {"rateModel": row.rate_model, **tiers}
        amounts = [{"currency": currency, "amount": plain(amount)} for currency, amount in row.amounts.items()]
        return {**answer, "amounts": amounts}


class UsagePeriodSerializer(serializers.Serializer[Any]):
    start = serializers.DateField()
    end = serializers.DateField()
    status = serializers.ChoiceField(["closed"], default="closed")


class UsageMetaSerializer(serializers.Serializer[Any]):
    accountId = serializers.SerializerMethodField()  # noqa: N815
    billingPeriod = UsagePeriodSerializer(source="*")  # noqa: N815
    dataAsOf = serializers.DateTimeField(source="data_as_of")  # noqa: N815
    groupBy = serializers.ListField(child=serializers.CharField(), source="group_by")  # noqa: N815
    currency = serializers.CharField(allow_null=True, help_text="Null if there are several: see amounts.")

    def get_accountId(self, _: MonthlyUsage) -> str:  # noqa: N802
        """The account id of the request."""
        return str(self.context["account_id"])


class UsageReportSerializer(ReservedNamesSerializer):
    """A closed month's volumes by 8x8's dimensions."""

    data_ = UsageRowSerializer(many=True, source="rows")
    meta = UsageMetaSerializer(source="*")
