"""The table, key figures and charts of the cost report."""
