"""The log's page: access, URL parameters, number of queries, and personal preferences."""

import re
from datetime import timedelta

import pytest
import time_machine

from local.demo.world import ACME
from messaging.log.listing.columns import KEYS
from messaging.log.models import Message, SavedFilter, Source
from messaging.log.views import log as views
from tests.people import ROLES, visitor
from tests.traffic import AT, INDIA, deliver, report
from tests.visible import text

pytestmark = pytest.mark.django_db
LOG = "/logs/?range=30d"
WHOLE, MASKED = "+91 98765 43210", "+91 98•••••210"
SEES_NUMBERS = {"owner", "admin", "support", "developer"}
SEES_CONTENT = {"owner", "admin", "support"}
SEES_COSTS = {"owner", "admin", "finance"}


@pytest.fixture(autouse=True)
def _soon_after():
    with time_machine.travel(AT.replace(day=20), tick=True):
        yield


@pytest.mark.parametrize("role", ROLES)
def test_what_each_role_sees_in_the_log(acme, role):
    deliver(acme)
    page = text(visitor(acme, role).get(LOG))
    assert (WHOLE in page, MASKED in page) == (role in SEES_NUMBERS, role not in SEES_NUMBERS)
    assert ('class="number cost"' in page) == (role in SEES_COSTS)


def test_another_tenants_channel_is_404(acme, other):
    assert visitor(acme).get(f"{LOG}&channel=106540352249999").status_code == 404


def test_limited_member_sees_only_their_subaccounts(acme):
    message = deliver(acme)
    limited = visitor(acme, "viewer", "acme_care")
    assert limited.get(f"/logs/{message.umid}/").status_code == 404
    assert "No messages match" in text(limited.get(LOG))
    assert MASKED in text(visitor(acme, "viewer", "acme_shop").get(LOG))


@pytest.mark.parametrize("n", [1, 3])
def test_queries_of_the_log(acme, n, django_assert_num_queries):
    for number in range(n):
        deliver(acme, provider_message_id=f"wamid.{number}", template_name="weekend_sale", template_language="en")
    client = visitor(acme)
    # session, user, memberships, limits, subaccounts; channels, templates, columns; messages, their charges; filters
    with django_assert_num_queries(11):
        assert text(client.get(LOG)).count("row-link") == n


def test_log_is_never_counted(acme, django_assert_num_queries):
    deliver(acme)
    client = visitor(acme)
    with django_assert_num_queries(11) as queries:  # as above
        client.get(LOG)
    log = [query["sql"] for query in queries if '"log_message"' in query["sql"]]
    assert len(log) == 1
    assert not re.search(r"COUNT\(|OFFSET", log[0])


def test_row(acme):
    message = deliver(acme, template_name="weekend_sale", template_language="en")
    page = text(visitor(acme).get(LOG))
    assert f'href="/logs/{message.umid}/"' in page
    assert '<i class="dot dot-delivered"></i>Delivered' in page
    assert '<abbr title="India">IN</abbr>' in page
    assert "weekend_sale" in page
    assert '<i class="square hue-marketing"></i>Marketing' in page


def test_a_template_that_is_not_registered_is_shown_by_its_name(acme):
    message = deliver(acme, template_name="spring_drop", template_language="en")
    client = visitor(acme)
    assert 'title="spring_drop (en)">spring_drop<' in text(client.get(LOG))
    page = text(client.get(f"/logs/{message.umid}/"))
    assert "Template spring_drop" in page
    assert "en, not registered" in page


def test_head_counts_what_can_be_counted_once_the_page_exists(acme):
    deliver(acme)
    client = visitor(acme)
    page = text(client.get(LOG))
    assert '<span hx-get="/logs/sentence/?range=30d" hx-trigger="load">Newest first, last 30 days</span>' in page
    for query, sentence in (
        ("range=30d", "1 message sent, 100.0\u00a0% delivered, last 30 days"),
        ("range=30d&status=delivered", "1 message, last 30 days"),
        ("range=30d&country=IN", "1 message sent, 100.0\u00a0% delivered, last 30 days"),
        ("range=30d&country=IN&template=weekend_sale&error_code=131026", "No messages, last 30 days"),
        ("range=30d&response_code=200", "Newest first, last 30 days"),
        (f"q={INDIA}", "Newest first, any time"),
        ("q=%20&msisdn=%C2%A0", "1 message sent, 100.0\u00a0% delivered, last 7 days"),
        ("umid=1", ""),
    ):
        assert text(client.get(f"/logs/sentence/?{query}")) == sentence
    page = text(client.get(f"{LOG}&response_code=200"))
    assert '<p id="sentence" class="sentence">Newest first, last 30 days' in page


def test_search_without_a_period_looks_through_all_time(acme):
    deliver(acme, at=AT.replace(month=1))
    client = visitor(acme)
    assert WHOLE in text(client.get(f"/logs/?q={INDIA}"))
    assert WHOLE not in text(client.get(f"/logs/?q={INDIA}&range=7d"))
    assert WHOLE in text(client.get("/logs/?range=any"))


def test_pills_take_filters_away(acme):
    page = text(visitor(acme).get(f"{LOG}&status=sent&status=read&direction=outbound&subaccount="))
    hrefs = dict(re.findall(r'href="([^"]+)" aria-label="Remove ([^"]+)"', page.replace("&amp;", "&")))
    assert {label: url for url, label in hrefs.items()} == {
        "Period: Last 30 days": "?status=sent&status=read&direction=outbound&subaccount=",
        "Status: Sent": "?range=30d&status=read&direction=outbound&subaccount=",
        "Status: Read": "?range=30d&status=sent&direction=outbound&subaccount=",
        "Direction: Outbound": "?range=30d&status=sent&status=read&subaccount=",
    }


def test_htmx_gets_the_results_of_the_same_url_and_pushes_it_clean(acme):
    deliver(acme)
    response = visitor(acme).get(f"{LOG}&q=&country=&subaccount=", headers={"HX-Request": "true"})
    page = text(response)
    assert "<html" not in page
    assert page.strip().startswith('<div id="results" data-query="?range=30d&amp;subaccount=">')
    assert 'id="sentence" class="sentence" hx-swap-oob="true"' in page
    assert response["HX-Push-Url"] == "/logs/?range=30d&subaccount="


def test_history_gets_the_whole_page(acme):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in text(visitor(acme).get(LOG, headers=headers))


def test_nothing_yet_says_what_to_do(acme):
    page = text(visitor(acme, "developer").get("/logs/"))
    assert "No messages yet" in page
    assert "http://127.0.0.1:8000/webhooks/8x8/" in page
    page = text(visitor(acme, "viewer").get("/logs/"))
    assert "/webhooks/" not in page
    assert "an owner, admin or developer of this account connects" in page


def test_nothing_matches_offers_to_clear(acme):
    deliver(acme)
    page = text(visitor(acme).get("/logs/?country=AQ"))
    assert "No messages match" in page
    assert 'href="?subaccount="' in page


def test_who_sees_masked_numbers_searches_by_messages_and_names(acme):
    umid = deliver(acme).umid
    client = visitor(acme, "viewer")
    page = text(client.get(f"/logs/?person={umid}"))
    assert "row-link" in page
    assert "UMID, template or campaign" in page
    assert 'name="msisdn"' not in page
    assert "All messages with this person" in text(client.get(f"/logs/{umid}/"))
    assert "A longer period" in text(client.get("/logs/?q=nothing"))


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("from=yesterday", "Enter dates as 2026-11-30."),
        ("q=12345", "Enter at least the first 6 digits of the number."),
        ("error_code=abc", "Enter a whole number."),
        ("response_code=1000", "Ensure this value is less than or equal to 999."),
        ("msisdn=12345", "Enter at least the first 6 digits of the number."),
        ("msisdn=someone", "Enter the digits of a phone number with its country code."),
        ("umid=1234", "Enter the UMID, or at least its first 8 digits."),
        ("sent=today", "Enter a valid date."),
        ("status=lost", "Select a valid choice. lost is not one of the available choices."),
        ("range=ever", "Select a valid choice. ever is not one of the available choices."),
    ],
)
def test_bad_filters_say_what_is_wrong(acme, query, problem):
    response = visitor(acme).get(f"/logs/?{query}")
    assert response.status_code == 200
    assert problem in text(response)
    assert "row-link" not in text(response)


@pytest.mark.parametrize(
    "query", ["country=in", "country=IN&msisdn=&status=&q=", "umid=&country=IN", "status=delivered"]
)
def test_blanks_are_ignored_and_words_read_in_any_case(acme, query):
    deliver(acme)
    report(acme, "received", provider_message_id="C", direction="inbound", msisdn="6591234567")
    page = text(visitor(acme).get(f"{LOG}&{query}"))
    assert page.count("row-link") == 1


def test_a_status_that_is_not_offered_is_understood(acme):
    deliver(acme)
    page = text(visitor(acme).get(f"{LOG}&status=unknown"))
    assert "No messages match" in page
    assert 'value="unknown"' not in page


def test_a_country_is_named_in_its_pill(acme):
    deliver(acme)
    assert "<span>Country:</span> India" in text(visitor(acme).get(f"{LOG}&country=in"))


FILTERS = (
    "msisdn=9198765", "country=IN", "template=weekend_sale", "category=marketing", "status=delivered", "q=weekend",
    "direction=outbound", "sent=2026-10-15", "subaccount=acme_shop", "channel=106540352242922",
)  # fmt: skip


@pytest.mark.parametrize("query", FILTERS)
def test_each_filter_finds_the_message_and_its_opposite_does_not(acme, query):
    deliver(acme, template_name="weekend_sale", template_language="en")
    report(acme, "received", provider_message_id="wamid.Z", direction="inbound", msisdn="447911123456",
           channel=ACME.channels[2], at=AT + timedelta(days=1))  # fmt: skip
    page = text(visitor(acme).get(f"/logs/?range=30d&{query}"))
    assert (WHOLE in page, "+44 7911 123456" in page) == (True, False)


class TestColumns:
    def heads(self, client):
        headings = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', text(client.get(LOG)))
        return [re.sub("<[^>]+>", "", head) for head in headings[1:]]

    def test_usual_ones(self, acme):
        deliver(acme)
        usual = ["Recorded on", "Direction", "Status", "User", "Country", "Template", "Category", "Subaccount"]
        assert self.heads(visitor(acme)) == [*usual, "Cost"]
        assert self.heads(visitor(acme, "viewer")) == usual

    def test_selected_columns_are_stored_per_person_in_their_order(self, acme):
        deliver(acme)
        client = visitor(acme, "viewer")
        keys = ["read", "number", "cost", "nonsense"]
        answer = client.post("/logs/columns/", {"column": keys, "query": "?range=30d&q="})
        assert (answer.status_code, answer["Location"]) == (302, "/logs/?range=30d")
        assert self.heads(client) == ["#", "Read"]
        assert len(self.heads(visitor(acme, "viewer"))) == 8
        client.post("/logs/columns/", {"column": ""})
        assert len(self.heads(client)) == 8

    def test_every_column_shows_what_it_is_named_for(self, acme):
        message = deliver(acme, template_name="weekend_sale", template_language="en")
        source = Source.objects.create(account=acme, category="template_bot", name="Reminder")
        Message.objects.update(source=source, recipient_type="lead", response_code=200)
        client = visitor(acme)
        client.post("/logs/columns/", {"column": KEYS})
        row = text(client.get(LOG)).split('<tbody id="rows">')[1].split("</tbody>")[0]
        words = re.sub(r"<[^>]+>|\s+", " ", row).split()
        number, at = message.umid.hex[:8], "15 Oct 16:00"
        assert " ".join(words) == (
            f"{number} {at} View {message.umid} Copy Outbound Delivered +91 98765 43210 IN weekend_sale Marketing "
            f"Template bot Reminder Lead Acme Online Acme Online 200 {at} {at} – USD 0.0118"
        )


class TestSavedFilters:
    def save(self, client, name="Lost in India", query="?status=undelivered&country=IN&older=1-1"):
        return client.post("/logs/filters/", {"name": name, "query": query}, follow=True)

    def test_saved_ones_are_a_click_away_for_the_person_alone(self, acme):
        client = visitor(acme)
        page = text(self.save(client))
        assert "“Lost in India” has been saved." in page
        assert '<a href="/logs/?status=undelivered&amp;country=IN">Lost in India</a>' in page
        assert "Lost in India" not in text(visitor(acme).get(LOG))

    def test_what_the_log_does_not_know_is_left_out(self, acme):
        self.save(visitor(acme), query="?country=SG&colour=red&range=7d&seen=x&live=on")
        assert SavedFilter.objects.get().query == "?country=SG&range=7d&live=on"

    def test_the_same_name_takes_the_place_of_the_former(self, acme):
        client = visitor(acme)
        self.save(client)
        self.save(client, query="?country=SG")
        assert list(SavedFilter.objects.values_list("name", "query")) == [("Lost in India", "?country=SG")]

    @pytest.mark.parametrize(
        ("name", "query", "problem"),
        [
            (" ", "?country=IN", "Enter a name for the filters."),
            ("All", "?subaccount=&older=1-1", "Choose filters before you save them."),
            ("Else", "?subaccount=acme_shop&colour=red", "Choose filters before you save them."),
            ("x" * 61, "?country=IN", "Ensure this value has at most 60 characters (it has 61)."),
            ("Long", f"?q={'x' * 2000}", "There are too many filters to save."),
        ],
    )
    def test_what_cannot_be_saved_says_why(self, acme, name, query, problem):
        assert problem in text(self.save(visitor(acme), name, query))
        assert not SavedFilter.objects.exists()

    def test_another_persons_do_not_exist(self, acme, other):
        self.save(visitor(acme))
        path = f"/logs/filters/{SavedFilter.objects.get().pk}/delete/"
        assert visitor(acme).post(path).status_code == 404
        assert visitor(other).post(path).status_code == 404
        assert SavedFilter.objects.count() == 1

    def test_delete(self, acme):
        client = visitor(acme)
        self.save(client)
        answer = client.post(f"/logs/filters/{SavedFilter.objects.get().pk}/delete/", {"query": "?range=today"})
        assert (answer["Location"], SavedFilter.objects.count()) == ("/logs/?range=today", 0)


class TestLive:
    def poll(self, client, page):
        address = re.search(r'id="live" hx-get="([^"]+)"', text(page))[1].replace("&amp;", "&")
        return client.get(address, headers={"HX-Request": "true"})

    def test_nothing_new_is_204_and_cheap(self, acme, django_assert_num_queries):
        deliver(acme)
        client = visitor(acme)
        page = client.get(f"{LOG}&live=on")
        # session, user, memberships, limits, subaccounts; channels, templates, columns; messages, charges
        with django_assert_num_queries(10):
            assert self.poll(client, page).status_code == 204

    def test_a_new_message_and_a_new_status_come_with_the_next_question(self, acme):
        deliver(acme)
        client = visitor(acme)
        page = client.get(f"{LOG}&live=on")
        report(acme, "sent", provider_message_id="wamid.B", at=AT + timedelta(hours=1))
        page = self.poll(client, page)
        assert text(page).count("row-link") == 2
        assert text(page).count("seen=") == 1
        assert self.poll(client, page).status_code == 204
        report(acme, "read", provider_message_id="wamid.B", at=AT + timedelta(hours=2))
        assert "Read</span>" in text(self.poll(client, page))

    @pytest.mark.parametrize("query", ["", "&live=on&older=1792051200000000-7"])
    def test_only_a_first_page_with_the_live_parameter_is_live(self, acme, query):
        deliver(acme)
        assert 'id="live"' not in text(visitor(acme).get(f"{LOG}{query}"))

    def test_bad_filters_end_it(self, acme):
        assert visitor(acme).get(f"{LOG}&live=on&seen=x&umid=1").status_code == 286


class TestSelection:
    @pytest.fixture
    def three(self, acme):
        return [deliver(acme, provider_message_id=f"wamid.{n}", at=AT + timedelta(hours=n)) for n in range(3)]

    def offer(self, client):
        return text(client.get("/logs/matching/?range=30d&country=IN"))

    def test_all_that_match_are_counted_on_request(self, acme, three, monkeypatch):
        client = visitor(acme)
        assert "Select all 3 matching messages" in self.offer(client)
        monkeypatch.setattr(views, "MOST", 2)
        assert "Select the newest 2 matching messages" in self.offer(client)
        assert text(client.get("/logs/matching/?umid=1")) == ""

    def test_selected_umids(self, acme, three):
        answer = visitor(acme).post("/logs/umids/", {"umid": [three[0].umid, three[2].umid]})
        assert answer.content.decode() == f"{three[2].umid}\n{three[0].umid}\n"
        assert answer["Content-Type"] == "text/plain; charset=utf-8"

    def test_all_that_match_ends_where_it_was_counted(self, acme, three):
        client = visitor(acme)
        upto = re.search('data-all="([^"]+)"', self.offer(client))[1]
        deliver(acme, provider_message_id="wamid.later", at=AT + timedelta(days=1))
        answer = client.post("/logs/umids/", {"all": "1", "upto": upto, "query": "?range=30d&country=IN"})
        assert text(answer).split() == [str(message.umid) for message in reversed(three)]

    def test_what_one_may_not_see_is_not_selected(self, acme, three, other):
        umids = {"umid": [message.umid for message in three]}
        assert text(visitor(other).post("/logs/umids/", umids)) == ""
        assert text(visitor(acme, "viewer", "acme_care").post("/logs/umids/", umids)) == ""

    @pytest.mark.parametrize(
        ("posted", "problem"),
        [
            ({}, "Select at least one message."),
            ({"umid": "7"}, "A selected message has no valid UMID."),
            ({"all": "1", "query": "?umid=1", "upto": "1-1"}, "Correct the filters of the log first."),
            ({"all": "1"}, "To select all matching messages, use the Logs page."),
        ],
    )
    def test_bad_selections_say_what_is_wrong(self, acme, posted, problem):
        answer = visitor(acme).post("/logs/umids/", posted)
        assert (answer.status_code, text(answer)) == (400, problem)


@pytest.mark.parametrize("path", ["columns/", "filters/", "filters/1/delete/", "umids/"])
def test_what_changes_is_posted(acme, path):
    assert visitor(acme).get(f"/logs/{path}").status_code == 405
