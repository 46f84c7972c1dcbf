"""Reads of what is being sent."""
