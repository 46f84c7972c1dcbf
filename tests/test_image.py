"""The image holds what production runs: its packages by hash, its code, and nothing of a developer's machine."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_image_installs_the_production_requirements_by_hash():
    installation = (ROOT / "Dockerfile").read_text().partition("/venv/bin/pip install ")[2].partition("COPY . .")[0]
    assert installation.split() == [
        "--no-cache-dir", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:", "\\",
        "-r", "requirements.txt",
    ]  # fmt: skip


def test_the_image_holds_only_production_code():
    ignored = set((ROOT / ".dockerignore").read_text().splitlines())
    assert {".*", "bench", "docs", "local", "script", "tests", "deploy/*"} <= ignored
    assert [line for line in ignored if line.startswith("!")] == ["!deploy/probe.py"]
