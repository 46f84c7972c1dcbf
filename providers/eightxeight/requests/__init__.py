"""Reads and checks requests in 8x8's form; refusals have 8x8's codes."""
