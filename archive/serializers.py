"""Exports as the REST API shows and asks for them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.reverse import reverse

from accounts.enums import Permission
from accounts.models import Account
from accounts.principal import Principal
from accounts.validators import validate_time_zone
from archive.enums import Compression, Dataset, ExportState, Format
from archive.exports.columns import PRESET_8X8
from archive.exports.requests import Ask
from archive.exports.sources import filters_of
from archive.models import Export
from billing.dimensions import DIMENSIONS
from billing.forms.report import STATES
from core.bodies import StrictSerializer
from core.links import PageSerializer
from core.serializers import ReservedNamesSerializer
from core.sparse import SparseSerializer
from messaging.log.enums import SourceCategory, Status
from messaging.log.selectors.channels import channels
from messaging.log.selectors.matching import LogFilter
from providers.vocabulary import Category, Direction

_DAY: Any = {"invalid": "Write a day as 2026-10-31."}
LONGEST = timedelta(days=400)


class MessageFiltersSerializer(StrictSerializer):
    """As the list of messages has them; `source_name` may be a part of the name."""

    subaccount = serializers.CharField(required=False)
    channel = serializers.CharField(required=False)
    direction = serializers.ChoiceField(Direction.choices, required=False)
    status = serializers.ListField(child=serializers.ChoiceField(Status.choices), required=False)
    country = serializers.CharField(required=False, max_length=2)
    umid = serializers.UUIDField(required=False)
    provider_message_id = serializers.CharField(required=False, max_length=512)
    msisdn = serializers.CharField(required=False, max_length=20)
    category = serializers.ChoiceField(Category.choices, required=False)
    template = serializers.CharField(required=False, max_length=512)
    error_code = serializers.IntegerField(required=False, max_value=2**31 - 1)
    response_code = serializers.IntegerField(required=False, max_value=2**31 - 1)
    source_category = serializers.ChoiceField(SourceCategory.choices, required=False)
    source_name = serializers.CharField(required=False, max_length=128)
    recipient_type = serializers.CharField(required=False, max_length=32)
    created_after = serializers.DateTimeField(required=False, default_timezone=UTC)
    created_before = serializers.DateTimeField(required=False, default_timezone=UTC)
    search = serializers.CharField(required=False, max_length=512)


class DaysSerializer(ReservedNamesSerializer, StrictSerializer):
    """Days, both included."""

    from_ = serializers.DateField(error_messages=_DAY)
    to = serializers.DateField(error_messages=_DAY)
    subaccount = serializers.CharField(required=False)
    channel = serializers.CharField(required=False)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Days in order, and not more than a report holds."""
        if asked["to"] < asked["from"]:
            raise ValidationError({"to": ["Lies before from."]})
        if asked["to"] - asked["from"] >= LONGEST:
            raise ValidationError({"to": [f"Choose at most {LONGEST.days} days."]})
        return asked


class ChargeFiltersSerializer(DaysSerializer):
    """As the cost report has them."""

    template = serializers.CharField(required=False)
    country = serializers.CharField(required=False, max_length=2)
    market = serializers.CharField(required=False)
    category = serializers.ChoiceField(Category.choices, required=False)
    state = serializers.ChoiceField(STATES, required=False)


class CostFiltersSerializer(ChargeFiltersSerializer):
    """And what the report is grouped by."""

    def get_fields(self) -> dict[str, Any]:
        """The filters, and any of the groupings."""
        groups = serializers.ListField(child=serializers.ChoiceField(list(DIMENSIONS)), default=["day"])
        return {**super().get_fields(), "group_by": groups}


FILTERS: Mapping[str, type[StrictSerializer]] = {
    Dataset.MESSAGES: MessageFiltersSerializer,
    Dataset.CHARGES: ChargeFiltersSerializer,
    Dataset.COSTS: CostFiltersSerializer,
    Dataset.USAGE: DaysSerializer,
}


class ExportAskSerializer(StrictSerializer):
    """What is asked for. `filters` depend on the dataset: see docs/exports.md."""

    dataset = serializers.ChoiceField(Dataset.choices, default=Dataset.MESSAGES)
    format = serializers.ChoiceField(Format.choices, default=Format.CSV)
    compression = serializers.ChoiceField(
        [choice for choice in Compression.choices if choice[0]], required=False, help_text="Without: none."
    )
    columns = serializers.ListField(child=serializers.CharField(), default=list, help_text="Empty: the usual ones.")
    preset = serializers.ChoiceField([PRESET_8X8], required=False, help_text="8x8's columns in their order.")
    time_zone = serializers.CharField(required=False, help_text="IANA name; without: the account's.")
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="At most so many rows, the oldest."
    )
    filters = serializers.DictField(default=dict)

    def validate_time_zone(self, name: str) -> str:
        """A zone that exists."""
        validate_time_zone(name)
        return name

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The filters, by the dataset's own rules."""
        filters = FILTERS[asked["dataset"]](data=asked["filters"])
        if not filters.is_valid():
            raise ValidationError({"filters": filters.errors})
        return {**asked, "filters": filters.validated_data}


def ask_of(asked: dict[str, Any], by: Principal) -> Ask:
    """What the validated body asks for. A subaccount or channel that is not the key's has no rows."""
    dataset, said = asked["dataset"], dict(asked["filters"])
    zone = asked.get("time_zone") or by.account.time_zone
    words = [(name, ", ".join(value) if isinstance(value, list) else str(value)) for name, value in said.items()]
    if dataset == Dataset.MESSAGES:
        first, last = said.get("created_after"), said.get("created_before")
        filters = filters_of(_log_filter(by, said))
    else:
        midnight = ZoneInfo(zone)
        first = datetime.combine(said["from"], time(), midnight)
        last = datetime.combine(said["to"] + timedelta(days=1), time(), midnight)
        filters = {name: value.isoformat() if isinstance(value, date) else value for name, value in said.items()}
        if dataset == Dataset.USAGE:
            filters = _usage_filters(by, filters)
        elif "country" in filters:
            filters["country"] = filters["country"].upper()
    return Ask(
        dataset, filters, zone, asked["format"], asked.get("compression", ""), asked["columns"],
        asked.get("preset", ""), words=words, row_limit=asked.get("limit"), first_at=first, last_at=last,
    )  # fmt: skip


def _log_filter(by: Principal, said: dict[str, Any]) -> LogFilter:
    number = said.get("msisdn", "").removeprefix("+")
    return LogFilter(
        start=said.get("created_after"),
        end=said.get("created_before"),
        phone_number_id=_channel(by.account, said["channel"]) if "channel" in said else None,
        statuses=tuple(said.get("status", ())),
        country=said.get("country", "").upper(),
        umid=str(said.get("umid", "")),
        msisdn=number,
        search=said.get("search", ""),
        exact_numbers=bool(number) or not by.may(Permission.VIEW_NUMBERS),
        **{
            name: said[name]
            for name in (
                "direction", "category", "template", "error_code", "response_code", "source_category", "source_name",
                "recipient_type", "provider_message_id",
            )
            if name in said
        },
    )  # fmt: skip


def _usage_filters(by: Principal, said: dict[str, Any]) -> dict[str, Any]:
    channel = said.pop("channel", None)
    said.pop("subaccount", None)
    return said if channel is None else {**said, "phone_number_id": _channel(by.account, channel)}


def _channel(account: Account, provider_number_id: str) -> int:
    """The number of that id; 0, which is no number's, when the account has none."""
    return next((each.pk for each in channels(account, None) if each.provider_number_id == provider_number_id), 0)


class ExportSerializer(SparseSerializer, ReservedNamesSerializer, serializers.ModelSerializer[Export]):
    """An export. `download` and `sha256` are null until it has succeeded and after its file is gone."""

    id = serializers.UUIDField(source="public_id")
    state = serializers.ChoiceField(ExportState.choices)
    filters = serializers.SerializerMethodField()
    whole_numbers = serializers.BooleanField(help_text="Else phone numbers are masked.")
    from_ = serializers.DateTimeField(source="first_at", allow_null=True)
    to = serializers.DateTimeField(source="last_at", allow_null=True)
    totals = serializers.DictField(help_text="Sums by column and currency, as texts.")
    sha256 = serializers.SerializerMethodField(help_text="Of the file's contents, inside its compression.")
    download = serializers.SerializerMethodField()

    class Meta:
        model = Export
        fields = (
            "id", "dataset", "format", "compression", "columns", "filters", "time_zone", "whole_numbers", "from_", "to",
            "state", "progress", "rows", "totals", "size", "sha256", "problem", "actor", "created_at", "started_at",
            "finished_at", "expires_at", "download",
        )  # fmt: skip

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_filters(self, export: Export) -> dict[str, str]:
        """In words."""
        return dict(export.words)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_sha256(self, export: Export) -> str | None:
        """Hexadecimal."""
        return export.sha256 or None

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_download(self, export: Export) -> str | None:
        """Where the file is."""
        if not export.ready:
            return None
        link: str = reverse("api-export-download", [export.public_id], request=self.context["request"])
        return link


class ExportPageSerializer(PageSerializer):
    """A page of exports with the addresses of its neighbours."""

    results = ExportSerializer(many=True)
