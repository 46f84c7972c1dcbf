"""Wakes a worker when a message waits to be sent."""

from core.wakeup import Wakeup

sending_wakeup = Wakeup("messaging.sending.tasks.send_messages")
