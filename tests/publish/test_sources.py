import sys
from dataclasses import replace

import pytest

from forecast.config.surroundings import PublishSpec
from forecast.errors import ConfigError, DataError
from forecast.publish import sources
from rounds_helpers import Rounds


def test_sources_are_copied_whole_and_read_from_the_copy(tmp_path):
    r = Rounds(tmp_path)
    r.write(40)
    source = sources.take(r.experiment(), tmp_path / "copy")
    assert source.experiment.data.path == str(tmp_path / "copy" / "data" / "f.csv")
    assert source.files["data/f.csv"] == r.file.read_bytes() and "events/events.csv" in source.files
    assert source.experiment.events.path is None  # the bundle
    r.file.unlink()
    with pytest.raises(DataError, match="no such file"):
        sources.take(r.experiment(), tmp_path / "copy2")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="holds no CSV"):
        sources.take(
            replace(r.experiment(), data=replace(r.experiment().data, path=str(tmp_path / "empty"))),
            tmp_path / "copy3",
        )


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, monkeypatch):
    from pathlib import Path

    file = tmp_path / "f.csv"
    file.write_text("month,value\n2020-01,1\n")
    real = Path.read_bytes

    def growing(self):
        data = real(self)
        with file.open("a") as f:
            f.write("2020-02,2\n")
        return data

    monkeypatch.setattr(Path, "read_bytes", growing)
    monkeypatch.setattr(sources.time, "sleep", lambda s: None)
    with pytest.raises(DataError, match="changes while it is read"):
        sources.read_unchanged(file, PublishSpec())
    monkeypatch.undo()
    with pytest.raises(DataError, match="max_megabytes"):
        sources.read_unchanged(file, PublishSpec(max_megabytes=1e-6))


def test_an_address_is_read_with_the_limits_of_publish(web):
    allowed = PublishSpec(allow_http=True)
    assert sources._read(web.address, allowed) == {"figures.csv": b"month,value\n2024-01,1\n"}
    with pytest.raises(ConfigError, match=r"without encryption.*publish\.allow_http=true"):
        sources._read(web.address, PublishSpec())
    for key, value in (("max_megabytes", 1e-6), ("timeout_seconds", 1e-6)):
        with pytest.raises(DataError, match=rf"nothing was changed.*publish\.{key}"):
            sources._read(web.address, replace(allowed, **{key: value}))
    assert sources._read(f"file://{__file__}", allowed)["test_sources.py"]


def test_a_source_file_whose_name_climbs_is_laid_out_nowhere(tmp_path):
    r = Rounds(tmp_path)
    r.write(40)
    for name in ("data/../../../evil.csv", "/abs/evil.csv", "data/nul.csv", ""):
        with pytest.raises(ConfigError, match=r"source file: .* is no path inside") as told:
            sources.laid_out(r.experiment(), {name: b"month,value\n"}, tmp_path / "here")
        assert told.value.exit_code == 2
    assert not list(tmp_path.rglob("*evil*"))


def test_other_addresses_go_through_fsspec_or_name_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(ConfigError, match=r"border-forecast\[remote\]"):
        sources._read("s3://bucket/figures.csv", PublishSpec())
    monkeypatch.undo()
    fsspec = pytest.importorskip("fsspec")
    memory = fsspec.filesystem("memory")
    for name, text in (("a.csv", b"1"), ("b.csv", b"2"), ("c.txt", b"3")):
        with memory.open(f"/place/{name}", "wb") as file:
            file.write(text)
    assert sources._read("memory://place", PublishSpec()) == {"a.csv": b"1", "b.csv": b"2"}
    assert sources._read("memory://place/a.csv", PublishSpec()) == {"a.csv": b"1"}
    with pytest.raises(DataError, match="could not be read"):
        sources._read("memory://nowhere.csv", PublishSpec())
    with pytest.raises(DataError, match="over the limit"):
        sources._read("memory://place", PublishSpec(max_megabytes=0.0))


def test_the_rule_book_goes_with_its_calendar(tmp_path):
    from forecast.events.calendar import load_events

    r = Rounds(tmp_path)
    r.write(40)
    whole = sources.take(r.experiment(), tmp_path / "copy")
    again = sources.laid_out(r.experiment(), whole.files, tmp_path / "again")
    assert load_events(again.events.path).rules.equals(load_events().rules) and len(load_events().rules)
    r.events(("old", "2019-05-01", "2019-06-01"))
    assert load_events(r.calendar).rules.empty
    r.calendar.with_name("event_rules.csv").write_text("mechanism,shape\nx,step\n")
    own = sources.take(r.experiment(), tmp_path / "own")
    assert set(own.files) == {"data/f.csv", "events/events.csv", "events/event_rules.csv"}
    assert load_events(own.experiment.events.path).rules["shape"].tolist() == ["step"]
