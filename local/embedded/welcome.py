"""`python -m local.embedded.welcome`: wait until the web server is healthy, then print its address and logins."""

import json
import os
import subprocess
import sys
import time

import httpx

from local.embedded.config import ROOT

SECONDS_BETWEEN_NOTICES = 30


def wait_until_healthy(url: str) -> None:
    """Return at the first 200 of /healthz. Until then, print a notice now and then."""
    next_notice = time.monotonic() + SECONDS_BETWEEN_NOTICES
    while True:
        try:
            response = httpx.get(f"{url}/healthz", timeout=5, trust_env=False)
            if response.status_code == httpx.codes.OK:
                return
            state = f"answers {response.status_code}: {response.text[:200]}"
        except httpx.HTTPError as error:
            state = f"does not answer yet ({type(error).__name__})"
        if time.monotonic() > next_notice:
            print(f"Still waiting: {url}/healthz {state}", flush=True)
            next_notice += SECONDS_BETWEEN_NOTICES
        time.sleep(0.3)


def demo_logins() -> dict[str, dict[str, str]]:
    """The demo account's users by role; empty when there is no demo data."""
    command = [sys.executable, "manage.py", "demo_credentials", "--json"]
    process = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    if process.returncode:
        return {}
    users: dict[str, dict[str, str]] = json.loads(process.stdout)["users"]
    return users


def main() -> None:
    wait_until_healthy(f"http://127.0.0.1:{os.environ['PORT']}")
    logins = demo_logins()
    lines = ["", f"Tollgate is ready: {os.environ['BASE_URL']}/", ""]
    if logins:
        lines += [
            "Log in as",
            *(f"  {role:<10} {user['email']:<32} {user['password']}" for role, user in logins.items()),
        ]
    lines += ["", f"Its data is in {os.environ['TOLLGATE_DATA']}. Ctrl-C stops everything.", ""]
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    main()
