import contextlib
import hashlib
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from archive_helpers import entry, older, reachable, tampered
from forecast.archive import schema
from forecast.archive.changes import CHANGE_COLUMNS, LAST, STEPS, THIS
from forecast.archive.store import Archive, ArchiveError, digest_of

FIXTURES = Path(__file__).parents[1] / "fixtures"
SUPPORT = Path(__file__).parents[1] / "support"


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "archive.sqlite")


def other(code, *words, preexec=None, **more):
    text = f"import sys, os, signal\nsys.path.insert(0, {str(SUPPORT)!r})\nfrom archive_helpers import *\nfrom pathlib import Path\n{textwrap.dedent(code)}"
    return subprocess.Popen(
        [sys.executable, "-c", text, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=preexec,
        **more,
    )


def test_what_goes_in_comes_out(archive):
    made = entry()
    run = archive.record(made)
    back = archive.forecasts([run])
    keys = ["model", "horizon", "level"]
    want = made.forecasts.sort_values(keys)[["model", "month", "horizon", "level", "value"]].reset_index(
        drop=True
    )
    got = back.sort_values(keys)[["model", "month", "horizon", "level", "value"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(got, want, check_dtype=False)
    assert digest_of(back) == made.result and (back["kind"] == "published").all()
    assert archive.inputs(run) == made.inputs
    runs = archive.runs("e", "published")
    assert runs["as_of"].tolist() == ["2024-05-07"] and runs["path"].isna().all()
    assert len(archive.vintages(["a"])) == 4 and archive.runs("other").empty


def test_means_are_of_one_run_and_not_kept(archive):
    from dataclasses import replace

    plain = entry()
    means = plain.forecasts[plain.forecasts["level"] == 0.5].assign(level=float("nan"))
    number = archive.record(replace(plain, forecasts=pd.concat([plain.forecasts, means], ignore_index=True)))
    assert len(archive.forecasts([number])) == len(plain.forecasts)


def test_nothing_published_can_be_changed_or_taken_away(archive):
    archive.record(entry())
    connection = sqlite3.connect(archive.path, isolation_level=None)
    for table in schema.TABLES:
        if not connection.execute(f"select count(*) from {table}").fetchone()[0]:
            continue
        column = connection.execute(f"select * from {table}").description[0][0]
        for sql in (f"delete from {table}", f"update {table} set {column} = {column}"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(sql)
    with pytest.raises(ArchiveError, match="refuses"):
        archive.record(entry())  # the same issue twice
    assert len(archive.runs()) == 1
    assert archive.record(entry(revision=2)) == 2


def test_a_round_that_fails_half_way_leaves_nothing(archive):
    archive.record(entry())
    bad = entry("2024-06-07")
    bad = replace(
        bad, forecasts=pd.concat([bad.forecasts, bad.forecasts.tail(1)])
    )  # a row doubled: refused at the end
    with pytest.raises(ArchiveError, match="refuses"):
        archive.record(bad)
    assert (
        archive.runs()["as_of"].tolist() == ["2024-05-07"]
        and archive.vintages(["a"])["released"].nunique() == 1
    )
    assert "integrity: ok" in archive.check()


@pytest.mark.parametrize("step", ["archive: begin", "archive: rows", "archive: commit"])
def test_killed_inside_the_transaction_it_is_whole_and_the_next_writer_goes_on(archive, step):
    archive.record(entry())
    child = other(
        """
        def die(step):
            if step == sys.argv[2]:
                os.kill(os.getpid(), signal.SIGKILL)
        Archive(Path(sys.argv[1])).record(entry("2024-06-07"), die)
        """,
        archive.path,
        step,
    )
    assert child.wait(60) == -signal.SIGKILL
    child.communicate()
    assert "integrity: ok" in archive.check() and len(archive.runs()) == 1
    archive.record(entry("2024-06-07"))
    assert len(archive.forecasts([1, 2])) == 60


def test_eight_writers_at_once_lose_nothing(archive):
    archive.create()

    def write(k):
        return Archive(archive.path).record(entry(f"2024-{k + 1:02d}-28"))

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(write, range(8)))
    assert sorted(numbers) == list(range(1, 9))
    assert len(archive.forecasts(numbers)) == 8 * 30 and archive.check().startswith("integrity: ok")
    assert archive.query("select count(*) n from inputs")["n"].iloc[0] == 1  # one content, kept once


def test_two_processes_make_the_file_at_the_same_moment(archive):
    code = "Archive(Path(sys.argv[1])).record(entry(sys.argv[2]))"
    children = [other(code, archive.path, day) for day in ("2024-05-07", "2024-06-07")]
    assert [c.wait(60) for c in children] == [0, 0], [c.communicate()[1] for c in children]
    for child in children:
        child.communicate()
    assert len(archive.runs()) == 2


def test_a_full_disk_is_told_and_the_archive_stays_as_it_was(archive):
    archive.record(entry())
    limit = archive.path.stat().st_size + 30_000
    child = other(
        """
        noise = os.urandom(400_000)
        try:
            Archive(Path(sys.argv[1])).record(entry("2024-06-07", inputs={"x": noise}))
        except Exception as error:
            print(type(error).__name__, error)
        """,
        archive.path,
        preexec=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    said, _ = child.communicate(timeout=60)
    assert said.startswith("ArchiveError") and "no space left" in said and "rolled back" in said, said
    assert "integrity: ok" in archive.check() and len(archive.runs()) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to drop rights to meet a read-only folder")
def test_a_read_only_folder_can_be_read_and_is_told_when_written(archive, tmp_path):
    archive.record(entry())
    tmp_path.chmod(0o755)
    code = """
        from forecast.archive.store import ArchiveError
        a = Archive(Path(sys.argv[1]))
        os.setuid(65534)
        print(len(a.runs()))
        try:
            a.record(entry("2024-06-07"))
        except ArchiveError as error:
            print(error)
        """
    reachable(tmp_path)
    child = other(code, archive.path)
    said, trouble = child.communicate(timeout=60)
    assert said.startswith("1\n") and "read-only" in said and "Nothing was changed" in said, said + trouble


def test_a_damaged_file_is_told_with_the_way_back_and_not_touched(archive):
    for month in range(1, 9):
        archive.record(entry(f"2024-{month:02d}-28"))
    archive.backup(archive.path.with_name("archive.sqlite.backup"))
    archive.vacuum()
    data = bytearray(archive.path.read_bytes())
    data[8192:40000] = b"\xff" * (40000 - 8192)
    archive.path.write_bytes(data)
    before = hashlib.sha256(archive.path.read_bytes()).hexdigest()
    for attempt in (archive.check, lambda: archive.record(entry("2025-01-28"))):
        with pytest.raises(
            ArchiveError, match=r"(?s)damaged.*Nothing was touched.*copy .*archive\.sqlite\.backup"
        ) as told:
            attempt()
        assert told.value.exit_code == 4
    assert hashlib.sha256(archive.path.read_bytes()).hexdigest() == before
    shutil.copy(archive.path.with_name("archive.sqlite.backup"), archive.path)
    assert archive.check().startswith("integrity: ok") and len(archive.runs()) == 8


def test_a_file_that_is_no_archive_is_refused(archive):
    archive.path.write_text("not a database, and long enough to be read as one" * 50)
    with pytest.raises(ArchiveError, match="damaged"):
        archive.create()
    archive.path.unlink()
    connection = sqlite3.connect(archive.path)
    connection.execute("create table t (x)")
    connection.commit()
    connection.close()
    with pytest.raises(ArchiveError, match="another programme"):
        archive.create()
    with pytest.raises(ArchiveError, match="there is no archive"):
        Archive(archive.path.with_name("none")).check()


def test_an_older_schema_is_brought_forward_with_a_copy_kept(archive):
    archive.record(entry())
    older(archive, 1)
    assert archive.query("pragma user_version").iloc[0, 0] == 1
    archive.record(entry("2024-06-07"))
    assert archive.query("pragma user_version").iloc[0, 0] == schema.VERSION == 4
    assert len(archive.query("select * from forecast_rows where origin = '2024-05-07'")) == 30
    kept = sqlite3.connect(archive.path.with_name("archive.sqlite.schema1"))
    assert kept.execute("select count(*) from runs").fetchone()[0] == 1
    connection = sqlite3.connect(archive.path)
    connection.execute("pragma user_version = 99")
    connection.close()
    with pytest.raises(ArchiveError, match="newer version"):
        archive.record(entry("2024-07-07"))


def reasons(archive):
    table = archive.changes(2)
    assert table.columns.tolist() == list(CHANGE_COLUMNS)
    assert table["step"].tolist() == [LAST, *STEPS, THIS]
    assert table["change"].tolist()[2:4] == [-9.0, -41.0]
    return list(table[["why", "month", "number", "text"]].itertuples(index=False, name=None))


def test_reasons_of_an_archive_of_schema_3_are_kept_as_text(tmp_path):
    """The fixture was written by the version before reasons became codes."""
    archive = Archive(tmp_path / "archive.sqlite")
    with contextlib.closing(sqlite3.connect(archive.path)) as connection:
        connection.executescript((FIXTURES / "archive" / "schema3.sql").read_text(encoding="utf-8"))
    sentences = [
        "",
        "made by the same software",
        "2 figures were revised, from April 2024 on",
        "the figure of May 2024 is new",
        "became usable: A law; Another",
        "none changed",
        "",
    ]
    wanted = [("text" if sentence else "", "", 0, sentence) for sentence in sentences]
    # read as it is, and again after the next round has brought it forward
    assert reasons(archive) == wanted and "schema 3" in archive.check()
    archive.record(entry("2024-07-07"))
    assert reasons(archive) == wanted and "schema 4" in archive.check()
    with tampered(archive) as connection:
        connection.execute("UPDATE changes SET text = 'another reason' WHERE text = 'none changed'")
    with pytest.raises(ArchiveError, match="run 2: its settings, folds, scores or report"):
        archive.check()


@pytest.mark.parametrize("damage", [b"", b"SQLite format 3", b"garbage" * 1000])
def test_a_damaged_copy_is_told_and_made_again(archive, tmp_path, capsys, damage):
    archive.record(entry())
    copy = tmp_path / "copy.sqlite"
    archive.backup(copy)
    copy.write_bytes(damage)
    archive.backup(copy)
    assert capsys.readouterr().err.count("was damaged and is made again") == 1
    assert Archive(copy).check().startswith("integrity: ok")
    archive.backup(copy)
    older(archive, 1)
    kept = archive.path.with_name("archive.sqlite.schema1")
    kept.write_bytes(damage)
    archive.create()
    assert (
        capsys.readouterr().err
        == f"forecast: {kept}: the kept copy of the archive was damaged and is made again\n"
    )
    assert Archive(kept).check().startswith("integrity: ok\nschema 1")


def test_backup_export_and_vacuum(archive, tmp_path):
    archive.record(entry())
    assert "checked" in archive.backup(tmp_path / "copies" / "a.sqlite")
    copy = Archive(tmp_path / "copies" / "a.sqlite")
    assert digest_of(copy.forecasts([1])) == digest_of(archive.forecasts([1]))
    assert "forecasts.csv: 30 rows" in archive.export(tmp_path / "out")
    table = pd.read_csv(tmp_path / "out" / "forecasts.csv")
    assert {"experiment", "origin", "model", "series_id", "value"} <= set(table) and len(table) == 30
    assert (next((tmp_path / "out" / "inputs").iterdir())).read_bytes() == entry().inputs["figures.csv"]
    with pytest.raises(ArchiveError, match="not an empty folder"):
        archive.export(tmp_path / "out")
    assert "MB after" in archive.vacuum() and len(archive.runs()) == 1
    with pytest.raises(ArchiveError, match="archive itself"):
        archive.backup(archive.path)
    archive.backup(f"{tmp_path}/folder/")  # a folder that is not there yet
    assert Archive(tmp_path / "folder" / archive.path.name).check().startswith("integrity: ok")
    with pytest.raises(
        ArchiveError, match=r"/proc/x: the copy cannot be written \((?!None)[^\[]*\); .*was not touched"
    ):
        archive.backup("/proc/x")  # in words, without the number of the error
    with archive._writing() as connection:
        assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_exported_texts_are_run_by_no_spreadsheet_and_numbers_and_inputs_are_as_they_were(archive, tmp_path):
    archive.record(entry(experiment="=cmd()", headline="@me", inputs={"figures.csv": b"=cmd(),-1\n"}))
    archive.export(tmp_path / "out")
    runs = pd.read_csv(tmp_path / "out" / "runs.csv")
    assert (
        runs["experiment"].tolist() == ["'=cmd()"] and "'@me" in (tmp_path / "out" / "runs.csv").read_text()
    )
    assert next((tmp_path / "out" / "inputs").iterdir()).read_bytes() == b"=cmd(),-1\n"


def test_numbers_that_are_missing_stay_missing(archive):
    scores = pd.DataFrame(
        [
            {
                "model": "short",
                "knowledge": "none",
                "scenario": "",
                "series_id": "a",
                "horizon": "all",
                "era": "all",
                "scale": "natural",
                "metric": "mae",
                "value": np.nan,
                "skill": 0.5,
                "n_ok": 1,
                "n": 2,
                "note": "failed",
                "message": "why",
            }
        ]
    )
    archive.record(entry(scores=scores))
    row = archive.query("select value, skill, note, message from scores").iloc[0]
    assert row["value"] is None and row["skill"] == 0.5 and (row["note"], row["message"]) == ("failed", "why")


def test_source_files_are_kept_once_and_come_back_by_their_hash(archive):
    assert archive.kept("0" * 64) is None
    archive.keep([b"month,value\n", b"other", b"month,value\n"])
    archive.keep([b"other"])
    digests = archive.query("SELECT digest FROM inputs")["digest"].tolist()
    assert sorted(map(archive.kept, digests)) == [b"month,value\n", b"other"]
    assert archive.kept("0" * 64) is None


def test_whether_a_range_held_is_kept_as_a_whole_number(archive):
    archive.record(entry())
    columns = {"run": 1, "model": "short", "knowledge": "none", "scenario": "", "series_id": "a"}
    scored = {"month": "2024-05", "truth_kind": "latest", "as_of": "2024-06-07", "horizon": 1, "truth": 100.0}
    parts = dict.fromkeys(("error", "wis", "spread", "over", "under"), 1.0)
    held = {"inside_50": [0.0], "inside_80": [1.0]}
    archive.record(entry("2024-06-07", matured=pd.DataFrame({**columns, **scored, **parts, **held})))
    rows = archive.query(
        "SELECT typeof(inside_50) AS a, inside_50 AS b, typeof(inside_80) AS c, inside_80 AS d FROM matured"
    )
    assert rows.iloc[0].tolist() == ["integer", 0, "integer", 1]


def test_views_and_triggers_of_a_file_may_call_no_function_of_the_host(archive):
    archive.record(entry())
    with archive._reading() as connection:
        assert connection.execute("PRAGMA trusted_schema").fetchone()[0] == 0
        assert connection.execute("PRAGMA cell_size_check").fetchone()[0] == 1


def test_a_step_to_a_newer_schema_that_fails_leaves_the_older_one(archive, monkeypatch):
    archive.record(entry())
    older(archive, 2)
    broken = (
        *schema.MIGRATIONS[:2],
        "CREATE TABLE half (x);\nSELECT nosuch FROM half;\n",
        schema.MIGRATIONS[3],
    )
    monkeypatch.setattr(schema, "MIGRATIONS", broken)
    with contextlib.closing(sqlite3.connect(archive.path, isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="nosuch"):
            schema.migrate(connection, archive.path)
        assert not connection.in_transaction
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 2
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        assert "half" not in names and "runs" in names
