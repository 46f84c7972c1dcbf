"""The made-up businesses: accounts, people, channels, templates, endpoints and keys. No real person or number.

The first account has the identifiers of the providers' own sample bodies, so a sample posted with curl works. Secrets
are derived from SECRET_KEY: they are the same at every start and never stored in plain text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_DNS, uuid5

from django.conf import settings

from accounts.enums import Permission, Role
from accounts.models import Account, BusinessPortfolio, Membership, Subaccount, User, Waba
from accounts.principal import Principal
from accounts.services import create_api_key
from core.secrets import derive
from local.demo.templates import MOVED_TEMPLATE, PAUSED_TEMPLATE, TEMPLATES, TemplatePlan
from messaging.inbound.models import WebhookEndpoint
from messaging.log.models import Change, PhoneNumber, Template
from providers.registry import VENDORS, webhooks_of
from providers.vocabulary import Quality, Shape, Subject, TemplateStatus


@dataclass(frozen=True)
class ChannelPlan:
    """One subaccount with its phone number."""

    code: str
    name: str
    provider: str
    number_id: str
    msisdn: str
    waba_id: str
    throughput: str = ""


@dataclass(frozen=True)
class Plan:
    """One demo account."""

    key: str  # "demo" or "other"
    name: str
    domain: str
    time_zone: str
    business_id: str
    wabas: dict[str, str]  # id -> name
    channels: tuple[ChannelPlan, ...]


ACME = Plan(
    key="demo",
    name="Acme Retail",
    domain="acme.example",
    time_zone="Asia/Singapore",
    business_id="506914307656634",
    wabas={"102290129340398": "Acme", "102290129340777": "Acme Care"},
    channels=(
        ChannelPlan("acme_wa", "Acme Stores", "8x8", str(uuid5(NAMESPACE_DNS, "acme.example")), "6531580001",
                    "102290129340398"),
        ChannelPlan("acme_shop", "Acme Online", "meta", "106540352242922", "15550783881", "102290129340398", "HIGH"),
        ChannelPlan("acme_care", "Acme Care", "360dialog", "106540352249360", "6531580003", "102290129340777"),
    ),
)  # fmt: skip
OTHER = Plan(
    key="other",
    name="Blue Harbour Clinics",
    domain="blueharbour.example",
    time_zone="Europe/London",
    business_id="506914307650000",
    wabas={"102290129349999": "Blue Harbour"},
    channels=(
        ChannelPlan("harbour", "Blue Harbour", "meta", "106540352249999", "442079460000", "102290129349999", "HIGH"),
    ),
)
PLANS = {plan.key: plan for plan in (ACME, OTHER)}
_PROVIDERS = tuple(channel.provider for channel in ACME.channels)  # every account has a webhook address for each

FLAGGED_SUBACCOUNT = "acme_care"  # its number was, for two days
_ROLES = (Role.OWNER, Role.FINANCE, Role.SUPPORT, Role.DEVELOPER, Role.VIEWER)


def secret(plan: Plan, purpose: str, length: int = 24) -> str:
    """A secret of the demo: hexadecimal, `length` bytes strong."""
    return derive(f"demo:{plan.key}:{purpose}", length).hex()


def sandbox_token() -> str:
    """The bearer token of the sandbox, for the numbers of all demo accounts."""
    return secret(ACME, "sandbox")


def email_of(plan: Plan, role: str) -> str:
    """The e-mail address that a role logs in with."""
    return f"operator@tollgate.{plan.domain}" if role == "operator" else f"{role}@{plan.domain}"


def password(plan: Plan, role: str) -> str:
    """A password that is easy to type: four groups of four characters."""
    text = secret(plan, f"password:{role}", 8)
    return "-".join(text[start : start + 4] for start in range(0, 16, 4))


def api_key_text(plan: Plan, purpose: str) -> str:
    """The API key that `build` creates for a purpose."""
    text = secret(plan, f"key:{purpose}", 24)
    return f"tg_{text[:8]}_{text[8:]}"


def build(plan: Plan, now: datetime) -> Account:
    """Create one demo account with everything but its traffic. Call it in the scope of every tenant."""
    account = Account.objects.create(name=plan.name, time_zone=plan.time_zone, is_demo=True)
    _create_users(plan, account)
    portfolio = BusinessPortfolio.objects.create(account=account, business_id=plan.business_id, name=plan.name)
    wabas = {
        waba_id: Waba.objects.create(account=account, portfolio=portfolio, waba_id=waba_id, name=name,
                                     time_zone=plan.time_zone, currency="USD")
        for waba_id, name in plan.wabas.items()
    }  # fmt: skip
    for channel in plan.channels:
        subaccount = Subaccount.objects.create(account=account, code=channel.code, name=channel.name)
        number = PhoneNumber(
            account=account, subaccount=subaccount, waba=wabas[channel.waba_id], provider=channel.provider,
            provider_number_id=channel.number_id, msisdn=channel.msisdn, display_name=channel.name,
            quality=Quality.GREEN, messaging_limit="TIER_100K", name_status="APPROVED",
            flag="UNFLAGGED" if channel.code == FLAGGED_SUBACCOUNT else "",
            throughput=channel.throughput,
        )  # fmt: skip
        number.set_credential(sandbox_token())
        number.save()
        _record_number_history(number, now, flagged=channel.code == FLAGGED_SUBACCOUNT)
    for waba in wabas.values():
        create_templates(account, waba, TEMPLATES, now)
    _create_endpoints(plan, account)
    return account


def _create_users(plan: Plan, account: Account) -> None:
    for role in _ROLES:
        user = User.objects.create_user(
            email_of(plan, role), password(plan, role), name=f"{role.label} of {plan.name}", is_demo=True
        )
        Membership.objects.create(account=account, user=user, role=role)
    if plan is ACME:
        User.objects.create_superuser(
            email_of(plan, "operator"), password(plan, "operator"), name="Operator", is_demo=True
        )


def _record_number_history(number: PhoneNumber, now: datetime, *, flagged: bool) -> None:
    history = [
        (68, "display_name", "", "APPROVED", ""),
        (66, "messaging_limit", "TIER_2K", "TIER_10K", "ONBOARDING"),
        (41, "messaging_limit", "TIER_10K", "TIER_100K", "UPGRADE"),
    ]
    if number.throughput:
        history.append((40, "throughput", "", number.throughput, ""))
    if flagged:
        history += [
            (16, "flag", "", "FLAGGED", "Many people blocked or reported its messages"),
            (14, "flag", "FLAGGED", "UNFLAGGED", ""),
        ]
    _add_changes(Subject.PHONE_NUMBER, number, now, history)


def _add_changes(
    subject: Subject, asset: PhoneNumber | Template, now: datetime, history: list[tuple[int, str, str, str, str]]
) -> None:
    """Each entry of the history is: days ago, field, old value, new value, reason."""
    Change.objects.bulk_create(
        Change(
            account_id=asset.account_id, subject=subject, subject_id=asset.pk, at=now - timedelta(days=days),
            field=field, old=old, new=new, reason=reason,
        )
        for days, field, old, new, reason in history
    )  # fmt: skip


def create_templates(account: Account, waba: Waba, plans: Sequence[TemplatePlan], now: datetime) -> None:
    """Create the templates of a WABA with their history."""
    first = Template.objects.filter(account=account, waba=waba).count()
    for index, plan in enumerate(plans, start=first):
        is_moved, is_paused = plan.name == MOVED_TEMPLATE, plan.name == PAUSED_TEMPLATE
        template = Template.objects.create(
            account=account, waba=waba, name=plan.name, language="en",
            category="MARKETING" if is_moved else plan.category, status=TemplateStatus(plan.status),
            quality=Quality.YELLOW if is_paused else Quality.GREEN, components=plan.components,
            provider_template_id=str(1_689_556_908_000_000 + 100 * waba.pk + index),
        )  # fmt: skip
        if plan.status == TemplateStatus.APPROVED:
            _add_changes(Subject.TEMPLATE, template, now, _template_history(is_moved=is_moved, is_paused=is_paused))


def _template_history(*, is_moved: bool, is_paused: bool) -> list[tuple[int, str, str, str, str]]:
    history = [(70, "status", "PENDING", "APPROVED", ""), (50, "quality", "UNKNOWN", "GREEN", "")]
    if is_moved:
        history.append((25, "category", "UTILITY", "MARKETING", "Meta found marketing content"))
    if is_paused:
        history += [
            (21, "quality", "GREEN", "RED", "Recipients blocked or reported it"),
            (20, "status", "APPROVED", "PAUSED", "FIRST_PAUSE"),
            (19, "status", "PAUSED", "APPROVED", "UNPAUSE"),
            (12, "quality", "RED", "YELLOW", ""),
        ]
    return history


def _create_endpoints(plan: Plan, account: Account) -> None:
    """Create API keys and webhook endpoints."""
    for purpose in ("api", "360dialog"):
        key = secret(plan, f"key:{purpose}", 24)
        create_api_key(
            by=Principal.of_command("command", account), name=f"Demo {purpose} key", scopes=list(Permission), secret=key
        )
    for provider in _PROVIDERS:
        endpoint = WebhookEndpoint(account=account, provider=provider, name=f"{VENDORS[provider].label} demo")
        credential = webhook(plan, provider)
        endpoint.header_name = credential.get("header", "Authorization")
        endpoint.set_secrets(
            token=credential["path"].rpartition("/")[2],
            header=credential.get("authorization", "") or credential.get("value", ""),
            app_secret=credential.get("app_secret", ""),
            verify_token=credential.get("verify_token", ""),
        )
        endpoint.save()


def webhook(plan: Plan, provider: str) -> dict[str, str]:
    """Path and secrets of one endpoint, as `demo_credentials` prints them."""
    path = {"path": f"/webhooks/{provider}/{secret(plan, f'token:{provider}')}"}
    endpoint_secret = secret(plan, f"secret:{provider}")
    header = webhooks_of(provider).header
    if not header:
        return {**path, "app_secret": endpoint_secret, "verify_token": secret(plan, "verify", 12)}
    if header == "Authorization":
        return {**path, "authorization": f"Bearer {endpoint_secret}"}
    return {**path, "header": header, "value": endpoint_secret}


def webhook_secret(endpoint: Mapping[str, str]) -> str:
    """The secret of `webhook` that authenticates its webhooks."""
    return endpoint.get("app_secret") or endpoint.get("value") or endpoint["authorization"]


def credentials(plan: Plan) -> dict[str, object]:
    """Everything a client needs to use a demo account; see the README. Reads nothing from the database."""
    channel_of_shape = {VENDORS[channel.provider].shape: channel for channel in reversed(plan.channels)}
    graph = channel_of_shape[Shape.GRAPH]
    eight = channel_of_shape.get(Shape.EIGHT_X_EIGHT, graph)
    roles = [*map(str, _ROLES), *(["operator"] if plan is ACME else [])]
    return {
        "base_url": settings.BASE_URL,
        "users": {role: {"email": email_of(plan, role), "password": password(plan, role)} for role in roles},
        "account_id": str(account_of(plan).public_id),
        "subaccounts": [channel.code for channel in plan.channels],
        "api_key": api_key_text(plan, "api"),
        "d360_api_key": api_key_text(plan, "360dialog"),
        "waba_id": graph.waba_id,
        "phone_number_id": graph.number_id,
        "channel_id": eight.number_id,
        "templates": [
            {"name": each.name, "language": "en", "category": each.category, "body_parameters": len(each.sample)}
            for each in TEMPLATES
        ],
        "webhooks": {provider: webhook(plan, provider) for provider in _PROVIDERS},
    }


def account_of(plan: Plan) -> Account:
    """The account that `build` created. Raises Account.DoesNotExist when there is none."""
    return Account.objects.get(name=plan.name, is_demo=True)


def is_built(plan: Plan) -> bool:
    """Whether the account exists."""
    return Account.objects.filter(name=plan.name, is_demo=True).exists()
