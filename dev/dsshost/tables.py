"""Datasets that are tables of a real PostgreSQL or MariaDB, as the host makes, fills and reads them.

The ``dataiku`` package that recipes see loads this file by itself: beside the standard library and the databases'
clients it uses ``dev/databases.py`` alone.
"""

from __future__ import annotations

import csv
import importlib.util
import io
import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

WHOLE = "NP"
_BLOCK = 1000  # rows per INSERT
_TYPES = {
    "tinyint": "SMALLINT",
    "smallint": "SMALLINT",
    "int": "INT",
    "bigint": "BIGINT",
    "boolean": "BOOLEAN",
    "float": "REAL",
    "double": "DOUBLE PRECISION",
    "string": "TEXT",
    "date": "TIMESTAMPTZ",
}
_OF_MYSQL = {"string": "LONGTEXT", "date": "DATETIME(6)", "float": "FLOAT", "double": "DOUBLE"}
# PostgreSQL's numbers of types (its catalogue pg_type) by what the host makes of them.
_OIDS = {16: "boolean", 20: "bigint", 21: "smallint", 23: "int", 25: "string", 1043: "string", 700: "float"} | {
    701: "double",
    1184: "date",
}


class BadQuery(Exception):
    """A query that the host or the database would refuse, or whose rows would not be what the dataset declares."""


def _servers() -> Any:
    """``dev/databases.py``, whatever the path of imports is."""
    name = "dev.databases"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "databases.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@dataclass(frozen=True)
class Place:
    """Where a dataset's table is: a server as ``dev.databases.Server`` has it, the host's connection, its partitions.

    A PostgreSQL may bear the name of another ``kind``, to see what is made of that.
    ``dimensions``: names of the columns that tell partitions of days.
    """

    kind: str
    socket: str
    user: str
    database: str
    table: str
    connection: str = "weblogs"
    dimensions: Sequence[str] = field(default=())

    @classmethod
    def of(cls, server: Any, table: str, **more: Any) -> Place:
        """A table on a server."""
        kind = more.pop("kind", server.kind)
        return cls(kind, server.socket, server.user, server.database, table, **more)

    def connect(self) -> Any:
        """A connection to the server."""
        return _servers().Server(self.kind, self.socket, self.user, self.database).connect()


class Table:
    """The table of a dataset.

    Args:
        place: As ``asdict`` gives a ``Place``.
        columns: The dataset's schema.
    """

    def __init__(self, place: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> None:
        self.place = Place(**place)
        self._columns = columns
        self._is_mysql = self.place.kind == "MySQL"

    @property
    def name(self) -> str:
        """Its name, quoted."""
        return self.quoted(self.place.table) if self._is_mysql else f'"public".{self.quoted(self.place.table)}'

    def quoted(self, name: str) -> str:
        """An identifier."""
        mark = "`" if self._is_mysql else '"'
        return mark + name.replace(mark, mark * 2) + mark

    def config(self) -> dict[str, Any]:
        """What the host tells of the dataset's kind, place and partitions."""
        dimensions = [{"name": name, "type": "time", "params": {"period": "DAY"}} for name in self.place.dimensions]
        table = "${projectKey}_" + self.place.table.removeprefix("DEMO_")
        params = {"connection": self.place.connection, "mode": "table", "table": table, "partitioningType": "custom"}
        return {"type": self.place.kind, "params": params, "partitioning": {"dimensions": dimensions}}

    def location(self) -> dict[str, Any]:
        """What the host tells of the table, with variables resolved."""
        info = {
            "databaseType": self.place.kind,
            "table": self.place.table,
            "quotedResolvedTableName": self.name,
            "connectionName": self.place.connection,
        }
        return {"locationInfoType": "SQL", "info": info}

    def partitions(self) -> list[str]:
        """Those that hold rows; of a table without partitions, the whole."""
        if not self._is_there():
            return []
        if not self.place.dimensions:
            return [WHOLE]
        names = ", ".join(map(self.quoted, self.place.dimensions))
        with self._cursor() as cursor:
            cursor.execute(f"SELECT DISTINCT {names} FROM {self.name}")
            return sorted("|".join(row) for row in cursor.fetchall())

    def texts(self, partitions: Sequence[str], names: Sequence[str] | None = None) -> Iterator[list[str]]:
        """Rows of partitions as the host streams them, in no order: texts, nothing for what is null."""
        kinds = {str(column["name"]): str(column["type"]) for column in self._columns}
        chosen = list(names) if names is not None else list(kinds)
        where = "" if WHOLE in partitions else f" WHERE {' OR '.join(map(self._in_partition, partitions))}"
        with self._cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(map(self.quoted, chosen))} FROM {self.name}{where}")
            for row in iter(cursor.fetchone, None):
                yield [_text(value, kinds[name]) for name, value in zip(chosen, row, strict=True)]

    def fill(self, rows: Iterable[Sequence[str]], partition: str = WHOLE, *, append: bool = False) -> int:
        """Write rows of texts in the order of the schema in the place of a partition, or of all."""
        count = 0
        with self._cursor() as cursor:
            self._prepare(cursor, partition, append=append)
            marks = f"({', '.join(['%s'] * len(self._columns))})"
            cells = (
                [self._cell(text, column) for text, column in zip(row, self._columns, strict=True)] for row in rows
            )
            while block := list(itertools.islice(cells, _BLOCK)):
                cursor.executemany(f"INSERT INTO {self.name} VALUES {marks}", block)
                count += len(block)
            cursor.connection.commit()
        return count

    def fill_by(self, query: str, before: Sequence[str], after: Sequence[str], partition: str = WHOLE) -> int:
        """Put a query's rows in the place of a partition, or of all; gives their number.

        Raises:
            BadQuery: It is no SELECT, or gives other columns, types or partitions than the dataset declares.
        """
        # The host rewrites a SELECT to an INSERT; that of a query that begins with WITH it does not.
        if not query.lstrip().upper().startswith("SELECT") or ";" in query.rpartition("'")[2]:
            raise BadQuery("the fragment is not one SELECT statement")
        with self._cursor() as cursor:
            for each in before:
                cursor.execute(each)
            self._check(self.described(cursor, query))
            self._prepare(cursor, partition)
            names = ", ".join(self.quoted(str(column["name"])) for column in self._columns)
            cursor.execute(f"INSERT INTO {self.name} ({names}) {query}")
            count = int(cursor.rowcount)
            self._check_partition(cursor, partition)
            for each in after:
                cursor.execute(each)
            cursor.connection.commit()
        return count

    def described(self, cursor: Any, query: str) -> list[dict[str, Any]]:
        """Names and types of a query's columns; MariaDB tells no type by which truth is told from a number."""
        cursor.execute(f"SELECT * FROM ({query}) AS {self.quoted('asked')} LIMIT 0")
        if self._is_mysql:
            return [{"name": column[0], "type": None} for column in cursor.description]
        return [{"name": each.name, "type": _OIDS.get(each.type_code, "unknown")} for each in cursor.description]

    def _check(self, found: Sequence[Mapping[str, Any]]) -> None:
        declared = [(column["name"], column["type"]) for column in self._columns]
        given = [(each["name"], each["type"] or kind) for each, (_, kind) in zip(found, declared, strict=False)]
        if len(found) != len(declared) or given != declared:
            odd = [each for each in itertools.zip_longest(given, declared) if each[0] != each[1]]
            raise BadQuery(f"the query's columns are not those of the schema: {odd[:3]}")

    def _check_partition(self, cursor: Any, partition: str) -> None:
        """The host does not look at what a query writes: rows of another partition would double at the next build."""
        if partition == WHOLE or not self.place.dimensions:
            return
        names = [str(column["name"]) for column in self._columns]
        if not set(self.place.dimensions) <= set(names):
            raise BadQuery(f"the schema lacks the columns of partitions, {self.place.dimensions}")
        cursor.execute(f"SELECT COUNT(*) FROM {self.name}")
        (whole,) = cursor.fetchone()
        others = [self._in_partition(each) for each in {partition, *self._before}]
        cursor.execute(f"SELECT COUNT(*) FROM {self.name} WHERE {' OR '.join(others)}")
        if cursor.fetchone() != (whole,):
            raise BadQuery(f"the query writes rows that are not of partition {partition}")

    def _prepare(self, cursor: Any, partition: str, *, append: bool = False) -> None:
        """The table as the schema has it, without the rows that are to be replaced."""
        self._before = self.partitions() if partition != WHOLE else []
        if self._physical() != [str(column["name"]) for column in self._columns]:
            if self._before:
                raise BadQuery("the columns of a table change while other partitions hold rows")
            cursor.execute(f"DROP TABLE IF EXISTS {self.name}")
            cursor.execute(f"CREATE TABLE {self.name} ({', '.join(map(self._declared, self._columns))})")
        elif not append:
            where = "" if partition == WHOLE else f" WHERE {self._in_partition(partition)}"
            cursor.execute(f"DELETE FROM {self.name}{where}")

    def _declared(self, column: Mapping[str, Any]) -> str:
        kind = (_OF_MYSQL if self._is_mysql else {}).get(column["type"]) or _TYPES[column["type"]]
        if column["type"] == "string" and int(column.get("maxLength") or -1) > 0:
            kind = f"VARCHAR({int(column['maxLength'])})"
        return f"{self.quoted(str(column['name']))} {kind}"

    def _physical(self) -> list[str]:
        schema = "DATABASE()" if self._is_mysql else "'public'"
        with self._cursor() as cursor:
            cursor.execute(
                "SELECT column_name FROM information_schema.columns "
                f"WHERE table_schema = {schema} AND table_name = %s ORDER BY ordinal_position",
                (self.place.table,),
            )
            return [str(name) for (name,) in cursor.fetchall()]

    def _is_there(self) -> bool:
        return bool(self._physical())

    def _in_partition(self, partition: str) -> str:
        values = zip(self.place.dimensions, partition.split("|"), strict=True)
        return " AND ".join(f"{self.quoted(name)} = '{value}'" for name, value in values)

    def _cell(self, text: str, column: Mapping[str, Any]) -> Any:
        if text == "":
            return None
        if column["type"] == "boolean":
            return text.lower() == "true"
        if column["type"] == "date":
            moment = datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)
            return moment.replace(tzinfo=None) if self._is_mysql else moment
        return text

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        with closing(self.place.connect()) as connection, closing(connection.cursor()) as cursor:
            yield cursor


def _text(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "date":
        return (
            value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
            if value.tzinfo
            else (value.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z")
        )
    return str(value)


def streamed(rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Rows as the host streams them: tab-separated texts, some thousand rows at a time."""
    rows = iter(rows)
    while block := list(itertools.islice(rows, _BLOCK)):
        text = io.StringIO(newline="")
        csv.writer(text, delimiter="\t", quotechar='"', doublequote=True, lineterminator="\r\n").writerows(block)
        yield text.getvalue().encode()


def as_json(place: Place) -> dict[str, Any]:
    """A place as a file keeps it."""
    return {**asdict(place), "dimensions": list(place.dimensions)}
