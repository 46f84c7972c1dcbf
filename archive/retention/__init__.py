"""Retention: what each account keeps how long, and taking away what is older."""
