"""python -m bench.sender: accept and send 100,000 messages in this process, and say what memory that took.

Prints one JSON object: `early` and `highest` in MB, `seconds`, `messages`. It is a process of its own, so that nothing
but sending is in its memory.
"""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import psutil

if TYPE_CHECKING:
    from messaging.sending.senders import Sender

BATCH, MESSAGES, SHARE = 1_000, 100_000, 10
_MEGABYTE = 1024 * 1024


def message() -> dict[str, Any]:
    """A template with two parameters, as clients send it."""
    texts = [{"type": "text", "text": "Jane"}, {"type": "text", "text": "77"}]
    template = {"name": "order_update", "language": "en", "components": [{"type": "body", "parameters": texts}]}
    return {
        "user": {"msisdn": "+6591990001"}, "clientMessageId": "order-77", "type": "template",
        "content": {"template": template},
    }  # fmt: skip


def main() -> None:
    """Accept and send them in this process, with an eye on memory after each share."""
    import django

    django.setup()
    from django.conf import settings

    from accounts.models import Account
    from core.tenancy import every_tenant
    from local.demo.world import ACME, account_of, sandbox_token
    from local.embedded.redis import free_port
    from messaging.sending import senders

    port, process = free_port(), psutil.Process()
    command = [
        sys.executable, "manage.py", "sandbox", "--port", str(port), "--token", sandbox_token(), "--latency", "0",
        "--number-rate", "0", "--no-pair-rate", "--queue", "1000000", "--speed", "0.0001", "--callback-url", "http://127.0.0.1:9/",
    ]  # fmt: skip
    sandbox = subprocess.Popen(command, cwd=Path(__file__).parent.parent, stdout=subprocess.PIPE)
    assert sandbox.stdout is not None
    sandbox.stdout.readline()
    settings.SANDBOX_URL = f"http://127.0.0.1:{port}"
    figures: list[float] = []
    start = time.perf_counter()
    try:
        with every_tenant():
            account: Account = account_of(ACME)
            sender = senders.sender_directory(account.pk).by_subaccount["acme_wa"][0]
            for _ in range(SHARE):
                _send_some(account.pk, sender)
                figures.append(process.memory_info().rss / _MEGABYTE)
    finally:
        sandbox.terminate()
        sandbox.wait(30)
    seconds = time.perf_counter() - start
    print(
        orjson.dumps({"early": figures[0], "highest": max(figures), "seconds": seconds, "messages": MESSAGES}).decode()
    )


def _send_some(account_id: int, sender: "Sender") -> None:
    from messaging.sending import acceptance, dispatch
    from messaging.sending.eightxeight import read
    from messaging.sending.models import Submission
    from messaging.sending.requests import Origin

    for _ in range(MESSAGES // SHARE // BATCH):
        entries = [(read(message(), sender, Origin(name="bench")), None) for _ in range(BATCH)]
        acceptance.store(account_id, entries, at=datetime.now(UTC))
    while Submission.objects.exists():
        dispatch.send_due(60)


if __name__ == "__main__":
    main()
