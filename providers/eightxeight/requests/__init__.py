"""Messages as clients write them for 8x8's API: reading them, with 8x8's codes for what is wrong."""
