"""script/install.py does the work once, again when a file changed, and says in one line what went wrong."""

import importlib.util
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "script/install.py"


@pytest.fixture
def install(monkeypatch):
    spec = importlib.util.spec_from_file_location("install", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "make_venv", lambda venv: venv.mkdir(exist_ok=True))
    return module


@pytest.fixture
def root(tmp_path):
    for name in ("requirements.txt", "constraints.txt", "requirements-dev.txt", "package.json", "package-lock.json"):
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.fixture
def pip_calls(install, monkeypatch):
    calls = []
    monkeypatch.setattr(install, "pip", lambda venv, *arguments: calls.append(arguments))
    return calls


def test_python_packages_are_installed_once(install, root, pip_calls):
    install.install_python(root, "run")
    install.install_python(root, "run")
    assert pip_calls == [("-r", "requirements.txt", "-c", "constraints.txt")]


def test_what_tests_need_includes_what_running_needs(install, root, pip_calls):
    install.install_python(root, "dev")
    install.install_python(root, "run")
    assert pip_calls == [("-r", "requirements-dev.txt", "-c", "constraints.txt")]


def test_a_changed_file_installs_again(install, root, pip_calls):
    install.install_python(root, "run")
    (root / "constraints.txt").write_text("changed")
    install.install_python(root, "run")
    assert len(pip_calls) == 2


def test_the_npm_of_a_wheel_helps_where_the_machine_has_none(install, root, pip_calls, monkeypatch):
    commands = []
    (root / "node_modules").mkdir()
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    monkeypatch.setattr(install.subprocess, "run", lambda command, **kwargs: commands.append(command))
    install.install_front_end(root)
    install.install_front_end(root)
    assert pip_calls == [(install.NODE,)]
    assert [command[3:] for command in commands] == [list(install.NPM_CI)]


def test_a_failure_is_one_line(install, monkeypatch, capsys):
    def fail(root, kind):
        raise subprocess.CalledProcessError(1, ["pip", "install"])

    monkeypatch.setattr(install, "install_python", fail)
    assert install.main(["run"]) == 1
    assert capsys.readouterr().err == "The installation failed at `pip install …`: see the lines above.\n"


def test_the_lock_file_names_no_registry():
    assert '"resolved"' not in SCRIPT.parents[1].joinpath("package-lock.json").read_text()
