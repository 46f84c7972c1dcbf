"""Static files are collected when a source changed, and only then."""

import pytest

from local.embedded import static


@pytest.fixture
def collections(tmp_path, monkeypatch):
    calls = []
    (tmp_path / "portal/static/css").mkdir(parents=True)
    (tmp_path / "portal/static/css/own.css").write_text("a")
    (tmp_path / "manifest").write_text("{}")
    monkeypatch.setattr(static, "ROOT", tmp_path)
    monkeypatch.setattr(static, "STAMP", tmp_path / "stamp")
    monkeypatch.setattr(static, "MANIFEST", tmp_path / "manifest")
    monkeypatch.setattr(static, "manage", lambda *arguments, environment: calls.append(arguments[0]))
    static.collect_static({})
    return calls


def test_nothing_is_collected_twice(collections):
    static.collect_static({})
    assert collections == ["collectstatic"]


@pytest.mark.parametrize("change", ["portal/static/css/own.css", "portal/static/css/new.css", "package-lock.json"])
def test_a_change_collects_again(collections, tmp_path, change):
    (tmp_path / change).write_text("changed")
    static.collect_static({})
    assert collections == ["collectstatic", "collectstatic"]


def test_a_lost_manifest_collects_again(collections, tmp_path):
    (tmp_path / "manifest").unlink()
    static.collect_static({})
    assert collections == ["collectstatic", "collectstatic"]
