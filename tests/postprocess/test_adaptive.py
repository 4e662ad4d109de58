"""Ranges that widen after misses: the rule by hand, bounds, and nothing from the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.config.settings import LEVELS, IntervalsSpec
from forecast.errors import ConfigError
from forecast.postprocess.adaptive import MOST, widen_after_misses
from forecast.postprocess.intervals import add_intervals
from tables_helpers import figures, forecasts, random_walk, walk

SPEC = IntervalsSpec(adapt=0.05, half_life=None)


@pytest.fixture(scope="module")
def broken():
    """A calm walk whose steps become four times as large in month 80."""
    y = np.log(walk(150))
    y[80:] = y[80] + 4.0 * (y[80:] - y[80])
    return figures({"s": np.round(np.exp(y))})


@pytest.fixture(scope="module")
def plain(broken):
    return add_intervals(forecasts(broken, {"random_walk": random_walk}), broken, SPEC)[0]


@pytest.fixture(scope="module")
def adapted(broken, plain):
    return widen_after_misses(plain, broken, SPEC)


def growth_of(plain, adapted):
    """Log of the widening by origin and horizon, from the upper end of the 80 % range on logs."""
    tables = [
        t.set_index(["origin", "horizon", "level"])["value"].map(np.log).unstack() for t in (plain, adapted)
    ]
    before, after = (t[0.9] - t[0.5] for t in tables)
    return np.log(after / before).unstack()


def test_one_step_ahead_by_hand(broken, plain):
    """With one horizon g moves by rate x (share of 50, 80, 95 % missed - share promised), not below zero nor above the most."""
    one = plain[plain["horizon"] == 1]
    growth = growth_of(one, widen_after_misses(one, broken, SPEC))[1]
    wide = one.set_index(["origin", "level"])["value"].map(np.log).unstack()
    y = np.log(broken.actuals("s").to_numpy())
    g, expected = 0.0, {}
    for at, (origin, row) in enumerate(wide.iterrows()):
        if at:
            ends = wide.iloc[at - 1]
            if np.isfinite(ends[[0.025, 0.975]]).all():
                factor = np.exp(g)
                miss = [
                    abs(y[at] - ends[0.5]) > factor * (ends[0.5 + c / 2] - ends[0.5]) + 1e-12
                    for c in (0.5, 0.8, 0.95)
                ]
                g = min(max(g + SPEC.adapt * (np.mean(miss) - 0.25), 0.0), MOST)
        if np.isfinite(row[0.9]):
            expected[origin] = g
    got = growth.dropna()
    np.testing.assert_allclose(got.to_numpy(), pd.Series(expected).loc[got.index].to_numpy(), atol=1e-9)
    assert got.max() > 0.1


def test_medians_stay_and_ranges_never_narrow(plain, adapted):
    growth = growth_of(plain, adapted).to_numpy()
    growth = growth[np.isfinite(growth)]
    assert growth.min() >= -1e-9 and growth.max() <= MOST + 1e-9
    middle = plain["level"] == 0.5
    pd.testing.assert_frame_equal(
        plain[middle].reset_index(drop=True), adapted[adapted["level"] == 0.5].reset_index(drop=True)
    )


def test_wider_after_a_break_than_before(plain, adapted):
    growth = growth_of(plain, adapted)
    assert growth.iloc[-20:].mean().mean() > growth.iloc[:60].mean().mean() + 0.1


def test_neighbouring_distances_share_a_miss(plain, adapted):
    """Steps of the growth differ little between distances that follow each other."""
    last = growth_of(plain, adapted).iloc[-1].to_numpy()
    assert np.abs(np.diff(last)).max() < 0.5 * last.max()


def test_refused_levels_stay_refused(plain, adapted):
    keys = ["origin", "horizon", "level"]
    assert plain[keys].reset_index(drop=True).equals(adapted[keys].reset_index(drop=True))


def test_a_rate_of_zero_changes_nothing(broken, plain):
    same = widen_after_misses(plain, broken, IntervalsSpec(half_life=None))
    pd.testing.assert_frame_equal(same, plain.reset_index(drop=True))


@pytest.mark.slow
def test_it_cannot_look_ahead(obs, events, usbp):
    def ranged(table, figures_then):
        made, _ = add_intervals(table, figures_then, SPEC, LEVELS)
        return widen_after_misses(made, figures_then, SPEC)

    days = fc.monthly_origins("2019-01", "2023-06", obs, series=[usbp])
    drift = fc.make_model("drift")
    fc.check_no_lookahead(drift, obs, events, series=[usbp], origins=days, horizon=3, postprocess=ranged)


def test_a_rate_out_of_bounds_is_told(broken, plain):
    with pytest.raises(ConfigError, match=r"intervals\.adapt: 2"):
        add_intervals(plain, broken, IntervalsSpec(adapt=2.0))


def test_distances_grow_alike_on_the_scale_of_the_errors(broken):
    """On roots all levels of a month move by one factor, which logs would not give."""
    spec = IntervalsSpec(adapt=0.05, half_life=None, scale=0.5)
    plain = add_intervals(forecasts(broken, {"random_walk": random_walk}), broken, spec)[0]
    tables = [
        t.set_index(["origin", "horizon", "level"])["value"].map(np.sqrt).unstack()
        for t in (plain, widen_after_misses(plain, broken, spec))
    ]
    upper = [level for level in LEVELS if level > 0.5]  # the lower ones end at zero
    before, after = (t[upper].sub(t[0.5], axis=0).dropna() for t in tables)
    ratio = (after / before)[(before.abs() > 1e-6).all(axis=1)]
    assert ratio.to_numpy().max() > 1.2
    np.testing.assert_allclose(ratio, np.tile(ratio.iloc[:, [0]], ratio.shape[1]), rtol=1e-6)
