"""What a start reads from its environment, refuses, and writes for `manage.py`."""

import os
import socket
import stat
import subprocess
import sys

import environ
import pytest

from local.embedded.config import Config, read_env_file
from local.embedded.errors import StartError
from local.embedded.supervisor import commands
from tests.provider_servers import free_port


@pytest.fixture
def config(tmp_path, monkeypatch):
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "BASE_URL", "SANDBOX_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TOLLGATE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("PORT", "8123")
    config = Config.from_environment()
    config.make_data_folder()
    return config


def test_the_environment_is_read(config, tmp_path):
    assert config == Config(data=tmp_path / "data", port=8123, database_url="", redis_url="")


def test_a_server_named_in_a_file_is_used(config, tmp_path, monkeypatch):
    (tmp_path / "address").write_text("postgresql://u:p@db/name")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "address"))
    assert Config.from_environment().database_url == "postgresql://u:p@db/name"


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT"])
@pytest.mark.parametrize("text", ["eighty", "0", "65536", "-1", "8000.5"])
def test_an_invalid_port_is_refused(config, monkeypatch, name, text):
    monkeypatch.setenv(name, text)
    with pytest.raises(StartError, match=f"^{name} is '{text}': write a number from 1 to 65535"):
        Config.from_environment()


def test_a_sandbox_runs_on_the_configured_port(config, monkeypatch):
    assert "sandbox" not in commands(config)
    monkeypatch.setenv("SANDBOX_PORT", "8124")
    assert commands(Config.from_environment())["sandbox"] == ("manage.py", "sandbox", "--port", "8124")


def test_one_port_for_two_is_refused(config, monkeypatch):
    port = free_port()
    monkeypatch.setenv("PORT", str(port))
    monkeypatch.setenv("SANDBOX_PORT", str(port))
    with pytest.raises(StartError, match=f"PORT and SANDBOX_PORT are both {port}"):
        Config.from_environment().check_ports()


def test_a_sandbox_port_in_use_is_refused(config):
    with socket.create_server(("127.0.0.1", 0)) as server:
        config = Config(config.data, free_port(), "", "", sandbox_port=server.getsockname()[1])
        with pytest.raises(StartError, match=r"Port \d+ is in use: .* as in SANDBOX_PORT=8001"):
            config.check_ports()


def test_a_port_in_use_is_refused(config):
    with socket.create_server(("127.0.0.1", 0)) as server:
        config = Config(data=config.data, port=server.getsockname()[1], database_url="", redis_url="")
        with pytest.raises(StartError, match=r"Port \d+ is in use: stop what listens there, or choose another"):
            config.check_ports()


def test_the_env_file_is_private_and_read_by_the_settings(config, monkeypatch):
    values = config.write_env_file("postgresql://tollgate@/tollgate?host=/run/x", "redis://:pass@127.0.0.1:7/0")
    assert stat.S_IMODE(config.env_file.stat().st_mode) == 0o600
    assert read_env_file(config.env_file) == values
    for name in values:
        monkeypatch.delenv(name, raising=False)
    environ.Env.read_env(config.env_file)
    assert {name: os.environ[name] for name in values} == values
    assert values["BASE_URL"] == "http://127.0.0.1:8123"
    for name in values:
        monkeypatch.delenv(name)


def test_the_secret_key_is_made_once(config):
    first = config.write_env_file("a", "b")["SECRET_KEY"]
    assert len(first) >= 50
    assert config.write_env_file("c", "d")["SECRET_KEY"] == first


def test_a_secret_key_of_the_environment_wins_and_is_not_written_to_the_file(config, monkeypatch):
    stored = config.write_env_file("a", "b")["SECRET_KEY"]
    monkeypatch.setenv("SECRET_KEY", "another")
    assert config.write_env_file("a", "b")["SECRET_KEY"] == "another"
    assert read_env_file(config.env_file)["SECRET_KEY"] == stored


def test_a_folder_that_is_a_file_is_refused(config, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StartError, match="cannot be used"):
        Config(data=tmp_path / "file", port=1, database_url="", redis_url="").make_data_folder()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(config):
    os.chown(config.data, 65534, 65534)
    with pytest.raises(StartError, match="belongs to nobody: start as nobody, or set TOLLGATE_DATA"):
        config.make_data_folder()


def test_a_second_start_with_the_same_folder_is_refused(config):
    code = f"""
from pathlib import Path
from local.embedded.config import Config
config = Config(data=Path({str(config.data)!r}), port=1, database_url="", redis_url="")
try:
    config.lock()
except Exception as error:
    print(error)
"""

    def other() -> str:
        return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    with config.lock():
        assert other().startswith("Tollgate already runs with the data folder")
    assert other() == ""
