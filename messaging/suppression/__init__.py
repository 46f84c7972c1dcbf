"""Suppression: the persons to whom an account sends no marketing, why, since when and by whom."""
