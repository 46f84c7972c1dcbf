"""Persons: the numbers, user ids and names that belong to one person, and since when."""
