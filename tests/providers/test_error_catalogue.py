"""The error catalogue: every row loads, keys are unique, and a number means what its source says."""

import pytest

from providers import error_catalogue
from providers.error_catalogue import Diagnosis, Retry, catalogue, explain, meta_code


@pytest.mark.parametrize(
    ("source", "codes"), [("meta", 238), ("8x8", 73), ("8x8-sync", 80), ("8x8-sms", 61), ("health", 7)]
)
def test_every_row_loads(source, codes):
    assert sum(1 for row_source, _ in catalogue() if row_source == source) == codes


@pytest.mark.parametrize("entry", catalogue().values(), ids=lambda entry: f"{entry.source}-{entry.code}")
def test_every_entry_is_whole(entry):
    assert all([entry.title, entry.meaning, entry.group, entry.evidence, entry.again])
    assert entry.meaning == entry.meaning.strip()
    assert entry.wait == "" or entry.retryable == Retry.WAIT
    assert entry.meta_code is None or ("meta", entry.meta_code) in catalogue()


def test_a_file_of_a_vendors_folder_is_a_source():
    assert {source for source, _ in catalogue()} == {"meta", "8x8", "8x8-sync", "8x8-sms", "health"}


def test_a_duplicate_code_is_refused(tmp_path, monkeypatch):
    head = "code,title,meaning,remedy,retryable,wait,group,meta_code,evidence"
    (tmp_path / "meta" / "errors").mkdir(parents=True)
    (tmp_path / "meta/errors/meta.csv").write_text(f"{head}\n200-202,A,A.,,no,,a,,a\n201,B,B.,,no,,b,,b\n")
    monkeypatch.setattr(error_catalogue, "ROOT", tmp_path)
    with pytest.raises(ValueError, match="code 201 is listed twice"):
        catalogue.__wrapped__()


def test_meta_held_a_marketing_message_back():
    assert explain("meta", 131049) == Diagnosis(
        source="meta",
        code=131049,
        title="This message was not delivered to maintain healthy ecosystem engagement",
        meaning="Meta chose not to deliver it: this person got many marketing messages lately, or marketing to their"
        " country is paused.",
        remedy="Send this person fewer marketing messages; a message sent again right away is held back too.",
        retryable=Retry.WAIT,
        wait="24 hours",
        group="delivery",
        evidence="Meta error-codes page (upd. 2025-12-12)",
    )


@pytest.mark.parametrize(
    ("source", "code", "title", "again"),
    [
        ("meta", 2, "API Service", "Wait 5 minutes, then try again."),
        ("meta", 250, "API Permission", "Trying again will not help."),
        ("meta", 131026, "Message undeliverable", "Trying again will not help."),
        ("meta", 131000, "Something went wrong", "Trying again may work."),
        ("meta", 132015, "Template is paused", "Wait until the template is unpaused, then try again."),
        ("meta", 132021, "Template name already taken", "Trying again will not help."),
        ("meta", 139200, "Direct Send blocked", "Wait until Meta lifts the block, then try again."),
        ("meta", 2388318, "Template cannot be updated", "Trying again will not help."),
        ("meta", 2388330, "Template cannot be deleted", "Trying again will not help."),
        ("meta", 138009, "Call permission request limit hit", "Wait a while, then try again."),
        ("8x8", 42, "NoCredit", "Wait until the balance is topped up, then try again."),
        ("8x8", 57, "UnknownError", "It is unknown whether trying again helps."),
        ("8x8", 1024, "Message suppressed", "Wait 24 hours, then try again."),
        ("health", 131000, "Business profile incomplete", "Trying again will not help."),
    ],
)
def test_entries(source, code, title, again):
    diagnosis = explain(source, code)
    assert (diagnosis.title, diagnosis.again) == (title, again)


def test_the_same_number_means_what_its_source_says():
    assert [explain(source, 1002).title for source in ("8x8", "8x8-sync")] == ["Rate limit exceeded", "Invalid MSISDN"]
    assert [explain(source, 1).title for source in ("8x8", "8x8-sms", "meta")] == [
        "AbsentSubscriber",
        "Absent subscriber",
        "API Unknown",
    ]


def test_an_8x8_code_says_which_of_metas_it_is():
    assert explain("8x8", 1018, 131026) == catalogue()["8x8", 1018]
    assert catalogue()["8x8", 1018].meta_code == 131026


def test_metas_code_behind_a_vague_8x8_code_decides():
    diagnosis = explain("8x8", 25, 131049)
    assert (diagnosis.source, diagnosis.code, diagnosis.meta_code, diagnosis.wait) == ("8x8", 25, 131049, "24 hours")
    assert explain("8x8", 9999, 131026).title == "Message undeliverable"
    assert explain("8x8", 25, 999999) == catalogue()["8x8", 25]


def test_an_unknown_code_is_reported_as_unknown():
    diagnosis = explain("meta", 999999, provider_text="Something new")
    assert diagnosis.meaning == "Tollgate does not know this code; the provider reported “Something new”."
    assert (diagnosis.retryable, diagnosis.hint) == (Retry.MAYBE, f"Something new: {diagnosis.meaning}")
    assert explain("meta", 999999).hint == "Tollgate does not know this code; the provider gave no more details."
    assert explain("meta", None) is None


@pytest.mark.parametrize(
    ("source", "code", "behind", "meta"),
    [
        ("meta", 131049, None, 131049),
        ("8x8", 1024, None, 131049),
        ("8x8", 25, 131026, 131026),
        ("8x8", 999999, None, None),
        ("8x8-sync", 1002, None, None),
    ],
)
def test_metas_code_behind_each(source, code, behind, meta):
    assert meta_code(source, code, behind) == meta
