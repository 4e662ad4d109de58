"""The last ten years of the headline, counted by hand."""

import numpy as np
import pandas as pd
import pytest

from forecast.scoring.recent import RECENT_COLUMNS, recent_record

LEVELS = np.array([0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975])
Z = np.array([-1.96, -1.28, -0.67, 0.0, 0.67, 1.28, 1.96])


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """16 years: calm, but for every sixth month, which is three times as high."""
    import forecast as fc

    months = pd.period_range("2008-01", "2024-03", freq="M")
    values = np.where(months.month % 6 == 0, 300, 100)
    released = months.to_timestamp(how="end").normalize() + pd.Timedelta(days=20)
    path = tmp_path_factory.mktemp("f") / "f.csv"
    frame = {"series_id": "a", "month": months.astype(str), "value": values, "released": released}
    pd.DataFrame(frame).to_csv(path, index=False)
    return fc.load_observations(path)


def rows(model, middle, spread, start="2009-01", horizons=(1, 2)):
    out = []
    for last in pd.period_range(start, "2024-02", freq="M"):
        origin = last.end_time.normalize() + pd.Timedelta(days=20)
        for h in horizons:
            cells = {"model": model, "series_id": "a", "origin": origin, "month": last + h, "horizon": h}
            cells |= {"knowledge": "none", "scenario": ""}
            out += [
                {**cells, "level": p, "value": middle * np.exp(spread * z)}
                for p, z in zip(LEVELS, Z, strict=True)
            ]
    return pd.DataFrame(out)


def test_dates_of_ten_years_and_what_was_inside(figures):
    table = pd.concat([rows("short", 100.0, 0.1), rows("random_walk", 40.0, 0.3)])
    day = pd.Timestamp("2024-04-25")
    breaks = {"a": [pd.Timestamp("2020-05-20"), pd.Timestamp("2020-06-20")]}
    made = recent_record(table, figures, "short", "random_walk", day, breaks)
    assert list(made.columns) == list(RECENT_COLUMNS)
    one, two = made.to_dict("records")
    # made from 20 May 2014 to 20 March 2024, for as many months: 119, of which 20 are June or December
    assert (one["n"], one["held"]) == (119, 99) and one["covered"] == pytest.approx(99 / 119)
    assert (str(one["first"].date()), str(one["last"].date())) == ("2014-05-20", "2024-03-20")
    assert (one["before_n"], one["before_held"]) == (2, 1)  # for May and for June 2020
    assert one["fair"] and one["better"] and one["skill"] > 0
    assert two["n"] == 118 and two["n_independent"] == pytest.approx(59)


def test_a_headline_that_is_worse_than_the_last_count_is_not_better(figures):
    table = pd.concat([rows("short", 200.0, 0.1), rows("random_walk", 110.0, 0.3)])
    made = recent_record(table, figures, "short", "random_walk", pd.Timestamp("2024-04-25"))
    assert not made["better"].any() and (made["skill"] < 0).all() and (made["held"] == 0).all()
    assert not made["fair"].any() and (made["before_n"] == 0).all()
    own = recent_record(table, figures, "random_walk", "random_walk", pd.Timestamp("2024-04-25"))
    assert (own["skill"] == 0).all() and not own["better"].any()


def test_a_shorter_replay_counts_whole_and_nothing_is_nothing(figures):
    table = pd.concat([rows(m, 100.0, 0.1, start="2022-12", horizons=(1,)) for m in ("short", "random_walk")])
    made = recent_record(table, figures, "short", "random_walk", pd.Timestamp("2024-04-25"))
    assert made["n"].tolist() == [15]
    gone = recent_record(table, figures, "other", "random_walk", pd.Timestamp("2024-04-25"))
    assert gone.empty and list(gone.columns) == list(RECENT_COLUMNS)


def test_a_distance_without_an_outcome_is_left_out(figures):
    far = pd.concat([rows("short", 100.0, 0.1), rows("random_walk", 100.0, 0.3)])
    late = far[(far["horizon"] == 1) | (far["month"] > pd.Period("2024-03", "M"))]
    made = recent_record(late, figures, "short", "random_walk", pd.Timestamp("2024-04-25"))
    assert made["horizon"].tolist() == [1] and np.isfinite(made["covered"]).all()
