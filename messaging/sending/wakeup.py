"""Wakes a worker when there is a message to send."""

from core.wakeup import Wakeup

sending_wakeup = Wakeup("messaging.sending.tasks.send_messages")
