"""Writes on behalf of people; what changes the data of an account is audited in its transaction."""
