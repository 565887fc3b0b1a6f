"""The recipes of visits and visitors where input and output are tables of a database."""

from __future__ import annotations

import pytest

from dev.dsshost import Store
from dev.dsshost.tables import Place
from ovh_weblogs import in_database
from ovh_weblogs.engines.dialects import POSTGRES
from ovh_weblogs.settings import VisitorSettings
from ovh_weblogs.visitored import Label, LabelKind, Shape

COLUMNS = {
    "server_ts": "date",
    "visitor_id": "string",
    "source_file": "string",
    "line_number": "bigint",
    "location": "string",
    "is_pageview": "boolean",
    "mine": "double",
    "session_id": "string",
}
ROWS = [
    ["2026-03-28T10:05:00.000Z", "a", "f", "2", "/b", "true", "1.5", "s1"],
    ["2026-03-28T10:00:00.000Z", "a", "f", "1", "/a", "true", "", "s1"],
    ["2026-03-28T10:00:00.000Z", "A", "f", "3", "/a", "true", "7", ""],
    ["", "A", "f", "4", "", "false", "2", ""],
    ["2026-03-28T11:00:00.000Z", "a", "f", "5", "", "false", "3", "s2"],
    ["2026-03-28T12:00:00.000Z", "", "f", "6", "/c", "true", "3", "s2"],
]
OUTPUTS = {"ovh-logs-sessions": "sessions", "ovh-logs-visitors": "visitors"}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture(params=["postgres", "mariadb"])
def server(request):
    """A database server."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def lay(store):
    """Makes datasets tables of a server."""

    def made(server, *names, **more):
        for name in names:
            place = Place.of(server, f"DEMO_{name}", **more)
            with place.connect() as connection:
                quote = "`" if server.kind == "MySQL" else '"'
                connection.cursor().execute(f"DROP TABLE IF EXISTS {quote}DEMO_{name}{quote}")
                connection.commit()
            store.set_table(name, place)

    return made


@pytest.fixture
def fill(store):
    """Puts events into a dataset."""

    def filled(columns=COLUMNS, rows=ROWS, partition="NP"):
        store.set_columns("events", [{"name": name, "type": kind} for name, kind in columns.items()])
        store.replace("events", rows, partition)

    return filled


@pytest.fixture
def run(warm, store):
    """Runs a recipe over the dataset events."""

    def ran(recipe, *, placed=False, partition=None, reads=None, **settings):
        outputs = {OUTPUTS[recipe]: ["made"], **({"events_with_sessions": ["placed"]} if placed else {})}
        more = {"partition": partition, "reads": {"events": reads} if reads else None}
        return warm.run(recipe, store, inputs={"events": ["events"]}, outputs=outputs, config=settings, **more)

    return ran


def left(store):
    """What left the database, in rows or bytes of each time."""
    path = store.root / "left_the_database"
    return [int(count) for count in path.read_text().split()] if path.exists() else []


def rows(store, name="made", partition="NP"):
    return sorted(store.rows(name, partition), key=lambda row: [value.encode() for value in row.values()])


@pytest.mark.parametrize("recipe", OUTPUTS)
def test_rows_and_schema_are_those_of_the_embedded_engine_and_no_row_leaves_the_database(
    recipe, run, store, server, lay, fill
):
    lay(server, "events", "made")
    fill()
    result = run(recipe)
    assert result.error is None, result.log
    assert f"Engine: database, {'MariaDB' if server.kind == 'MySQL' else 'PostgreSQL'}: no row leaves it" in result.log
    assert left(store) == ([1, 1] if server.kind == "MySQL" else [])  # its version, and the longest visitor_id
    made, columns = rows(store), store.columns("made")
    assert run(recipe, engine="embedded").error is None
    assert made == rows(store)
    assert len(made) == {"ovh-logs-sessions": 3, "ovh-logs-visitors": 2}[recipe]
    assert columns == store.columns("made")


def test_events_get_their_places_in_the_database_and_keep_their_own_columns(run, store, server, lay, fill):
    lay(server, "events", "made", "placed")
    fill()
    assert (result := run("ovh-logs-sessions", placed=True, engine="database")).error is None, result.log
    made, columns = rows(store, "placed"), store.columns("placed")
    assert len(made) == len(ROWS)
    assert run("ovh-logs-sessions", placed=True, engine="embedded").error is None
    assert made == rows(store, "placed")
    assert columns == store.columns("placed")
    assert "tracker_session_id" in made[0]


def test_a_database_that_orders_as_people_do_gives_rows_by_bytes(run, store, postgres, lay, fill):
    """In French, é is before f and a before B."""
    lay(postgres, "events", "made")
    columns = {"server_ts": "date", "visitor_id": "string", "source_file": "string", "vhost": "string"}
    time = "2026-03-28T10:00:00.000Z"
    fill(columns, [[time, "v", "é", "late"], [time, "v", "f", "between"], [time, "v", "a", "a"], [time, "v", "B", "B"]])
    assert (result := run("ovh-logs-visitors", engine="database")).error is None, result.log
    (row,) = rows(store)
    assert (row["vhost_first"], row["vhost_last"]) == ("B", "late")


def test_wishes_of_the_form_are_heeded_in_the_database(run, store, server, lay, fill):
    lay(server, "events", "made")
    columns = {**COLUMNS, '`odd" name': "string", "page_category": "string"}
    fill(columns, [[*row, "x" if n % 2 else "", "it's"] for n, row in enumerate(ROWS)])
    wishes = {
        "group_columns": ['`odd" name', "session_id"],
        "categories": ["it's"],
        "sum_columns": ["mine"],
        "first_columns": ["source_file"],
        "distinct_columns": ['`odd" name'],
    }
    assert (result := run("ovh-logs-visitors", engine="database", **wishes)).error is None, result.log
    made, columns = rows(store), store.columns("made")
    assert (result := run("ovh-logs-visitors", engine="embedded", **wishes)).error is None, result.log
    assert made == rows(store)
    assert columns == store.columns("made")
    assert len(made) == 6


def test_refused_lines_and_words_for_nothing_are_no_visitors(run, store, server, lay, fill):
    lay(server, "events", "made", "placed")
    time = "2026-03-28T10:00:00.000Z"
    columns = {"server_ts": "date", "visitor_id": "string", "reject_reason": "string"}
    fill(columns, [[time, "v", ""], [time, "null", ""], [time, "w", "no time"]])
    assert run("ovh-logs-visitors", engine="database").error is None
    assert [row["visitor_id"] for row in rows(store)] == ["v"]
    assert run("ovh-logs-sessions", engine="database", placed=True).error is None
    assert [row["visitor_id"] for row in rows(store)] == ["v"]
    assert sorted(row["event_index"] for row in rows(store, "placed")) == ["", "", "1"]


def test_a_day_is_built_from_the_partitions_around_it_and_the_others_stay(run, store, server, lay):
    lay(server, "events", "made", "placed", dimensions=["day"])
    columns = {"server_ts": "date", "visitor_id": "string", "day": "string"}
    store.set_columns("events", [{"name": name, "type": kind} for name, kind in columns.items()])
    days = ["2026-03-27", "2026-03-28", "2026-03-29", "2026-03-30"]
    for day in days:
        times = (f"{day}T09:00:00.000Z", f"{day}T22:50:00.000Z")  # the latter ten minutes before or after midnight
        store.replace("events", [[time, "v", day] for time in times], day)
    for day in days[1:3]:
        result = run("ovh-logs-sessions", placed=True, partition=day, reads=days[days.index(day) - 1 :][:3])
        assert result.error is None, result.log
        assert "Engine: database" in result.log
    again = run("ovh-logs-sessions", placed=True, partition=days[1], reads=days[:3])
    assert again.error is None, again.log
    assert store.partitions("made") == store.partitions("placed") == days[1:3]
    starts = [row["start_ts"] for day in days[1:3] for row in rows(store, "made", day)]
    assert [start[5:16] for start in sorted(starts)] == ["03-28T09:00", "03-28T22:50", "03-29T09:00"]
    assert len(rows(store, "placed", days[2])) == 1
    assert left(store) == ([1] * 6 if server.kind == "MySQL" else [])


@pytest.mark.parametrize("recipe", OUTPUTS)
@pytest.mark.parametrize("engines", [("database", "embedded"), ("embedded", "database")])
def test_days_of_a_table_are_built_by_either_engine_each_into_its_own_partition(
    recipe, engines, run, store, server, lay
):
    lay(server, "events", "made", dimensions=["day"])
    columns = {"server_ts": "date", "visitor_id": "string", "day": "string"}
    store.set_columns("events", [{"name": name, "type": kind} for name, kind in columns.items()])
    days = ["2026-03-27", "2026-03-28"]
    for day in days:
        store.replace("events", [[f"{day}T10:00:00.000Z", f"of {day}", day]], day)
    for day, engine in zip(days, engines, strict=True):
        result = run(recipe, engine=engine, partition=day, reads=[day])
        assert result.error is None, result.log
    for day in days:
        assert [(row["visitor_id"], row["day"]) for row in rows(store, partition=day)] == [(f"of {day}", day)]
    assert [column["name"] for column in store.columns("made")][-1] == "day"


def test_events_of_a_visit_across_midnight_are_of_the_partition_that_is_written_in_either_engine(
    run, store, server, lay
):
    """It begins on the 28th, ten minutes before midnight in Paris, where the clocks show an hour more than UTC's."""
    lay(server, "events", "made", dimensions=["day"])
    columns = {"day": "string", "server_ts": "date", "visitor_id": "string"}
    store.set_columns("events", [{"name": name, "type": kind} for name, kind in columns.items()])
    days = ["2026-03-27", "2026-03-28"]
    store.replace("events", [[days[0], "2026-03-27T22:50:00.000Z", "v"]], days[0])
    store.replace("events", [[days[1], "2026-03-27T23:10:00.000Z", "v"]], days[1])
    made = []
    for engine in ("database", "embedded"):
        lay(server, "placed", dimensions=["day"])
        result = run("ovh-logs-sessions", placed=True, engine=engine, partition=days[0], reads=days)
        assert result.error is None, result.log
        made.append((store.columns("placed"), rows(store, "placed", days[0])))
    assert made[0] == made[1]
    assert [(row["event_index"], row["day"]) for row in made[0][1]] == [("1", days[0]), ("2", days[0])]


@pytest.mark.parametrize(
    ("columns", "settings", "told"),
    [
        ({"server_ts": "date", "client_addr": "string"}, {}, "The input has no column visitor_id, which only"),
        ({"server_ts": "string", "visitor_id": "string"}, {}, "server_ts (string in place of date)"),
        (
            {"server_ts": "date", "visitor_id": "string", "is_pageview": "string"},
            {},
            "Columns have other types than what is read of them: is_pageview (string in place of boolean)",
        ),
        (
            {"moment": "date", "visitor_id": "string"},
            {"time_column": "moment"},
            "Columns of other names than those of events are chosen: moment (time_column)",
        ),
    ],
    ids=["visitor", "time", "truth", "name"],
)
@pytest.mark.parametrize("recipe", OUTPUTS)
def test_what_only_the_recipe_can_read_is_told_and_read_there_unless_the_database_is_asked_for(
    recipe, columns, settings, told, run, postgres, lay, fill
):
    lay(postgres, "events", "made")
    fill(columns, [["2026-03-28T10:00:00.000Z", "192.0.2.1", "true"][: len(columns)]])
    refused = run(recipe, engine="database", **settings)
    assert told in refused.error["message"]
    assert "NotInDatabase" in refused.error["errorType"]
    result = run(recipe, **settings)
    assert result.error is None, result.log
    assert "Engine: embedded, not database: " in result.log
    assert told in result.log


def test_settings_and_schemas_are_looked_at_before_the_database_is_asked_for_anything(run, store, mariadb, lay, fill):
    lay(mariadb, "events", "made")
    fill()
    assert "no column is_conversion" in run("ovh-logs-visitors", engine="database", label="history").error["message"]
    fill({"server_ts": "date", "client_addr": "string"}, [["2026-03-28T10:00:00.000Z", "192.0.2.1"]])
    assert "no column visitor_id" in run("ovh-logs-sessions", engine="database").error["message"]
    assert left(store) == []


def test_numbers_of_single_precision_are_read_in_the_recipe(run, store, postgres, lay, fill):
    """0.1 is such a number only as text: as a double it is 0.10000000149."""
    lay(postgres, "events", "made")
    fill({**COLUMNS, "mine": "float"}, [[*row[:6], "0.1", ""] for row in ROWS[:2]])
    result = run("ovh-logs-visitors", sum_columns=["mine"])
    assert "Engine: embedded, not database: " in result.log
    assert "mine (float in place of double)" in result.log
    assert [row["mine_sum"] for row in rows(store)] == ["0.2"]


def test_names_that_the_database_takes_for_one_are_refused_with_both(run, store, mariadb, lay, fill):
    lay(mariadb, "events", "made", "placed")
    fill({"server_ts": "date", "visitor_id": "string", "Count": "string"}, [["2026-03-28T10:00:00.000Z", "v", "x"]])
    message = run("ovh-logs-visitors", engine="database", group_columns=["Count"]).error["message"]
    assert message.startswith("MariaDB does not tell column count from column Count; rename the input's column")
    fill({"server_ts": "date", "visitor_id": "string", "Session_ID": "string"}, [["2026-03-28T10:00:00.000Z", "v", ""]])
    message = run("ovh-logs-sessions", placed=True).error["message"]
    assert message.startswith("MariaDB does not tell column session_id from column Session_ID; rename")


def test_hive_is_refused_whatever_is_allowed(run, store, postgres, lay, fill):
    lay(postgres, "events", "made", kind="Hive")
    fill()
    message = run("ovh-logs-visitors", engine="database", allow_unproved=True).error["message"]
    assert message.startswith(
        "DSS fills tables of Hive by an executor of its own, which this plugin does not use; choose"
    )
    assert "Engine: embedded, not database: DSS fills tables of Hive" in run("ovh-logs-visitors").log
    assert len(rows(store)) == 2


def test_a_partitioned_input_of_which_the_host_names_no_partition_is_left_to_it(run, store, postgres, lay, fill):
    lay(postgres, "events", "made", dimensions=["day"])
    store.set_columns("events", [{"name": name, "type": "string"} for name in ("visitor_id", "server_ts", "day")])
    result = run("ovh-logs-visitors", engine="database", partition="2026-03-28")
    assert result.error["message"].startswith("The host does not tell which partitions of events are read; choose the")


CONVERTING = [
    ["2026-03-08T10:00:00.000Z", "late", "false"],
    ["2026-03-28T10:00:00.000Z", "late", "true"],
    ["2026-03-20T10:00:00.000Z", "early", "false"],
    ["2026-03-21T10:00:00.000Z", "early", "true"],
    ["2026-03-09T10:00:00.000Z", "never", "false"],
    ["2026-03-10T10:00:00.000Z", "never", ""],
    ["2026-03-29T10:00:00.000Z", "new", "false"],
]


@pytest.mark.parametrize(
    ("wished", "expected", "told"),
    [
        (
            {"label": "snapshot", "cutoffs": ["2026-03-15", "2026-03-24", "2026-03-26", "2025-01-01"]},
            # By cutoff: of the last week nobody knows the end.
            {
                ("2026-03-14T23:00:00.000Z", "late", "0"),
                ("2026-03-14T23:00:00.000Z", "never", "0"),
                ("2026-03-23T23:00:00.000Z", "late", "1"),
                ("2026-03-23T23:00:00.000Z", "early", ""),
                ("2026-03-23T23:00:00.000Z", "never", ""),
                ("2026-03-25T23:00:00.000Z", "late", "1"),
                ("2026-03-25T23:00:00.000Z", "early", ""),
                ("2026-03-25T23:00:00.000Z", "never", ""),
            },
            [
                "2 rows convert, 2 do not, of 4 it is not known yet",
                "No visitor has a hit before 2024-12-31T23:00:00 UTC",
            ],
        ),
        (
            {"label": "snapshot", "horizon_days": 1},
            {("2026-03-28T23:00:00.000Z", name, "0") for name in ("late", "early", "never")},
            ["0 rows convert, 3 do not", "Every row whose label is known does not convert"],
        ),
        (
            {"label": "history"},
            {
                ("2026-03-28T10:00:00.000Z", "late", "1"),
                ("2026-03-21T10:00:00.000Z", "early", "1"),
                ("2026-03-10T10:00:00.000Z", "never", "0"),
            },
            ["2 rows convert, 1 do not"],
        ),
    ],
    ids=["cutoffs", "newest cutoff", "histories"],
)
def test_labels_are_made_in_the_database(run, store, server, lay, fill, wished, expected, told):
    lay(server, "events", "made")
    fill({"server_ts": "date", "visitor_id": "string", "is_conversion": "boolean"}, CONVERTING)
    made = []
    for engine in ("database", "embedded"):
        result = run("ovh-logs-visitors", engine=engine, **wished)
        assert result.error is None, result.log
        assert [sentence for sentence in told if sentence not in result.log] == []
        made.append((rows(store), store.columns("made")))
    assert made[0] == made[1]
    assert {(row["cutoff_ts"], row["visitor_id"], row["label"]) for row in made[0][0]} == expected
    assert len(made[0][0]) == len(expected)


def test_labels_of_no_events_are_no_rows(run, store, postgres, lay, fill):
    lay(postgres, "events", "made")
    fill({"server_ts": "date", "visitor_id": "string", "is_conversion": "boolean"}, [])
    result = run("ovh-logs-visitors", engine="database", label="snapshot")
    assert result.error is None, result.log
    assert rows(store) == []


CUSTOMERS = {"login": "string", "since": "date", "plan": "string", "visits": "bigint"}
KNOWN = [
    ["late", "2026-03-01T10:00:00.000Z", "small", "1"],
    ["late", "2026-03-23T22:59:59.999Z", "large", "2"],
    ["late", "2026-03-23T23:00:00.000Z", "huge", ""],  # the cutoff: not before it
    ["early", "", "always", "3"],
    ["early ", "2026-03-02T10:00:00.000Z", "other", "4"],
    ["Late", "2026-03-02T10:00:00.000Z", "other", "4"],
    ["", "2026-03-02T10:00:00.000Z", "nobody", "4"],
]
NAMED = {"server_ts": "date", "visitor_id": "string", "is_conversion": "boolean", "user": "string"}


@pytest.fixture
def known(warm, store):
    """Runs the visitors recipe with a CRM, in either engine, and gives what they make: the same."""

    def ran(customers, *, told="", **settings):
        store.set_columns("crm", [{"name": name, "type": kind} for name, kind in CUSTOMERS.items()])
        store.replace("crm", customers)
        inputs, made = {"events": ["events"], "crm": ["crm"]}, []
        for engine in ("database", "embedded"):
            config = {"engine": engine, "crm_key": "login", **settings}
            result = warm.run("ovh-logs-visitors", store, inputs=inputs, outputs={"visitors": ["made"]}, config=config)
            if result.error:
                made.append(result.error["message"])
            else:
                assert ("Engine: database" in result.log) == (engine == "database")
                assert told in result.log
                made.append((rows(store), store.columns("made")))
        assert made[0] == made[1]
        return made[0] if isinstance(made[0], str) else made[0][0]

    return ran


def test_what_a_crm_knows_is_joined_in_the_database(known, server, lay, fill):
    lay(server, "events", "made", "crm")
    fill(NAMED, [[*row, ""] for row in CONVERTING])
    made = known(KNOWN[1:2] + KNOWN[3:], told="The CRM knows 2 of 4 rows")
    assert {row["visitor_id"]: (row["crm_plan"], row["crm_visits"]) for row in made} == {
        "late": ("large", "2"),
        "early": ("always", "3"),
        "never": ("", ""),
        "new": ("", ""),
    }


def test_a_crm_that_knows_nobody_is_told_by_either_engine(known, server, lay, fill):
    lay(server, "events", "made", "crm")
    fill(NAMED, [[*row, ""] for row in CONVERTING])
    assert known(KNOWN[4:], told="The CRM knows none of them: see that both columns of the identifier hold the same")


def test_a_crm_with_dates_is_joined_as_it_stood_before_each_cutoff(known, server, lay, fill):
    lay(server, "events", "made", "crm")
    fill(NAMED, [[*row, ""] for row in CONVERTING])
    made = known(KNOWN, crm_date="since", label="snapshot", cutoffs=["2026-02-28", "2026-03-15", "2026-03-24"])
    assert {(row["cutoff_ts"][:10], row["visitor_id"]): row["crm_plan"] for row in made} == {
        ("2026-03-14", "late"): "small",
        ("2026-03-14", "never"): "",
        ("2026-03-23", "late"): "large",
        ("2026-03-23", "early"): "always",
        ("2026-03-23", "never"): "",
    }
    assert {row["visitor_id"]: row["crm_plan"] for row in known(KNOWN, crm_date="since")}["late"] == "huge"
    assert {row["visitor_id"]: row["crm_plan"] for row in known(KNOWN, crm_date="since", label="history")} == {
        "late": "huge",
        "early": "always",
        "never": "",
    }


def test_a_crm_is_found_by_the_last_of_the_names_that_a_visitor_has(known, server, lay, fill):
    """Of any length: MariaDB finds no rows by long texts, and sorts by their first 1,024 bytes."""
    lay(server, "events", "made", "crm")
    long = "é" * 1000
    fill(NAMED, [[*row, name] for row, name in zip(CONVERTING, ["x", long + "a", "", "y", "", "", ""], strict=True)])
    customers = [[long + "a", "", "right", ""], [long + "b", "", "wrong", ""], ["x", "", "old", ""]]
    made = known(customers, crm_identifier="user")
    assert {row["visitor_id"]: row["crm_plan"] for row in made} == {
        "late": "right",
        "early": "",
        "never": "",
        "new": "",
    }
    assert "user_last" not in made[0]


def test_a_customer_who_is_there_twice_is_named_by_either_engine(known, server, lay, fill):
    lay(server, "events", "made", "crm")
    fill(NAMED, [[*row, ""] for row in CONVERTING])
    assert known(KNOWN).startswith("The CRM has more than one row of 'late' in column login; keep one of them in a")
    assert "with the same since of 'early' in" in known([*KNOWN, KNOWN[3]], crm_date="since")


def test_a_crm_that_lies_elsewhere_or_has_other_types_is_joined_in_the_recipe(warm, store, postgres, lay, fill):
    lay(postgres, "events", "made")
    fill(NAMED, [[*row, ""] for row in CONVERTING])
    store.set_columns("crm", [{"name": name, "type": kind} for name, kind in CUSTOMERS.items()])
    store.replace("crm", KNOWN)
    inputs, outputs = {"events": ["events"], "crm": ["crm"]}, {"visitors": ["made"]}
    dated = {"crm_key": "login", "crm_date": "since"}
    result = warm.run("ovh-logs-visitors", store, inputs=inputs, outputs=outputs, config=dated)
    assert "Engine: embedded, not database: crm is no table of the connection" in result.log
    lay(postgres, "crm")
    store.replace("crm", KNOWN)
    wrong = {"crm_key": "visits", "crm_date": "plan"}
    result = warm.run(
        "ovh-logs-visitors", store, inputs=inputs, outputs=outputs, config={**wrong, "engine": "database"}
    )
    assert "visits of the CRM (bigint in place of string), plan of the CRM (string in place of date)" in str(
        result.error
    )


def test_input_and_output_have_to_lie_in_one_database(run, store, postgres, lay, fill):
    lay(postgres, "events")
    fill()
    assert "Engine: embedded, not database: DEMO.made is no table of the connection weblogs" in (
        run("ovh-logs-visitors").log
    )
    assert len(rows(store)) == 2
    message = run("ovh-logs-visitors", engine="database").error["message"]
    assert message.startswith("DEMO.made is no table of the connection weblogs; choose the engine in the recipe")


def test_a_column_that_is_too_short_is_named_before_anything_is_written(run, store, server, lay, fill):
    lay(server, "events", "made")
    fill(rows=[["2026-03-28T10:00:00.000Z", "v", "f", "1", "/é" * 20, "true", "", ""]])
    limited = [{"name": name, "type": "string", "maxLength": 30} for name in ("visitor_id", "location_first")]
    store.set_columns("made", limited)
    message = run("ovh-logs-visitors", engine="database").error["message"]
    assert message.startswith("Column location_first of DEMO.made takes 30 characters, a text has 40; raise its length")
    assert store.partitions("made") == []
    store.set_columns("made", [{**limited[1], "maxLength": 40}])
    assert run("ovh-logs-visitors", engine="database").error is None
    assert next(column for column in store.columns("made") if column["name"] == "location_first")["maxLength"] == 40


@pytest.mark.parametrize("engine", ["database", "embedded"])
def test_a_limit_of_an_output_stays_and_names_the_column_in_either_engine_be_it_what_rows_are_of(
    engine, run, store, server, lay, fill
):
    lay(server, "events", "made")
    columns, time = {"server_ts": "date", "visitor_id": "string", "vhost": "string"}, "2026-03-28T10:00:00.000Z"
    store.set_columns("made", [{"name": "vhost", "type": "string", "maxLength": 5}])
    fill(columns, [[time, "v", "a.org"]])
    assert (result := run("ovh-logs-visitors", engine=engine, group_columns=["vhost"])).error is None, result.log
    assert store.columns("made")[0] == {"name": "vhost", "type": "string", "maxLength": 5}
    fill(columns, [[time, "v", "aé.org"]])
    message = run("ovh-logs-visitors", engine=engine, group_columns=["vhost"]).error["message"]
    assert message.startswith("Column vhost of DEMO.made takes 5 characters, a text has 6; raise its length in the")
    assert [row["vhost"] for row in rows(store)] == ["a.org"]


def test_lengths_are_asked_for_where_the_input_may_hold_longer_texts_alone(run, store, postgres, lay):
    lay(postgres, "events", "made", "placed")
    names = ("visitor_id", "vhost", "useragent")
    texts = [{"name": name, "type": "string", "maxLength": 30} for name in names]
    store.set_columns("events", [{"name": "server_ts", "type": "date"}, *texts])
    store.replace("events", [["2026-03-28T10:00:00.000Z", "v", "a.org", "x"]])
    store.set_columns("placed", [{"name": name, "type": "string", "maxLength": 30} for name in names])
    assert run("ovh-logs-sessions", placed=True, engine="database").error is None
    assert left(store) == []
    store.set_columns("placed", [{"name": name, "type": "string", "maxLength": 10} for name in names])
    assert run("ovh-logs-sessions", placed=True, engine="database").error is None
    assert left(store) == [1]


def test_databases_without_proof_have_to_be_allowed(run, store, postgres, lay, fill):
    """Vertica's SQL runs in PostgreSQL, too."""
    lay(postgres, "events", "made", kind="Vertica")
    fill()
    assert "not database: No test has run this SQL in Vertica" in run("ovh-logs-visitors").log
    message = run("ovh-logs-visitors", engine="database").error["message"]
    assert message.startswith("No test has run this SQL in Vertica; tick 'Databases without proof, too'")
    made = rows(store)
    result = run("ovh-logs-visitors", allow_unproved=True)
    assert result.error is None, result.log
    assert "WARNING No test has run this SQL in Vertica: compare a small part" in result.log
    assert "Engine: database, Vertica" in result.log
    assert made == rows(store)


def test_ids_too_long_for_mariadb_to_find_rows_by_are_read_in_the_recipe(run, store, mariadb, lay, fill):
    lay(mariadb, "events", "made")
    columns = {"server_ts": "date", "visitor_id": "string"}
    fill(columns, [["2026-03-28T10:00:00.000Z", "é" * 200], ["2026-03-28T10:00:00.000Z", "é" * 199 + "e"]])
    assert "Engine: database, MariaDB" in run("ovh-logs-sessions").log
    assert len(rows(store)) == 2
    fill(columns, [["2026-03-28T10:00:00.000Z", "é" * 201], ["2026-03-28T10:00:00.000Z", "é" * 200 + "e"]])
    told = "A visitor_id has 201 characters, and MariaDB finds rows by at most 200"
    assert f"Engine: embedded, not database: {told}" in run("ovh-logs-sessions").log
    assert len(rows(store)) == 2


def test_rows_of_groups_may_be_told_by_texts_of_any_length_in_mariadb_and_by_visitor_ids_as_well(
    run, store, mariadb, lay, fill
):
    lay(mariadb, "events", "made")
    columns, time = {"server_ts": "date", "visitor_id": "string", "vhost": "string"}, "2026-03-28T10:00:00.000Z"
    long = "é" * 300
    fill(columns, [[time, long + one, long + other] for one in "eé" for other in "eé"] + [[time, "", long]])
    for groups, count in ((["vhost"], 3), (["visitor_id", "vhost"], 4)):
        made = []
        for engine in ("database", "embedded"):
            result = run("ovh-logs-visitors", engine=engine, group_columns=groups)
            assert result.error is None, result.log
            made.append(rows(store))
        assert made[0] == made[1]
        assert len(made[0]) == count
    assert [count for count in left(store) if count == 1] == [1, 1]  # its version, and no longest visitor_id


@pytest.mark.parametrize("engine", ["auto", "database"])
@pytest.mark.parametrize(
    ("crm", "settings", "told"),
    [(["crm"], {}, "crm_key is missing"), ([], {"crm_key": "login"}, "The recipe has no dataset as crm")],
    ids=["dataset", "key"],
)
def test_half_a_crm_is_refused_wherever_the_events_lie(warm, store, postgres, lay, fill, engine, crm, settings, told):
    lay(postgres, "events", "made")
    fill()
    store.set_columns("crm", [{"name": "login", "type": "string"}])
    inputs = {"events": ["events"], **({"crm": crm} if crm else {})}
    config = {"engine": engine, **settings}
    result = warm.run("ovh-logs-visitors", store, inputs=inputs, outputs={"visitors": ["made"]}, config=config)
    assert told in result.error["message"]


@pytest.mark.parametrize("wished", [{}, {"label": "snapshot", "lookback_days": 30}, {"label": "history"}], ids=str)
def test_postgresql_compares_no_row_with_each_other(store, postgres, lay, fill, wished):
    """It takes steps for small whose sizes it does not know: snapshots of a month were not made in nine minutes."""
    lay(postgres, "events")
    types = {**COLUMNS, "is_conversion": "boolean"}
    fill(types, [[*row, "true"] for row in ROWS])
    label = Label(LabelKind(wished.get("label", "none")), lookback_days=wished.get("lookback_days", 0))
    made = in_database.visitors(
        in_database.Table('"public"."DEMO_events"', types), VisitorSettings(shape=Shape(label=label))
    )
    with postgres.connect() as connection:
        for each in POSTGRES.before:
            connection.execute(each)
        plan = connection.execute(f"EXPLAIN {made.statement(POSTGRES, 1_774_000_000_000_000)}").fetchall()
    steps = " ".join(line for (line,) in plan)
    assert "Hash" in steps
    assert "Nested Loop" not in steps
