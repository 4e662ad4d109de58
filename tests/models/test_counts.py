import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom

import forecast as fc
from forecast.errors import DataError
from forecast.models.counts import Counts
from forecast.models.series import SeriesData
from forecast.models.transform import Transform

LEVELS = np.array([0.025, 0.1, 0.5, 0.9, 0.975])


def data_of(y):
    """One series of counts, without events."""
    y = np.asarray(y, dtype=float)
    months = pd.period_range("2000-01", periods=len(y), freq="M")
    frames = dict.fromkeys(("past", "future", "prior"), pd.DataFrame(index=months))
    scale = Transform("none")
    return SeriesData(name="few", months=months, y=y, transform=scale, columns=(), design=None, **frames)


def quantiles(y, h=12):
    return Counts().fit_series(data_of(y)).quantiles(h, LEVELS)


def drawn(n, mean, dispersion, seed=1):
    share = 1 / (1 + dispersion * mean)
    return nbinom(1 / dispersion, share).rvs(n, random_state=np.random.default_rng(seed)).astype(float)


def test_quantiles_are_whole_numbers_in_order_and_ends_differ():
    found = quantiles(drawn(80, 0.8, 0.5))
    assert (found == np.floor(found)).all() and (found >= 0).all()
    assert (np.diff(found, axis=1) >= 0).all() and (found[:, 1] < found[:, 3]).all()


@pytest.mark.parametrize(("mean", "dispersion"), [(0.8, 0.5), (4.0, 0.2), (30.0, 0.1)])
def test_ranges_hold_what_they_promise(mean, dispersion):
    """Of a constant mean: the share of the true distribution between the ends of the 80 % range."""
    inside = []
    for seed in range(20):
        found = quantiles(drawn(90, mean, dispersion, seed))
        truth = nbinom(1 / dispersion, 1 / (1 + dispersion * mean))
        inside.append(float(np.mean(truth.cdf(found[:, 3]) - truth.cdf(found[:, 1] - 1))))
    # whole numbers hold more than they promise, the fewer the more
    assert 0.78 < np.mean(inside) < (0.97 if mean < 1 else 0.9)


def test_a_moving_level_is_followed_and_widens_the_range():
    rng = np.random.default_rng(5)
    y = rng.poisson(np.repeat([2.0, 12.0], [60, 30]))
    found = quantiles(y)
    assert found[0, 2] >= 9
    assert found[-1, 3] - found[-1, 1] > found[0, 3] - found[0, 1]


def test_a_season_is_found_and_none_is_made_up():
    rng = np.random.default_rng(2)
    shape = np.tile([1, 1, 1, 1, 4, 9, 9, 4, 1, 1, 1, 1], 8)
    seasonal = quantiles(rng.poisson(shape))[:, 2]
    assert seasonal[5] >= 6 and seasonal[0] <= 2
    flat = quantiles(drawn(90, 4.0, 0.1))[:, 2]
    assert len(set(flat)) == 1


def test_a_missing_month_leaves_the_level_as_it_was():
    y = drawn(60, 3.0, 0.2)
    holes = np.insert(y, 30, [np.nan, np.nan])
    # one season less or more is tested, the level itself is the same
    one, two = (Counts().fit_series(data_of(v)).steps(1)[0][0] for v in (y, holes))
    assert one == pytest.approx(two, rel=0.02)


def test_the_median_is_within_one_of_the_mean_and_the_spread_that_of_the_counts():
    y = drawn(400, 6.0, 0.3, seed=9)
    mean, sd = Counts().fit_series(data_of(y)).steps(1)
    assert mean[0] == pytest.approx(y.mean(), rel=0.25)
    assert sd[0] == pytest.approx(y.std(), rel=0.25)
    assert abs(quantiles(y)[0, 2] - mean[0]) <= 1


@pytest.mark.parametrize(
    ("y", "said"),
    [
        ([1.5] * 40, "no counts in 40 months"),
        ([-1.0, *[2.0] * 39], "2000-01"),
        ([0.0] * 40, "every known month is 0"),
    ],
)
def test_other_than_counts_is_refused_by_month(y, said):
    with pytest.raises(DataError, match=said):
        Counts().fit_series(data_of(y))


def counted(changes, n=96, mean=8.0, seed=3):
    """A panel of counts whose mean is multiplied from some months on."""
    months = pd.period_range("2012-01", periods=n, freq="M")
    level = np.full(n, mean)
    for month, factor in changes.items():
        level[months >= month] *= factor
    drawn = np.random.default_rng(seed).poisson(level)
    table = pd.DataFrame({"month": months.astype(str), "value": drawn, "series_id": "few"})
    return fc.load_observations(table, release_lag_days=15)


def calendar(*rows):
    head = ("id", "announced_date", "effective_start", "shape", "sign")
    return fc.load_events([dict(zip(head, row, strict=True)) for row in rows])


def test_the_size_of_an_event_is_found_and_told():
    obs = counted({"2018-01": 0.5})
    panel = obs.as_of("latest", "few")
    design = calendar(("ban", "2017-11-01", "2018-01-01", "step", "-")).design(panel, horizon=3)
    fitted = fc.make_model("counts", events=True).fit(panel, design)
    (row,) = fitted.coefficients().to_dict("records")
    assert row["kind"] == "shrunken" and row["lower"] < np.log(0.5) < row["upper"] < 0
    assert row["lower"] == pytest.approx(row["estimate"] - 1.96 * row["se"])
    plain = fc.make_model("counts").fit(panel, design)
    assert plain.coefficients().empty
    assert plain.forecast(3).table.equals(fc.make_model("counts").fit(panel).forecast(3).table)


def test_an_event_ahead_moves_the_months_from_its_start_on_and_widens_them():
    obs = counted({})
    panel = obs.as_of("latest", "few")
    events = calendar(("ban", "2019-11-01", "2020-02-01", "step", "-"))
    design = events.design(panel, horizon=4)
    without, known = (fc.make_model("counts", events=on).fit(panel, design) for on in (False, True))
    before, after = (f.forecast(4, levels=(0.1, 0.5, 0.9)).table for f in (without, known))
    low, high = (t[t["level"] == 0.9].set_index("month")["value"] for t in (after, before))
    assert low["2020-01"] == high["2020-01"]
    middle = [t[t["level"] == 0.5].set_index("month")["value"]["2020-03"] for t in (after, before)]
    assert middle[0] < middle[1]
    assert (after["value"] % 1 == 0).all()


def test_columns_without_a_prior_are_plain_and_two_alike_are_refused():
    obs = counted({"2018-01": 3.0})
    panel = obs.as_of("latest", "few")
    months = pd.period_range("2012-01", periods=102, freq="M")
    step = pd.DataFrame({"new_rule": (months >= "2018-01").astype(float)}, index=months)
    design = fc.Design.from_frames(step.iloc[:96], step.iloc[96:])
    fitted = fc.make_model("counts", events=True).fit(panel, design)
    assert fitted.coefficients()["kind"].tolist() == ["plain"]
    assert fitted.coefficients()["estimate"].iloc[0] == pytest.approx(np.log(3.0), abs=0.2)
    twice = step.assign(again=step["new_rule"])
    with pytest.raises(DataError, match="apart"):
        fc.make_model("counts", events=True).fit(
            panel, fc.Design.from_frames(twice.iloc[:96], twice.iloc[96:])
        )


def test_events_look_at_nothing_that_was_not_known():
    obs = counted({"2014-06": 0.5}, n=48)
    events = calendar(("ban", "2014-04-01", "2014-06-01", "step", "-"))
    day = "2015-01-20"
    fc.check_no_lookahead(fc.make_model("counts", events=True), obs, events, origins=[day])
