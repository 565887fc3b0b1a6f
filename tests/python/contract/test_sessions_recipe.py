"""The recipe of visits, run as the host runs it."""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from dev.dsshost import Store, build, run_recipe
from ovh_weblogs.schema import PLACES, SESSIONS

PARIS = ZoneInfo("Europe/Paris")
DAILY = {"dimensions": [{"name": "day", "type": "time", "params": {"period": "DAY"}}]}
SAT, SUN, MON = ("2026-03-28", "2026-03-29", "2026-03-30")
COLUMNS = {"server_ts": "date", "visitor_id": "string", "mine": "double", "session_id": "string"}
ROWS = [
    ["2026-03-28T10:05:00.000Z", "a", "1.50", "s1"],
    ["2026-03-28T10:00:00.000Z", "a", "", "s1"],
    ["2026-03-28T10:00:00.000Z", "b", "007", ""],
    ["", "b", "2", ""],
    ["2026-03-28T11:00:00.000Z", "a", "3", "s2"],
]


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


@pytest.fixture
def recipe(repository, store):
    """Runs the recipe over the dataset events."""

    def run(columns=COLUMNS, rows=ROWS, *, places=True, **settings):
        store.set_columns("events", [{"name": name, "type": kind} for name, kind in columns.items()])
        store.replace("events", rows)
        outputs = {"sessions": ["sessions"], **({"events_with_sessions": ["placed"]} if places else {})}
        plugin = {"plugin_config": settings.pop("plugin_config")} if "plugin_config" in settings else {}
        return run_recipe(
            repository,
            "ovh-logs-sessions",
            store,
            inputs={"events": ["events"]},
            outputs=outputs,
            config=settings,
            **plugin,
        )

    return run


def counted(store):
    return sorted((row["visitor_id"], row["session_index"], row["hits"]) for row in store.rows("sessions"))


def test_events_become_visits_and_keep_their_rows_with_their_places(recipe, store):
    result = recipe()
    assert result.error is None, result.log
    assert counted(store) == [("a", "1", "2"), ("a", "2", "1"), ("b", "1", "1")]
    placed = list(store.rows("placed"))
    assert [(row["server_ts"], row["mine"], row["tracker_session_id"]) for row in placed] == [
        (row[0], row[2], row[3]) for row in ROWS
    ]
    assert [(row["session_index"], row["event_index"]) for row in placed] == [
        *(("1", "2"), ("1", "1"), ("1", "1"), ("", ""), ("2", "1")),
    ]
    ids = {row["session_id"] for row in store.rows("sessions")}
    assert {row["session_id"] for row in placed} == ids | {""}


def test_the_log_says_what_is_left_out_and_how_many_hits_are_in_no_visit(recipe):
    log = recipe(places=False).log
    assert "Left out, since the input has no column referer: entry_referer" in log
    assert "1 hits without visitor or time (0 of them refused lines) are in no visit" in log


def test_columns_are_written_as_they_are_declared_and_those_of_the_input_as_they_were(recipe, store):
    recipe()
    assert store.columns("sessions") == [SESSIONS.get(column["name"]).dss for column in store.columns("sessions")]
    assert store.columns("placed") == [
        *({"name": name, "type": kind} for name, kind in list(COLUMNS.items())[:3]),
        {"name": "tracker_session_id", "type": "string"},
        *(column.dss for column in PLACES[:3]),
    ]


def test_columns_of_other_names_are_chosen_with_what_enrichment_has_made_of_them(recipe, store):
    columns = dict.fromkeys(("moment", "who", "page", "page_path", "from", "goal", "way"), "string")
    columns |= {"is_pageview": "boolean", "is_static": "boolean"}
    page = ["28/Mar/2026:10:00:00 +0100", "v", "https://a.example/robots.txt", "/robots.txt", "r", "true", "mail"]
    result = recipe(
        columns,
        [[*page, "true", "false"]],
        time_column="moment",
        visitor_column="who",
        url_column="page",
        referrer_column="from",
        conversion_column="goal",
        channel_column="way",
    )
    assert result.error is None, result.log
    (row,) = store.rows("sessions")
    shown = ("visitor_id", "start_ts", "landing_page", "entry_referer", "conversions", "channel", "asked_robots_txt")
    assert [row[name] for name in shown] == [
        *("v", "2026-03-28T09:00:00.000Z", "https://a.example/robots.txt", "r", "1", "mail", "true"),
    ]


def test_without_visitor_id_address_and_agent_tell_visitors_and_refused_lines_are_nobodys(recipe, store):
    columns = dict.fromkeys(("server_ts", "client_addr", "useragent", "reject_reason"), "string")
    time = "2026-03-28T10:00:00.000Z"
    rows = [[time, "192.0.2.1", "x", ""], [time, "192.0.2.1", "y", ""], [time, "192.0.2.1", "x", "no time"]]
    result = recipe(columns, rows)
    assert "1 hits without visitor or time (1 of them refused lines)" in result.log
    assert [row["hits"] for row in store.rows("sessions")] == ["1", "1"]
    assert [row["event_index"] for row in store.rows("placed")] == ["1", "1", ""]


def test_an_input_without_rows_gives_outputs_without_rows(recipe, store):
    assert recipe(rows=[]).error is None
    assert list(store.rows("sessions")) == list(store.rows("placed")) == []
    assert len(store.columns("placed")) == len(COLUMNS) + 3


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"timeout_minutes": 0}, "timeout_minutes must be from 1 to 480"),
        ({"midnight": "noon"}, "midnight must be one of never, long, always"),
        ({"day_zone": "Paris"}, "day_zone is not known"),
        ({"campaign_column": "gone"}, "The input has no column gone (campaign_column)"),
        ({"only_people": True}, "The input has no column is_bot"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_written(recipe, store, settings, told):
    assert told in recipe(**settings).error["message"]
    assert store.partitions("sessions") == []


def test_temporary_files_stand_where_an_administrator_says_and_are_gone_at_the_end(recipe, tmp_path):
    folder = tmp_path / "room"
    refused = recipe(plugin_config={"temp_folder": str(folder)})
    assert f"The folder {folder}, meant for temporary files, cannot be written to" in refused.error["message"]
    folder.mkdir()
    assert recipe(plugin_config={"temp_folder": str(folder)}).error is None
    assert list(folder.iterdir()) == []


# Partitions


def ceaseless(day):
    """Lines of a robot that asks every 20 minutes, also in the night that has an hour less."""
    begin = datetime.fromisoformat(day).replace(tzinfo=PARIS)
    end = begin + timedelta(days=1)
    moment = begin.astimezone(timezone.utc)
    while moment < end.astimezone(timezone.utc):
        stamp = moment.astimezone(PARIS).strftime("%d/Mar/%Y:%H:%M:%S %z")
        yield f'203.0.113.9 www.example.com - [{stamp}] "GET / HTTP/1.1" 200 5 "-" "watch"\n'.encode()
        moment += timedelta(minutes=20)


@pytest.fixture(scope="module")
def days(spring, repository, tmp_path_factory):
    """Three days of traffic, and a robot's, as events by day; the visits of each day, and those of all together."""
    root = tmp_path_factory.mktemp("days")
    for path in (spring.folder / "ovh").rglob("*.log.gz"):
        day, month, year = path.name.removesuffix(".log.gz").split("-")[-3:]
        lines = gzip.decompress(path.read_bytes()) + b"".join(ceaseless(f"{year}-{month}-{day}"))
        target = root / "files" / year / month / day / path.name
        target.parent.mkdir(parents=True)
        target.write_bytes(gzip.compress(lines))
    flow = {
        "storage": str(root / "store"),
        "folders": {"box": {"files": str(root / "files"), "pattern": "%Y/%M/%D/.*"}},
        "datasets": {"hits": {"partitioning": DAILY}, "events": {"partitioning": DAILY}},
        "recipes": [
            {"recipe": "ovh-logs-parse", "inputs": {"logs": ["box"]}, "outputs": {"hits": ["hits"]}},
            {"recipe": "ovh-logs-enrich", "inputs": {"hits": ["hits"]}, "outputs": {"events": ["events"]}},
        ],
    }
    assert build(flow, ["events"], "missing:8").days("events") == [SAT, SUN, MON]
    store, around = Store(root / "store"), {SAT: [SAT, SUN], SUN: [SAT, SUN, MON], MON: [SUN, MON]}
    inputs = {"events": ["events"]}
    for day, read in around.items():
        outputs = {"sessions": ["daily"], "events_with_sessions": ["daily_placed"]}
        made = {"inputs": inputs, "outputs": outputs, "partition": day, "reads": {"events": read}}
        assert run_recipe(repository, "ovh-logs-sessions", store, **made).error is None
    outputs = {"sessions": ["whole"], "events_with_sessions": ["whole_placed"]}
    assert run_recipe(repository, "ovh-logs-sessions", store, inputs=inputs, outputs=outputs).error is None
    return store


def told(rows):
    """Rows by what identifies them; the number of a visit counts within a partition, and is left out."""
    return {
        (row["session_id"], row.get("source_file"), row.get("line_number")): {**row, "session_index": ""}
        for row in rows
    }


def local_day(row):
    return datetime.fromisoformat(row["start_ts"].replace("Z", "+00:00")).astimezone(PARIS).date().isoformat()


def test_days_together_have_the_visits_that_one_build_of_all_has(days):
    apart = [(day, row) for day in (SAT, SUN, MON) for row in days.rows("daily", day)]
    assert [day for day, row in apart if local_day(row) != day] == []
    whole = [row for row in days.rows("whole") if local_day(row) >= SAT]
    assert len(apart) == len(whole) > 300
    assert told(row for _, row in apart) == told(whole)


def test_some_visits_of_these_days_cross_midnight_and_who_never_pauses_has_one_a_day(days):
    crossing = [row for row in days.rows("daily", SAT) if row["end_ts"] > "2026-03-28T23:00:00.000Z"]
    assert crossing
    (robot,) = {row["visitor_id"] for row in days.rows("whole_placed") if row["useragent"] == "watch"}
    of_robot = {
        day: [row["hits"] for row in days.rows("daily", day) if row["visitor_id"] == robot] for day in (SAT, SUN, MON)
    }
    assert of_robot == {SAT: ["72"], SUN: ["69"], MON: ["72"]}


def test_days_together_have_the_events_of_their_visits_each_once(days):
    apart = [row for day in (SAT, SUN, MON) for row in days.rows("daily_placed", day)]
    ids = {row["session_id"] for row in days.rows("whole") if local_day(row) >= SAT}
    whole = [row for row in days.rows("whole_placed") if row["session_id"] in ids]
    assert len(apart) == len(whole) > 3000
    assert told(apart) == told(whole)


def test_a_day_that_is_read_alone_is_built_with_a_warning(days, repository):
    made = {"inputs": {"events": ["events"]}, "outputs": {"sessions": ["alone"]}, "partition": SUN}
    result = run_recipe(repository, "ovh-logs-sessions", days, **made)
    assert result.error is None
    assert f"the input is read without {SAT} and {MON}" in result.log
