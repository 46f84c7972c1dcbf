"""The statements of the lifecycle, made from the columns that columns.py declares."""
