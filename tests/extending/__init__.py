"""What docs/extending.md says, done with toys: each test adds a made-up one the documented way."""
