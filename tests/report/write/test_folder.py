"""A report's folder: complete or absent, and nothing of a user's is touched."""

import json
import os

import pytest

from forecast.errors import ForecastError
from forecast.report.write.folder import others_in, put_in_place

OLD = {"index.html": b"old", "manifest.json": b'{"experiment": "x", "files": {"index.html": ""}}'}
NEW = {**OLD, "index.html": b"new"}


def test_files_that_are_not_ours_stay_and_what_is_ours_is_replaced(tmp_path):
    folder, outside = tmp_path / "report", tmp_path / "outside.txt"
    put_in_place(
        {
            **OLD,
            "figures/a.png": b"a",
            "manifest.json": OLD["manifest.json"].replace(b'"index', b'"figures/a.png": "", "index'),
        },
        folder,
    )
    outside.write_text("outside")
    (folder / "notes.txt").write_text("mine")
    (folder / "figures" / "mine.png").write_bytes(b"mine")
    (folder / "figures" / "link").symlink_to(outside)
    (folder / "deep").symlink_to(tmp_path)
    others = ["deep", "figures/link", "figures/mine.png", "notes.txt"]
    assert others_in(folder) == others
    put_in_place(NEW, folder)
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_symlink() or p.is_file()}
    assert found == {*NEW, *others}
    assert (folder / "index.html").read_bytes() == b"new" and (folder / "notes.txt").read_text() == "mine"
    assert (folder / "figures" / "link").readlink() == outside and (folder / "deep").readlink() == tmp_path
    assert others_in(folder) == others


def test_a_file_of_a_user_is_never_replaced_by_one_of_the_report(tmp_path):
    folder = tmp_path / "report"
    put_in_place(OLD, folder)
    (folder / "report.pdf").write_text("mine")
    with pytest.raises(ForecastError, match=r"report\.pdf: is not of the report that stands there"):
        put_in_place({**NEW, "report.pdf": b"new"}, folder)
    assert (folder / "report.pdf").read_text() == "mine" and (folder / "index.html").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["report"]


MANIFESTS = [None, "", "[]", "{", '{"files": []}', '{"files": {"notes.txt": ""}}', "[" * 100_000]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=range(len(MANIFESTS)))
def test_a_folder_that_is_no_report_is_named_and_never_replaced(tmp_path, manifest):
    folder = tmp_path / "Documents"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest)
    with pytest.raises(ForecastError, match=r"no report's folder .* notes\.txt"):
        put_in_place(NEW, folder)
    assert (folder / "notes.txt").read_text() == "mine"
    assert [p.name for p in tmp_path.iterdir()] == ["Documents"]


def test_names_in_a_hostile_manifest_are_compared_and_never_followed(tmp_path):
    folder, outside = tmp_path / "report", tmp_path / "outside.txt"
    outside.write_text("outside")
    names = {"../outside.txt": "", str(outside): "", "index.html": "", "..": "", "": ""}
    hostile = {**OLD, "manifest.json": json.dumps({"experiment": "x", "files": names}).encode()}
    put_in_place(hostile, folder)
    put_in_place(NEW, folder)
    assert outside.read_text() == "outside" and (folder / "index.html").read_bytes() == b"new"


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "report").mkdir()
    put_in_place(NEW, tmp_path / "report")
    assert (tmp_path / "report" / "index.html").read_bytes() == b"new"


def test_an_interrupted_report_leaves_the_old_one_and_nothing_else(tmp_path, monkeypatch):
    folder = tmp_path / "report"
    put_in_place(OLD, folder)

    def stop(self, data):
        raise KeyboardInterrupt

    monkeypatch.setattr("pathlib.Path.write_bytes", stop)
    with pytest.raises(KeyboardInterrupt):
        put_in_place({"index.html": b"new"}, folder)
    monkeypatch.undo()
    assert (folder / "index.html").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["report"]


def test_an_interrupt_between_the_renames_brings_the_old_report_back(tmp_path, monkeypatch):
    folder = tmp_path / "report"
    put_in_place(OLD, folder)
    real = os.rename
    calls = []

    def second_fails(self, target):
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(self, target)

    monkeypatch.setattr("pathlib.Path.replace", second_fails)
    with pytest.raises(KeyboardInterrupt):
        put_in_place({"index.html": b"new"}, folder)
    assert (folder / "index.html").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("number", "words"),
    [(13, "is read-only"), (30, "is read-only"), (28, "no space left"), (5, "cannot be written to")],
)
def test_trouble_with_the_disk_is_told_in_words(tmp_path, monkeypatch, number, words):
    def fail(self, data):
        raise OSError(number, os.strerror(number), str(self))

    monkeypatch.setattr("pathlib.Path.write_bytes", fail)
    with pytest.raises(ForecastError, match=words):
        put_in_place({"index.html": b"x"}, tmp_path / "report")
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_the_folder_should_be_is_an_error(tmp_path):
    (tmp_path / "report").write_text("mine")
    with pytest.raises(ForecastError, match="is a file, not a folder"):
        put_in_place({"index.html": b"x"}, tmp_path / "report")
    assert (tmp_path / "report").read_text() == "mine"
