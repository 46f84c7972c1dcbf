"""Checks a webhook endpoint from outside: over HTTP, at the URL that providers use.

A check stores nothing: it posts without the credential and expects to be refused.
"""

import secrets
import time
from dataclasses import dataclass
from http import HTTPStatus

import httpx
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.words import Text
from messaging.inbound.models import WebhookEndpoint
from providers.vendor import Verification

SECONDS = 5


@dataclass(frozen=True)
class CheckResult:
    """The result of one test and its explanation."""

    passed: bool
    text: str


def check_endpoint(endpoint: WebhookEndpoint) -> list[CheckResult]:
    """Call an endpoint's public URL without a credential, and as its provider does to verify it.

    Takes two calls of at most `SECONDS` each.
    """
    url = settings.BASE_URL + endpoint.path
    headers = {"User-Agent": "Tollgate endpoint check", "Content-Type": "application/json"}
    with httpx.Client(timeout=SECONDS, headers=headers, trust_env=False) as client:
        try:
            results = [_check_without_credential(client, url, guarded=_is_guarded(endpoint))]
            verification = endpoint.webhooks.verification
            if verification and results[0].passed:
                results.append(_check_as_provider(client, url, endpoint, verification))
        except httpx.HTTPError as error:
            host = httpx.URL(settings.BASE_URL).host
            reason = str(error) or type(error).__name__
            results = [
                CheckResult(
                    False,
                    _("%(host)s could not be reached from here: %(reason)s. Check the proxy and DNS.")
                    % {"host": host, "reason": reason},
                )
            ]
    return results


def _is_guarded(endpoint: WebhookEndpoint) -> bool:
    return endpoint.webhooks.is_signed or endpoint.header_digest is not None


def _check_without_credential(client: httpx.Client, url: str, *, guarded: bool) -> CheckResult:
    """Post without a credential. If none is required, send GET, because a POST would be stored."""
    start = time.perf_counter()
    code = client.post(url, content=b"{}").status_code if guarded else client.get(url).status_code
    took = f"{(time.perf_counter() - start) * 1000:.0f} ms"
    if code == HTTPStatus.UNAUTHORIZED and guarded:
        return CheckResult(
            True, _("The address responds in %(took)s and refuses requests without the secret (401).") % {"took": took}
        )
    if code == HTTPStatus.METHOD_NOT_ALLOWED and not guarded:
        return CheckResult(
            True,
            _("The address responds in %(took)s. It has no secret: anyone who knows it can post.") % {"took": took},
        )
    other = _("The address responds %(code)s, which does not come from the portal: check the proxy.") % {"code": code}
    return CheckResult(False, str(_MEANINGS.get(code, other)))


_MEANINGS: dict[int, Text] = {
    HTTPStatus.FORBIDDEN: gettext_lazy(
        "The address responds and refuses this server (403): only listed networks may post there."
    ),
    HTTPStatus.NOT_FOUND: gettext_lazy(
        "The address is unknown (404): the endpoint is off, or the proxy leads to another installation."
    ),
    HTTPStatus.TOO_MANY_REQUESTS: gettext_lazy(
        "The address is receiving more webhooks per second than it accepts (429). Try again."
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: gettext_lazy(
        "The portal cannot store webhooks at the moment (503): providers will retry."
    ),
}


def _check_as_provider(
    client: httpx.Client, url: str, endpoint: WebhookEndpoint, verification: Verification
) -> CheckResult:
    token, challenge, company = endpoint.verify_token, secrets.token_hex(8), endpoint.vendor.company
    answer = client.get(url, params=verification.query(token, challenge))
    if token and (answer.status_code, answer.text) == (HTTPStatus.OK, challenge):
        return CheckResult(True, _("It passes %(provider)s’s verification.") % {"provider": company})
    return CheckResult(
        False,
        _("It does not pass %(provider)s’s verification (response %(status_code)s): check that it has a verify token.")
        % {"provider": company, "status_code": answer.status_code},
    )
