"""Test numbers: their messages go to `manage.py sandbox`, which answers as Meta does."""

from dataclasses import replace

from providers.meta import META

SANDBOX = replace(
    META, name="sandbox", label="Sandbox", company="Sandbox", shape=None, is_sandbox=True, simulation=None
)
