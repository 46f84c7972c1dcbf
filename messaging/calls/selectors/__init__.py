"""The reads of calls."""
