"""Ranges of `combination=general` on five kinds of series as new users bring them, simulated by the hundred."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.experiment.intervals import postprocess

#: Series of each kind; OWN_SERIES_DRAWS sets another number for a quick look.
DRAWS = int(os.environ.get("OWN_SERIES_DRAWS", "200"))
MONTHS, HORIZON = 120, 12


def seasonal(rng: np.random.Generator) -> np.ndarray:
    """A stable season around a level that wanders a little."""
    season = rng.normal(0.0, 0.2, 12)[np.arange(MONTHS) % 12]
    return np.exp(7.0 + season + np.cumsum(rng.normal(0.0, 0.02, MONTHS)) + rng.normal(0.0, 0.06, MONTHS))


def trend(rng: np.random.Generator) -> np.ndarray:
    """A steady growth, between a fall of a half and one to seven times as much, and noise."""
    slope = rng.uniform(-0.006, 0.016)
    return np.exp(6.5 + slope * np.arange(MONTHS) + rng.normal(0.0, 0.08, MONTHS))


def random_walk(rng: np.random.Generator) -> np.ndarray:
    """A random walk on logs."""
    return np.exp(8.0 + np.cumsum(rng.normal(0.0, 0.08, MONTHS)))


def intermittent(rng: np.random.Generator) -> np.ndarray:
    """Counts of which six in ten are zero: nothing, or one and a Poisson number of mean three."""
    return (rng.random(MONTHS) < 0.4) * (1.0 + rng.poisson(3.0, MONTHS))


def with_break(rng: np.random.Generator) -> np.ndarray:
    """A season and a level that changes for good in one of the months 60 to 96."""
    season = rng.normal(0.0, 0.1, 12)[np.arange(MONTHS) % 12]
    moved = rng.choice([-0.5, 0.5]) * (np.arange(MONTHS) >= rng.integers(60, 97))
    return np.exp(7.0 + season + moved + rng.normal(0.0, 0.08, MONTHS))


KINDS = {f.__name__: f for f in (seasonal, trend, random_walk, intermittent, with_break)}
#: Quantile of 90 % of an intermittent month, by its law.
TRUE_UPPER = 5.0


def ranges(kind: str, file: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcomes and both ends of the 80 % ranges, series by month ahead."""
    rng = np.random.default_rng(20240507)
    whole = {f"s{i:03}": np.round(KINDS[kind](rng)) for i in range(DRAWS)}
    known = MONTHS - HORIZON
    months = pd.period_range("2010-01", periods=known, freq="M").astype(str)
    rows = [pd.DataFrame({"series_id": n, "month": months, "value": y[:known]}) for n, y in whole.items()]
    pd.concat(rows).to_csv(file, index=False)
    obs = fc.load_observations(file)
    exp = fc.load_experiment(None, "model=random_walk", "combination=general")
    models = {n: fc.make_model(s.kind, **s.parameters) for n, s in exp.model.items()}
    names = list(whole)
    day = obs.first_released(names[0]).iloc[-1]
    table = fc.backtest(models, obs, fc.load_events(), names, [day], HORIZON, "none").forecasts
    made, _, _ = postprocess(exp, table, obs, day)
    rows = made[made["model"] == "general"]
    wide = rows.pivot_table(index=["series_id", "horizon"], columns="level", values="value")
    low, high = (wide[level].unstack().loc[names].to_numpy() for level in (0.1, 0.9))
    return np.array([y[known:] for y in whole.values()]), low, high


@pytest.mark.proof
@pytest.mark.parametrize("kind", KINDS)
def test_ranges_of_own_series(kind, tmp_path):
    """The 80 % range holds 72 to 88 % at every distance; of intermittent series at least 72 %, without excess."""
    actual, low, high = ranges(kind, tmp_path / "own.csv")
    held = 100.0 * ((low <= actual) & (actual <= high)).mean(axis=0)
    print(f"\n{kind}, {DRAWS} series: 80 % ranges hold at 1 to 12 months {np.round(held, 1).tolist()}")
    if kind == "intermittent":
        print(f"upper end over the true one: {np.round(high.mean(axis=0) / TRUE_UPPER, 2).tolist()}")
        assert held.min() >= 72.0
        assert high.mean(axis=0).max() <= 1.5 * TRUE_UPPER
    else:
        assert held.min() >= 72.0 and held.max() <= 88.0
