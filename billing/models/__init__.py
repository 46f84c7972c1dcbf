"""Billing's tables: prices (what is charged for), usage (what was delivered), results (what it costs),
dry runs (what it would cost).

Facts and price tables are the truth; blocks, lines and cuts are derived and can be rebuilt at any time. Nothing here
holds a phone number, a name or a text.
"""

from billing.models.dry_runs import DryRun
from billing.models.prices import (
    ASSUMED,
    BUNDLED,
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

__all__ = [
    "ASSUMED",
    "BUNDLED",
    "BlockDelta",
    "Bucket",
    "DirtyBucket",
    "DryRun",
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
