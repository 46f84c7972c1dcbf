"""Webhooks of providers: stored, claimed, applied, replayed."""
