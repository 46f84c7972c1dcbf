"""What translators are given besides the texts in code and templates."""

from portal.management.commands.messages import texts_of_data
from providers.error_catalogue import explain


def test_countries_and_the_error_catalogue_are_among_the_texts():
    texts = set(texts_of_data())
    known = explain("meta", 131049)
    assert {"Singapore", known.title, known.meaning, known.remedy, known.wait} <= texts
    assert "" not in texts
