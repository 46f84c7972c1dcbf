"""Wakes a worker when a webhook was stored."""

from core.wakeup import Wakeup

inbox_wakeup = Wakeup("messaging.inbound.tasks.drain_inbox")
