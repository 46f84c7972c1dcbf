"""The subaccounts, numbers and templates that an account sends with, cached for a second.

The cache spares a web process that accepts thousands of messages a second the same queries; changes take effect within
a second, as for webhook endpoints.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from accounts.models import Subaccount
from core.calling_codes import country_of
from core.ttl_cache import TTLCache
from messaging.log.models import PhoneNumber, Template
from messaging.log.models.channel import template_language
from providers.registry import VENDORS, sending_of
from providers.vocabulary import Category, category_family

_directories: "TTLCache[int, SenderDirectory]" = TTLCache()
_templates: "TTLCache[tuple[int, int, str, str], TemplateDefinition | None]" = TTLCache()


@dataclass(frozen=True, slots=True)
class Sender:
    """A business phone number to send from. `api_url` is empty for the provider's usual URL."""

    account_id: int
    subaccount_id: int
    subaccount_code: str
    subaccount_is_active: bool
    phone_number_id: int
    provider: str
    number_id: str
    msisdn: str
    waba_id: int
    throughput: int  # messages a second; 0: the provider does its own pacing
    api_url: str
    credential_sealed: str

    @property
    def country(self) -> str:
        """ISO 3166 of the number: numbers without a country code are read as its country's."""
        return country_of(self.msisdn)


@dataclass(frozen=True, slots=True)
class SenderDirectory:
    """The subaccounts and senders of one account."""

    subaccounts: dict[str, tuple[int, bool]]  # code: id, is active
    by_subaccount: dict[str, list[Sender]]
    by_number_id: dict[str, Sender]


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a template: its type in Meta's spelling, and whether its URL has a variable."""

    kind: str
    has_variable: bool


@dataclass(frozen=True, slots=True)
class TemplateDefinition:
    """A registered template with the parameters that a request must give, by name or "1", "2" …"""

    name: str
    language: str
    status: str
    category: str
    header_format: str  # "", "TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION" …
    header: tuple[str, ...]
    body: tuple[str, ...]
    buttons: tuple[Button, ...]
    cards: int  # of a carousel
    is_described: bool = True  # otherwise its components are unknown, and so are the parameters it takes

    @property
    def parameter_names(self) -> dict[str, tuple[str, ...]]:
        """The names by "header" and "body", where the template names its parameters instead of numbering them."""
        texts = {"header": self.header, "body": self.body}
        return {part: names for part, names in texts.items() if not all(name.isdecimal() for name in names)}

    @property
    def is_marketing(self) -> bool:
        """Whether the suppression list applies to it."""
        return category_family(self.category) == Category.MARKETING


def sender_directory(account_id: int) -> SenderDirectory:
    """The numbers and subaccounts of an account. Needs its scope."""
    return _directories.get(account_id, lambda: _read_directory(account_id))


def template(account_id: int, waba_id: int, name: str, language: str) -> TemplateDefinition | None:
    """A template of a WABA; None when none is registered under that name and language."""
    key = (account_id, waba_id, name, language)
    return _templates.get(key, lambda: _template(*key))


def clear_cache() -> None:
    """Clear the caches, for tests that change senders or templates."""
    _directories.clear()
    _templates.clear()


def _read_directory(account_id: int) -> SenderDirectory:
    subaccounts = Subaccount.objects.filter(account=account_id).values_list("code", "id", "is_active")
    rows = PhoneNumber.objects.filter(account=account_id).select_related("subaccount", "account").order_by("id")
    directory = SenderDirectory({code: (pk, active) for code, pk, active in subaccounts}, {}, {})
    for number in rows:
        sender = sender_of(number)
        directory.by_subaccount.setdefault(sender.subaccount_code, []).append(sender)
        directory.by_number_id[sender.number_id] = sender
    return directory


def sender_of(number: PhoneNumber) -> Sender:
    """The sender of a number with its subaccount and account. A demo account's senders use the sandbox."""
    sending, vendor = sending_of(number.provider), VENDORS.get(number.provider)
    in_sandbox = number.account.is_demo or (vendor is not None and vendor.is_sandbox)
    return Sender(
        account_id=number.account_id,
        subaccount_id=number.subaccount_id,
        subaccount_code=number.subaccount.code,
        subaccount_is_active=number.subaccount.is_active,
        phone_number_id=number.pk,
        provider=number.provider,
        number_id=number.provider_number_id,
        msisdn=number.msisdn,
        waba_id=number.waba_id,
        throughput=sending.pacing.rate(number.throughput) if sending and sending.pacing else 0,
        api_url=settings.SANDBOX_URL if in_sandbox else number.api_url.rstrip("/"),
        credential_sealed=number.credential_sealed,
    )


def _template(account_id: int, waba_id: int, name: str, language: str) -> TemplateDefinition | None:
    rows = Template.objects.filter(account=account_id, waba=waba_id, name=name)
    template = {row.language: row for row in rows}.get(template_language(language))
    return read_template(template) if template else None


_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def read_template(template: Template) -> TemplateDefinition:
    """The definition of a template, from components in Meta's or 8x8's spelling."""
    header_format, cards = "", 0
    header: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    for component in template.components if isinstance(template.components, list) else ():
        if not isinstance(component, dict):
            continue
        kind, text = str(component.get("type", "")).upper(), str(component.get("text") or "")
        if kind == "HEADER":
            header_format, header = str(component.get("format") or "TEXT").upper(), parameter_names(text)
        elif kind == "BODY":
            body = parameter_names(text)
        elif kind == "BUTTONS":
            buttons = tuple(_button(button) for button in component.get("buttons") or () if isinstance(button, dict))
        elif kind == "CAROUSEL":
            cards = len(component.get("cards") or ())
    return TemplateDefinition(
        template.name,
        template.language,
        template.status.upper(),
        template.category.lower(),
        header_format,
        header,
        body,
        buttons,
        cards,
        bool(template.components),
    )


def parameter_names(text: str) -> tuple[str, ...]:
    """The parameters of a text without repetitions, numbered ones in numerical order."""
    names = dict.fromkeys(_PLACEHOLDER.findall(text))
    return tuple(sorted(names, key=int)) if all(name.isdecimal() for name in names) else tuple(names)


def _button(stored: dict[str, Any]) -> Button:
    return Button(str(stored.get("type", "")).upper(), bool(_PLACEHOLDER.search(str(stored.get("url") or ""))))


@lru_cache(maxsize=1)
def regions() -> frozenset[str]:
    """Every country that has phone numbers, ISO 3166."""
    return frozenset(region for group in COUNTRY_CODE_TO_REGION_CODE.values() for region in group)
