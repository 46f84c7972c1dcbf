"""Demo data: two made-up businesses, their traffic of two months, and what a client needs to talk to them."""
