"""Queries of the suppression list."""
