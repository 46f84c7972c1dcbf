"""Jobs over the log: one module a noun."""
