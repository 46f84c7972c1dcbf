"""Billing's tables: prices, usage (delivered messages), results (rated lines) and dry runs.

Facts and price tables are authoritative; blocks, lines and cuts are derived and can be rebuilt at any time. No table
contains phone numbers, names or texts.
"""

from billing.models.calls import CallCard, CallRate, CallUsage
from billing.models.dry_runs import DryRun
from billing.models.prices import (
    ASSUMED,
    BUNDLED,
    Exemption,
    MarketCountry,
    MarketTable,
    Rate,
    RateCard,
    Rule,
    RuleSet,
    SellTerms,
)
from billing.models.results import RatedLine, RatingRun, TierCut
from billing.models.usage import (
    BlockDelta,
    Bucket,
    DirtyBucket,
    UsageBlock,
    UsageFact,
    UsageKind,
    VolumeAnchor,
)
from billing.models.windows import Contact, DueContact

__all__ = [
    "ASSUMED",
    "BUNDLED",
    "BlockDelta",
    "Bucket",
    "CallCard",
    "CallRate",
    "CallUsage",
    "Contact",
    "DirtyBucket",
    "DryRun",
    "DueContact",
    "Exemption",
    "MarketCountry",
    "MarketTable",
    "Rate",
    "RateCard",
    "RatedLine",
    "RatingRun",
    "Rule",
    "RuleSet",
    "SellTerms",
    "TierCut",
    "UsageBlock",
    "UsageFact",
    "UsageKind",
    "VolumeAnchor",
]
