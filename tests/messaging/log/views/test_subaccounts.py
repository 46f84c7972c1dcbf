"""The settings of subaccounts and of the numbers that belong to them."""

import pytest

from accounts.models import AuditEntry, Subaccount
from messaging.log.models import PhoneNumber
from tests.people import member, visitor
from tests.visible import text

pytestmark = pytest.mark.django_db
LIST = "/settings/subaccounts/"


def of(code):
    return Subaccount.objects.get(code=code)


def number_of(code):
    return PhoneNumber.objects.get(subaccount__code=code)


def entry(action):
    row = AuditEntry.objects.get(action=action)
    return row.target, row.details


def empty(account, code="pop_up", **about):
    return Subaccount.objects.create(account=account, code=code, name="Pop-up", **about)


def test_the_list_shows_each_with_its_numbers(acme, other):
    page = text(visitor(acme).get(LIST))
    assert "Acme Stores" in page
    assert "+65 3158 0001" in page
    assert "Blue Harbour" not in page


def test_add_one(acme):
    client = visitor(acme)
    assert client.post(f"{LIST}new/", {"name": "Pop-up", "code": "pop_up"}).url == LIST
    assert (of("pop_up").account, of("pop_up").name) == (acme, "Pop-up")
    assert entry("subaccount.created") == ("Pop-up (pop_up)", {})
    assert "Pop-up has been created." in text(client.get(LIST))


@pytest.mark.parametrize(
    ("form", "field", "remedy"),
    [
        ({"code": "a b"}, "code", "Enter 3 to 50 letters, digits or any of - . _ &"),
        ({"code": "acme_wa"}, "code", "The subaccount acme_wa already exists."),
        ({"name": ""}, "name", "This field is required."),
    ],
)
def test_what_adds_none_names_the_field(acme, form, field, remedy):
    answer = visitor(acme).post(f"{LIST}new/", {"name": "Pop-up", "code": "pop_up", **form})
    assert answer.context["form"].errors == {field: [remedy]}
    assert Subaccount.objects.count() == 3


def test_a_code_of_another_account_is_free(acme, other):
    assert visitor(acme).post(f"{LIST}new/", {"name": "Ours", "code": "harbour"}).url == LIST


def test_rename(acme):
    client = visitor(acme)
    for _ in range(2):
        assert client.post(f"{LIST}{of('acme_wa').pk}/", {"name": "Shops"}).url == LIST
    assert of("acme_wa").name == "Shops"
    assert entry("subaccount.renamed") == ("Shops (acme_wa)", {"from": "Acme Stores", "to": "Shops"})


def test_one_with_numbers_is_not_closed(acme):
    client = visitor(acme)
    url = f"{LIST}{of('acme_wa').pk}/close/"
    assert "Move them to another subaccount first" in text(client.get(url))
    assert "This subaccount has phone numbers" in text(client.post(url))
    assert of("acme_wa").is_active


def test_close_and_open_again(acme):
    pop_up, client = empty(acme), visitor(acme)
    assert "stay in the log and in reports" in text(client.get(f"{LIST}{pop_up.pk}/close/"))
    assert client.post(f"{LIST}{pop_up.pk}/close/").url == LIST
    assert not of("pop_up").is_active
    assert entry("subaccount.closed") == ("Pop-up (pop_up)", {})
    assert client.post(f"{LIST}{pop_up.pk}/open/").url == LIST
    assert of("pop_up").is_active
    assert entry("subaccount.opened") == ("Pop-up (pop_up)", {})


def test_a_closed_one_is_offered_nowhere_but_keeps_its_history(acme):
    empty(acme, is_active=False)
    client = visitor(acme)
    offered = client.get("/settings/team/invite/").context["form"].fields["subaccounts"].choices
    assert [code for code, _ in offered] == ["acme_care", "acme_shop", "acme_wa"]
    page = client.get("/logs/?subaccount=")
    assert "Pop-up" not in [entry.name for entry in page.context["frame"].subaccounts]
    assert client.get("/logs/?subaccount=pop_up").status_code == 200


def test_a_member_limited_to_a_closed_subaccount_keeps_it_in_the_form(acme):
    pop_up = empty(acme)
    client = visitor(acme)
    limited = member(acme, "viewer", "pop_up")
    Subaccount.objects.filter(pk=pop_up.pk).update(is_active=False)
    form = client.get(f"/settings/team/{limited.memberships.get().pk}/").context["form"]
    assert "pop_up" in dict(form.fields["subaccounts"].choices)


def test_move_a_number(acme):
    number, client = number_of("acme_shop"), visitor(acme)
    before = number.updated_at
    assert client.post(f"/settings/subaccounts/numbers/{number.pk}/", {"subaccount": "acme_wa"}).url == LIST
    number.refresh_from_db()
    assert (number.subaccount, number.updated_at > before) == (of("acme_wa"), True)
    assert entry("number.moved") == ("Acme Online +15550783881", {"from": "acme_shop", "to": "acme_wa"})


def test_a_number_that_stays_leaves_no_trace(acme):
    assert (
        visitor(acme)
        .post(f"/settings/subaccounts/numbers/{number_of('acme_shop').pk}/", {"subaccount": "acme_shop"})
        .url
        == LIST
    )
    assert not AuditEntry.objects.filter(action="number.moved").exists()


@pytest.mark.parametrize("code", ["pop_up", "harbour", ""])
def test_a_number_goes_to_open_subaccounts_of_the_account_only(acme, other, code):
    empty(acme, is_active=False)
    number = number_of("acme_shop")
    form = visitor(acme).post(f"/settings/subaccounts/numbers/{number.pk}/", {"subaccount": code}).context["form"]
    assert list(form.errors) == ["subaccount"]
    assert number_of("acme_shop") == number


def test_the_page_reminds_to_configure_8x8(acme):
    assert "so also move the number at 8x8" in text(
        visitor(acme).get(f"/settings/subaccounts/numbers/{number_of('acme_wa').pk}/")
    )


def test_what_is_another_accounts_is_404(acme, other):
    client, theirs, number = visitor(acme), of("harbour"), number_of("harbour")
    paths = [
        f"{LIST}{theirs.pk}/",
        f"{LIST}{theirs.pk}/close/",
        f"{LIST}{theirs.pk}/open/",
        f"/settings/subaccounts/numbers/{number.pk}/",
    ]
    assert {client.post(path, {"name": "Ours", "subaccount": "acme_wa"}).status_code for path in paths} == {404}
    assert {client.get(path).status_code for path in paths} == {404, 405}
    assert of("harbour").name == "Blue Harbour"


def test_who_sees_some_subaccounts_does_not_change_the_whole(acme):
    assert visitor(acme, "admin", "acme_shop").get(LIST).status_code == 403


def test_an_account_without_any_sees_their_purpose(acme):
    PhoneNumber.objects.all().delete()
    Subaccount.objects.all().delete()
    assert "No subaccounts yet" in text(visitor(acme).get(LIST))


@pytest.mark.parametrize("rows", [0, 5])
def test_queries(acme, rows, django_assert_num_queries):
    client = visitor(acme)
    for number in range(rows):
        empty(acme, f"pop_up_{number}")
    with django_assert_num_queries(7):  # session, person, memberships, limits, subaccounts; the same again, numbers
        client.get(LIST)
