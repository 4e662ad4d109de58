from dataclasses import replace

import pandas as pd
import pytest

from forecast.publish.publish import publish_report
from forecast.publish.upkeep import rerun
from rounds_helpers import Rounds, light


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Rounds without drawings and scores of the replay."""
    light(monkeypatch.setattr)


@pytest.mark.slow
def test_a_correction_is_a_report_of_its_own_and_the_first_one_stays(tmp_path):
    r = Rounds(tmp_path)
    r.write(40)
    first = r.publish().folder
    before = (first / "index.html").read_bytes()
    exp = r.experiment()
    exp = replace(exp, combination={"short": replace(exp.combination["short"], members=("random_walk",))})
    corrected = publish_report(exp, today="2022-01-01", force=True)
    assert corrected.folder.name == f"{first.name}-r2" and (first / "index.html").read_bytes() == before
    assert "(correction 1)" in (r.site / "index.html").read_text()
    r.write(41)
    assert publish_report(exp, today="2022-01-01").code == 0
    record = pd.read_csv(r.site / "track_record.csv")
    scored = record[record["truth"].notna()]
    assert len(scored) == 1  # what was said first
    kept = pd.read_csv(first / "forecasts.csv")
    want = kept[(kept["model"] == "short") & (kept["level"] == 0.5)]["value"].iloc[0]
    assert scored["middle"].iloc[0] == pytest.approx(want, rel=1e-8)


def test_a_file_that_was_changed_is_told_by_rerun(tmp_path):
    r = Rounds(tmp_path)
    r.write(40)
    folder = r.publish().folder
    (folder / "forecasts.csv").write_text("changed")
    again = rerun(r.experiment(), folder)
    assert again.code == 1 and "differs: forecasts.csv" in again.text and "folder was changed" in again.text
