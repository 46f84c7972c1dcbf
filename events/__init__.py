"""What clients and people are notified of: webhook subscriptions and deliveries."""
