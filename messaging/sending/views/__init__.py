"""The pages about sending."""
