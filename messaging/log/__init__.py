"""Messages, templates and numbers: what was sent and its outcome."""
