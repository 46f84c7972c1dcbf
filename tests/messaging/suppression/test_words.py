"""The words that stop and start marketing: in any spelling, in several languages, and never inside a sentence."""

import pytest

from messaging.suppression.words import Words, default_lists, default_words, normal_form, replies


@pytest.mark.parametrize(
    "text",
    [
        "STOP", "stop", " Stop. ", "S T O P", "stop!!", "«Stop»", "ＳＴＯＰ", "stop 🛑", "Stop promotions", "BAJA",
        "baja.", "parar", "Sair", "arrêt", "ARRET", "Stopp", "abmelden", "Berhenti", "СТОП", "стоп", "iptal", "İPTAL",
        "IPTAL",        "停止", "रोकें", "إيقاف", "opt-out", "opt out", "UNSUBSCRIBE", "unsubscribe\n",
    ],
)  # fmt: skip
def test_stop(text):
    assert default_words().action(text) == "stop"


@pytest.mark.parametrize("text", ["START", "start!", "unstop", "Alta", "REPRENDRE", "mulai", "старт", "开始"])
def test_start(text):
    assert default_words().action(text) == "start"


@pytest.mark.parametrize(
    "text",
    [
        "", "!!!", "🛑", "please don't stop", "Stop by tomorrow?", "non-stop", "stopped", "Where is the bus stop", "st",
        "When do we start?", "baja california", "stop stop", "1", "STOP" + "!" * 100,
    ],
)  # fmt: skip
def test_sentences_and_other_words_do_nothing(text):
    assert default_words().action(text) is None


def test_no_default_word_is_empty_or_does_both():
    stop, start = ([normal_form(word) for word in words] for words in default_lists())
    assert "" not in stop + start
    assert set(stop).isdisjoint(start)
    assert len(set(stop)) >= 50


def test_an_account_has_its_own_words():
    words = Words.of(["Genug!", " "], ["weiter", "genug"])
    assert [words.action(text) for text in ("genug", "WEITER", "stop", "")] == ["stop", "start", None, None]


@pytest.mark.parametrize(
    ("content", "texts"),
    [
        ({"text": {"body": "STOP"}}, ["STOP"]),
        ({"type": "Text", "text": "STOP"}, ["STOP"]),
        ({"button": {"text": "Stop promotions", "payload": "x"}}, ["Stop promotions", "x"]),
        ({"interactive": {"type": "button_reply", "button_reply": {"id": "STOP", "title": "No"}}}, ["No", "STOP"]),
        ({"interactive": {"list_reply": {"id": "1", "title": "Stop"}}}, ["Stop", "1"]),
        ({"interactive": {"buttonReply": {"payload": "STOP", "title": "No"}}}, ["No", "STOP"]),
        ({"text": ["STOP"], "button": "x", "interactive": [1]}, []),
        (None, []),
    ],
)
def test_replies(content, texts):
    assert list(replies(content)) == texts
