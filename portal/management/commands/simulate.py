"""manage.py simulate: a provider that posts signed webhooks over HTTP."""

import asyncio
import secrets
import statistics
import time
from argparse import ArgumentParser
from collections import Counter
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from messaging.enums import Provider
from portal.demo.webhooks import meta_status, signature
from portal.demo.world import PLANS, Plan, is_built, webhook

_STATUSES = ("sent", "delivered", "read")
_CONNECTIONS = 64


class Command(BaseCommand):
    """Posts at a fixed rate whatever the answers are (open loop), as a provider does."""

    help = "Post signed Meta webhooks (sent, delivered, read of new messages) to this installation for a while."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("--rate", type=float, default=10, help="webhooks a second")
        parser.add_argument("--seconds", type=float, default=30)
        parser.add_argument("--account", choices=sorted(PLANS), default="demo")
        parser.add_argument("--url", default=settings.BASE_URL)

    def handle(self, *_: Any, **options: Any) -> None:
        """Post, then say how it was answered."""
        plan = PLANS[options["account"]]
        if not is_built(plan):
            raise CommandError("No demo data is loaded: run script/run, or manage.py seed_demo.")
        count = int(options["rate"] * options["seconds"])
        if count < 1:
            raise CommandError("--rate times --seconds is less than one webhook.")
        answers, latencies = asyncio.run(_post_all(plan, options["url"], options["rate"], count))
        cuts = statistics.quantiles(latencies, n=100) if len(latencies) > 1 else latencies * 99
        self.stdout.write(
            f"{count:,} webhooks: " + ", ".join(f"{n:,} × {answer}" for answer, n in sorted(answers.items()))
        )
        self.stdout.write(f"Answer after: median {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms")


async def _post_all(plan: Plan, url: str, rate: float, count: int) -> tuple[Counter[str], list[float]]:
    door = webhook(plan, Provider.META)
    channel = next(each for each in plan.channels if each.provider == Provider.META)
    answers: Counter[str] = Counter()
    latencies: list[float] = []
    run = secrets.token_hex(6)

    async def post(index: int) -> None:
        message, step = divmod(index, len(_STATUSES))
        body = meta_status(
            waba_id=channel.waba_id, number_id=channel.number_id, wamid=f"wamid.SIM{run}{message:08d}",
            status=_STATUSES[step], at=int(time.time()), msisdn=f"9198{message % 10**8:08d}", category="marketing",
        )  # fmt: skip
        start = time.perf_counter()
        try:
            headers = {"X-Hub-Signature-256": signature(door["app_secret"], body), "Content-Type": "application/json"}
            answer = await client.post(url + door["path"], content=body, headers=headers)
            answers[str(answer.status_code)] += 1
        except httpx.HTTPError as error:
            answers[type(error).__name__] += 1
        latencies.append((time.perf_counter() - start) * 1000)

    limits = httpx.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS)
    async with httpx.AsyncClient(limits=limits, timeout=30) as client, asyncio.TaskGroup() as group:
        begin = time.perf_counter()
        for index in range(count):
            await asyncio.sleep(max(0.0, begin + index / rate - time.perf_counter()))
            group.create_task(post(index))
    return answers, latencies
