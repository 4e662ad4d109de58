"""Comparison groups and volatility on simulated worlds: how often something is found where there is nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from forecast.interventions.compared import compare_with_donors
from forecast.interventions.volatility import volatility_breaks

MONTHS, START, AFTER = 110, 90, 12


def world(rng, donors, effect, restless=1.0):
    """One common walk with loads, a season, own persistent noise; the first series has an effect."""
    common = np.cumsum(rng.normal(0, 0.12, MONTHS))[:, None] * rng.uniform(0.5, 1.3, donors + 1)
    season = 0.2 * np.sin(2 * np.pi * np.arange(MONTHS) / 12)[:, None]
    own = np.zeros((MONTHS, donors + 1))
    for t in range(1, MONTHS):
        own[t] = 0.7 * own[t - 1] + rng.normal(0, 0.08 * (restless if t > 60 else 1.0), donors + 1)
    logs = 8 + common + season + own
    logs[START : START + AFTER, 0] += effect
    names = ["t", *(f"d{i}" for i in range(donors))]
    return pd.DataFrame(np.round(np.exp(logs)), pd.period_range("2010-01", periods=MONTHS, freq="M"), names)


def rate(donors, effect, restless=1.0, n=120):
    rng = np.random.default_rng(20240507)
    found = []
    for _ in range(n):
        values = world(rng, donors, effect, restless)
        found.append(
            compare_with_donors(values, "t", list(values)[1:], "e", (START, START + AFTER - 1)).values
        )
    told = [one for one in found if one["verdict"] != "refused"]
    share = float(np.mean([one["p"] < 0.05 for one in told]))
    size = float(np.mean([one["estimate"] for one in told]))
    print(
        f"\n{donors} donors, effect {effect}, volatility x {restless}: p < .05 in {100 * share:.0f} % of"
        f" {len(told)}, mean estimate {size:.2f}"
    )
    return share, size, len(told)


@pytest.mark.proof
@pytest.mark.parametrize(("donors", "restless"), [(5, 1.0), (9, 1.0), (9, 2.0)])
def test_where_there_is_nothing_little_is_found(donors, restless):
    share, size, n = rate(donors, 0.0, restless)
    assert share * n <= stats.binom.ppf(0.999, n, 0.05) and abs(size) < 0.06


@pytest.mark.proof
def test_a_planted_effect_is_found_by_comparison():
    share, size, _ = rate(9, -0.4, n=60)
    assert share > 0.8 and size == pytest.approx(-0.4, abs=0.08)


@pytest.mark.proof
def test_breaks_of_volatility_are_found_where_they_are_and_their_ranges_hold():
    rng = np.random.default_rng(20240507)
    months = pd.period_range("2000-01", periods=280, freq="M")
    none, held, found = 0, 0, 0
    for _ in range(1000):
        calm = pd.Series(0.1 * rng.standard_t(5, 280), months, name="s")
        none += volatility_breaks(calm).iloc[0]["verdict"] == "break"
        rows = volatility_breaks(calm * np.where(np.arange(280) < 160, 1.0, 2.0))
        near = rows[rows["verdict"] == "break"]
        if len(near):
            found += 1
            held += bool(((near["lower"] <= months[160]) & (months[160] <= near["upper"])).any())
    print(
        f"\nbreaks of volatility: found in {none / 10:.1f} % of 1,000 without one, in {found / 10:.1f} % with one"
    )
    print(f"  (sd x 2); the 90 % range held the date in {100 * held / found:.1f} %")
    assert none <= stats.binom.ppf(0.999, 1000, 0.05) and found > 950 and held / found > 0.86
