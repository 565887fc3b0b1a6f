"""Definitions as SQL of databases: reviewed as files; those of databases that the tests have are run, too."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlglot import exp, parse_one

from ovh_weblogs import features
from ovh_weblogs.engines import database
from ovh_weblogs.engines.database import Source
from ovh_weblogs.engines.dialects import MARIADB, MYSQL, POSTGRES, UNPROVED, dialect_of
from ovh_weblogs.features import Rules
from ovh_weblogs.schema import EVENTS
from ovh_weblogs.settings import EUROPE, Midnight
from ovh_weblogs.visitored import Shape

FOLDER = Path(__file__).parents[1] / "features" / "sql"
RULES = Rules(30 * 60_000_000, Midnight.LONG, features.offsets(EUROPE, 2026, 2027))
# Enough for a column of each type, of each part of the definition, and of each word that databases spell differently.
NAMES = (
    *("server_ts", "visitor_id", "location", "bytes", "status", "source_file", "line_number", "log_family"),
    *("is_pageview", "is_static", "is_bot", "location_path", "page_category", "campaign_name"),
)
READ = [(column, column.name) for column in EVENTS.columns if column.name in NAMES]
DIALECTS = {dialect.name: dialect for dialect in (POSTGRES, MARIADB, MYSQL, *UNPROVED)}


def made(definition, dialect, table='"events of a day"'):
    """The SQL of a definition over a part of a table that is read in two partitions."""
    quote = "`" if dialect.generator in ("mysql", "hive", "bigquery") else '"'
    days = [{"day": "2026-03-28"}, {"day": "2026-03-29"}]
    source = Source(table.replace('"', quote), READ, days, "reject_reason")
    if definition == "sessions":
        query, output = features.sessions(NAMES, RULES, dialect.name), features.session_columns(NAMES)
    else:
        query, output = features.visitors(NAMES, RULES, Shape(), dialect.name), features.visitor_columns(NAMES, Shape())
    return database.statement([query], source, output, dialect)


@pytest.mark.parametrize("definition", ["sessions", "visitors"])
@pytest.mark.parametrize("name", DIALECTS)
def test_the_sql_of_a_database_is_the_reviewed_one(name, definition):
    """Compared as expressions: the layout of the text differs between versions of sqlglot."""
    read, reviewed = DIALECTS[name].generator, FOLDER / f"{definition}.{name}.sql"
    assert parse_one(made(definition, DIALECTS[name]), read=read) == parse_one(reviewed.read_text("utf-8"), read=read)


@pytest.mark.parametrize("name", DIALECTS)
def test_every_name_is_quoted_and_a_statement_is_one_select(name):
    """Hive alone takes WITH only at the beginning."""
    query = made("visitors", DIALECTS[name])
    assert query.startswith("WITH" if name == "hive" else "SELECT")
    tree = parse_one(query, read=DIALECTS[name].generator)
    assert [each for each in tree.find_all(exp.Column) if not each.this.args.get("quoted")] == []


@pytest.mark.parametrize("table", ["of_unit", "events", "GIVEN", "of_hits"])
@pytest.mark.parametrize("definition", ["sessions", "visitors"])
@pytest.mark.parametrize("name", ["postgres", "mariadb"])
def test_the_sql_runs_where_it_is_said_to_be_proved(name, definition, table, request):
    """With the version of sqlglot that is installed; tables may be called as steps are, which would end MariaDB."""
    server = request.getfixturevalue(name)
    quoted = f"`{table}`" if name == "mariadb" else f'"{table}"'
    dialect = POSTGRES if name == "postgres" else MARIADB
    moment = "TIMESTAMPTZ" if name == "postgres" else "DATETIME(6)"
    kinds = {"string": "TEXT", "int": "INT", "bigint": "BIGINT", "boolean": "BOOLEAN", "instant": moment}
    declared = [f"{column.name} {kinds[column.type.value]}" for column, _ in READ]
    columns = ", ".join([*declared, "day TEXT", "reject_reason TEXT"])
    with server.connect() as connection:
        cursor = connection.cursor()
        cursor.execute(f"DROP TABLE IF EXISTS {quoted}")
        cursor.execute(f"CREATE TABLE {quoted} ({columns})")
        for visitor, day, reason in (("a", 28, ""), ("A", 29, None), ("a", 30, None), ("a", 28, "no time")):
            moment = f"2026-03-{day} 10:00:00"
            cursor.execute(
                f"INSERT INTO {quoted} (server_ts, visitor_id, day, reject_reason) VALUES (%s, %s, %s, %s)",
                (moment, visitor, moment[:10], reason),
            )
        cursor.execute(made(definition, dialect, f'"{table}"'))
        found = [dict(zip([each[0] for each in cursor.description], row, strict=True)) for row in cursor.fetchall()]
        cursor.execute(f"DROP TABLE {quoted}")
        connection.commit()
    counts = {row["visitor_id"]: row["hits" if definition == "sessions" else "count"] for row in found}
    assert counts == {"a": 1, "A": 1}


@pytest.mark.parametrize("definition", ["sessions", "visitors"])
def test_no_window_of_mariadb_is_looked_through_anew_in_each_row(definition):
    """It does that for MIN and MAX: the time would grow with the square of the rows."""
    windows = list(parse_one(made(definition, MARIADB), read="mysql").find_all(exp.Window))
    assert [each for each in windows if isinstance(each.this, (exp.Min, exp.Max))] == []
    assert any(isinstance(each.this, exp.FirstValue) for each in windows)


def test_mariadb_is_told_from_mysql_by_its_version():
    assert dialect_of("MySQL", "10.11.19-MariaDB-0+deb12u1") is MARIADB
    assert dialect_of("MySQL", "8.0.39") is MYSQL
    assert dialect_of("Oracle") is None
    assert [each.name for each in DIALECTS.values() if each.proved] == ["postgres", "mysql"]


def test_hive_alone_is_refused_of_those_that_sql_is_made_for():
    assert [each.name for each in DIALECTS.values() if each.refused] == ["hive"]


@pytest.mark.parametrize(
    ("dialect", "taken"),
    [(POSTGRES, "é" * 31 + "e"), (MARIADB, "é" * 64), (dialect_of("Snowflake"), "é" * 255)],
    ids=["bytes", "MariaDB", "Snowflake"],
)
def test_names_have_as_many_bytes_or_characters_as_the_database_takes(dialect, taken):
    assert dialect.takes_name(taken)
    assert not dialect.takes_name(f"{taken}e")


def test_the_longest_text_of_each_column_is_asked_for_in_one_row():
    asked = database.longest_texts('SELECT "a" AS "a", "b" AS "b" FROM "t"', ["a", "b"], POSTGRES)
    assert asked == (
        'SELECT MAX(LENGTH("a")) AS "longest_1", MAX(LENGTH("b")) AS "longest_2" '
        'FROM (SELECT "a" AS "a", "b" AS "b" FROM "t") AS made'
    )


@pytest.mark.parametrize("name", ["postgres", "mariadb"])
def test_an_index_finds_the_partitions_that_are_read(name, request):
    """Of twenty thousand rows in two hundred days, the database looks at those of two."""
    quote, dialect = ("`", MARIADB) if name == "mariadb" else ('"', POSTGRES)
    days = [{"day": f"2026-day-{number}"} for number in (3, 4)]
    asked = database.longest_text(Source(f"{quote}indexed{quote}", (), days), "visitor_id", dialect)
    with request.getfixturevalue(name).connect() as connection:
        cursor = connection.cursor()
        cursor.execute("DROP TABLE IF EXISTS indexed")
        cursor.execute("CREATE TABLE indexed (visitor_id VARCHAR(9), day VARCHAR(20))")
        rows = [(f"v{number}", f"2026-day-{number % 200}") for number in range(20_000)]
        cursor.executemany("INSERT INTO indexed VALUES (%s, %s)", rows)
        cursor.execute("CREATE INDEX of_days ON indexed (day)")
        cursor.execute("ANALYZE TABLE indexed" if name == "mariadb" else "ANALYZE indexed")
        cursor.execute(f"EXPLAIN {asked}")
        plan = str(cursor.fetchall())
        cursor.execute("DROP TABLE indexed")
        connection.commit()
    assert "of_days" in plan


def test_of_no_partitions_nothing_is_read():
    asked = database.longest_text(Source('"t"', (), []), "visitor_id", POSTGRES)
    assert asked == 'SELECT MAX(LENGTH("visitor_id")) AS "longest_1" FROM "t" WHERE 1 = 0'
