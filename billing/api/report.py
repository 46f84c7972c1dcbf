"""REST: the cost report, what is ahead in the running month, and 8x8's usage report."""

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
from billing.selectors import (
    CostFilter,
    CostRow,
    billing_zone,
    cost_report,
    data_as_of,
    forecast,
    tier_progress,
    today_in,
    usage,
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
        asked = validate_params(CostQuerySerializer, request)
        start, end, groups = (asked.pop(name) for name in ("from", "to", "group_by"))
        report = cost_report(
            self.account,
            start=start,
            end=end,
            group_by=groups,
            chosen=CostFilter(self.principal.subaccount_ids, **asked),
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
    sale = row.resale
    margin = sale.margin if sale else None
    return {
        **{name: value for group in groups for name, value in group.answer(row.keys).items()},
        "currency": row.currency,
        "delivered": row.delivered,
        "charged": row.charged,
        "free": row.free,
        "unrated": row.unrated,
        "amount": plain(row.amount),
        "sell_amount": plain(sale.amount) if sale else None,
        "sell_unrated": sale.unrated if sale else 0,
        "margin": None if margin is None else plain(margin),
    }


class RunningMonthView(TenantView):
    """What is ahead in the running month of the WABAs' calendar."""

    permission: ClassVar[Permission] = Permission.VIEW_COSTS

    def answer(self, find: Callable[[date], Any]) -> dict[str, Any]:
        """What is found today, after whose days they are and how fresh."""
        zone = billing_zone(self.account)
        today = today_in(zone)
        return {
            "month": today.replace(day=1),
            "time_zone": zone,
            "data_as_of": data_as_of(self.account, today, today),
            "results": find(today),
        }


class ForecastView(RunningMonthView):
    """The cost of the current month."""

    @extend_schema(operation_id="report_forecast", responses=ForecastReportSerializer)
    def get(self, request: Request) -> Response:
        """The forecast uses the average of each weekday in the last four weeks."""
        reject_params(request)
        chosen = CostFilter(self.principal.subaccount_ids)
        return Response(ForecastReportSerializer(self.answer(lambda today: forecast(self.account, today, chosen))).data)


class TierView(RunningMonthView):
    """Distance to the next price."""

    @extend_schema(operation_id="report_tiers", responses=TierReportSerializer)
    def get(self, request: Request) -> Response:
        """For each count of the current month, the number of messages and where the price changes."""
        reject_params(request)
        if self.principal.reach.limited:
            raise PermissionDenied("Volume is counted over all subaccounts, but this API key is limited to some.")
        return Response(TierReportSerializer(self.answer(lambda today: tier_progress(self.account, today))).data)


class UsageView(TenantView):
    """8x8's usage API over all providers."""

    permission: ClassVar[Permission] = Permission.VIEW_COSTS
    error_format = "8x8"

    def get_exception_handler(self) -> Any:
        """Clients of 8x8 know its errors."""
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
        asked = validate_params(UsageQuerySerializer, request)
        first, last = open_months(today_in(billing_zone(self.account)))
        month: date = asked["billingPeriod"]
        if not first <= month <= last:
            raise ValidationError({"billingPeriod": f"Choose a closed month, from {first:%Y-%m} to {last:%Y-%m}."})
        found = usage(self.account, month, asked["groupBy"], self.principal.subaccount_ids)
        return Response(UsageReportSerializer(found, context={"account_id": account_id}).data)

    def _is_own(self, account_id: str) -> bool:
        try:
            return UUID(account_id) == self.account.public_id
        except ValueError:
            return False
