"""What people fill in and filter by."""
