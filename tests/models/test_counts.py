import numpy as np
import pandas as pd
import pytest
from scipy.stats import nbinom

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
