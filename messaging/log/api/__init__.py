"""REST over messages, templates, numbers and their usage."""
