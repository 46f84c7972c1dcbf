"""The reads of billing."""

from billing.pricing import Charge
from billing.selectors.charges import Explanation, charges_of, explain, sum_charges
from billing.selectors.lag import RatingLag, rating_lag
from billing.selectors.progress import Forecast, NextPrice, TierProgress, forecast, tier_progress
from billing.selectors.report import (
    CostReport,
    CostRow,
    Resale,
    billing_zone,
    cost_report,
    cost_totals,
    data_as_of,
    has_costs,
    market_names,
    today_in,
)
from billing.selectors.sums import CostFilter
from billing.selectors.usage import DIMENSIONS_8X8, MonthlyUsage, UsageRow, monthly_usage

__all__ = [
    "DIMENSIONS_8X8",
    "Charge",
    "CostFilter",
    "CostReport",
    "CostRow",
    "Explanation",
    "Forecast",
    "MonthlyUsage",
    "NextPrice",
    "RatingLag",
    "Resale",
    "TierProgress",
    "UsageRow",
    "billing_zone",
    "charges_of",
    "cost_report",
    "cost_totals",
    "data_as_of",
    "explain",
    "forecast",
    "has_costs",
    "market_names",
    "monthly_usage",
    "rating_lag",
    "sum_charges",
    "tier_progress",
    "today_in",
]
