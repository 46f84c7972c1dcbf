"""Reads of billing."""

from billing.pricing import Charge
from billing.selectors.charges import Explanation, charges_of, explain
from billing.selectors.lag import RatingLag, rating_lag
from billing.selectors.report import GROUPS, CostReport, CostRow, billing_zone, cost_report, has_costs

__all__ = [
    "GROUPS",
    "Charge",
    "CostReport",
    "CostRow",
    "Explanation",
    "RatingLag",
    "billing_zone",
    "charges_of",
    "cost_report",
    "explain",
    "has_costs",
    "rating_lag",
]
