"""Inference about mean losses: the test against R and statsmodels, cosines, the bootstrap."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from forecast.errors import ConfigError
from forecast.scoring.inference import (
    Bootstrap,
    bootstrap_interval,
    bootstrap_settings,
    circular_picks,
    cosine_projections,
    cosine_test,
    diebold_mariano,
    skill_interval,
)

REFERENCE = json.loads((Path(__file__).parents[1] / "oracle/data/scoring.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", REFERENCE["dm_tests"], ids=str)
def test_diebold_mariano_equals_r(case):
    e1, e2 = (np.abs(REFERENCE["dm_series"][k]) ** case["power"] for k in ("e1", "e2"))
    statistic, p = diebold_mariano(e1, e2, case["h"], case["alternative"], case["varestimator"])
    assert (statistic, p) == pytest.approx((case["stat"], case["p"]))


@pytest.mark.parametrize("horizon", [1, 4])
def test_diebold_mariano_equals_statsmodels(horizon):
    from statsmodels.tsa.stattools import diebold_mariano_test

    e1, e2 = (np.array(REFERENCE["dm_series"][k]) for k in ("e1", "e2"))
    zero = np.zeros(len(e1))
    theirs = diebold_mariano_test(zero, e1, e2, lags=horizon - 1, harvey_adj=True, horizon=horizon)
    ours = diebold_mariano(e1**2, e2**2, horizon, variance="bartlett")
    assert ours == pytest.approx((float(theirs[0]), float(theirs[1])))


def test_diebold_mariano_of_equal_or_few_losses_is_missing():
    assert np.isnan(diebold_mariano(np.ones(20), np.ones(20))).all()
    assert np.isnan(diebold_mariano([1.0, 2.0], [2.0, 1.0], horizon=3)).all()


def error_of_mean(x):
    return np.sqrt(np.mean(cosine_projections(x) ** 2) / len(x))


def test_cosines_by_their_definition():
    x = np.random.default_rng(1).normal(size=70)
    t = np.arange(1, 71)
    by_hand = [np.sqrt(2 / 70) * sum(x * np.cos(np.pi * k * (t - 0.5) / 70)) for k in range(1, 7)]
    assert cosine_projections(x) == pytest.approx(np.array(by_hand))
    assert len(by_hand) == int(0.4 * 70 ** (2 / 3))
    assert cosine_projections(x + 1e3) == pytest.approx(np.array(by_hand))  # a level changes nothing
    assert len(cosine_projections(x[:20])) == 4
    both = cosine_projections(np.column_stack([x, 2 * x]))
    assert both[:, 1] == pytest.approx(2 * both[:, 0])


def test_error_of_a_mean_is_right_for_noise_and_for_persistent_noise():
    rng = np.random.default_rng(2)
    noise = rng.normal(size=(400, 120))
    persistent = np.zeros_like(noise)
    for t in range(1, 120):
        persistent[:, t] = 0.6 * persistent[:, t - 1] + noise[:, t]
    for x, sd in ((noise, 1.0), (persistent, 2.5)):
        squares = [error_of_mean(row) ** 2 for row in x]
        assert np.sqrt(np.mean(squares) * 120) == pytest.approx(sd, rel=0.12)


def test_ends_of_the_interval_are_the_skills_that_the_test_just_does_not_reject():
    rng = np.random.default_rng(6)
    other = rng.gamma(2.0, size=90)
    mine = other * rng.uniform(0.5, 1.1, size=90)
    for end in skill_interval(mine, other, None, 1.0):
        assert cosine_test(mine, (1 - end) * other)[1] == pytest.approx(0.1)


def test_test_of_equal_means_has_a_sign_and_is_missing_for_equal_losses():
    rng = np.random.default_rng(3)
    other = rng.gamma(2.0, size=100)
    statistic, p = cosine_test(other - 1.0 + 0.1 * rng.normal(size=100), other)
    assert statistic < -5 and p < 0.01
    assert np.isnan(cosine_test(other, other)).all()


def test_skill_intervals_hold_the_skill_and_need_losses():
    rng = np.random.default_rng(4)
    other = rng.gamma(2.0, size=100)
    mine = other * rng.uniform(0.6, 1.2, size=100)
    skill = 1 - mine.mean() / other.mean()
    for bootstrap in (None, Bootstrap(block=6)):
        lower, upper = skill_interval(mine, other, bootstrap, 1.0)
        assert lower < skill < upper
    assert np.isnan(skill_interval(mine, np.zeros(100), None, 1.0)).all()


def test_bootstrap_takes_blocks_in_months_and_refuses_a_single_one():
    other = np.random.default_rng(5).gamma(2.0, size=40)
    ends = bootstrap_interval(other * 0.9 + 0.01 * np.arange(40), other, Bootstrap(block=24), 6.0)
    picks = circular_picks(40, 4, 2000, 20240507)  # two years of half-yearly origins are four
    mine = other * 0.9 + 0.01 * np.arange(40)
    drawn = 1 - mine[picks].mean(axis=1) / other[picks].mean(axis=1)
    assert ends == pytest.approx(np.quantile(drawn, [0.05, 0.95]))
    assert np.isnan(bootstrap_interval(other, other, Bootstrap(block=40), 1.0)).all()


@pytest.mark.parametrize(
    "settings", [{"draws": 0}, {"block": -1}, {"block": 0}, {"seed": -1}, {"draws": 1.5}]
)
def test_settings_of_the_bootstrap_have_bounds(settings):
    with pytest.raises(ConfigError, match=next(iter(settings))):
        bootstrap_settings("bootstrap", **{"block": None, "draws": None, "seed": None, **settings})


def test_picks_are_blocks_that_wrap_and_repeat_with_the_seed():
    picks = circular_picks(30, 10, 500, seed=1)
    assert picks.shape == (500, 30) and picks.min() == 0 and picks.max() == 29
    assert ((np.diff(picks.reshape(500, 3, 10), axis=2) % 30) == 1).all()
    assert picks.tolist() == circular_picks(30, 10, 500, seed=1).tolist()
    assert picks.tolist() != circular_picks(30, 10, 500, seed=2).tolist()
    assert np.bincount(picks.ravel()) / 500 == pytest.approx(1, abs=0.2)


def test_an_interval_against_a_base_of_no_size_has_two_missing_ends():
    base = np.tile([1.0, -1.0], 40)
    made = skill_interval(np.ones(80), base, None, 1.0)
    assert made.shape == (2,) and np.isnan(made).all()
