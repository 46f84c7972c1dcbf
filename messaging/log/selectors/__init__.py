"""Reads of messaging, one module a page or a question."""
