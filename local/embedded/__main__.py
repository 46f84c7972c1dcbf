"""`script/run`: brings up the servers, prepares the database, then runs web, worker and beat until Ctrl-C.

The parts stop in the reverse order of their start, however the run ends: Ctrl-C, SIGTERM, a closed terminal, a part
that dies, or a start that fails half way.
"""

import argparse
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from types import FrameType

from local.embedded.config import ROOT, Config
from local.embedded.errors import StartError
from local.embedded.postgres import Postgres
from local.embedded.redis import Redis, free_port
from local.embedded.runner_processes import MARK, stop_members
from local.embedded.static import collect_static
from local.embedded.steps import manage, preflight
from local.embedded.supervisor import supervise

STOP_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="script/run", description="Start Tollgate with its own PostgreSQL and Redis.")
    parser.add_argument("--messages", type=int, default=50_000, help="how many demo messages fill an empty database")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts `script/run &` with SIGINT ignored
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _exit)
    stack = ExitStack()
    try:
        return run(Config.from_environment(), options.messages, stack)
    except StartError as error:
        print(error, file=sys.stderr, end="\n" if str(error) else "")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave a server behind
        stack.close()


def run(config: Config, demo_messages: int, stack: ExitStack) -> int:
    """Start everything, wait for the end, and return the exit code. `stack` stops what was started."""
    config.make_data_folder()
    stack.enter_context(config.lock())
    if stop_members(config.data):
        print("Stopped what an earlier run had left behind.", flush=True)
    config.check_ports()
    if demo_messages and not config.sandbox_port:
        config = replace(config, sandbox_port=free_port())  # the demo's numbers send through the sandbox
    environment = start_servers(config, stack)
    prepare(environment, demo_messages)
    welcome = [sys.executable, "-m", "local.embedded.welcome"]
    stack.enter_context(subprocess.Popen(welcome, cwd=ROOT, env=environment, start_new_session=True))
    stack.callback(stop_members, config.data)
    print("Starting web, worker and beat …", flush=True)
    return supervise(config, environment)


def start_servers(config: Config, stack: ExitStack) -> dict[str, str]:
    """Start the servers that the environment does not name; return the environment of the other parts."""
    postgres, redis = Postgres(config.data), Redis(config.data)
    stack.callback(postgres.stop)  # before either starts: an earlier run may have left one behind
    stack.callback(redis.stop)
    stack.callback(print, "Stopping the servers …", flush=True)
    if not config.database_url:
        print("Starting PostgreSQL …", flush=True)
        postgres.start()
    if not config.redis_url:
        print("Starting Redis …", flush=True)
        redis.start()
    values = config.write_env_file(config.database_url or postgres.url, config.redis_url or redis.url)
    return os.environ | values | {"TOLLGATE_DATA": str(config.data), MARK: str(config.data), "PYTHONUNBUFFERED": "1"}


def prepare(environment: dict[str, str], demo_messages: int) -> None:
    print("Checking the configuration …", flush=True)
    preflight(environment)
    print("Preparing the database …", flush=True)
    manage("migrate", "--noinput", "--skip-checks", "--verbosity", "0", environment=environment)
    if demo_messages:
        manage("seed_demo", "--if-empty", "--messages", str(demo_messages), environment=environment)
    collect_static(environment)


def _exit(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
