"""REST: what programs read and send."""
