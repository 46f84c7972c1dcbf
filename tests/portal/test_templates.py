"""Templates are read beside each other, so none of their lines is longer than a screen is wide."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 160


def test_no_line_is_longer_than_a_screen_is_wide():
    packages = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"]
    folders = [package / "templates" for package in packages]
    templates = sorted(path for folder in folders for end in ("html", "txt") for path in folder.rglob(f"*.{end}"))
    assert ROOT / "portal/templates/base.html" in templates
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in templates
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > LONGEST
    ]
    assert long == []
