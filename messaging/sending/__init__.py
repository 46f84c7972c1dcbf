"""Sending for clients: their requests are checked, stored, sent through a provider and recorded in the log.

eightxeight/, cloud  check a body in 8x8's or the Cloud API's form, and refuse it with the provider's own error code
acceptance           stores requests in one statement, before the client gets its answer
dispatch             the worker: sends, and records the providers' answers
settlement           writes new submissions and their results into the log
"""
