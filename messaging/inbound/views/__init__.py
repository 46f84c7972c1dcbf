"""Settings pages of webhooks: endpoints, and webhooks on hold."""
