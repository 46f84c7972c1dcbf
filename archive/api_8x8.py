"""REST in 8x8's format: the log export of a subaccount as a job. 8x8's documentation describes it."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.http import FileResponse, Http404
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from accounts.enums import Permission
from accounts.principal import Principal
from archive.api import ExportView
from archive.enums import ACTIVE, Dataset, ExportState
from archive.exports import jobs
from archive.exports.columns import PRESET_8X8
from archive.exports.requests import ExportSpec
from archive.exports.selectors import exports_of
from archive.models import Export
from core.bodies import StrictSerializer, validate_body
from core.periods import YEARS, years_problem
from core.problem_details import envelope_of_8x8, exception_handler_8x8
from messaging.log.query import MessageQuery, problems, write_words

UNKNOWN_JOB = 4018
_NAMES = {"msisdn": "phoneNumber", "user_id": "channelUserId"}  # of our filters in 8x8's requests
_STATES = {ExportState.WITHDRAWN: "cancelled", ExportState.EXPIRED: "error"}


@extend_schema_field(serializers.CharField())
class MomentField(serializers.Field[datetime, Any, str, Any]):
    """A date, or a date and time with or without a zone; without one it is in UTC. A date is its midnight."""

    def to_internal_value(self, data: Any) -> datetime:
        """The moment."""
        text = str(data)
        try:
            moment, day = parse_datetime(text), parse_date(text)
        except ValueError:
            moment = day = None
        if day is not None and len(text) == 10:
            moment = datetime.combine(day, time(), UTC)
        if moment is None:
            raise ValidationError("Enter a date or time as 2026-10-31 or 2026-10-31T12:00:00Z.")
        if moment.year not in YEARS:
            raise ValidationError(years_problem())
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class JobRequestSerializer(StrictSerializer):
    """The parameters of an 8x8 log export. A `to` without a time is midnight of that day."""

    phoneNumber = serializers.CharField(required=False, max_length=24, help_text="E.164")  # noqa: N815 - 8x8's
    countries = serializers.ListField(
        child=serializers.CharField(max_length=2), required=False, max_length=300, allow_empty=False
    )
    limit = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=2**63 - 1, help_text="0: no limit."
    )
    channelUserId = serializers.CharField(required=False, max_length=140)  # noqa: N815 - 8x8's

    def get_fields(self) -> dict[str, Any]:
        """The fields, with `from` and `to`, because `from` is a keyword in Python."""
        moments = {
            "from": MomentField(required=False, help_text="Default: seven days ago."),
            "to": MomentField(required=False, help_text="Default: now."),
        }
        return moments | super().get_fields()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Fill in the default times and check their order."""
        now = timezone.now()
        midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
        attrs = {"from": midnight - timedelta(days=7), "to": now, **attrs}
        if attrs["from"] >= attrs["to"]:
            raise ValidationError({"from": ["Must be before to."]})
        return attrs


class JobSerializer(serializers.Serializer[Any]):
    """The id of a job."""

    jobId = serializers.CharField()  # noqa: N815 - 8x8's


class JobStateSerializer(serializers.Serializer[Any]):
    """The state of a job, with `data` and `expires` once it has succeeded."""

    status = serializers.ChoiceField(["queued", "running", "succeeded", "failed", "cancelled", "empty", "error"])
    data = serializers.ListField(child=serializers.URLField(), required=False)  # type: ignore[assignment] # 8x8's
    expires = serializers.DateTimeField(required=False)


class UnknownJob(Http404):
    """The subaccount has no job with this id."""


def errors_of_8x8(error: Exception, context: dict[str, Any]) -> Response | None:
    """8x8's envelope, with its code for unknown jobs."""
    if isinstance(error, UnknownJob):
        return Response(envelope_of_8x8(UNKNOWN_JOB, "Job not found"), status=404)
    return exception_handler_8x8(error, context)


class JobView(ExportView):
    """The common part of the views in 8x8's format: errors, and the subaccount of the path."""

    error_format = "8x8"

    def get_exception_handler(self) -> Callable[..., Response | None]:
        """8x8's envelope."""
        return errors_of_8x8

    def principal_within(self, code: str) -> Principal:
        """The key, limited to the subaccount. Raises Http404 if the key may not see it."""
        by = self.principal.in_subaccount(code)
        if by.reach.selected is None:
            raise Http404
        return by

    def job(self, code: str, job_id: str) -> Export:
        """The subaccount's job with this id. Raises UnknownJob."""
        by = self.principal_within(code)
        try:
            rows = exports_of(by).filter(public_id=UUID(hex=job_id), dataset=Dataset.MESSAGES)
        except ValueError:
            raise UnknownJob from None
        export = rows.filter(subaccount_ids=list(by.subaccount_ids or ())).first()
        if export is None:
            raise UnknownJob
        return export


class JobListView(JobView):
    """Start a log export, as in 8x8's API."""

    permissions: ClassVar = {"POST": (Permission.EXPORT_DATA, Permission.VIEW_MESSAGES)}

    @extend_schema(operation_id="start_log_export", request=JobRequestSerializer, responses={202: JobSerializer})
    def post(self, request: Request, subaccount_id: str) -> Response:
        """Start a job that exports the log of a subaccount as CSV with 8x8's columns."""
        by = self.principal_within(subaccount_id)
        body = validate_body(JobRequestSerializer, request)
        words = [(name, str(value)) for name, value in body.items() if value]
        spec = ExportSpec(
            Dataset.MESSAGES, write_words(_query_of(body, by)), "UTC", preset=PRESET_8X8, words=words,
            row_limit=body["limit"] or None, first_at=body["from"], last_at=body["to"],
        )  # fmt: skip
        return Response({"jobId": jobs.start(by, spec).public_id.hex}, status=202)


def _query_of(body: dict[str, Any], by: Principal) -> MessageQuery:
    """The query of an 8x8 request. Raises ValidationError."""
    query = MessageQuery(
        created_after=body["from"], created_before=body["to"], msisdn=body.get("phoneNumber", ""),
        countries=[code.upper() for code in body.get("countries", ())], user_id=body.get("channelUserId", ""),
        masked_numbers=not by.may(Permission.VIEW_NUMBERS),
    )  # fmt: skip
    if errors := problems(query):
        raise ValidationError({_NAMES[name]: [reason] for name, reason in errors.items()})
    return query


class JobDetailView(JobView):
    """One log export, as in 8x8's API."""

    @extend_schema(operation_id="get_log_export", responses=JobStateSerializer)
    def get(self, request: Request, subaccount_id: str, job_id: str) -> Response:
        """The state of the job, and the URL of its file once it has succeeded."""
        export = self.job(subaccount_id, job_id)
        answer: dict[str, Any] = {"status": _STATES.get(ExportState(export.state), export.state)}
        if export.ready:
            names = {"subaccount_id": subaccount_id, "token": job_id}
            answer["data"] = [reverse("api-log-export-download", kwargs=names, request=request)]
            answer["expires"] = export.expires_at
        return Response(answer)

    @extend_schema(operation_id="cancel_log_export", request=None, responses={204: None})
    def delete(self, request: Request, subaccount_id: str, job_id: str) -> Response:
        """Cancel the job. A finished job does not change."""
        export = self.job(subaccount_id, job_id)
        if export.state in ACTIVE:
            jobs.cancel(export, self.principal)
        return Response(status=204)


class JobDownloadView(JobView):
    """The file of a log export, as in 8x8's API."""

    @extend_schema(operation_id="download_log_export", responses={(200, "text/csv"): OpenApiTypes.BINARY})
    def get(self, request: Request, subaccount_id: str, token: str) -> FileResponse:
        """The CSV file. Requires the API key. 404 after it has expired."""
        return self.download(self.job(subaccount_id, token))
