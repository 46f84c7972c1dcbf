"""Accepts and sends 100,000 messages in one process, sampling its memory."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from bench.memory import Work
from bench.size import scaled
from core.tenancy import every_tenant
from local.demo.world import ACME, account_of, sandbox_token
from local.embedded.redis import free_port
from messaging.sending import acceptance, dispatch, senders
from messaging.sending.eightxeight import read
from messaging.sending.models import Submission
from messaging.sending.requests import Origin
from messaging.sending.senders import Sender

BATCH, BATCHES, SHARE = scaled(1_000), 100, 10


def message() -> dict[str, Any]:
    """A request to send a template with two parameters."""
    texts = [{"type": "text", "text": "Jane"}, {"type": "text", "text": "77"}]
    template = {"name": "order_update", "language": "en", "components": [{"type": "body", "parameters": texts}]}
    return {
        "user": {"msisdn": "+6591990001"}, "clientMessageId": "order-77", "type": "template",
        "content": {"template": template},
    }  # fmt: skip


def send_all() -> Work:
    """Send them through a sandbox, sampling memory after each share."""
    port = free_port()
    command = [
        sys.executable, "manage.py", "sandbox", "--port", str(port), "--token", sandbox_token(), "--latency", "0",
        "--number-rate", "0", "--no-pair-rate", "--queue", "1000000", "--speed", "0.0001", "--callback-url", "http://127.0.0.1:9/",
    ]  # fmt: skip
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE) as sandbox:
        assert sandbox.stdout is not None
        if not sandbox.stdout.readline():
            raise RuntimeError("the sandbox does not start")
        settings.SANDBOX_URL = f"http://127.0.0.1:{port}"
        try:
            return _send_shares()
        finally:
            sandbox.terminate()


def _send_shares() -> Work:
    work = Work()
    with every_tenant():
        account = account_of(ACME)
        sender = senders.sender_directory(account.pk).by_subaccount["acme_wa"][0]
        for _ in range(SHARE):
            _send_share(account.pk, sender)
            work.done += BATCHES // SHARE * BATCH
            work.sample_memory()
    return work.finish()


def _send_share(account_id: int, sender: Sender) -> None:
    for _ in range(BATCHES // SHARE):
        entries = [(read(message(), sender, Origin(name="bench")), None) for _ in range(BATCH)]
        acceptance.store(account_id, entries, at=datetime.now(UTC))
    while Submission.objects.exists():
        dispatch.send_due(60)
