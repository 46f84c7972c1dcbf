"""Writes of what is being sent."""
