"""Queries of endpoints and stored webhooks."""
