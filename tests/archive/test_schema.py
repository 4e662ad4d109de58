"""Tables version by version, and the words for what SQLite may complain of."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from forecast.archive import schema

HERE = Path("a.sqlite")


@pytest.fixture
def made(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "a.sqlite", isolation_level=None)) as connection:
        yield connection, tmp_path / "a.sqlite"


def test_an_empty_file_gets_every_table_and_a_second_time_changes_nothing(made):
    connection, path = made
    schema.migrate(connection, path)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert set(schema.TABLES) <= tables
    before = path.read_bytes()
    schema.migrate(connection, path)
    assert path.read_bytes() == before and schema.refuse_foreign(connection, path) == schema.VERSION


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("CREATE TABLE mine (x)", "another programme"),
        (f"PRAGMA application_id = {schema.APPLICATION}; PRAGMA user_version = 99", "newer version"),
        (f"PRAGMA application_id = {schema.APPLICATION}; CREATE VIEW v AS SELECT 1", "'v' is not as"),
    ],
)
def test_a_file_that_is_not_ours_is_refused(made, change, told):
    connection, path = made
    connection.executescript(change)
    with pytest.raises(schema.ArchiveError, match=told):
        schema.refuse_foreign(connection, path)


def test_a_trigger_is_one_statement():
    script = "CREATE TABLE a (x);\nCREATE TRIGGER t BEFORE DELETE ON a BEGIN\nSELECT 1;\nSELECT 2;\nEND;\n"
    assert [s.split()[1] for s in schema.statements(script)] == ["TABLE", "TRIGGER"]


def test_a_damaged_copy_is_made_again(made, tmp_path):
    connection, path = made
    schema.migrate(connection, path)
    copy = tmp_path / "copy.sqlite"
    schema.keep_copy(connection, copy)
    assert schema.problems_of_copy(copy) == ""
    copy.write_bytes(copy.read_bytes()[:5000])
    assert schema.problems_of_copy(copy)
    schema.keep_copy(connection, copy)
    assert schema.problems_of_copy(copy) == ""


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("SQLITE_BUSY_SNAPSHOT", "another process has been writing"),
        ("SQLITE_LOCKED", "another process has been writing"),
        ("SQLITE_READONLY_DIRECTORY", "cannot be opened for writing"),
        ("SQLITE_CONSTRAINT_TRIGGER", "refuses what was to be written"),
    ],
)
def test_errors_of_sqlite_are_told_by_their_names(name, told):
    error = sqlite3.OperationalError("odd")
    error.sqlite_errorname = name
    assert told in str(schema.explain(error, HERE))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("database or disk is full", "no space left"),
        ("file is malformed", "forecast archive"),
        ("odd", "could not be used"),
    ],
)
def test_errors_of_sqlite_say_what_to_do(error, told):
    assert told in str(schema.explain(sqlite3.OperationalError(error), HERE))
