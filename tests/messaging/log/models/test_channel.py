"""Templates."""

import pytest

from messaging.log.models import Template
from messaging.log.models.channel import template_language


@pytest.mark.parametrize(
    ("written", "language"),
    [("en_US", "en_US"), ("en-us", "en_US"), ("EN_us", "en_US"), ("fil", "fil"), ("ZH-hant-tw", "zh_Hant_TW"),
     ("es-419", "es_419"), (" en_US ", "en_US"), ("", "")],
)  # fmt: skip
def test_a_language_has_one_spelling(written, language):
    assert template_language(written) == language


def test_a_template_is_saved_in_that_spelling(acme):
    template = Template.objects.filter(account=acme, name="order_update").first()
    template.language = "pt-br"
    template.save()
    template.refresh_from_db()
    assert template.language == "pt_BR"
