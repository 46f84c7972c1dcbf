"""The texts for translators that are not in code and templates."""

from portal.management.commands.messages import texts_of_data
from providers.error_catalogue import explain


def test_countries_and_the_error_catalogue_are_among_the_texts():
    texts = set(texts_of_data())
    diagnosis = explain("meta", 131049)
    assert {"Singapore", diagnosis.title, diagnosis.meaning, diagnosis.remedy, diagnosis.wait} <= texts
    assert "" not in texts
