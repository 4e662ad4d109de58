from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecast.archive.store import Archive
from forecast.publish.forecast_only import Forecasts, forecast_only
from forecast.publish.reruns import middle_of, reduced
from rounds_helpers import Rounds, light


@pytest.mark.parametrize("headline", ["short", "short_with_events", "drift"])
def test_a_re_run_of_what_the_headline_needs_is_the_same_forecast(tmp_path, headline):
    r = Rounds(tmp_path)
    r.write(50)
    r.events(("old", "2019-05-01", "2019-06-01"), ("later", "2021-01-10", "2021-01-15"))
    exp = r.experiment()
    combined = {"short": replace(exp.combination["short"], with_events="short_with_events")}
    more = {**exp.model, "seasonal_naive": replace(exp.model["drift"], kind="seasonal_naive")}
    exp = replace(
        exp,
        as_of=r.released(48),
        model=more,
        combination=combined,
        report=replace(exp.report, headline=headline),
    )
    small = reduced(exp)
    assert "seasonal_naive" not in small.model and len(small.model) == 2
    pd.testing.assert_frame_equal(middle_of(forecast_only(small)), middle_of(forecast_only(exp)))


def test_the_middle_is_that_of_the_headline_without_events():
    rows = [
        ("short", "none", "", 0.5, 1.0),
        ("short", "at_origin", "", 0.5, 2.0),
        ("short", "none", "", 0.1, 3.0),
        ("short", "none", "a rule ends", 0.5, 4.0),
        ("drift", "none", "", 0.5, 5.0),
    ]
    table = pd.DataFrame(rows, columns=["model", "knowledge", "scenario", "level", "value"])
    table = table.assign(series_id="a", month=pd.Period("2024-01", "M"))
    made = Forecasts(pd.Timestamp("2024-01-20"), table, pd.DataFrame(), "short", {})
    assert middle_of(made)["a"].tolist() == [1.0] and middle_of(made, "drift")["a"].tolist() == [5.0]


@pytest.mark.proof
def test_steps_add_up_on_24_rounds_in_a_row(tmp_path, monkeypatch):
    light(monkeypatch.setattr)
    rng = np.random.default_rng(7)
    r = Rounds(tmp_path, months=72)
    r.events(("old", "2019-05-01", "2019-06-01"))
    revisions = []
    for n in range(42, 67):
        if rng.random() < 0.7:
            month = r.table["month"].iloc[n - 1 - int(rng.integers(1, 6))]
            revisions.append((month, float(rng.uniform(0.8, 1.25)), r.released(n)))
        r.write(n, revisions)
        assert r.publish(today="2022-01-01").code == 0
    archive = Archive(r.archive)
    runs = archive.runs("e", "published")
    assert len(runs) == 25
    for run in runs["id"].iloc[1:]:
        table = archive.changes(int(run))
        assert (
            table["change"].iloc[1:-1].sum()
            == table["change"].iloc[-1]
            == table["forecast"].iloc[-1] - table["forecast"].iloc[0]
        )
