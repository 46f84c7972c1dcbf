"""One message's page: its timeline, its content, and why it was not delivered."""
