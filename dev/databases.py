"""Private database servers on Unix sockets, started for a test or a measurement and gone after it.

PostgreSQL gets a database whose locale is French by ICU, MariaDB one of Debian's default collation: these are where
text that is not compared by its bytes gives other rows.
"""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

POSTGRES, MYSQL = "PostgreSQL", "MySQL"  # as DSS calls the types of datasets; its MySQL is MariaDB, too
_DATABASE = "weblogs"
_TRIES = 600
_PAUSE = 0.1  # seconds between two tries to reach a server that starts


class MissingProgram(Exception):
    """A server or its client is not on this machine; the message names it and the package that has it."""


@dataclass(frozen=True)
class Server:
    """A running server: its type by DSS's name, the folder or file of its socket, and its database."""

    kind: str
    socket: str
    user: str
    database: str = _DATABASE

    def connect(self, database: str | None = None) -> Any:
        """A connection of the DB-API, times in UTC; what it does counts once it is committed."""
        name = self.database if database is None else database
        if self.kind == MYSQL:
            return _client("pymysql").connect(
                unix_socket=self.socket,
                user=self.user,
                database=name or None,
                charset="utf8mb4",
                init_command="SET time_zone='+00:00'",
            )
        driver = _client("psycopg")
        return driver.connect(host=self.socket, user=self.user, dbname=name, options="-c TimeZone=UTC")


def find_postgres() -> tuple[str, str]:
    """The programs that make and control a PostgreSQL.

    Raises:
        MissingProgram: PostgreSQL or psycopg is not installed.
    """
    _client("psycopg")
    initdb, control = (_program(name, "postgresql", _postgres_folders()) for name in ("initdb", "pg_ctl"))
    return initdb, control


@contextmanager
def postgres(*, settings: Sequence[str] = ()) -> Iterator[Server]:
    """A PostgreSQL with a database in French.

    Args:
        settings: Further ones of the server, such as ``work_mem=64MB``.

    Raises:
        MissingProgram: PostgreSQL or psycopg is not installed.
    """
    initdb, control = find_postgres()
    with _folder("postgres") as folder:
        data, log = folder / "data", folder / "log"
        _done([initdb, "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "test"], "postgres")
        chosen = [f"unix_socket_directories={folder}", "listen_addresses=''", "fsync=off", *settings]
        options = " ".join(f"-c {each}" for each in chosen)
        _done([control, "-D", data, "-w", "-l", log, "-o", options, "start"], "postgres")
        try:
            server = Server(POSTGRES, str(folder), "test")
            locale = "LOCALE_PROVIDER icu ICU_LOCALE 'fr-FR' LOCALE 'C.UTF-8'"
            with server.connect("postgres") as connection:
                connection.autocommit = True
                connection.execute(f"CREATE DATABASE {_DATABASE} TEMPLATE template0 ENCODING 'UTF8' {locale}")
            yield server
        finally:
            _done([control, "-D", data, "-m", "immediate", "stop"], "postgres")


@contextmanager
def mariadb() -> Iterator[Server]:
    """A MariaDB with a database whose texts ignore case, accents and spaces at the end.

    Raises:
        MissingProgram: MariaDB or PyMySQL is not installed.
    """
    _client("pymysql")
    install, daemon, ask = (
        _program(name, "mariadb-server", ["/usr/sbin"]) for name in ("mariadb-install-db", "mariadbd", "mariadb-admin")
    )
    with _folder("mysql") as folder:
        data, socket = folder / "data", folder / "s.sock"
        owner = ["--user=mysql"] if os.getuid() == 0 else []
        plain = ["--no-defaults", *owner, f"--datadir={data}", f"--tmpdir={folder}"]
        _done([install, *plain, "--auth-root-authentication-method=normal", "--skip-test-db"])
        files = [f"--socket={socket}", f"--pid-file={folder / 'pid'}", f"--log-error={folder / 'log'}"]
        command = [daemon, *plain, *files, "--skip-networking", "--innodb-flush-log-at-trx-commit=0"]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/") as process:
            try:
                server = Server(MYSQL, str(socket), "root")
                _create(server, process, ask)
                yield server
            finally:
                process.terminate()


def _create(server: Server, process: subprocess.Popen[bytes], program: str) -> None:
    """Make the database as soon as the server answers."""
    ask = [program, "--no-defaults", f"--user={server.user}", f"--socket={server.socket}", "--silent", "ping"]
    for _ in range(_TRIES):
        if process.poll() is not None:
            raise AssertionError(f"MariaDB ended with status {process.returncode}")
        # Not through the client: one that is refused leaves its socket open.
        if subprocess.run(ask, capture_output=True, check=False).returncode == 0:
            break
        time.sleep(_PAUSE)
    with server.connect("") as connection:
        charset = "CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
        connection.cursor().execute(f"CREATE DATABASE {_DATABASE} {charset}")


@contextmanager
def _folder(owner: str) -> Iterator[Path]:
    """A folder of the server's user, short enough for a socket's path of 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="db-", dir="/tmp", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        if os.getuid() == 0:
            shutil.chown(folder, owner, owner)
        yield folder


def _done(command: Sequence[str | Path], owner: str | None = None) -> None:
    """Run a command to its end, as its owner where we are root: some servers refuse to be started by him."""
    words = [str(word) for word in command]
    user: dict[str, Any] = {"user": owner, "group": owner, "extra_groups": []} if owner and os.getuid() == 0 else {}
    with tempfile.TemporaryFile() as said:  # a server that stays must not keep a pipe of ours open
        ended = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/", check=False, **user)
        if ended.returncode:
            said.seek(0)
            raise AssertionError(f"{words} ended with {ended.returncode}: {said.read().decode(errors='replace')}")


def _postgres_folders() -> list[str]:
    """Where Debian keeps what must be run by the server's version, newest first."""
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    return [str(path) for path in sorted(versions, key=lambda path: int(path.parent.name), reverse=True)]


def _program(name: str, package: str, folders: Sequence[str]) -> str:
    found = shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))
    if found is None:
        raise MissingProgram(f"{name} is not installed (Debian: apt-get install {package})")
    return found


def _client(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingProgram(f"{module} is not installed (it is one of the tests' requirements)") from None
