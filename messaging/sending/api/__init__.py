"""REST: sending messages."""
