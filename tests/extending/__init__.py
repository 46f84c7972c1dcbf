"""The recipes of docs/extending.md: each test adds a toy extension as documented."""
