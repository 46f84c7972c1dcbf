"""Providers over real HTTP: the sandbox as a process, and a server with a configurable response."""

import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
TOKEN = "a-token-of-the-tests"
APP_SECRET = "an-app-secret-of-the-tests"
NUMBER_ID = "106540352242922"


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Recorder:
    """Answers every request the same, and keeps it. `answer` None breaks the connection instead."""

    url: str = ""
    status: int = 200
    answer: bytes | None = b""
    headers: dict[str, str] = field(default_factory=dict)
    refuse_first: int = 0  # answered 500 before anything else
    received: queue.Queue[Received] = field(default_factory=queue.Queue)


@contextmanager
def recorder() -> Iterator[Recorder]:
    state = Recorder()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.received.put(Received(self.command, self.path, dict(self.headers.items()), body))
            if state.answer is None:
                self.close_connection = True
                return
            refused = state.refuse_first > 0
            state.refuse_first -= refused
            self.send_response(500 if refused else state.status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(state.answer)))
            self.end_headers()
            self.wfile.write(state.answer)

        def log_message(self, *_):
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def sandbox(callback_url: str, *options: str, token: str = TOKEN) -> Iterator[str]:
    """`manage.py sandbox` without latency, a thousand times faster than life; its URL."""
    port = free_port()
    command = [
        sys.executable, "manage.py", "sandbox", "--port", str(port), "--token", token, "--app-secret", APP_SECRET,
        "--callback-url", callback_url, "--latency", "0", "--speed", "1000", *options,
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url, process)
        yield url
        process.terminate()
        process.wait(60)  # its exit code does not matter: the server may panic while it stops
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the sandbox did not start: exit code {process.poll()}")
