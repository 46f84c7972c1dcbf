"""manage.py sandbox: run a simulated provider."""

import asyncio
import socket
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from local.demo.templates import RICH_TEMPLATES, SANDBOX_STATUSES, TEMPLATES
from local.demo.world import PLANS, Plan, sandbox_token, webhook, webhook_secret
from local.sandbox.config import Config, SandboxNumber, WebhookTarget
from local.sandbox.server import serve
from providers.registry import VENDORS
from providers.simulation import SimulatedTemplate
from providers.vocabulary import Shape

EXAMPLE = (
    "curl {url}/v24.0/{number_id}/messages -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' "
    """-d '{{"messaging_product": "whatsapp", "to": "+6591234567", "type": "text", "text": {{"body": "Hello"}}}}'"""
)


class Command(BaseCommand):
    """Needs no database: the demo account's secrets are derived from SECRET_KEY."""

    help = (
        "Answer requests to send as Meta's Cloud API, 360dialog and 8x8 do, and post webhooks with the status of the "
        "messages. Nothing is sent to anybody."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8010)
        parser.add_argument(
            "--account", choices=sorted(PLANS), default="demo", help="account whose number the example sends from"
        )
        parser.add_argument(
            "--token", help="bearer token that clients must send; default: a generated one, printed at start"
        )
        parser.add_argument(
            "--callback-url", help="where to post all webhooks; default: the demo accounts' own addresses"
        )
        parser.add_argument("--app-secret", help="secret that signs Meta's webhooks; default: the demo accounts' own")
        parser.add_argument("--latency", type=seconds, default=0.05, help="seconds before an answer, on average")
        parser.add_argument("--speed", type=positive, default=1.0, help="speed of webhooks; 10: ten times faster")
        parser.add_argument("--refuse", type=share, default=0.0, help="share of requests answered with code 131000")
        parser.add_argument("--fail", type=share, default=0.02, help="share of accepted messages that fail")
        parser.add_argument("--read", type=share, default=0.6, help="share of delivered messages that are read")
        parser.add_argument("--reply", type=share, default=0.1, help="share of read messages that are answered")
        parser.add_argument(
            "--number-rate", type=seconds, default=80.0, help="messages per second for each number; 0: no limit"
        )
        parser.add_argument("--no-pair-rate", action="store_true", help="do not limit messages to the same person")
        parser.add_argument(
            "--queue", type=integer, default=100_000, help="maximum number of messages with pending webhooks"
        )
        parser.add_argument("--seed", type=int, help="seed to repeat a run with the same answers, ids and webhooks")

    def handle(self, *_: Any, **options: Any) -> None:
        """Answer until Ctrl-C."""
        plan, host, port = PLANS[options["account"]], options["host"], options["port"]
        if options["callback_url"] and not is_web_address(options["callback_url"]):
            raise CommandError("--callback-url must be an address that begins with http:// or https://.")
        config = configure(plan, options)
        check_port(host, port)
        example = EXAMPLE.format(url=f"http://{host}:{port}", number_id=_cloud_api_number(config), token=config.token)
        self.stdout.write(f"The sandbox answers at http://{host}:{port} (seed {config.seed}). Try\n  {example}\n")
        self.stdout.flush()
        asyncio.run(serve(config, host, port))


def _cloud_api_number(config: Config) -> str:
    """The id of the first number whose provider has the Cloud API, for the example."""
    return next(pk for pk, number in config.numbers.items() if VENDORS[number.provider].shape == Shape.GRAPH)


def configure(plan: Plan, options: dict[str, Any]) -> Config:
    """The configuration for the numbers of all demo accounts, those of `plan` first."""
    plans = [plan, *(each for each in PLANS.values() if each is not plan)]
    numbers = {
        channel.number_id: SandboxNumber(
            channel.waba_id, channel.msisdn, _target(owner, channel.provider, options), channel.provider, channel.code
        )
        for owner in plans
        for channel in owner.channels
    }
    templates = {
        (each.name, "en"): SimulatedTemplate(
            each.category.lower(), tuple(each.components), SANDBOX_STATUSES.get(each.name, each.status)
        )
        for each in (*TEMPLATES, *RICH_TEMPLATES)
    }
    unchanged = ("latency", "speed", "refuse", "fail", "read", "reply", "number_rate", "queue")
    return Config(
        numbers=numbers,
        templates=templates,
        token=options["token"] or sandbox_token(),
        pair_rate=not options["no_pair_rate"],
        **{name: options[name] for name in unchanged},
        **({} if options["seed"] is None else {"seed": options["seed"]}),
    )


def _target(plan: Plan, provider: str, options: dict[str, Any]) -> WebhookTarget:
    """Where a provider's webhooks go: to the options' address, or else the account's own."""
    endpoint = webhook(plan, provider)
    url = options["callback_url"] or settings.BASE_URL + endpoint["path"]
    replaced = options["app_secret"] if "app_secret" in endpoint else ""
    return WebhookTarget(url, replaced or webhook_secret(endpoint))


def check_port(host: str, port: int) -> None:
    """Raise CommandError, with advice, when the port is not free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise CommandError(f"Cannot listen on {host}:{port}: choose another --port or --host.") from error


def is_web_address(text: str) -> bool:
    """Whether httpx can post to this URL."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return False
    return url.scheme in {"http", "https"} and bool(url.host)


def share(text: str) -> float:
    """A number from 0 to 1."""
    number = seconds(text)
    if number > 1:
        raise ArgumentTypeError("must be from 0 to 1")
    return number


def positive(text: str) -> float:
    """A number above 0."""
    number = seconds(text)
    if not number:
        raise ArgumentTypeError("must be above 0")
    return number


def seconds(text: str) -> float:
    """A number of 0 or more."""
    try:
        number = float(text)
    except ValueError:
        raise ArgumentTypeError("must be a number") from None
    if not 0 <= number < float("inf"):
        raise ArgumentTypeError("must be 0 or more")
    return number


def integer(text: str) -> int:
    """A whole number above 0."""
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError("must be a whole number above 0")
    return int(text)
