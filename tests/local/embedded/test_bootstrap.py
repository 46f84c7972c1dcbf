"""script/install.py installs once and again after a change, and reports a failure in one line."""

import importlib.util
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[3] / "script/install.py"


@pytest.fixture
def install(monkeypatch):
    spec = importlib.util.spec_from_file_location("install", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "make_venv", lambda venv: venv.mkdir(exist_ok=True))
    return module


@pytest.fixture
def root(install, tmp_path):
    for name in (*install.python_files("dev"), install.NODE_FILE, "package.json", "package-lock.json"):
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.fixture
def pip_calls(install, monkeypatch):
    calls = []
    monkeypatch.setattr(install, "pip", lambda venv, *files: calls.append(files))
    return calls


def test_python_packages_are_installed_once(install, root, pip_calls):
    install.install_python(root, "run")
    install.install_python(root, "run")
    assert pip_calls == [("requirements.txt", "requirements-local.txt")]


def test_what_tests_need_includes_what_running_needs(install, root, pip_calls, monkeypatch):
    monkeypatch.setattr(install.shutil, "which", lambda name: f"/usr/bin/{name}")
    install.install_python(root, "dev")
    install.install_python(root, "run")
    assert pip_calls == [("requirements.txt", "requirements-local.txt", "requirements-dev.txt")]


def test_tests_bring_a_node_where_the_machine_has_none(install, monkeypatch):
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    assert install.python_files("dev")[-1] == "requirements-node.txt"
    assert "requirements-node.txt" not in install.python_files("run")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-local.txt"])
def test_a_changed_file_installs_again(install, root, pip_calls, name):
    install.install_python(root, "run")
    (root / name).write_text("changed")
    install.install_python(root, "run")
    assert len(pip_calls) == 2


def test_pip_installs_only_what_has_a_known_hash(install, root, monkeypatch):
    commands = []
    monkeypatch.setattr(install.subprocess, "run", lambda command, **kwargs: commands.append(command))
    install.install_python(root, "run")
    assert commands[0][-3:] == [
        "--require-hashes",
        "--requirement=requirements.txt",
        "--requirement=requirements-local.txt",
    ]


def test_the_npm_of_a_wheel_helps_where_the_machine_has_none(install, root, pip_calls, monkeypatch):
    commands = []
    (root / "node_modules").mkdir()
    monkeypatch.setattr(install.shutil, "which", lambda name: None)
    monkeypatch.setattr(install.subprocess, "run", lambda command, **kwargs: commands.append(command))
    install.install_front_end(root)
    install.install_front_end(root)
    assert pip_calls == [("requirements-node.txt",)]
    assert [command[3:] for command in commands] == [list(install.NPM_CI)]


def test_a_failure_is_one_line(install, monkeypatch, capsys):
    def fail(root, kind):
        raise subprocess.CalledProcessError(1, ["pip", "install"])

    monkeypatch.setattr(install, "install_python", fail)
    assert install.main(["run"]) == 1
    assert capsys.readouterr().err == "The installation failed at `pip install …`: see the lines above.\n"
