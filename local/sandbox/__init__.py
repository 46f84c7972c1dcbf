"""A provider of one's own: a small process that speaks the Cloud API's HTTP and posts signed webhooks back.

`manage.py sandbox` starts it. It knows nothing of the portal's database and sends nothing to anybody's phone.
"""
