"""Events for clients: the outbox, webhook endpoints, subscriptions and deliveries."""
