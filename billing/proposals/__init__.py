"""Other prices: what they would cost, tried on recorded usage, and put in force."""
