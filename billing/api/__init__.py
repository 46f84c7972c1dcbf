"""Billing over REST."""
