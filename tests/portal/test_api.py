"""The OpenAPI schema and its page as the server shows them, and requests to unknown addresses."""

import json
import re

import pytest
from django.urls import path

from portal import api, urls


def fail(request):
    raise RuntimeError


urlpatterns = [path("api/fail/", fail), path("fail/", fail), *urls.urlpatterns]
handler404, handler500 = urls.handler404, urls.handler500


def test_the_schema_needs_no_key_and_is_fetched_once(client):
    answer = client.get("/api/schema/")
    assert (answer.status_code, answer.json()["openapi"]) == (200, "3.1.0")
    assert answer.headers["Content-Type"] == "application/vnd.oai.openapi+json"
    again = client.get("/api/schema/", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(client):
    answer = client.get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'data-schema="/api/schema/"' in page
    assert re.findall(r'(?:src|href)="(?!/)', page) == []
    assert re.findall(r"<style|<script(?! src=)|style=", page) == []
    assert "'unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("url", ["/api/v1/nothing/", "/api/v1/messages/not-a-umid/", "/api/v2/messages/"])
def test_an_address_that_leads_nowhere_is_a_problem_for_programs(client, url):
    answer = client.get(url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert json.loads(answer.content) == api.problem(
        404, "Unknown endpoint: see /api/docs/ for the list of endpoints.", []
    )


@pytest.mark.urls(__name__)
def test_a_fault_of_ours_is_a_problem_for_programs_and_a_page_for_people(client):
    client.raise_request_exception = False
    answer = client.get("/api/fail/")
    assert (answer.status_code, answer.json()["title"]) == (500, "Internal Server Error")
    page = client.get("/fail/")
    assert (page.status_code, page.headers["Content-Type"]) == (500, "text/html; charset=utf-8")
