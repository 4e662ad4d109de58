"""The whole archive as CSV files."""

import contextlib
import sqlite3

import pandas as pd
import pytest

from archive_helpers import Archive, entry
from forecast.archive.export import export
from forecast.archive.schema import ArchiveError


@pytest.fixture
def connection(tmp_path):
    archive = Archive(tmp_path / "a.sqlite")
    archive.create()
    archive.record(entry(inputs={"data/f.csv": b"month,value\n"}))
    with contextlib.closing(sqlite3.connect(archive.path)) as made:
        yield made


def test_tables_have_names_in_place_of_numbers_and_inputs_their_hashes(connection, tmp_path):
    text = export(connection, tmp_path / "out")
    forecasts = pd.read_csv(tmp_path / "out" / "forecasts.csv")
    assert (
        set(forecasts["model"]) == {"short", "random_walk"}
        and f"forecasts.csv: {len(forecasts)} rows" in text
    )
    (file,) = (tmp_path / "out" / "inputs").iterdir()
    assert file.read_bytes() == b"month,value\n" and text.endswith("inputs/: 1 source files")


def test_a_folder_that_holds_something_is_left_alone(connection, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(ArchiveError, match="not an empty folder"):
        export(connection, tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine.txt"]
