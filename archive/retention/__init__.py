"""Retention: each account's periods, and the deletion of older data."""
