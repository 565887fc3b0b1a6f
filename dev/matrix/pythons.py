"""The machine's Pythons: the running one, those on PATH, those in pyenv's folder."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# The base of a virtual environment stands for it: environments come and go.
# A free-threaded build ("t" among its flags) needs wheels of its own, and hosts do not have it.
_PROBE = (
    "import sys; print(sys.implementation.name, '%d.%d' % sys.version_info[:2], "
    "'%d.%d.%d' % sys.version_info[:3], sys.abiflags or '-', sys._base_executable)"
)
_PROBE_SECONDS = 30


@dataclass(frozen=True)
class Python:
    """An interpreter: ``version`` like "3.10", ``full`` like "3.10.13", and where it is."""

    version: str
    full: str
    path: Path


def find(versions: Sequence[str], running: Path, environment: Mapping[str, str]) -> dict[str, Python]:
    """The first Python of each version that is there and starts.

    Args:
        versions: Such as "3.10".
        running: The interpreter that runs the matrix: it stands for its own version.
        environment: PATH, and PYENV_ROOT or HOME, are read.
    """
    asked: dict[Path, Python | None] = {}
    found = {}
    for version in versions:
        for path in (running, *_on_path(version, environment), *_in_pyenv(version, environment)):
            if path not in asked:
                asked[path] = _ask(path, environment)
            python = asked[path]
            if python and python.version == version:
                found[version] = python
                break
    return found


def _on_path(version: str, environment: Mapping[str, str]) -> Iterator[Path]:
    folders = [Path(folder) for folder in environment.get("PATH", "").split(os.pathsep) if folder]
    for name in (f"python{version}", "python3", "python"):
        for folder in folders:
            if os.access(folder / name, os.X_OK):
                yield folder / name


def _in_pyenv(version: str, environment: Mapping[str, str]) -> list[Path]:
    """Newest first; virtual environments and builds of other kinds have other names."""
    root = environment.get("PYENV_ROOT") or str(Path(environment.get("HOME", "/")) / ".pyenv")
    releases = []
    for folder in Path(root).glob("versions/*"):
        release = re.fullmatch(re.escape(version) + r"\.(\d+)", folder.name)
        if release and os.access(folder / "bin" / "python", os.X_OK):
            releases.append((int(release[1]), folder / "bin" / "python"))
    return [path for _, path in sorted(releases, reverse=True)]


def _ask(path: Path, environment: Mapping[str, str]) -> Python | None:
    """What the interpreter says it is; None when it does not start: pyenv has shims for versions not chosen."""
    try:
        answer = subprocess.run(
            [str(path), "-I", "-c", _PROBE],
            env=dict(environment),
            capture_output=True,
            text=True,
            check=True,
            timeout=_PROBE_SECONDS,
        ).stdout.split(maxsplit=4)
    except (OSError, subprocess.SubprocessError):
        return None
    if len(answer) != 5 or answer[0] != "cpython" or "t" in answer[3]:
        return None
    return Python(version=answer[1], full=answer[2], path=Path(answer[4].strip()))
