"""manage.py try_cases: post recorded webhooks to a demo account, and show the result beside the right one."""

import json
import re
import secrets
import time
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account
from billing.pricing import Charge
from billing.rating.engine import dirty_buckets, rate_bucket
from core.money import plain
from core.tenancy import every_tenant
from local.demo.world import PLANS, Plan, account_of, credentials, webhook, webhook_secret
from messaging.calls.models import Call
from messaging.inbound import inbox
from messaging.inbound.enums import InboxState
from messaging.inbound.models import InboxItem
from messaging.legs.models import Leg
from messaging.log.enums import PayloadKind
from messaging.log.models import Message, MessagePayload, StatusEvent, Template
from messaging.log.selectors.log import attach, charges
from providers.events import EDIT_STATES
from providers.registry import simulation_of

_TIMEOUT = 30.0  # seconds to process the webhooks of a case
# {{NOW-60}}, {{TID:int}} …; other names, such as {{order_no}}, belong to the case.
_PLACEHOLDER = re.compile(r'"\{\{([A-Z_]+)([+-]\d+)?:int\}\}"|\{\{([A-Z_]+)([+-]\d+)?\}\}')


class Command(BaseCommand):
    """A case is a JSON file: `right` is the right result in words, `steps` are bodies to post in order."""

    help = (
        "Post recorded webhooks to the running portal's demo account, and print the results beside the right ones. "
        "Placeholders get new values in each case: {{ID}} a message id of Meta, {{UMID}}, {{TID}} and {{NAME}} a "
        "template's id and name, {{PNID}} and {{WABA}} the account's, {{NOW}} seconds since 1970, {{ISO}} the time, "
        '{{LONG}} 60,000 characters, {{HALF_EMOJI}}. {{NOW-60}} is 60 less; "{{NOW:int}}" is a number.'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The command's options."""
        parser.add_argument("folder", type=Path, help="with a JSON file for each case")
        parser.add_argument("--account", choices=sorted(PLANS), default="demo")

    def handle(self, *_: Any, folder: Path, account: str, **__: Any) -> None:
        """Try each case; exit 1 when there is none, or the portal does not answer."""
        paths = sorted(folder.glob("*.json"))
        if not paths:
            raise CommandError(f"{folder} has no JSON file: give a folder of cases.")
        plan = PLANS[account]
        try:
            with every_tenant():
                for path in paths:
                    for line in self._try(path, plan, account_of(plan)):
                        self.stdout.write(line)
        except Account.DoesNotExist:
            raise CommandError("No demo data is loaded: run script/run, or manage.py seed_demo.") from None
        except httpx.TransportError as error:
            raise CommandError(f"{settings.BASE_URL} does not answer ({error}): start it with script/run.") from None

    def _try(self, path: Path, plan: Plan, account: Account) -> Iterator[str]:
        values = new_values(credentials(plan))
        case = json.loads(fill(path.read_text(encoding="utf-8"), values))
        newest = InboxItem.objects.order_by("-id").values_list("id", flat=True).first() or 0
        answers = [_post(plan, step["post"], json.dumps(step["body"]).encode()) for step in case["steps"]]
        webhooks = _settled(account, newest, answers.count(200))
        for bucket_id in dirty_buckets():
            rate_bucket(bucket_id)
        yield f"{path.stem}\n  right: {case['right']}"
        for item in webhooks:
            yield f"  webhook {item.state}{f': {item.reason}' if item.reason else ''}"
        yield from (f"  {line}" for line in _results(account, values))


def new_values(demo: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the placeholders of one case."""
    now = datetime.now(UTC)
    return {
        "ID": f"wamid.case{secrets.token_hex(12)}", "UMID": str(uuid.uuid4()), "PNID": demo["phone_number_id"],
        "WABA": demo["waba_id"], "NOW": int(now.timestamp()), "ISO": now.isoformat(),
        "TID": secrets.randbelow(10**14) + 10**14, "NAME": f"case_{secrets.token_hex(6)}", "LONG": "x" * 60_000,
        "HALF_EMOJI": r"\ud83d",
    }  # fmt: skip


def fill(text: str, values: Mapping[str, Any]) -> str:
    """The text with values in place of its placeholders. Raises CommandError for an unknown one."""

    def value(match: re.Match[str]) -> str:
        name, offset = match[1] or match[3], int(match[2] or match[4] or 0)
        if name not in values:
            raise CommandError(f"There is no placeholder {{{{{name}}}}}: there are {', '.join(values)}.")
        return str(values[name] + offset if offset else values[name])

    return _PLACEHOLDER.sub(value, text)


def _post(plan: Plan, provider: str, body: bytes) -> int:
    endpoint = webhook(plan, provider)
    signed = simulation_of(provider).webhook_headers(webhook_secret(endpoint), body)
    headers = {"Content-Type": "application/json", **signed}
    return httpx.post(settings.BASE_URL + endpoint["path"], content=body, headers=headers, timeout=10).status_code


def _settled(account: Account, newest: int, count: int) -> list[InboxItem]:
    """The webhooks posted since, once they are processed, here or by a worker."""
    end = time.monotonic() + _TIMEOUT
    while True:
        inbox.drain()
        items = list(InboxItem.objects.filter(account=account, id__gt=newest).order_by("id"))
        pending = len(items) < count or any(item.state == InboxState.PENDING for item in items)
        if not pending or time.monotonic() > end:
            return items
        time.sleep(0.2)


def _results(account: Account, values: Mapping[str, Any]) -> Iterator[str]:
    """A line for each message, template, call and message on another channel of the case."""
    messages = Message.objects.filter(account=account, provider_message_id__startswith=values["ID"])
    messages |= Message.objects.filter(account=account, umid=values["UMID"])
    rows = list(messages.order_by("created_at", "id"))
    templates = list(Template.objects.filter(account=account, name=values["NAME"]))
    attach(account, rows)
    costs = charges(account, rows)
    yield from (_message_line(row, costs.get(row.umid)) for row in rows)
    for template in templates:
        components = ", ".join(str(each.get("type")) for each in template.components) or "no components"
        state = f"{template.category} {template.status}, {components}"
        yield f"template {template.provider_template_id} {template.language}: {state}"
    calls = Call.objects.filter(account=account, call_id__startswith=values["ID"]).order_by("created_at", "pk")
    legs = Leg.objects.filter(account=account, umid=values["UMID"]).order_by("created_at", "pk")
    yield from (_words("call", row.direction, row.status, row.msisdn, f"{row.seconds or 0} s") for row in calls)
    yield from (
        _words(
            row.channel,
            row.direction,
            row.status,
            row.msisdn,
            "" if row.price is None else plain(row.price),
            row.currency,
        )
        for row in legs
    )
    if not (rows or templates or calls or legs):
        yield "no message and no template"


def _words(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def _message_line(row: Message, charge: Charge | None) -> str:
    kinds = [PayloadKind.CONTENT, PayloadKind.EDIT]
    payloads = MessagePayload.objects.filter(account=row.account_id, message_id=row.pk, kind__in=kinds)
    contents = payloads.order_by("created_at")
    edits = StatusEvent.objects.filter(account=row.account_id, message_id=row.pk, state__in=EDIT_STATES).order_by("at")
    words = [
        row.direction, row.status, row.msisdn, row.user_id, row.country, row.category,
        "not charged" if charge is None else charge.reason or str(charge.state),
        plain(charge.amount) if charge is not None and charge.amount is not None else "",
        *(json.dumps(each.body)[:120] for each in contents), *(each.state for each in edits),
    ]  # fmt: skip
    return f"message {' '.join(word for word in words if word)}"
