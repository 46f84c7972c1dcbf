"""The forms of the log: filters, subaccounts, saved filters."""
