"""A simulated provider: a small process that answers like the providers' APIs and posts signed webhooks back.

`manage.py sandbox` starts it. It uses no database and sends nothing to any phone.
"""
