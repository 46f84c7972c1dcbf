"""Changes of endpoints and stored webhooks."""
