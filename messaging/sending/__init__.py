"""Sending for clients: their requests are checked, stored, sent through a provider and recorded in the log.

checks_*/   a body in 8x8's or the Cloud API's form becomes a `Wanted`, or is refused with the provider's own code
acceptance  stores what was asked for, in one statement, before anybody is told that it is accepted
dispatch    the worker's side: logs, sends, and settles what providers answered
"""
