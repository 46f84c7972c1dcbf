"""Reads of messaging, one module per page or report."""
