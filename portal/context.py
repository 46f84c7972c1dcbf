"""The context of the frame around every page: navigation, account, subaccount, person, time zone."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.access import PARAMETER
from accounts.enums import Permission
from accounts.principal import Principal, PrincipalKind
from accounts.reach import Reach
from core.filters import query
from core.words import Text
from core.zones import zone_label


@dataclass(frozen=True)
class Entry:
    """One line of the navigation."""

    name: Text
    icon: str
    url: str
    here: bool = False


@dataclass(frozen=True)
class Frame:
    """The context of the frame; without a membership it has only the person's entries."""

    zone: str
    navigation: list[Entry] = field(default_factory=list)
    subaccounts: list[Entry] = field(default_factory=list)
    subaccount: str = ""
    settings: list[Entry] = field(default_factory=list)
    may: frozenset[str] = frozenset()
    is_demo: bool = False


_PAGES = (
    (_("Dashboard"), "dashboard", "dashboard", Permission.VIEW_DASHBOARD),
    (_("Logs"), "logs", "log:log", Permission.VIEW_MESSAGES),
    (_("Calls"), "phone", "calls:calls", Permission.VIEW_MESSAGES),
    (_("Reports"), "reports", "billing:costs", Permission.VIEW_COSTS),
    (_("Reports"), "reports", "usage", Permission.VIEW_DASHBOARD),  # for people who do not see costs
    (_("Templates"), "templates", "log:templates", Permission.VIEW_MESSAGES),
    (_("Numbers"), "numbers", "log:numbers", Permission.VIEW_MESSAGES),
    (_("Health"), "health", "log:health", Permission.VIEW_DASHBOARD),
    (_("Exports"), "download", "archive:exports", Permission.EXPORT_DATA),
)
# name, view, permission, whether it covers the whole account
_SETTINGS: tuple[tuple[Text, str, Permission | None, bool], ...] = (
    (_("Profile"), "profile", None, False),
    (_("Two-factor"), "mfa_index", None, False),
    (_("Team"), "team", Permission.MANAGE_TEAM, False),
    (_("API keys"), "keys", Permission.MANAGE_KEYS, False),
    (_("Webhooks"), "inbound:endpoints", Permission.MANAGE_WEBHOOKS, True),
    (_("Webhooks on hold"), "inbound:held", Permission.MANAGE_WEBHOOKS, True),
    (_("Delivery receipts"), "events:deliveries", Permission.MANAGE_WEBHOOKS, True),
    (_("Suppression"), "suppression:list", Permission.VIEW_MESSAGES, True),
    (_("Subaccounts"), "log:subaccounts", Permission.MANAGE_SUBACCOUNTS, True),
    (_("Deletions"), "archive:deletions", Permission.DELETE_MESSAGES, False),
    (_("Retention"), "archive:retention", Permission.MANAGE_RETENTION, True),
    (_("Audit log"), "audit", Permission.VIEW_AUDIT, True),
)
_REPORTS = "/reports/"
_SETTINGS_PATHS = ("/settings/", "/accounts/2fa/", "/accounts/password/")


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame`, from the attributes that `TenantMiddleware` sets. One query: the subaccounts."""
    principal: Principal | None = getattr(request, "principal", None)
    if principal is None or principal.kind != PrincipalKind.MEMBER:
        pages = [*_operator_pages(request), *_settings_page(request)]
        if getattr(request.user, "is_staff", False):
            pages.insert(0, _prices_page(request))
        return {"frame": Frame(zone=zone_label(), navigation=pages, settings=_settings(request, None))}
    subaccount = principal.reach.selected
    return {
        "frame": Frame(
            zone=zone_label(),
            navigation=list(_navigation(request, principal)),
            subaccounts=_subaccounts(request, principal.reach),
            subaccount=subaccount.name if subaccount else gettext("All subaccounts"),
            settings=_settings(request, principal),
            may=frozenset(permission.name for permission in Permission if principal.may(permission)),
            is_demo=principal.account.is_demo and settings.LOOPBACK,
        )
    }


def _navigation(request: HttpRequest, principal: Principal) -> Any:
    subaccount = principal.reach.selected
    suffix = f"?{PARAMETER}={subaccount.code}" if subaccount else ""
    seen_icons = set()
    for name, icon, view, permission in _PAGES:
        if principal.may(permission) and icon not in seen_icons:
            seen_icons.add(icon)
            url = reverse(view)
            below = _REPORTS if url.startswith(_REPORTS) else url
            here = request.path == url if url == "/" else request.path.startswith(below)
            yield Entry(name, icon, url + suffix, here)
    if principal.may(Permission.VIEW_COSTS):
        yield _prices_page(request)
    yield from _settings_page(request)
    yield from _operator_pages(request)


def _prices_page(request: HttpRequest) -> Entry:
    """Prices cover the whole account or installation: the URL has no subaccount."""
    url = reverse("billing:cards")
    return Entry(_("Prices"), "prices", url, request.path.startswith(url))


def _operator_pages(request: HttpRequest) -> Any:
    if getattr(getattr(request, "user", None), "is_staff", False):
        url = reverse("operations")
        yield Entry(_("Operations"), "pulse", url, request.path == url)
        yield Entry(_("Admin"), "admin", reverse("admin:index"))


def _settings_page(request: HttpRequest) -> Any:
    if getattr(getattr(request, "user", None), "is_authenticated", False):
        yield Entry(_("Settings"), "settings", reverse("profile"), request.path.startswith(_SETTINGS_PATHS))


def _settings(request: HttpRequest, principal: Principal | None) -> list[Entry]:
    """The settings pages that the person may open; only on those pages."""
    if not request.path.startswith(_SETTINGS_PATHS):
        return []
    entries = []
    for name, view, permission, whole_account in _SETTINGS:
        if permission and (principal is None or not principal.may(permission)):
            continue
        if whole_account and principal and principal.reach.limited:
            continue
        url = reverse(view)
        own = request.path.startswith("/accounts/password/") and view == "profile"
        entries.append(Entry(name, "", url, request.path.startswith(url) or own))
    return entries


def _subaccounts(request: HttpRequest, reach: Reach) -> list[Entry]:
    """The subaccount switch, which stays on the current page. Empty with fewer than two subaccounts."""
    if len(reach.visible) < 2:
        return []
    views = (reverse(view) for _, _, view, _ in _PAGES)
    page = next((url for url in views if url != "/" and request.path.startswith(url)), "/")
    params = request.GET if request.path == page and request.method == "GET" else QueryDict(mutable=True)
    drop = ("channel",)  # a channel belongs to one subaccount
    all_entry = Entry(
        _("All subaccounts"), "", page + query(params, {PARAMETER: ""}, drop=drop), reach.selected is None
    )
    return [
        all_entry,
        *(
            Entry(each.name, each.code, page + query(params, {PARAMETER: each.code}, drop=drop), each == reach.selected)
            for each in reach.visible
            if each.is_active or each == reach.selected
        ),
    ]
