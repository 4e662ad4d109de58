"""A kept report is taken only where nothing that enters it has changed by a byte."""

import sys
from dataclasses import replace

import pytest

import forecast as fc
from forecast.cli import report_cache
from forecast.cli.report_cache import KeptReport, keep, key_of, marked, software_of, take, trim
from forecast.cli.run import load_plugin
from forecast.config.settings import DataSpec, EventsSpec, ModelSpec
from forecast.models.baselines import Drift
from report_fixture import experiment

REPORT = KeptReport(
    {"index.html": b"<p>", "manifest.json": b'{"written": "then"}'}, "2024-05-07", 0, ("told",)
)


@pytest.fixture
def asked(tmp_path):
    """An experiment on figures, a side table and a calendar in a folder of their own, and one of configuration."""
    for name, text in {
        "data/observations.csv": "month,value\n2020-01,5\n",
        "data/series.csv": "series_id,label\na,A\n",
        "data/old/figures.csv": "x\n",
        "calendar/events.csv": "id\nlaw\n",
        "conf/experiment/mine.yaml": "horizon: 3\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    events = EventsSpec(path=str(tmp_path / "calendar" / "events.csv"))
    return experiment(("a",), "2024-05-07", data=DataSpec(path=str(tmp_path / "data")), events=events)


def test_one_changed_byte_of_what_enters_is_another_key(asked, tmp_path):
    folders = [str(tmp_path / "conf")]
    first = key_of(asked, "forecast", folders)
    assert first == key_of(asked, "forecast", folders)
    seen = {first}
    for name in (
        "data/observations.csv",
        "data/series.csv",
        "data/old/figures.csv",
        "calendar/events.csv",
        "conf/experiment/mine.yaml",
    ):
        path = tmp_path / name
        path.write_bytes(path.read_bytes()[:-1] + b" ")
        seen.add(key_of(asked, "forecast", folders))
    seen |= {
        key_of(asked, "forecast horizon=6", folders),
        key_of(replace(asked, seed=2), "forecast", folders),
    }
    assert len(seen) == 8


def test_software_is_every_file_of_the_package_and_the_versions_behind_it(tmp_path, monkeypatch):
    kernel, text = tmp_path / "arima" / "compiled.py", tmp_path / "report" / "page.css"
    for path in (kernel, text):
        path.parent.mkdir()
        path.write_text("x = 1\n")
    seen = {software_of(tmp_path)}
    for path in (kernel, text):
        path.write_text("x = 2\n")
        seen.add(software_of(tmp_path))
    monkeypatch.setattr(report_cache.metadata, "version", lambda name: "0.0.1")
    seen.add(software_of(tmp_path))
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    assert len(seen | {software_of(tmp_path)}) == 5
    assert {"numpy", "numba", "statsmodels"} <= set(report_cache._needed())


def test_what_cannot_be_hashed_is_never_kept(asked, tmp_path, monkeypatch):
    class Mine(Drift):
        """Mine."""

    fc.register_model("mine", Mine)
    assert key_of(replace(asked, model={**asked.model, "m": ModelSpec("mine")}), "forecast") is None
    assert key_of(replace(asked, data=DataSpec(path="https://example.org/a.csv")), "forecast") is None
    with monkeypatch.context() as patch:
        patch.setattr(report_cache, "MOST_FILES", 2)
        assert key_of(asked, "forecast") is None


def test_a_plugin_may_bring_a_metric_or_a_reader_so_nothing_is_kept(asked, tmp_path, monkeypatch):
    assert key_of(asked, "forecast") is not None
    plugin = tmp_path / "mine.py"
    plugin.write_text("import forecast as fc\nfc.register_metric('mine', lambda y, q, levels: y)\n")
    monkeypatch.setitem(sys.modules, "forecast_plugin_mine", None)  # gone after the test
    load_plugin(str(plugin))
    assert key_of(asked, "forecast") is None


def test_a_report_comes_back_as_it_was_and_its_manifest_says_so(tmp_path):
    keep(tmp_path, "k", REPORT)
    assert take(tmp_path, "k") == REPORT and take(tmp_path, "other") is None
    assert b'"kept_since": "then"' in marked(REPORT.files)["manifest.json"]
    assert marked(REPORT.files)["index.html"] == b"<p>"


@pytest.mark.parametrize("damage", [b"", b"garbled", b"0" * 64])
def test_a_damaged_file_is_told_and_removed(damage, tmp_path, capsys):
    keep(tmp_path, "k", REPORT)
    (tmp_path / "k.zip").write_bytes(damage)
    assert take(tmp_path, "k") is None and not (tmp_path / "k.zip").exists()
    assert "damaged" in capsys.readouterr().err


def test_a_folder_that_others_may_write_is_not_read(tmp_path):
    keep(tmp_path, "k", REPORT)
    tmp_path.chmod(0o777)
    assert take(tmp_path, "k") is None


def test_the_oldest_go_first(tmp_path):
    import os

    for age, name in enumerate(("new", "older", "oldest")):
        (tmp_path / name).write_bytes(b"x" * 10)
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    trim(tmp_path, "*", 20)
    assert {p.name for p in tmp_path.iterdir()} == {"new", "older"}
