import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from forecast.archive.store import Archive
from forecast.config.settings import ScenarioSpec
from forecast.publish.publish import backfill, publish_report
from forecast.publish.record import record_table, record_text
from rounds_helpers import Rounds, light

NOW = dt.datetime(2021, 9, 1, tzinfo=dt.UTC)


@pytest.fixture
def rounds(tmp_path, monkeypatch):
    """Two replayed issues and two published ones."""
    light(monkeypatch.setattr)
    r = Rounds(tmp_path)
    r.write(40)
    assert backfill(r.experiment(), "2021-01..2021-02", today="2021-05-21").code == 0
    for months in (40, 41):
        r.write(months)
        assert r.publish().code == 0
    r.write(42)
    return r


@pytest.mark.slow
def test_published_and_replayed_are_told_apart_and_never_pooled(rounds):
    exp = rounds.experiment()
    text = record_text(exp, NOW)
    published, replayed = text.split("replayed: 2 issues")
    assert published.startswith("published: 2 issues, 9 forecasts scored")  # 2 months + 1, three rows each
    assert "* short" in published and "80% held" in published and "The worst miss" in published
    obs, table = record_table(exp, NOW)
    assert set(table["kind"]) == {"published", "replayed"} and obs.series_ids == ("a",)
    counts = table[table["truth"].notna()].groupby("kind").size()
    assert counts["published"] == 9 and replayed.startswith(f", {counts['replayed']} forecasts scored")
    runs = Archive(rounds.archive).runs("e").set_index("id")["kind"]
    assert (table["kind"] == table["run"].map(runs)).all()


@pytest.mark.slow
def test_a_replay_with_other_settings_is_not_todays_record(rounds):
    exp = rounds.experiment()
    short = replace(exp.combination["short"], members=("drift",))
    other = replace(exp, combination={"short": short})
    text = record_text(other, NOW)
    assert text.startswith("published: 2 issues") and "replayed: none" in text


@pytest.mark.slow
def test_what_came_out_after_the_day_scores_nothing(rounds):
    early = pd.Timestamp(rounds.released(41)).to_pydatetime().replace(tzinfo=dt.UTC)
    _, table = record_table(rounds.experiment(), early)
    assert table[(table["kind"] == "published") & table["truth"].notna()]["month"].nunique() == 1


@pytest.mark.slow
def test_scenarios_stay_in_the_archive_and_are_never_scored(tmp_path, monkeypatch):
    light(monkeypatch.setattr)
    r = Rounds(tmp_path)
    head = "id,announced_date,effective_start,shape\n"
    r.calendar.write_text(f"{head}toll,2019-06-01,2019-06-12,step\n")
    r.write(40)
    change = {"new": "fee", "starts": "2021-05-10", "shape": "step", "size": -0.3}
    exp = replace(r.experiment(), scenario={"fee": ScenarioSpec(changes=(change,), label="fee")})
    assert publish_report(exp, today=r.released(40)).code == 0
    r.write(42)
    assert r.publish().code == 0
    archive = Archive(r.archive)
    assert set(archive.forecasts([1])["scenario"]) == {"", "fee"}
    _, record = record_table(r.experiment(), NOW)
    assert set(record["scenario"]) == {""}
    scored = archive.query("SELECT DISTINCT n.scenario FROM matured m JOIN names n ON n.id = m.name")
    assert scored["scenario"].tolist() == [""]
    assert f"{int(record['truth'].notna().sum())} forecasts scored" in record_text(r.experiment(), NOW)
