"""Queries of persons."""
