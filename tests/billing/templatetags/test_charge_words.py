"""What charges are called on pages."""

from billing.templatetags import charge_words


def test_charge_reasons():
    assert charge_words.charge_reason("no_card") == "No rate card in the WABA's currency is in force on that day"
    assert charge_words.charge_reason("free_entry_point") == "Inside the free entry point window"
    assert charge_words.charge_reason("new_word") == "New word"
