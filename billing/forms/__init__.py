"""What people choose and enter on the pages of billing."""
