"""Totals and chances of simulated series whose truth is known: ranges hold, chances are what they say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from forecast.config.settings import IntervalsSpec
from forecast.postprocess.chances import chances
from forecast.postprocess.intervals import add_intervals
from forecast.postprocess.totals import totals, with_outcomes
from forecast.scoring.reliability import chance_outcomes, reliability
from forecast.tables.columns import FORECAST_COLUMNS
from tables_helpers import figures

MONTHS, HORIZON, BATCH = 180, 12, 40
LAST_MONTH = 164  # the newest origin; the twelve months after it are the truth


def walk(rng):
    """Logs walk at random: the last figure is the best forecast, errors pile up."""
    return np.cumsum(0.07 * rng.standard_normal(MONTHS))


def reverting(rng):
    """Logs return to their mean: errors of the last figure hang together otherwise than those of a walk."""
    level = np.zeros(MONTHS)
    for t in range(1, MONTHS):
        level[t] = 0.7 * level[t - 1] + 0.15 * rng.standard_normal()
    return level


#: Process -> the rule whose assumptions it meets, and the stretches that its ranges reach.
WORLDS = {
    "walk": (
        walk,
        IntervalsSpec(method="square_root", half_life=None),
        ("calendar_year", "next_6", "next_12"),
    ),
    "reverting": (reverting, IntervalsSpec(method="direct_mirrored", half_life=None), ("next_6",)),
}


def worlds(process: str, series: int):
    """Batches of observations with the forecasts of all their origins, ranges at the newest one."""
    make, spec, _ = WORLDS[process]
    rng = np.random.default_rng(20240507)
    for start in range(0, series, BATCH):
        values = {f"s{i}": np.round(np.exp(12 + make(rng))) for i in range(start, start + BATCH)}
        obs = figures(values)
        table = pd.concat([_last_values(obs, name) for name in values])
        ranges, _ = add_intervals(table, obs, spec)
        day = obs.first_released(next(iter(values))).iloc[LAST_MONTH]
        now = ranges["origin"] == day
        yield obs, pd.concat([ranges[~now & (ranges["level"] == 0.5)], ranges[now]]), day


def _last_values(obs, name):
    y, released = obs.actuals(name, truth="first"), obs.first_released(name)
    h = np.tile(np.arange(1, HORIZON + 1), LAST_MONTH + 1)
    frame = {
        "model": "m",
        "series_id": name,
        "origin": np.repeat(released.to_numpy()[: LAST_MONTH + 1], HORIZON),
        "month": y.index[: LAST_MONTH + 1].repeat(HORIZON) + h,
        "horizon": h,
        "knowledge": "none",
        "scenario": "",
        "level": 0.5,
        "value": np.repeat(y.to_numpy()[: LAST_MONTH + 1], HORIZON),
    }
    return pd.DataFrame(frame)[list(FORECAST_COLUMNS)]


@pytest.mark.proof
@pytest.mark.parametrize("process", list(WORLDS))
def test_ranges_of_totals_hold_what_they_promise(process):
    """80 and 95 % of 400 series inside the 99.9 % band of what they promise."""
    found = pd.concat(
        [with_outcomes(totals(t, obs, None, [day]), obs) for obs, t, day in worlds(process, 400)]
    )
    assert (found["dependence"] == "past_errors").all()
    for kind in WORLDS[process][2]:
        rows = found[found["kind"] == kind]
        told = []
        for central in (80, 95):
            low, high = rows[f"lower_{central}"], rows[f"upper_{central}"]
            n, k = int(low.notna().sum()), int(((rows["actual"] >= low) & (rows["actual"] <= high)).sum())
            least, most = stats.binom.ppf([0.0005, 0.9995], n, central / 100)
            told.append(f"{central} % held {100 * k / n:.1f} % of {n}")
            assert n >= 390, (kind, central, n)
            assert least <= k <= most, (kind, central, k / n)
        print(f"\n{process}, {kind}: {', '.join(told)}")


@pytest.mark.proof
def test_chances_of_a_walk_come_true_as_often_as_they_say():
    """Every class with 30 outcomes or more lies inside the 99.9 % band; printed as a table."""
    parts = []
    for obs, table, day in worlds("walk", 400):
        said = chances(table, obs, since=day)
        parts.append(chance_outcomes(said[said["horizon"].isin([1, 3, 6, 12])], obs))
    said = pd.concat(parts).assign(series_id="all", overlap=1)
    table = reliability(said)
    rows = table[table["n"] >= 30]
    low, high = (stats.binom.ppf(q, rows["n"], rows["said"]) for q in (0.0005, 0.9995))
    happened = rows["happened"] * rows["n"]
    print(
        "\n"
        + rows[["event", "horizon", "upper_class", "n", "said", "happened"]].round(3).to_string(index=False)
    )
    assert ((happened >= low - 1) & (happened <= high + 1)).all()
