"""REST: what programs send."""
