"""PostgreSQL and Redis from wheels, and the runner behind `script/run`. Nothing in here imports Django's settings."""
