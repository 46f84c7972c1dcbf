"""Exports in the REST API."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.reverse import reverse

from accounts.principal import Principal
from accounts.validators import validate_time_zone
from archive.enums import Compression, Dataset, ExportState, Format
from archive.exports.columns import PRESET_8X8
from archive.exports.requests import ExportSpec
from archive.models import Export
from archive.queries import check_names, job_query
from billing.dimensions import DIMENSIONS
from billing.forms.report import STATES
from billing.selectors import market_names
from core.bodies import StrictSerializer
from core.links import PageSerializer
from core.serializers import DaysSerializer, ReservedNamesSerializer
from core.sparse import SparseSerializer
from messaging.calls.filters import CallFilterSet
from messaging.calls.models import Call
from messaging.legs.filters import LegFilterSet
from messaging.legs.models import Leg
from messaging.log.api.query import MessageQuerySerializer
from messaging.log.predicates import channel_ids
from messaging.log.query import write_words
from messaging.records.filters import RecordFilterSet
from messaging.records.models import Record
from messaging.records.selectors import visible
from providers.vocabulary import Category


class UsageFiltersSerializer(DaysSerializer, StrictSerializer):
    """The days and numbers of a usage report."""

    MAX_DAYS = 400

    subaccount = serializers.CharField(required=False)
    channel = serializers.CharField(required=False)


class ChargeFiltersSerializer(UsageFiltersSerializer):
    """The filters of the cost report."""

    template = serializers.CharField(required=False)
    country = serializers.CharField(required=False, max_length=2)
    market = serializers.CharField(required=False)
    category = serializers.ChoiceField(Category.choices, required=False)
    state = serializers.ChoiceField(STATES, required=False)


class CostFiltersSerializer(ChargeFiltersSerializer):
    """The filters of the cost report, and its groupings."""

    def get_fields(self) -> dict[str, Any]:
        """The filters and `group_by`."""
        groups = serializers.ListField(child=serializers.ChoiceField(list(DIMENSIONS)), default=["day"])
        return {**super().get_fields(), "group_by": groups}

    def validate_group_by(self, groups: list[str]) -> list[str]:
        """Each group once."""
        if len(set(groups)) < len(groups):
            raise ValidationError("Name each group once.")
        return groups


class RecordFiltersSerializer(StrictSerializer):
    """The filters of the list of records; of `filterset`."""

    filterset: type[RecordFilterSet]

    def get_fields(self) -> dict[str, Any]:
        """One for each filter."""
        return {
            name: serializers.ListField(child=serializers.CharField(), required=False, allow_empty=False)
            if name in self.filterset.repeatable
            else serializers.CharField(required=False)
            for name in self.filterset.base_filters
        }


class CallFiltersSerializer(RecordFiltersSerializer):
    """The filters of the list of calls."""

    filterset = CallFilterSet


class OtherChannelFiltersSerializer(RecordFiltersSerializer):
    """The filters of the list of other channels."""

    filterset = LegFilterSet


FILTERS: Mapping[str, type[StrictSerializer]] = {
    Dataset.MESSAGES: MessageQuerySerializer,
    Dataset.CHARGES: ChargeFiltersSerializer,
    Dataset.COSTS: CostFiltersSerializer,
    Dataset.USAGE: UsageFiltersSerializer,
    Dataset.CALLS: CallFiltersSerializer,
    Dataset.OTHER_CHANNELS: OtherChannelFiltersSerializer,
}


class ExportRequestSerializer(StrictSerializer):
    """The requested export. `filters` depend on the dataset: see docs/exports.md."""

    dataset = serializers.ChoiceField(Dataset.choices, default=Dataset.MESSAGES)
    format = serializers.ChoiceField(Format.choices, default=Format.CSV)
    compression = serializers.ChoiceField(
        [choice for choice in Compression.choices if choice[0]], required=False, help_text="Default: none."
    )
    columns = serializers.ListField(
        child=serializers.CharField(), default=list, help_text="Empty: the standard columns."
    )
    preset = serializers.ChoiceField([PRESET_8X8], required=False, help_text="8x8's columns in their order.")
    time_zone = serializers.CharField(required=False, help_text="IANA name. Default: the account's.")
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=2**63 - 1, help_text="Maximum number of rows, oldest first."
    )
    filters = serializers.DictField(default=dict)

    def validate_time_zone(self, name: str) -> str:
        """Check that the time zone exists."""
        validate_time_zone(name)
        return name

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Validate the filters with the dataset's serializer."""
        filters = FILTERS[attrs["dataset"]](data=attrs["filters"])
        if not filters.is_valid():
            raise ValidationError({"filters": filters.errors})
        return {**attrs, "filters": filters.validated_data}


def spec_of(body: dict[str, Any], by: Principal) -> ExportSpec:
    """The export that a validated body specifies. Raises ValidationError for names that the account does not have."""
    dataset, values = body["dataset"], dict(body["filters"])
    zone = body.get("time_zone") or by.account.time_zone
    words = [(name, ", ".join(value) if isinstance(value, list) else str(value)) for name, value in values.items()]
    try:
        filters, first, last = _FILTERS_OF.get(dataset, _report_filters)(by, values, zone)
    except ValidationError as error:
        raise ValidationError({"filters": error.detail}) from None
    return ExportSpec(
        dataset, filters, zone, body["format"], body.get("compression", ""), body["columns"],
        body.get("preset", ""), words=words, row_limit=body.get("limit"), first_at=first, last_at=last,
    )  # fmt: skip


_Filters = tuple[dict[str, Any], datetime | None, datetime | None]  # the stored filters, and their period


def _message_filters(by: Principal, values: dict[str, Any], zone: str) -> _Filters:
    query = job_query(by, values)
    return write_words(query), query.created_after, query.created_before


def _report_filters(by: Principal, values: dict[str, Any], zone: str) -> _Filters:
    check_names(by, values)
    if values.get("market") and values["market"] not in market_names():
        raise ValidationError({"market": [f"No rate card has a market “{values['market']}”."]})
    midnight = ZoneInfo(zone)
    first = datetime.combine(values["from"], time(), midnight)
    last = datetime.combine(values["to"] + timedelta(days=1), time(), midnight)
    filters = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    return filters | ({"country": filters["country"].upper()} if "country" in filters else {}), first, last


def _usage_filters(by: Principal, values: dict[str, Any], zone: str) -> _Filters:
    filters, first, last = _report_filters(by, values, zone)
    filters.pop("subaccount", None)  # the principal is limited to it already
    channel = filters.pop("channel", None)
    if channel is not None:
        filters["phone_number_id"] = channel_ids(by.account, channel)[0]
    return filters, first, last


def _call_filters(by: Principal, values: dict[str, Any], zone: str) -> _Filters:
    check_names(by, {name: values[name] for name in ("subaccount", "channel") if name in values})
    return _record_filters(CallFilterSet, Call, by, values)


def _other_channel_filters(by: Principal, values: dict[str, Any], zone: str) -> _Filters:
    check_names(by, {name: values[name] for name in ("subaccount",) if name in values})
    return _record_filters(LegFilterSet, Leg, by, values)


def _record_filters(
    filterset: type[RecordFilterSet], model: type[Record], by: Principal, values: dict[str, Any]
) -> _Filters:
    filtered = filterset.of(values, visible(model, by), by)
    filtered.validated_rows()
    period = filtered.form.cleaned_data
    return values, period.get("created_after"), period.get("created_before")


_FILTERS_OF = {
    Dataset.MESSAGES: _message_filters, Dataset.USAGE: _usage_filters, Dataset.CALLS: _call_filters,
    Dataset.OTHER_CHANNELS: _other_channel_filters,
}  # fmt: skip


class ExportSerializer(SparseSerializer, ReservedNamesSerializer, serializers.ModelSerializer[Export]):
    """An export. `download` and `sha256` are null until it has succeeded and after its file is deleted."""

    id = serializers.UUIDField(source="public_id")
    state = serializers.ChoiceField(ExportState.choices)
    filters = serializers.SerializerMethodField()
    whole_numbers = serializers.BooleanField(help_text="If false, phone numbers are masked.")
    from_ = serializers.DateTimeField(source="first_at", allow_null=True)
    to = serializers.DateTimeField(source="last_at", allow_null=True)
    totals = serializers.DictField(help_text="Sums by column and currency, as texts.")
    sha256 = serializers.SerializerMethodField(help_text="SHA-256 of the uncompressed contents of the file.")
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
        """The filters in words."""
        return dict(export.words)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_sha256(self, export: Export) -> str | None:
        """The digest in hexadecimal."""
        return export.sha256 or None

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_download(self, export: Export) -> str | None:
        """The URL of the file."""
        if not export.ready:
            return None
        link: str = reverse("api-export-download", [export.public_id], request=self.context["request"])
        return link


class ExportPageSerializer(PageSerializer):
    """A page of exports with links to the next and previous pages."""

    results = ExportSerializer(many=True)
