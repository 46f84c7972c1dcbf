"""Collects the static files when one of their sources has changed since the last time."""

import fcntl
import hashlib
import os
import sys
from pathlib import Path

from local.embedded.config import ROOT
from local.embedded.steps import manage

STAMP = Path(sys.prefix) / f".static-collected{str(ROOT).replace(os.sep, '-')}"  # checkouts may share an environment
MANIFEST = ROOT / "staticfiles/staticfiles.json"


def collect_static(environment: dict[str, str]) -> None:
    """Run `collectstatic` if a source changed. A lock lets two starts in one checkout collect once."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        digest = sources_digest()
        if MANIFEST.exists() and STAMP.exists() and STAMP.read_text() == digest:
            return
        print("Collecting static files …", flush=True)
        manage("collectstatic", "--noinput", "--verbosity", "0", environment=environment)
        STAMP.write_text(digest)
    finally:
        os.close(folder)


def sources_digest() -> str:
    """A digest of our static files' sizes and times and of the lists of installed packages."""
    digest = hashlib.sha256()
    for path in sorted(ROOT.glob("*/static/**/*")):
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    for path in (ROOT / "requirements.txt", ROOT / "package-lock.json", ROOT / "node_modules/.package-lock.json"):
        digest.update(path.read_bytes() if path.exists() else b"-")
    return digest.hexdigest()
