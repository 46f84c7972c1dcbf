"""REST: the cost report, forecasts of the current month, and 8x8's usage report."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from billing.api.serializers import (
    CostQuerySerializer,
    CostReportSerializer,
    ForecastReportSerializer,
    TierReportSerializer,
    UsageQuerySerializer,
    UsageReportSerializer,
)
from billing.dimensions import Dimension
from billing.enums import ESTIMATES
from billing.selectors import (
    CostFilter,
    CostRow,
    billing_zone,
    cost_report,
    data_as_of,
    forecast,
    monthly_usage,
    tier_progress,
    today_in,
)
from billing.selectors.usage import open_months
from core.money import plain
from core.problem_details import exception_handler_8x8
from core.queries import reject_params, validate_params


class CostReportView(TenantView):
    """Cost by group over days."""

    permission: ClassVar[Permission] = Permission.VIEW_COSTS

    @extend_schema(operation_id="report_costs", parameters=[CostQuerySerializer], responses=CostReportSerializer)
    def get(self, request: Request) -> Response:
        """Totals of the rated messages. Amounts are exact decimal strings, and currencies are never mixed."""
        params = validate_params(CostQuerySerializer, request)
        start, end, groups = (params.pop(name) for name in ("from", "to", "group_by"))
        report = cost_report(
            self.account,
            start=start,
            end=end,
            group_by=groups,
            cost_filter=CostFilter(self.principal.subaccount_ids, **params),
        )
        return Response(
            {
                "from": report.start,
                "to": report.end,
                "time_zone": report.time_zone,
                "data_as_of": report.data_as_of,
                "group_by": report.group_by,
                "results": [_row(row, report.groups) for row in report.rows],
                "totals": [_row(row) for row in report.totals],
            }
        )


def _row(row: CostRow, groups: Sequence[Dimension] = ()) -> dict[str, Any]:
    resale = row.resale
    margin = resale.margin if resale else None
    return {
        **{name: value for group in groups for name, value in group.answer(row.keys).items()},
        "currency": row.currency,
        "delivered": row.delivered,
        "charged": row.charged,
        "free": row.free,
        "unrated": row.unrated,
        "amount": plain(row.amount),
        **{f"amount_{source}": plain(row.amount_of(source)) for source in ESTIMATES},
        "sell_amount": plain(resale.amount) if resale else None,
        "sell_unrated": resale.unrated if resale else 0,
        "margin": None if margin is None else plain(margin),
    }


class RunningMonthView(TenantView):
    """The common part of the reports about the current month."""

    permission: ClassVar[Permission] = Permission.VIEW_COSTS

    def month_report(self, read: Callable[[date], Any]) -> dict[str, Any]:
        """The month, its time zone, the age of the data, and the results as of today."""
        zone = billing_zone(self.account)
        today = today_in(zone)
        return {
            "month": today.replace(day=1),
            "time_zone": zone,
            "data_as_of": data_as_of(self.account, today, today),
            "results": read(today),
        }


class ForecastView(RunningMonthView):
    """The cost of the current month."""

    @extend_schema(operation_id="report_forecast", responses=ForecastReportSerializer)
    def get(self, request: Request) -> Response:
        """The forecast uses the average of each weekday in the last four weeks."""
        reject_params(request)
        cost_filter = CostFilter(self.principal.subaccount_ids)
        report = self.month_report(lambda today: forecast(self.account, today, cost_filter))
        return Response(ForecastReportSerializer(report).data)


class TierView(RunningMonthView):
    """The distance to the next price."""

    @extend_schema(operation_id="report_tiers", responses=TierReportSerializer)
    def get(self, request: Request) -> Response:
        """For each count of the current month, the number of messages and where the price changes."""
        reject_params(request)
        if self.principal.reach.limited:
            raise PermissionDenied("Volume is counted over all subaccounts, but this API key is limited to some.")
        report = self.month_report(lambda today: tier_progress(self.account, today))
        return Response(TierReportSerializer(report).data)


class UsageView(TenantView):
    """8x8's usage API over all providers."""

    permission: ClassVar[Permission] = Permission.VIEW_COSTS
    error_format = "8x8"

    def get_exception_handler(self) -> Any:
        """The error format of 8x8."""
        return exception_handler_8x8

    @extend_schema(
        operation_id="get_message_usage",
        parameters=[OpenApiParameter("account_id", UUID, "path"), UsageQuerySerializer],
        responses=UsageReportSerializer,
    )
    def get(self, request: Request, account_id: str) -> Response:
        """Sum a closed month's messages by 8x8's dimensions."""
        if not self._is_own(account_id):
            raise NotFound("Account not found.")
        params = validate_params(UsageQuerySerializer, request)
        first, last = open_months(today_in(billing_zone(self.account)))
        month: date = params["billingPeriod"]
        if not first <= month <= last:
            raise ValidationError({"billingPeriod": f"Choose a closed month, from {first:%Y-%m} to {last:%Y-%m}."})
        report = monthly_usage(self.account, month, params["groupBy"], self.principal.subaccount_ids)
        return Response(UsageReportSerializer(report, context={"account_id": account_id}).data)

    def _is_own(self, account_id: str) -> bool:
        try:
            return UUID(account_id) == self.account.public_id
        except ValueError:
            return False
