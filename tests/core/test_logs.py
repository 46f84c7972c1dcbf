import logging

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied

from core.logs import mask_tokens


def test_the_token_of_a_webhook_address_is_left_out():
    event = {"event": "Not Found: /webhooks/meta/0123456789abcdef?x=1"}
    assert mask_tokens(None, "", event) == {"event": "Not Found: /webhooks/meta/…?x=1"}


def test_other_paths_stay():
    assert mask_tokens(None, "", {"event": "Not Found: /logs/", "n": 1}) == {"event": "Not Found: /logs/", "n": 1}


def test_the_token_of_an_invitation_is_not_logged():
    event = {"event": "Not Found: /invitations/abc-_1/"}
    assert mask_tokens(None, "", event) == {"event": "Not Found: /invitations/…"}


@pytest.mark.parametrize("path", ["/accounts/password/reset/key/", "/accounts/confirm-email/"])
def test_the_token_of_a_link_in_a_mail_is_not_logged(path):
    event = {"event": f"Forbidden (CSRF token missing.): {path}1-d2x-0123456789abcdef/"}
    assert mask_tokens(None, "", event) == {"event": f"Forbidden (CSRF token missing.): {path}…"}


@pytest.mark.parametrize(("level", "traced"), [(logging.WARNING, False), (logging.ERROR, True)])
def test_a_refusal_is_logged_without_its_traceback(level, traced):
    config = dict(settings.LOGGING["formatters"]["json"])
    formatter = config.pop("()")(**config)
    error = PermissionDenied()
    info = (type(error), error, None)
    record = logging.LogRecord("django.request", level, __file__, 1, "Forbidden: %s", ("/x/",), info)
    line = formatter.format(record)
    assert "Forbidden: /x/" in line
    assert ("django.core.exceptions.PermissionDenied" in line) is traced
