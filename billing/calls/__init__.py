"""What calls cost: their usage, dated cards of prices, and charges."""
