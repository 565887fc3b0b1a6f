"""Virtual environments with the lowest or the highest versions, made by uv from wheels alone."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dev.matrix.cells import Cell
from dev.matrix.pythons import Python

# These publish no wheel. Whatever else has none for a Python is not allowed there: no compiler is asked for.
SOURCE_ONLY = ("dataiku-api-client",)
_DIRECT = "host"  # the extra that adds the host's pandas and numpy to the dependencies
_TESTS = "test"  # the extra that adds what only tests need, at the highest versions always
_FROM_PIP = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}


class NotMade(Exception):
    """An environment could not be made: one sentence with the remedy."""


@dataclass(frozen=True)
class Environment:
    """An environment that is ready: its interpreter, and the versions of its packages."""

    python: Path
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Maker:
    """Makes the environments of a project, and keeps them while its requirements do not change.

    Attributes:
        project: The folder of pyproject.toml.
        folder: Where the environments go, each in a folder of its own.
        uv: The command.
        variables: The environment variables that uv gets.
    """

    project: Path
    folder: Path
    uv: Sequence[str] = (sys.executable, "-m", "uv")
    variables: Mapping[str, str] = field(default_factory=dict)

    def make(self, cell: Cell, python: Python, log: Path) -> Environment:
        """The cell's environment, made anew unless the one that is there was made for the same.

        Args:
            cell: Which.
            python: Its interpreter.
            log: Where uv's words are added.

        Raises:
            NotMade: No versions fit together, or they cannot be had.
        """
        home = self.folder / cell.name
        stamp, pins, key = home / ".made", home / "pins.txt", self._key(cell, python)
        if not stamp.exists() or stamp.read_text("utf-8") != key:
            shutil.rmtree(home, ignore_errors=True)
            self._make(cell, python, home, log)
            stamp.write_text(key, "utf-8")
        return Environment(home / "bin" / "python", _versions(pins.read_text("utf-8")))

    def _make(self, cell: Cell, python: Python, home: Path, log: Path) -> None:
        """The direct dependencies first, lowest or highest; then what tests need, around them."""
        pair, direct, pins = home / "pair.txt", home / "direct.txt", home / "pins.txt"
        self._run(log, "venv", "--python", str(python.path), str(home))
        pair.write_text("\n".join(cell.pair) + "\n", "utf-8")
        resolution = "lowest-direct" if cell.kind == "lowest" else "highest"
        self._compile(home, log, "--extra", _DIRECT, "--resolution", resolution, "-c", str(pair), "-o", str(direct))
        self._compile(home, log, "--extra", _TESTS, "-c", str(direct), "-o", str(pins))
        self._run(log, "pip", "install", "--python", str(home / "bin" / "python"), *_wheels_only(), "-r", str(pins))

    def _compile(self, home: Path, log: Path, *options: str) -> None:
        plain = ("--quiet", "--no-header", "--no-annotate", "--python", str(home / "bin" / "python"))
        self._run(log, "pip", "compile", "pyproject.toml", *plain, *_wheels_only(), *options)

    def _run(self, log: Path, *arguments: str) -> None:
        with log.open("ab") as file:
            file.write(f"$ uv {' '.join(arguments)}\n".encode())
            file.flush()
            begin = file.tell()
            done = subprocess.run(
                [*self.uv, *arguments],
                cwd=self.project,
                env=dict(self.variables),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            said = log.read_bytes()[begin:].decode(errors="replace").strip()
            command = " ".join(word for word in arguments[:2] if not word.startswith("-"))
            raise NotMade(
                f"uv {command} ended with status {done.returncode}: {_first_lines(said)}; "
                "change the range in pyproject.toml, or see to the way to the package index"
            )

    def _key(self, cell: Cell, python: Python) -> str:
        """Changes with whatever the environment is made from."""
        content = [(self.project / "pyproject.toml").read_text("utf-8"), cell.pair, SOURCE_ONLY]
        digest = hashlib.sha256(json.dumps([*content, python.full, str(python.path)]).encode())
        return digest.hexdigest() + "\n"


def uv_variables(environment: Mapping[str, str], pip: Sequence[str] = (sys.executable, "-m", "pip")) -> dict[str, str]:
    """The environment variables for uv, with pip's index and certificates, which uv does not look for.

    Args:
        environment: The variables of this process; what they say to uv stands.
        pip: The command whose configuration is read.
    """
    answer = subprocess.run(
        [*pip, "config", "list"], env=dict(environment), capture_output=True, text=True, check=False
    )
    settings = dict(line.partition("=")[::2] for line in answer.stdout.splitlines())
    # A slow index is waited for, as pip would; the Pythons are the machine's own.
    variables = {"UV_HTTP_TIMEOUT": "180", "UV_NO_PROGRESS": "1", "UV_PYTHON_DOWNLOADS": "never"}
    for key, name in _FROM_PIP.items():
        for section in ("global", "install", ":env:"):  # the last one that is there counts, as with pip
            if f"{section}.{key}" in settings:
                variables[name] = settings[f"{section}.{key}"].strip("'\"")
    return {**variables, **environment}


def _wheels_only() -> list[str]:
    exceptions = [word for name in SOURCE_ONLY for word in ("--no-binary", name)]
    return ["--only-binary", ":all:", *exceptions]


def _versions(pins: str) -> dict[str, str]:
    return dict(line.strip().partition("==")[::2] for line in pins.splitlines() if "==" in line)


def _first_lines(text: str) -> str:
    """What is wrong stands in uv's first line, why in the next."""
    return " ".join(line.strip() for line in text.splitlines()[:2])[:400].rstrip(".:")
