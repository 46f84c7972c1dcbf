"""Proposed prices: their impact on recorded usage, and their activation."""
