"""The page of a message: its timeline, its content, and why it was not delivered."""
