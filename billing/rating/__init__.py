"""From usage facts and prices to lines: what every message costs, and the proof that it is right."""

from billing.rating.engine import RatingError, dirty_buckets, due_buckets, rate_bucket

__all__ = ["RatingError", "dirty_buckets", "due_buckets", "rate_bucket"]
