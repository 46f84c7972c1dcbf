"""Messages, templates and numbers: what was sent and what became of it."""
