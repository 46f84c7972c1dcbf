"""The labels of messages on pages."""

import pytest

from messaging.log.templatetags import message_words


@pytest.mark.parametrize(
    ("status", "html"),
    [
        ("delivered", '<i class="dot dot-delivered"></i>Delivered'),
        ("failed", '<i class="dot dot-undelivered"></i>Undelivered'),
        ("deleted_by_moon", '<i class="dot dot-unknown"></i>Deleted by moon'),
        ("", '<i class="dot dot-unknown"></i>Unknown'),
    ],
)
def test_status_is_a_dot_and_a_word(status, html):
    assert message_words.status(status) == f'<span class="status-word">{html}</span>'
