"""REST: the cost report."""

from dataclasses import asdict
from datetime import date
from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantView
from accounts.enums import Permission
from billing.selectors import GROUPS, CostRow, cost_report
from billing.serializers import CostReportSerializer
from portal.core.money import plain

_PARAMETERS = [
    OpenApiParameter("from", OpenApiTypes.DATE, required=True, description="First day, in the WABA's time zone"),
    OpenApiParameter("to", OpenApiTypes.DATE, required=True, description="Last day, included"),
    OpenApiParameter("group_by", description=f"Comma list of {', '.join(GROUPS)}"),
]


class CostReportView(TenantView):
    """Cost by group over days."""

    permission: ClassVar[Permission] = Permission.VIEW_COSTS

    @extend_schema(operation_id="report_costs", parameters=_PARAMETERS, responses=CostReportSerializer)
    def get(self, request: Request) -> Response:
        """Sum the rated messages; amounts are exact decimal strings, and currencies are never mixed."""
        if unknown := sorted(request.query_params.keys() - {"from", "to", "group_by"}):
            raise ValidationError(dict.fromkeys(unknown, "There is no such parameter."))
        start, end = self._day("from"), self._day("to")
        if end < start:
            raise ValidationError({"to": f"Is before from ({start})."})
        groups = [name for name in request.query_params.get("group_by", "").split(",") if name]
        try:
            report = cost_report(
                self.account, start=start, end=end, group_by=groups, subaccount_ids=self.subaccount_ids()
            )
        except ValueError as error:
            raise ValidationError({"group_by": str(error)}) from None
        return Response(
            {
                "from": report.start,
                "to": report.end,
                "time_zone": report.time_zone,
                "data_as_of": report.data_as_of,
                "group_by": report.group_by,
                "results": [_row(row) for row in report.rows],
                "totals": [_row(row) for row in report.totals],
            }
        )

    def _day(self, name: str) -> date:
        text = self.request.query_params.get(name, "")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValidationError({name: "Write a day as 2026-10-31."}) from None


def _row(row: CostRow) -> dict[str, Any]:
    counts = {key: value for key, value in asdict(row).items() if key not in {"keys", "amount"}}
    return {**row.keys, **counts, "amount": plain(row.amount)}
