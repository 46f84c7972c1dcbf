"""The proxy of deploy/Caddyfile, run for real in front of granian: no header of a client passes for the proxy's own."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from local.embedded.redis import free_port
from tests.scenarios.conftest import process, wait_until

ROOT = Path(__file__).parent.parent
CADDY = os.environ.get("CADDY") or shutil.which("caddy")
pytestmark = pytest.mark.skipif(not CADDY, reason="Caddy is not installed: name it in the variable CADDY")
_APP = """
import json
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({name: str(value) for name, value in environ.items() if name.startswith("HTTP_")}).encode()]
"""


@contextmanager
def caddy(text: str, folder: Path) -> Iterator[None]:
    """Caddy with this configuration."""
    (folder / "Caddyfile").write_text(text)
    env = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = [str(CADDY), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    with (folder / "caddy.log").open("wb") as log:
        running = subprocess.Popen(command, env=env, stdout=log, stderr=log)
        try:
            yield
        finally:
            running.terminate()
            running.wait(30)


@pytest.fixture(scope="module")
def edge(tmp_path_factory) -> Iterator[httpx.Client]:
    """A client of the proxy; the application behind it answers with the headers that it gets."""
    folder = tmp_path_factory.mktemp("proxy")
    (folder / "headers.py").write_text(_APP)
    app, port, health = free_port(), free_port(), free_port()
    text = (ROOT / "deploy/Caddyfile").read_text().replace("{$BASE_URL}", f"http://127.0.0.1:{port}")
    text = text.replace("web:8000", f"127.0.0.1:{app}").replace("ingest:8000", f"127.0.0.1:{app}")
    text = text.replace(":8081", f":{health}")
    granian = ("-m", "granian", "--interface", "wsgi", "--no-ws", "--port", str(app), "headers:application")
    env = {**os.environ, "PYTHONPATH": str(folder)}
    with ExitStack() as stack:
        stack.enter_context(process(*granian, env=env, log=folder / "app.log"))
        stack.enter_context(caddy(text, folder))
        client = stack.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}"))
        wait_until(lambda: _answers(client), seconds=60)
        yield client


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/").status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("path", ["/", "/webhooks/meta/x"])
@pytest.mark.parametrize(
    "names",
    [("X_Forwarded_For",), ("X-Forwarded_For",), ("x_forwarded-for", "X-Forwarded-For"),
     ("X-Forwarded-For", "X_FORWARDED_FOR")],
)  # fmt: skip
def test_no_header_forges_the_address(edge, path, names):
    received = edge.get(path, headers=[(name, "6.6.6.6") for name in names]).json()
    assert received["HTTP_X_FORWARDED_FOR"] == "127.0.0.1"


def test_no_response_names_its_server(edge):
    for path in ("/", "/webhooks/meta/x", "/metrics"):
        assert "server" not in edge.get(path).headers


def test_no_header_has_an_underscore(edge):
    forged = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "evil.example", "_": "x", "a_b": "x", "Ab-C": "kept"}
    received = edge.get("/", headers=forged).json()
    assert "evil.example" not in json.dumps(received)
    assert received["HTTP_X_FORWARDED_PROTO"] == "http"
    assert {name for name in received if name in {"HTTP__", "HTTP_A_B", "HTTP_AB_C"}} == {"HTTP_AB_C"}
