"""The log's list: its columns, rows and what is selected."""
