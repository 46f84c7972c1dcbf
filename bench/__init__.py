"""Measurements: each against a baseline in the same run, so that a noisy machine does not distort it."""
