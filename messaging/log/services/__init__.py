"""Writes that people ask for; what changes the data of an account is audited in its transaction."""
