"""Deletion: of messages, selected or all that match, and of everything about a person."""
