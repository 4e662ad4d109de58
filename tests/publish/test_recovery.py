import shutil

import pytest

from forecast.archive.store import Archive
from forecast.publish import folders
from forecast.publish.recovery import recover
from rounds_helpers import Rounds, light


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Rounds without drawings and scores of the replay."""
    light(monkeypatch.setattr)


@pytest.mark.slow
def test_a_report_that_was_lost_comes_back_from_the_archive(tmp_path):
    r = Rounds(tmp_path)
    r.write(40)
    folder = r.publish().folder
    before = {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file()}
    shutil.rmtree(folder)
    outcome = r.publish()
    assert outcome.code == 3 and "restored: reports/" in outcome.text
    assert {n: b for n, b in before.items() if n != "manifest.json"} == {
        p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.name != "manifest.json"
    }


def test_a_finished_folder_gets_its_name_and_halves_go(tmp_path):
    r = Rounds(tmp_path)
    r.write(40)
    folder = r.publish().folder
    waiting = folders.aside(r.site, f"reports/{folder.name}")
    waiting.parent.mkdir()
    folder.rename(waiting)
    half = folders.aside(r.site, "reports/2030-01-01")
    half.mkdir()
    look = r.publish(dry_run=True)
    assert look.code == 3 and look.text.startswith(f"would finish: reports/{folder.name}\nnothing would")
    assert waiting.is_dir()
    said = recover(Archive(r.archive), r.experiment(), r.site, tmp_path / "scratch", lambda step: None)
    assert [line.split(":")[0] for line in said] == ["finished", "removed"]
    assert (folder / "index.html").is_file() and not (r.site / folders.INCOMING).exists()


def test_a_half_in_the_place_of_a_report_is_not_taken_for_it(tmp_path):
    r = Rounds(tmp_path)
    r.write(40)
    folder = r.publish().folder
    waiting = folders.aside(r.site, f"reports/{folder.name}")
    waiting.parent.mkdir()
    folder.rename(waiting)
    (waiting / "forecasts.csv").write_text("half")
    said = recover(Archive(r.archive), r.experiment(), r.site, tmp_path / "scratch", lambda step: None)
    assert said == [f"restored: reports/{folder.name}, made again from the archive, every byte the same"]
    assert (folder / "forecasts.csv").read_text() != "half"
