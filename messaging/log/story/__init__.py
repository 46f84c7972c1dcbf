"""One message's page: its timeline, its words, and why it was not delivered."""
