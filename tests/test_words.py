"""Every text a person sees goes through gettext: all pages, in a language that marks what translators were given."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
import time_machine
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from accounts.middleware import MACHINE_PATHS
from accounts.models import Account, ApiKey, Invitation, Membership, Subaccount, User
from archive.models import Deletion, Export
from billing.models import DryRun, RateCard
from billing.prices.rate_cards import import_card_file
from billing.proposals import dry_runs
from billing.proposals.what_if import Proposal
from core.paging import Cursor
from messaging.inbound.models import InboxItem, WebhookEndpoint
from messaging.log.listing.columns import KEYS
from messaging.log.models import Message, PhoneNumber, Template
from messaging.suppression.enums import Source
from messaging.suppression.files import read_person
from messaging.suppression.services import add, set_words
from tests.accounts.test_second_factor import logged_in, with_app
from tests.people import browser_of, member, principal, visitor
from tests.traffic import call, deliver, leg, rate, report
from tests.visible import Known, Page, data_words, marked_language  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)
NAMES = (  # the same in every language
    "Tollgate", "WhatsApp", "Meta", "Meta Cloud API", "8x8", "360dialog", "Sandbox", "UMID", "WABA", "API", "SHA-256",
    "UTC", "JSON", "JSON Lines", "CSV", "XLSX", "gzip", "USD", "K",
    "Onboarding", "Upgrade", "upgrade",  # a provider's words
)  # fmt: skip
# Routes without a page: they take posts, or give files that are not there yet.
NO_PAGE = {
    "archive:certificate", "archive:schedule_delete", "billing:exemption_withdraw", "billing:try_draft",
    "invitation_resend", "invitation_withdraw", "log:log-filter-delete",
}  # fmt: skip
# Routes that another test of this file opens in their own state, or of allauth that lead nowhere here.
ELSEWHERE = {
    "account_confirm_email", "account_confirm_login_code", "account_email_verification_sent", "account_inactive",
    "account_login", "account_reauthenticate", "account_reset_password_from_key", "invitation", "mfa_activate_totp",
    "mfa_authenticate", "mfa_edit_webauthn", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_remove_webauthn",
}  # fmt: skip


def routes(patterns=None, path="/", space="") -> dict[str, list[str]]:
    """The names of all pages' URLs and the parameters of each."""
    found = {}
    for pattern in patterns or get_resolver().url_patterns:
        here = f"{path}{pattern.pattern}"
        if here.startswith((*MACHINE_PATHS, "/admin/")):  # the admin's words are Django's, unfold's and columns' names
            continue
        if isinstance(pattern, URLPattern):
            found[f"{space}{pattern.name}"] = list(pattern.pattern.regex.groupindex)
        else:
            found |= routes(pattern.url_patterns, here, f"{space}{pattern.namespace}:" if pattern.namespace else space)
    return found


class Reader:
    """Opens pages and keeps what no translator was given, by page."""

    def __init__(self) -> None:
        self.left: dict[str, list[str]] = {}

    def read(self, client, path, status=200, **post):
        """Open a page, or post to it and open where that leads."""
        response = client.post(path, post, follow=True) if post else client.get(path, follow=True)
        assert response.status_code in {status, 405}, (path, response.status_code)
        if response.headers["Content-Type"].startswith("text/html"):
            self.left.setdefault(path, []).extend(Page(response.content.decode()).found)
        elif response.streaming:
            b"".join(response.streaming_content)  # the test client closes the file behind it
        return response

    def untranslated(self) -> dict[str, list[str]]:
        """What is neither data nor a name, by page."""
        zones = {part for zone in available_timezones() for part in (zone, *zone.replace("_", " ").split("/"))}
        known = Known([*NAMES, *zones, *data_words()])
        bad = {text for text in set().union(*self.left.values()) if known.rest(text)}
        return {path: sorted(bad.intersection(texts)) for path, texts in self.left.items() if bad.intersection(texts)}


@pytest.fixture
def reader(marked_language):  # noqa: F811 - the fixture
    with time_machine.travel(NOW, tick=True):
        yield Reader()


@pytest.fixture
def busy(acme, tmp_path):
    """An account with messages of many kinds, a card that waits for a decision, and one that was tried out."""
    said = {"template_name": "weekend_sale", "template_language": "en"}
    deliver(acme, at=NOW - timedelta(hours=2), **said)
    for n, code in enumerate((131049, 131047, 131026, 132015, 470, 999_999)):
        at = NOW - timedelta(hours=1, minutes=n)
        report(acme, "failed", at=at, provider_message_id=f"wamid.F{n}", category="marketing", error_code=code, **said)
    report(acme, "received", at=NOW, provider_message_id="wamid.R", direction="inbound", content_type="text")
    report(acme, "sent", at=NOW - timedelta(days=2), provider_message_id="wamid.S", category="utility")
    deliver(acme, at=NOW, provider_message_id="wamid.U", msisdn="6591234567")
    deliver(acme, at=NOW, provider_message_id="wamid.Z", category="")
    rate()
    path = tmp_path / "card.csv"
    path.write_text("market,category,currency,tier_from,tier_to,rate,source\nIndia,marketing,USD,0,,0.02,FOUND: x\n")
    dry_runs.start(
        Proposal(cards=import_card_file(path, date(2026, 10, 1), acme)), account=acme, by=principal(None, "ada")
    )
    dry_runs.advance()
    dry_runs.start(Proposal(), account=acme, by=principal(None, "ada"), first=date(2026, 10, 1), last=date(2026, 10, 1))
    return acme


def parameters(account) -> dict[str, object]:
    """A value for each parameter of a URL."""
    first = {
        "membership_id": Membership.objects.filter(account=account, role="viewer"),
        "key_id": ApiKey.objects.filter(account=account),
        "template_id": Template.objects.filter(account=account, name="abandoned_cart"),
        "number_id": PhoneNumber.objects.filter(account=account),
        "endpoint_id": WebhookEndpoint.objects.filter(account=account),
        "subaccount_id": Subaccount.objects.filter(account=account),
        "run_id": DryRun.objects.order_by("id"),
        "card_id": RateCard.objects.order_by("id"),
    }
    values = {name: rows[0].pk for name, rows in first.items()}
    public: dict[str, object] = {"umid": Message.objects.get(provider_message_id="wamid.F0").umid}
    public["leg_id"] = leg(account, at=NOW).record_key
    public["call_id"] = call(account, at=NOW, ended_at=NOW).record_key
    item = InboxItem.objects.create(
        account=account, endpoint=WebhookEndpoint.objects.filter(account=account)[0], provider="meta", body=b"{}",
        received_at=NOW, state="quarantined", reason="000",
        outcome={"kinds": ["part"], "held": 1, "applied": {"changes": 2}},
    )  # fmt: skip
    set_words(by=principal(account, "ada"), stop=["000"], start=["111"])
    public["suppression_id"] = add(read_person("+6590000000"), by=principal(account, "ada"), source=Source.PAGE)[0].pk
    public["webhook"] = Cursor(item.received_at, item.pk)
    made = {"export_id": Export.objects.get().public_id, "deletion_id": Deletion.objects.get().public_id}
    return {**values, **public, **made}


def test_every_page(busy, reader):
    owner = member(busy, "owner", is_staff=True)
    client = logged_in(owner)
    with_app(owner)
    RecoveryCodes.activate(owner)
    client.post("/exports/new/", {"query": "?dataset=usage", "format": "csv"})
    client.post("/settings/deletions/person/", {"msisdn": "+65 9123 4567", "reason": "A letter", "confirmed": "on"})
    known = parameters(busy)
    for name, wanted in routes().items():
        if name in ELSEWHERE | NO_PAGE:
            continue
        reader.read(client, reverse(name, kwargs={parameter: known[parameter] for parameter in wanted}))
    assert reader.untranslated() == {}


def test_filters_forms_and_what_is_wrong_with_them(busy, reader):
    client = visitor(busy, is_staff=True)
    for path in (
        "/?range=custom&from=x", "/?range=30d", "/logs/?q=6500000000", "/logs/?umid=x&msisdn=1",
        "/logs/?status=undelivered", "/logs/?range=any",
        "/reports/costs/?group_by=month,provider,waba,template,tier", "/reports/costs/?from=x",
        "/reports/costs/?range=today&country=AW", "/settings/keys/?ended=1", "/settings/audit/?range=any",
        "/settings/audit/?actor=000", "/templates/?q=000", "/prices/cards/1/?market=India", "/nowhere/",
    ):  # fmt: skip
        reader.read(client, path, 404 if path == "/nowhere/" else 200)
    reader.read(client, "/logs/columns/", column=list(KEYS))
    for path in (
        "/settings/team/invite/", "/settings/keys/new/", "/settings/webhooks/new/", "/settings/subaccounts/new/",
        "/prices/import/", "/prices/what-if/", "/prices/own/", "/settings/profile/", "/accounts/password/change/",
        "/settings/deletions/person/",
    ):  # fmt: skip
        reader.read(client, path, time_zone="nowhere", effective_from="x", base="cost", markup_percent="-200", fee="-1")
    for message in Message.objects.all():
        reader.read(client, f"/logs/{message.umid}/")
    assert reader.untranslated() == {}


def test_what_is_said_when_something_is_done(acme, reader):
    client = visitor(acme)
    reader.read(client, "/settings/team/invite/", email="ada@people.example", role="viewer")
    invitation = Invitation.objects.get()
    reader.read(client, f"/settings/invitations/{invitation.pk}/resend/", x="")
    sent = mail.outbox[-1]
    link = re.search(r"/invitations/\S+", sent.body)[0]
    reader.left["the mail"] = Page(sent.subject + re.sub(r"http\S+", "", sent.body)).found
    reader.read(client, link)
    reader.read(Client(), link)
    reader.read(Client(), link, password="1")
    reader.read(client, f"/settings/invitations/{invitation.pk}/withdraw/", x="")
    reader.read(Client(), link, 404)
    key, number = ApiKey.objects.filter(account=acme).first(), PhoneNumber.objects.filter(account=acme).first()
    member = Membership.objects.get(account=acme, role="viewer")
    endpoint = WebhookEndpoint.objects.filter(account=acme).first()
    for path, posted in {
        f"/settings/keys/{key.pk}/revoke/": {"x": ""},
        "/settings/keys/new/": {"name": "Shop", "scopes": ["messages:read"], "ends": ""},
        f"/settings/team/{member.pk}/": {"role": "support"},
        f"/settings/team/{member.pk}/remove/": {"x": ""},
        "/settings/profile/": {"name": "Ada", "time_zone": "Asia/Tokyo"},
        "/accounts/sessions/": {"x": ""},
        "/settings/subaccounts/new/": {"code": "new_one", "name": "New one"},
        f"/settings/subaccounts/numbers/{number.pk}/": {"subaccount": "new_one"},
        f"/settings/webhooks/{endpoint.pk}/switch/": {"active": "off"},
        f"/settings/webhooks/{endpoint.pk}/rotate/": {"app_secret": "x" * 32, "keep_hours": "1"},
        "/settings/webhooks/new/": {"provider": "8x8", "name": "Second"},
        "/logs/filters/": {"name": "Mine", "query": "?direction=inbound"},
        "/prices/own/": {
            "currency": "USD", "effective_from": "2026-10-01", "base": "cost", "markup_percent": "5", "fee": "0.001",
        },
    }.items():  # fmt: skip
        reader.read(client, path, **posted)
    assert reader.untranslated() == {}


def test_the_doors_and_who_may_not(acme, reader):
    nobody, stranger = Client(), browser_of(User.objects.create_user("new@people.example", "x", is_demo=True))
    for path in ("/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/"):
        reader.read(nobody, path)
    reader.read(nobody, "/accounts/login/", login="ada@people.example", password="wrong")
    reader.read(stranger, "/", 403)
    reader.read(stranger, "/settings/profile/")
    viewer, limited = visitor(acme, "viewer"), visitor(acme, "owner", "acme_wa")
    for client, path in ((viewer, "/reports/costs/"), (limited, "/settings/audit/"), (viewer, "/operations/")):
        reader.read(client, path, 403)
    person = member(acme, "owner", is_demo=False)
    reader.read(logged_in(person), "/accounts/2fa/")
    reader.read(logged_in(person), "/accounts/2fa/totp/activate/")
    client = logged_in(person)
    with_app(person)
    reader.read(client, "/accounts/2fa/")
    reader.read(logged_in(person), "/accounts/2fa/authenticate/")
    reader.read(browser_of(person), "/accounts/2fa/totp/deactivate/")
    assert reader.untranslated() == {}


def test_an_account_without_anything(db, every_account, reader):
    account = Account.objects.create(name="Fresh", time_zone="UTC")
    client = visitor(account)
    for path in (
        "/", "/logs/", "/templates/", "/numbers/", "/health/", "/reports/costs/", "/exports/", "/settings/keys/",
        "/settings/webhooks/", "/settings/held-webhooks/", "/settings/suppression/", "/settings/subaccounts/",
        "/settings/audit/", "/prices/what-if/", "/reports/unrated/",
    ):  # fmt: skip
        reader.read(client, path)
    assert reader.untranslated() == {}


def test_a_text_that_passes_by_gettext_is_found(reader):
    page = Page(
        '<p>⟦Known⟧ Ada <b title="⟦x⟧">⟦of <i>⟦y⟧</i>⟧</b> Loose</p><input type="submit" value="Go"><code>z</code>'
    )
    assert [Known(["Ada"]).rest(text) for text in page.found] == ["", "Loose", "Go"]
