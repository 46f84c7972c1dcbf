"""The list of the log: its columns, rows and selections."""
