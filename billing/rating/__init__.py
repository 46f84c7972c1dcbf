"""Rating: usage facts and prices become rated lines, which are verified."""

from billing.rating.engine import RatingError, dirty_buckets, due_buckets, rate_bucket

__all__ = ["RatingError", "dirty_buckets", "due_buckets", "rate_bucket"]
