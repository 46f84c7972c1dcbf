"""The archive's pages."""
