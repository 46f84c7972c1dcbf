"""The message log: messages, their statuses, templates and phone numbers."""
