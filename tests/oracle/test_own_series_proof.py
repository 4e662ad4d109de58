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
KNOWN = MONTHS - HORIZON
#: Each past is followed by so many futures of its own law: a range is judged by what could come, not by one draw.
FUTURES = 500


def shared_past(draw) -> np.ndarray:
    """Draws (FUTURES, MONTHS), the same in all rows up to the last known month; `draw` takes a shape."""
    past = np.broadcast_to(draw((1, KNOWN)), (FUTURES, KNOWN))
    return np.hstack([past, draw((FUTURES, HORIZON))])


def noise(rng: np.random.Generator, sd: float) -> np.ndarray:
    """Normal noise with one past and many futures."""
    return shared_past(lambda shape: rng.normal(0.0, sd, shape))


def seasonal(rng: np.random.Generator) -> np.ndarray:
    """A stable season around a level that wanders a little."""
    season = rng.normal(0.0, 0.2, 12)[np.arange(MONTHS) % 12]
    return np.exp(7.0 + season + np.cumsum(noise(rng, 0.02), axis=1) + noise(rng, 0.06))


def trend(rng: np.random.Generator) -> np.ndarray:
    """A steady growth, between a fall of a half and one to seven times as much, and noise."""
    slope = rng.uniform(-0.006, 0.016)
    return np.exp(6.5 + slope * np.arange(MONTHS) + noise(rng, 0.08))


def random_walk(rng: np.random.Generator) -> np.ndarray:
    """A random walk on logs."""
    return np.exp(8.0 + np.cumsum(noise(rng, 0.08), axis=1))


def intermittent(rng: np.random.Generator) -> np.ndarray:
    """Counts of which six in ten are zero: nothing, or one and a Poisson number of mean three."""
    some = shared_past(rng.random) < 0.4
    return some * (1.0 + shared_past(lambda shape: rng.poisson(3.0, shape)))


def with_break(rng: np.random.Generator) -> np.ndarray:
    """A season and a level that changes for good in one of the months 60 to 96."""
    season = rng.normal(0.0, 0.1, 12)[np.arange(MONTHS) % 12]
    moved = rng.choice([-0.5, 0.5]) * (np.arange(MONTHS) >= rng.integers(60, 97))
    return np.exp(7.0 + season + moved + noise(rng, 0.08))


KINDS = {f.__name__: f for f in (seasonal, trend, random_walk, intermittent, with_break)}
#: Quantile of 90 % of an intermittent month, by its law.
TRUE_UPPER = 5.0


def ranges(kind: str, file: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcomes (series, futures, months) and both ends of the 80 % ranges (series, 1, months)."""
    rng = np.random.default_rng(20240507)
    whole = {f"s{i:03}": np.round(KINDS[kind](rng)) for i in range(DRAWS)}
    months = pd.period_range("2010-01", periods=KNOWN, freq="M").astype(str)
    rows = [pd.DataFrame({"series_id": n, "month": months, "value": y[0, :KNOWN]}) for n, y in whole.items()]
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
    low, high = (wide[level].unstack().loc[names].to_numpy()[:, None] for level in (0.1, 0.9))
    return np.array([y[:, KNOWN:] for y in whole.values()]), low, high


@pytest.mark.proof
@pytest.mark.parametrize("kind", KINDS)
def test_ranges_of_own_series(kind, tmp_path):
    """The 80 % range holds 72 to 88 % at every distance; of intermittent series at least 72 %, without excess."""
    actual, low, high = ranges(kind, tmp_path / "own.csv")
    within = (low <= actual) & (actual <= high)
    held, one = (100.0 * part.mean(axis=(0, 1)) for part in (within, within[:, :1]))
    print(f"\n{kind}, {DRAWS} series: 80 % ranges hold at 1 to 12 months {np.round(held, 1).tolist()}")
    print(f"the first future of each series alone: {np.round(one, 1).tolist()}")
    if kind == "intermittent":
        mean = high.mean(axis=(0, 1))
        print(f"upper end over the true one: {np.round(mean / TRUE_UPPER, 2).tolist()}")
        assert held.min() >= 72.0
        assert mean.max() <= 1.5 * TRUE_UPPER
    else:
        assert held.min() >= 72.0 and held.max() <= 88.0
