"""TenantMiddleware: the account of a request, its scope and time zone, and requests without a query."""

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.utils import timezone
from django_scopes import get_scope

from accounts.middleware import MACHINE_PATHS, TenantMiddleware
from accounts.models import Membership, User
from tests.people import browser_of, member, visitor

pytestmark = pytest.mark.django_db


def capture(request, view=None):
    """The state that a view sees behind the middleware."""
    captured = {}

    def capture_request(request):
        captured.update(scope=get_scope().get("account"), zone=timezone.get_current_timezone_name(), request=request)
        return view(request) if view else HttpResponse()

    captured["response"] = TenantMiddleware(capture_request)(request)
    return captured


def request_of(user, path="/", **session):
    request = RequestFactory().get(path)
    request.user, request.session = user, session
    return request


@pytest.mark.parametrize("path", MACHINE_PATHS)
def test_machine_paths_touch_neither_user_nor_session(path, django_assert_num_queries):
    request = RequestFactory().get(f"{path}x")  # has no user: asking for it would raise
    with django_assert_num_queries(0):
        assert not hasattr(capture(request)["request"], "principal")


def test_member_is_in_their_account(acme, django_assert_num_queries):
    user = member(acme, "viewer")
    with django_assert_num_queries(3):
        captured = capture(request_of(user))
        visible = [subaccount.code for subaccount in captured["request"].principal.reach.visible]
    assert captured["scope"] == acme
    assert captured["request"].principal.role == "viewer"
    assert visible == ["acme_care", "acme_shop", "acme_wa"]


def test_stranger_is_in_no_account(acme, other):
    captured = capture(request_of(User.objects.create_user("nobody@people.example")))
    assert (captured["request"].principal, captured["request"].memberships) == (None, [])


def test_time_zone_is_the_persons_else_the_accounts(acme):
    assert capture(request_of(member(acme, "viewer")))["zone"] == "Asia/Singapore"
    assert capture(request_of(member(acme, "viewer", time_zone="America/Lima")))["zone"] == "America/Lima"
    assert timezone.get_current_timezone_name() == "UTC"


def test_session_remembers_one_of_several_accounts(acme, other):
    user = member(acme, "viewer")
    Membership.objects.create(account=other, user=user, role="owner")
    assert capture(request_of(user))["scope"] == acme
    assert capture(request_of(user, account=other.pk))["scope"] == other


def test_session_cannot_name_a_foreign_account(acme, other):
    assert capture(request_of(member(acme, "viewer"), account=other.pk))["scope"] == acme


def test_operator_sees_every_tenant_under_admin_only(acme):
    operator = User.objects.create_superuser("operator@people.example")
    captured = capture(request_of(operator, "/admin/"), lambda request: HttpResponse(str(Membership.objects.count())))
    assert captured["response"].content == b"5"
    assert not hasattr(captured["request"], "x")
    assert captured["request"].account is None


def test_streamed_chunks_are_made_in_the_scope_and_it_closes_between(acme):
    def chunks():
        yield str(get_scope()["account"]).encode()
        yield timezone.get_current_timezone_name().encode()

    response = capture(request_of(member(acme, "viewer")), lambda request: StreamingHttpResponse(chunks()))["response"]
    before, collected = get_scope(), []
    for chunk in response.streaming_content:
        collected.append(chunk)
        assert get_scope() == before
    assert collected == [b"Acme Retail", b"Asia/Singapore"]


def test_pages_of_a_person_are_not_kept_by_the_browser(acme):
    response = capture(request_of(member(acme, "viewer")))["response"]
    assert "no-store" in response["Cache-Control"]
    assert response["Vary"] == "HX-Request"


def test_switch_account(acme, other):
    user = member(acme, "viewer")
    Membership.objects.create(account=other, user=user, role="owner")
    client = browser_of(user)
    assert client.post("/switch-account/", {"account": other.public_id}).url == "/"
    assert client.get("/").context["request"].account == other


def test_switch_to_a_foreign_account_is_404(acme, other):
    client = visitor(acme)
    assert client.post("/switch-account/", {"account": other.public_id}).status_code == 404
    assert client.post("/switch-account/", {"account": "x"}).status_code == 404
    assert client.get("/").context["request"].account == acme


def test_switch_needs_a_post(acme):
    assert visitor(acme).get("/switch-account/").status_code == 405
