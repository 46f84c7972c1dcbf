"""Reads of endpoints and stored webhooks."""
