"""An archive that is not as it was written is refused, whatever was changed, and says how to restore it."""

import hashlib
import sqlite3
import time
import zlib
from dataclasses import replace

import pandas as pd
import pytest

from archive_helpers import Archive, entry, older, tampered
from forecast.archive import changes as ch
from forecast.archive import integrity
from forecast.archive.store import ArchiveError
from forecast.errors import ConfigError
from forecast.publish.publish import backfill
from forecast.publish.upkeep import archive_check, rerun, track_record
from rounds_helpers import Rounds, light

REPORT = {"path": "reports/2024-05-07", "title": "t", "summary": "s", "command": "c", "png": 0, "digest": "d"}


@pytest.fixture
def archive(tmp_path):
    made = Archive(tmp_path / "archive.sqlite")
    changes = pd.DataFrame(
        [{"series_id": "a", "step": "s", "forecast": 1.0, "change": None, **ch.Reason()._asdict()}]
    )
    made.record(entry(report=REPORT, changes=changes))
    made.record(entry("2024-06-07"))
    return made


def test_what_was_written_passes(archive):
    assert archive.check().splitlines()[2:] == [
        "rows: 2 names, 1 inputs, 9 vintages, 2 runs, 60 forecasts, 2 folds, 1 changes, 1 reports, 2 digests",
        "contents: 2 runs and 1 source files are as their hashes say",
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE forecasts SET value = 2 * value", "its forecasts are not"),
        (
            "UPDATE forecasts SET value = value + 1e-3 WHERE horizon = 1 AND level = 0.5",
            "its forecasts are not",
        ),
        ("DELETE FROM forecasts WHERE run = 2 AND horizon = 3", "run 2: its forecasts are not"),
        ("UPDATE names SET model = 'other' WHERE model = 'short'", "run 1: its forecasts are not"),
        ("UPDATE folds SET status = 'failed'", "folds, scores or report are not"),
        ("DELETE FROM folds", "folds, scores or report are not"),
        ("UPDATE runs SET headline = 'random_walk' WHERE id = 2", "run 2: its settings, folds"),
        ("UPDATE changes SET forecast = 2", "folds, scores or report are not"),
        ("UPDATE reports SET digest = 'x'", "folds, scores or report are not"),
        ("UPDATE runs SET result = 'x'", "its forecasts are not"),
        ("UPDATE runs SET config = '['", "no JSON"),
        ("UPDATE runs SET inputs = '[]'", "no group of keys"),
        ("DELETE FROM inputs", "source file 'figures.csv' is missing"),
        ("UPDATE inputs SET data = x'666666'", "cannot be unpacked"),
        ("DELETE FROM runs WHERE id = 1", "point to rows that are missing"),
    ],
)
def test_changed_rows_are_named(archive, change, told):
    with tampered(archive) as connection:
        connection.execute(change)
    with pytest.raises(ArchiveError, match=f"(?s){told}.*To restore") as error:
        archive.check()
    assert error.value.exit_code == 4


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DROP TRIGGER forecasts_no_update", "trigger 'forecasts_no_update' is missing"),
        ("CREATE TABLE mine (x)", "table 'mine' is not as this package makes it"),
        ("CREATE INDEX mine ON forecasts (value)", "index 'mine'"),
        (
            "CREATE TRIGGER mine AFTER INSERT ON runs BEGIN DELETE FROM digests; END",
            "trigger 'mine' is not as this package makes it",
        ),
        (
            "DROP VIEW forecast_rows; CREATE VIEW forecast_rows AS WITH RECURSIVE c(x) AS"
            " (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c",
            "view 'forecast_rows' is not as this package makes it",
        ),
        (
            "DROP TRIGGER runs_no_update; CREATE TRIGGER runs_no_update BEFORE UPDATE ON runs BEGIN SELECT 1; END",
            "trigger 'runs_no_update' is not as",
        ),
        ("PRAGMA user_version = 2", "table 'digests' is not as"),
        ("PRAGMA user_version = 0", "is not as this package"),
    ],
)
def test_a_changed_schema_is_refused_before_anything_else_is_read(archive, change, told):
    import sqlite3

    with sqlite3.connect(archive.path) as connection:
        connection.executescript(change)
    connection.close()
    before = hashlib.sha256(archive.path.read_bytes()).hexdigest()
    start = time.monotonic()
    for attempt in (archive.check, archive.runs, lambda: archive.record(entry("2024-07-07")), archive.create):
        with pytest.raises(ArchiveError, match=f"(?s){told}.*To restore") as error:
            attempt()
        assert error.value.exit_code == 4
    assert time.monotonic() - start < 10.0
    assert hashlib.sha256(archive.path.read_bytes()).hexdigest() == before


@pytest.mark.parametrize("name", ["../../evil", "/abs", "..", "", "a/con.txt", "a\x1bb"])
def test_paths_that_climb_are_refused_with_code_2(archive, name):
    for change in ("UPDATE reports SET path = ?", "UPDATE runs SET inputs = json_object(?, 'x')"):
        with tampered(archive) as connection:
            connection.execute(change, (name,))
        with pytest.raises(ArchiveError, match=r"leaves its folder.*To restore") as error:
            archive.check()
        assert error.value.exit_code == 2
        assert "\x1b" not in str(error.value)


def test_what_is_unpacked_is_limited(monkeypatch):
    packed = zlib.compress(b"\0" * 50_000_000)
    assert sum(map(len, integrity.unpacked(packed))) == 50_000_000
    largest = 0
    with pytest.raises(ValueError, match="more than 10 MB"):
        for piece in integrity.unpacked(packed, 10_000_000):
            largest = max(largest, len(piece))
    assert largest <= 1 << 20
    for cut in (packed[:-5], packed[:100], b""):
        with pytest.raises(ValueError, match="it is cut"):
            list(integrity.unpacked(cut))
    with pytest.raises(ValueError, match="does not match"):
        integrity.unpack(packed, "x")


def test_a_source_file_that_unpacks_without_end_is_refused(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(integrity.unpacked, "__defaults__", (1_000_000,))
    bomb = b"\0" * 2_000_000
    with tampered(archive) as connection:
        connection.execute("UPDATE inputs SET data = ?", (zlib.compress(bomb),))
    for attempt in (archive.check, lambda: archive.inputs(1), lambda: archive.export(tmp_path / "out")):
        with pytest.raises(ArchiveError, match="unpacks to more than 1 MB"):
            attempt()
    assert not (tmp_path / "out").exists()


def test_a_source_file_too_large_to_be_read_back_is_not_taken(archive, monkeypatch):
    monkeypatch.setattr("forecast.archive.rows.MOST_UNPACKED", 10)
    with pytest.raises(ArchiveError, match=r"figures\.csv.*nothing was changed"):
        archive.record(entry("2024-07-07"))
    assert len(archive.runs()) == 2


@pytest.mark.parametrize("version", [1, 2])
def test_an_archive_of_an_older_schema_says_what_has_no_hash(archive, version):
    older(archive, version)
    said = archive.check()
    assert "schema " + str(version) in said
    assert "no hash kept: settings, folds and scores of 2 runs of an older schema" in said
    archive.record(entry("2024-07-07"))
    assert "scores of 2 runs of an older schema" in archive.check()
    with tampered(archive) as connection:
        connection.execute("UPDATE forecasts SET value = 0 WHERE run = 1")
    with pytest.raises(ArchiveError, match="run 1: its forecasts are not"):
        archive.check()


def test_means_that_are_not_kept_make_no_false_alarm(archive):
    plain = entry("2024-07-07", config='{"reconciliation": {"method": "shrinkage"}}')
    means = plain.forecasts[plain.forecasts["level"] == 0.5].assign(level=float("nan"))
    archive.record(replace(plain, forecasts=pd.concat([plain.forecasts, means])))
    assert "no hash kept" not in archive.check()
    with tampered(archive) as connection:  # as an older version hashed it, means and all
        connection.execute("UPDATE runs SET result = 'with means' WHERE id = 3")
    older(archive, 2)
    assert "no hash kept: forecasts of 1 runs" in archive.check()


# --------------------------------------------------------------------------- who refuses it


@pytest.mark.slow
def test_publish_rerun_and_track_record_refuse_what_fails_the_check(tmp_path, monkeypatch):
    light(monkeypatch.setattr)
    r = Rounds(tmp_path)
    r.write(40)
    folder = r.publish().folder
    exp = r.experiment()
    calls = {
        "publish": r.publish,
        "dry run": lambda: r.publish(dry_run=True),
        "backfill": lambda: backfill(exp, "2021-02..2021-02"),
        "rerun": lambda: rerun(exp, folder),
        "track-record": lambda: track_record(exp),
        "check": lambda: archive_check(r.archive, exp),
    }
    assert {name: call().code for name, call in calls.items()} == {
        "publish": 3,
        "dry run": 3,
        "backfill": 0,
        "rerun": 0,
        "track-record": 0,
        "check": 0,
    }
    site = {p: p.read_bytes() for p in r.site.rglob("*") if p.is_file()}
    with tampered(Archive(r.archive)) as connection:
        connection.execute("UPDATE forecasts SET value = 2 * value")
    for name, call in calls.items():
        outcome = call()
        assert outcome.code == 4 and "To restore" in outcome.text, name
    assert {p: p.read_bytes() for p in r.site.rglob("*") if p.is_file()} == site


def test_a_report_path_or_source_name_that_climbs_writes_nothing(tmp_path, monkeypatch):
    light(monkeypatch.setattr)
    r = Rounds(tmp_path / "in")
    r.where.mkdir()
    r.write(40)
    folder = r.publish().folder
    for change in (
        "UPDATE reports SET path = '../../evil'",
        "UPDATE runs SET inputs = replace(inputs, 'data/f.csv', '../../evil')",
    ):
        with tampered(Archive(r.archive)) as connection:
            connection.execute(change)
        assert [r.publish().code, rerun(r.experiment(), folder).code] == [2, 2]
    assert not list(tmp_path.rglob("*evil*"))


def test_a_hash_that_is_a_path_exports_nothing(archive, tmp_path):
    with tampered(archive) as connection:
        connection.execute("UPDATE inputs SET digest = '../../evil'")
    with pytest.raises(ConfigError, match=r"inputs\.digest"):
        archive.export(tmp_path / "a" / "b" / "out")
    assert not list(tmp_path.rglob("*evil*")) and not (tmp_path / "a" / "b" / "out").exists()


def test_archive_check_compares_the_published_manifests(tmp_path, monkeypatch):
    light(monkeypatch.setattr)
    r = Rounds(tmp_path)
    r.write(40)
    folder = r.publish().folder
    assert "1 are as the archive says, their manifests too" in archive_check(r.archive, r.experiment()).text
    assert "not compared" in archive_check(r.archive).text
    # a forger makes the archive and all its hashes anew: the report that was published tells
    with tampered(Archive(r.archive)) as connection:
        from forecast.archive.rows import run_digest

        connection.execute("UPDATE reports SET digest = 'forged'")
        connection.execute("UPDATE digests SET content = ?", (run_digest(connection, 1),))
    outcome = archive_check(r.archive, r.experiment())
    assert outcome.code == 4 and "integrity: ok" in outcome.text and f"changed: {folder}" in outcome.text


HOSTILE = "x\n<<: {hydra: {}}</style><script>${oc.env:HOME}../../evil"


def test_a_hostile_text_in_any_column_of_text_is_refused(archive):
    """The columns are taken from the archive's own schema; the figures of `vintages` belong to no run and have no hash."""
    whole = archive.path.read_bytes()
    with tampered(archive) as connection:
        columns = connection.execute(
            "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table' AND c.type = 'TEXT'"
        ).fetchall()
    assert len(columns) > 20
    taken = []
    for table, column in columns:
        archive.path.write_bytes(whole)
        with tampered(archive) as connection:
            try:
                changed = connection.execute(f'UPDATE "{table}" SET "{column}" = ?', (HOSTILE,)).rowcount
            except sqlite3.IntegrityError:
                continue
        if not changed:
            continue
        try:
            archive.check()
            taken.append((table, column))
        except (ArchiveError, ConfigError):
            pass
    assert {table for table, _ in taken} <= {"vintages"}
