"""axe-core over every page, light and dark: nothing serious for people who cannot see well or use no mouse."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.access.ids import ids_of
from tests.browser.test_pages import PAGES, busy  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OF_ONE = (
    "/templates/{template_id}/", "/numbers/{number_id}/", "/exports/{export_id}/", "/exports/{export_id}/delete/",
    "/settings/deletions/{deletion_id}/", "/settings/keys/{key_id}/revoke/", "/logs/{umid}/delete/",
    "/accounts/logout/",
)  # fmt: skip
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}  # all that a theme can change


def findings(page, rules=RULES) -> list[str]:
    """What axe calls serious or critical: the rule, and the first elements that break it."""
    page.evaluate(AXE.read_text(encoding="utf-8"))  # not as a script of the page: its policy would refuse that
    # preload would insert copies of imported style sheets, which the policy refuses; none of these rules reads them
    result = page.evaluate("rules => axe.run(document, {...rules, preload: false})", rules)
    return [
        f"{page.url}: {found['id']}: {'; '.join(node['html'][:120] for node in found['nodes'][:3])}"
        for found in result["violations"]
        if found["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize(("theme", "rules"), [("light", RULES), ("dark", CONTRAST)])
def test_axe_finds_nothing_serious(busy, open_page, theme, rules):  # noqa: F811 - the fixture
    """Nor does any page break its own policy, which `open_page` sees, or the system's theme."""
    ids = ids_of(busy)
    page = open_page(busy, color_scheme=theme, reduced_motion="reduce")
    found = []
    for path in (*PAGES, *(path.format(**ids) for path in OF_ONE)):
        page.goto(path)
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
        found += findings(page, rules)
    page.goto("/logs/")
    page.locator("a.row-link").first.click()
    page.get_by_role("heading", name="Timeline").wait_for()
    assert found + findings(page, rules) == []


def test_axe_finds_nothing_serious_on_login_pages(open_page):
    page = open_page(None)
    page.goto("/accounts/login/")
    assert findings(page) == []
