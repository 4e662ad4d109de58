"""Comparison with untouched series: a planted effect, none, donors that moved, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.errors import ConfigError
from forecast.interventions.compared import (
    AT_LEAST_BEFORE,
    COMPARED_COLUMNS,
    ENOUGH_PLACEBOS,
    GAP_COLUMNS,
    compare_in_panel,
    compare_with_donors,
)
from forecast.interventions.study import Study

START = 78


def figures(effect=0.0, donors=8, months=90, seed=3, moved=None):
    """Series with one common walk; the first has an effect from `START` on."""
    rng = np.random.default_rng(seed)
    common = np.cumsum(rng.normal(0, 0.12, months))[:, None] * rng.uniform(0.6, 1.2, donors + 1)
    logs = 8 + common + rng.normal(0, 0.06, (months, donors + 1))
    logs[START:, 0] += effect
    if moved is not None:
        logs[START:, moved] += 1.5
    names = ["t", *(f"d{i}" for i in range(1, donors + 1))]
    return pd.DataFrame(np.round(np.exp(logs)), pd.period_range("2015-01", periods=months, freq="M"), names)


def compared(values, active=(START, START + 11)):
    return compare_with_donors(values, "t", list(values.columns[1:]), "law", active)


def test_a_comparison_does_not_depend_on_the_unit():
    shares = figures(-0.5) + 0.5
    made = [compared(shares * unit).values for unit in (1.0, 1e-7)]
    assert made[0]["verdict"] == made[1]["verdict"] == "stands_out"
    assert made[1]["estimate"] == pytest.approx(made[0]["estimate"])


def test_a_planted_effect_is_found_with_its_size():
    found = compared(figures(-0.5))
    assert found.values["verdict"] == "stands_out" and found.values["p"] < 0.05
    assert found.values["estimate"] == pytest.approx(-0.5, abs=0.1)
    assert found.values["percent"] == pytest.approx(100 * np.expm1(found.values["estimate"]))
    assert list(found.table.columns) == list(COMPARED_COLUMNS)


def test_where_there_is_none_it_is_not_apart():
    found = compared(figures(0.0))
    assert found.values["verdict"] == "not_apart" and found.values["reason"] == ""


def test_gaps_are_the_figures_over_what_the_donors_make_of_them():
    found = compared(figures(-0.5))
    gaps = found.gaps
    assert list(gaps.columns) == list(GAP_COLUMNS) and len(gaps) == START + 12
    np.testing.assert_allclose(gaps["gap"], np.log(gaps["actual"] / gaps["expected"]), atol=1e-9)
    after = gaps[gaps["part"] == "after"]["gap"]
    assert found.values["estimate"] == pytest.approx(after.mean())
    before = gaps[gaps["part"] == "before"]["gap"]
    ratio = np.sqrt((after**2).mean() / (before**2).mean())
    assert found.values["statistic"] == pytest.approx(ratio)


def test_placebos_are_donors_at_dates_and_p_is_a_rank():
    found = compared(figures(-0.5))
    n, larger = found.values["n_placebos"], found.values["larger"]
    assert n == len(found.placebos) >= ENOUGH_PLACEBOS and found.values["p"] == (1 + larger) / (1 + n)
    assert set(found.placebos["series_id"]) <= set(found.values["donors"].split(";"))
    assert found.placebos["month"].min() == pd.Period("2015-01", "M") + AT_LEAST_BEFORE


def test_a_donor_that_moved_with_the_measure_is_dropped_and_named():
    found = compared(figures(-0.5, moved=2))
    assert found.values["dropped"].startswith("d2:0.0") and "d2" not in found.values["donors"].split(";")
    assert found.values["estimate"] == pytest.approx(-0.5, abs=0.1)


@pytest.mark.parametrize(
    ("values", "active", "reason"),
    [
        (figures(-0.5)[50:], (START - 50, START - 39), "too_few_months_before"),
        (figures(-0.5), (START, START + 1), "too_few_months_after"),
        (figures(-0.5)[["t", "d1"]], (START, START + 11), "too_few_donors"),
        (figures(-0.5)[40:], (START - 40, START - 29), "too_few_placebos"),
    ],
)
def test_what_the_data_do_not_bear_is_refused_with_its_reason(values, active, reason):
    found = compared(values, active)
    assert (found.values["verdict"], found.values["reason"]) == ("refused", reason)
    assert found.gaps.empty and list(found.table.columns) == list(COMPARED_COLUMNS)


def test_donors_that_say_nothing_of_the_series_are_refused():
    values = figures(0.0)
    rng = np.random.default_rng(5)
    values["t"] = np.round(np.exp(6 + rng.normal(0, 0.3, len(values))))
    assert compared(values).values["reason"] == "no_likeness"


class Panel:
    """What is read of a panel."""

    def __init__(self, values):
        self.values, self.series = values, tuple(values.columns)


def test_donors_without_figures_and_touched_ones_are_named():
    values = figures(-0.5).astype(float)
    values.iloc[70, 3] = np.nan
    active = values.index[START], values.index[START + 11]
    found = compare_in_panel(Panel(values), "t", [f"d{i}" for i in range(1, 9)], "law", active, {"d1"})
    assert found.values["dropped"].startswith("d1:touched;d3:gaps") and "d2" in found.values["donors"]


def test_a_donor_that_is_not_there_is_an_error():
    values = figures()
    active = values.index[START], values.index[START + 11]
    with pytest.raises(ConfigError, match="x; expected other series of the panel"):
        compare_in_panel(Panel(values), "t", ["d1", "x"], "law", active)
    with pytest.raises(ConfigError, match="donors: t"):
        compare_in_panel(Panel(values), "t", ["t"], "law", active)


def test_a_study_knows_the_months_and_whom_the_event_touches(obs, events):
    """Parole for four nations, by people of others; as known on 7 May 2024."""
    part = "southwest.citizenship_"
    names = "brazil china colombia ecuador guatemala honduras india mexico peru romania russia turkey cuba"
    donors = [part + name for name in names.split()]
    panel = obs.as_of("2024-05-07", [part + "nicaragua", *donors])
    study = Study(panel, events, series_id=part + "nicaragua")
    values = study.compared("chnv_parole", donors).values
    assert str(values["first_active"]) == "2023-01" and values["months_after"] == 12
    assert f"{part}cuba:touched" in values["dropped"] and values["estimate"] < -1
