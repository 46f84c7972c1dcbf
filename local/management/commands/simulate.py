"""manage.py simulate: traffic of a demo account through a sandbox."""

import asyncio
import multiprocessing
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from local.demo import special_traffic
from local.demo.world import PLANS, Plan, is_built, webhook, webhook_secret
from local.embedded.redis import free_port
from local.management.commands.sandbox import configure, integer, is_web_address
from local.sandbox.config import Config
from local.sandbox.server import run
from providers.registry import simulation_of, vendor_of
from providers.vocabulary import Shape

HOST = "127.0.0.1"
_OPTIONS = {
    "token": None, "app_secret": None, "seed": None, "latency": 0.0, "speed": 100.0, "refuse": 0.0, "fail": 0.0,
    "read": 1.0, "reply": 0.0, "number_rate": 0.0, "no_pair_rate": True,
}  # fmt: skip
_WEBHOOKS = 3  # of a message whose recipient ends in 990000: sent, delivered, read
_TIMEOUT = 60.0  # seconds for the sandbox to start, and again for its last webhooks
_TEMPLATE = {
    "name": "weekend_sale",
    "language": {"code": "en"},
    "components": [{"type": "body", "parameters": [{"type": "text", "text": "Ada"}, {"type": "text", "text": "5%"}]}],
}


class Command(BaseCommand):
    """Sends through its own sandbox at a fixed rate, independent of how webhooks are answered (open loop)."""

    help = (
        "Send messages of a demo account through a sandbox for a while; it posts signed Meta webhooks (sent, "
        "delivered, read) to this installation. With --scenarios, post webhooks of every kind instead: usernames, "
        "groups, calls, edits, echoes, media, SMS after a failed message."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("--rate", type=float, default=10, help="webhooks per second")
        parser.add_argument("--seconds", type=float, default=30)
        parser.add_argument("--scenarios", type=integer, help="post webhooks of every kind this many times")
        parser.add_argument("--account", choices=sorted(PLANS), default="demo")
        parser.add_argument("--url", default=settings.BASE_URL)

    def handle(self, *_: Any, **options: Any) -> None:
        """Send, wait for the last webhook, then print how the webhooks were answered."""
        plan, url = PLANS[options["account"]], options["url"].rstrip("/")
        if not is_built(plan):
            raise CommandError("No demo data is loaded: run script/run, or manage.py seed_demo.")
        if not is_web_address(url):
            raise CommandError("--url must be an address that begins with http:// or https://.")
        if options["scenarios"]:
            self._post_scenarios(plan, url, options["scenarios"])
            return
        if options["rate"] * options["seconds"] < 1:
            raise CommandError("--rate times --seconds is less than one webhook.")
        count = ceil(options["rate"] * options["seconds"] / _WEBHOOKS)
        meta = vendor_of(Shape.GRAPH).name
        number_id = next(channel.number_id for channel in plan.channels if channel.provider == meta)
        callback = url + webhook(plan, meta)["path"]
        config = configure(plan, {**_OPTIONS, "callback_url": callback, "queue": count})
        with _sandbox(config) as sandbox:
            asyncio.run(_send_all(sandbox, config.token, number_id, options["rate"] / _WEBHOOKS, count))
            overview = _wait_for_webhooks(sandbox)
        answers, latencies = overview["answers"], overview["answered_after_ms"]
        self.stdout.write(_answers(answers))
        self.stdout.write(
            f"Answer after: median {latencies['median']:.0f} ms, p95 {latencies['p95']:.0f} ms, "
            f"p99 {latencies['p99']:.0f} ms"
        )
        if pending := overview["counts"]["on their way"]:
            self.stdout.write(
                f"Given up after {_TIMEOUT:.0f} s: {pending:,} messages whose webhooks are not all posted."
            )

    def _post_scenarios(self, plan: Plan, url: str, rounds: int) -> None:
        """Post the webhooks of the demo's scenarios, with new ids, as their providers would have in the last weeks."""
        answers: Counter[str] = Counter()
        posted = special_traffic.webhooks(plan, seed=time.time_ns(), until=timezone.now(), rounds=rounds)
        with httpx.Client(timeout=30, trust_env=False) as client:
            for each in posted:
                endpoint = webhook(plan, each.provider)
                proof = simulation_of(each.provider).webhook_headers(webhook_secret(endpoint), each.body)
                headers = {"Content-Type": "application/json", **proof}
                answer = client.post(url + endpoint["path"], content=each.body, headers=headers)
                answers[str(answer.status_code)] += 1
        self.stdout.write(_answers(answers))


def _answers(answers: Mapping[str, int]) -> str:
    """How webhooks were answered, in a line."""
    counts = ", ".join(f"{n:,} × {answer}" for answer, n in sorted(answers.items()))
    return f"{sum(answers.values()):,} webhooks: {counts}"


@contextmanager
def _sandbox(config: Config) -> Iterator[str]:
    """Run a sandbox in a process of its own until the block ends; yields its URL."""
    port = free_port()
    # Spawned: it inherits none of our connections, and its arguments do not show the webhooks' addresses and secrets.
    process = multiprocessing.get_context("spawn").Process(target=run, args=(config, HOST, port), daemon=True)
    process.start()
    try:
        deadline = time.monotonic() + _TIMEOUT
        while not _is_up(f"http://{HOST}:{port}"):
            if not process.is_alive() or time.monotonic() > deadline:
                raise CommandError("The sandbox did not start.")
            time.sleep(0.05)
        yield f"http://{HOST}:{port}"
    finally:
        process.terminate()
        process.join()


def _is_up(sandbox: str) -> bool:
    try:
        return httpx.get(sandbox, trust_env=False).is_success
    except httpx.TransportError:
        return False


async def _send_all(sandbox: str, token: str, number_id: str, rate: float, count: int) -> None:
    """Send `count` messages, `rate` a second."""
    url = f"{sandbox}/v24.0/{number_id}/messages"
    headers = {"Authorization": f"Bearer {token}"}

    async def send(index: int) -> None:
        to = f"91{9_999 - index % 4_000}990000"  # India's mobile numbers begin with 6 to 9
        message = {"messaging_product": "whatsapp", "to": to, "type": "template", "template": _TEMPLATE}
        (await client.post(url, json=message)).raise_for_status()

    async with (
        httpx.AsyncClient(headers=headers, timeout=30, trust_env=False) as client,
        asyncio.TaskGroup() as group,
    ):
        start = time.perf_counter()
        for index in range(count):
            await asyncio.sleep(max(0.0, start + index / rate - time.perf_counter()))
            group.create_task(send(index))


def _wait_for_webhooks(sandbox: str) -> dict[str, Any]:
    """Return the sandbox's overview once all webhooks are posted, or after the timeout."""
    deadline = time.monotonic() + _TIMEOUT
    while True:
        overview: dict[str, Any] = httpx.get(sandbox, timeout=30, trust_env=False).json()
        if not overview["counts"]["on their way"] or time.monotonic() > deadline:
            return overview
        time.sleep(0.1)
