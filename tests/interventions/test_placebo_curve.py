"""The specification curve at other dates: the same choices, the same sample, counted by hand."""

from dataclasses import replace

import numpy as np
import pytest

import forecast as fc
from forecast.config.settings import EventsSpec, PlaceboChoices, SpecificationSpec
from forecast.interventions.effects import effects
from forecast.interventions.placebo import MONTHS_BEFORE, ordinary_months
from forecast.interventions.placebo_curve import PlaceboCurve, placebo_curve
from forecast.interventions.study import Study
from interventions_helpers import MODELS, calendar, noise, panel_of, study_of

N = 180
LAW = {"id": "law", "effective_start": "2012-03-01", "end_date": "2013-02-28", "shape": "step"}
OTHER = {"id": "other", "effective_start": "2008-06-01", "shape": "step"}
FEW = SpecificationSpec(placebo=PlaceboChoices(transform=("log",), beside=("all",)))


def study(tmp_path, size, *rows, seed=3):
    y = noise("walk", N, np.random.default_rng(seed))
    y[146:158] += size
    return study_of(
        panel_of(np.exp(9 + y)), calendar(tmp_path, LAW, *rows), fc.make_model("arima", **MODELS["walk"])
    )


def test_shares_and_matches_are_counts():
    """Of dates with the same share those with as large a median |t| match: 0.5 with 3.0, and what is above."""
    curve = PlaceboCurve(0.5, 2.0, np.array([0.0, 0.5, 0.5, 0.75, 1.0]), np.array([9.0, 1.0, 3.0, 1.0, 1.0]))
    assert (curve.n, curve.matched) == (5, 3)


def test_an_effect_out_of_the_ordinary_is_matched_at_hardly_any_date(tmp_path):
    curve = placebo_curve(study(tmp_path, -1.0), "law", SpecificationSpec())
    assert curve.share == 1.0 and curve.n == 39
    assert curve.matched == 0


def test_no_effect_is_matched_everywhere(tmp_path):
    curve = placebo_curve(study(tmp_path, 0.0, seed=5), "law", SpecificationSpec())
    assert curve.share == 0.0 and curve.matched == curve.n


def test_the_event_is_told_from_the_months_up_to_its_end_like_the_dates(tmp_path):
    """One choice: whether the 95 % range of `effects` on figures that end with the event leaves out zero."""
    for size in (-1.0, -0.05):
        made = study(tmp_path, size, OTHER)
        cut = panel_of(made.panel.values.iloc[:158, 0])
        row = effects(cut, made.events, made.model, coding="rule", placebo=False).query(
            "event == 'law' and level == 0.95"
        )
        clear = not row["lower"].item() <= 0.0 <= row["upper"].item()
        assert placebo_curve(made, "law", FEW).share == float(clear)


def test_dates_are_evenly_spaced_ordinary_months(tmp_path):
    made = study(tmp_path, -0.5, OTHER)
    group = made.regression.group("law")
    places = ordinary_months(made.regression, group)
    there = places[(places >= MONTHS_BEFORE) & (places + 12 <= N)]
    every = placebo_curve(made, "law", replace(FEW, placebo=replace(FEW.placebo, dates=500)))
    assert every.n == len(there) > 39
    few = placebo_curve(made, "law", replace(FEW, placebo=replace(FEW.placebo, dates=3)))
    assert few.shares.tolist() == every.shares[[0, round((len(there) - 1) / 2), -1]].tolist()


def test_none_where_none_is_asked_for_or_can_be_told(tmp_path):
    made = study(tmp_path, -0.5)
    assert placebo_curve(made, "law", replace(FEW, placebo=PlaceboChoices(dates=0))) is None
    assert placebo_curve(made, "nothing", FEW) is None


@pytest.mark.proof
def test_the_full_curve_at_other_dates_says_the_same_as_the_few_choices(obs, events, usbp):
    """All shapes, orders and scales without a window, at the dates of the bundled calendar on 7 May 2024."""
    made = Study(obs.as_of("2024-05-07", [usbp]), events, spec=EventsSpec(coding="judged"))
    full = PlaceboChoices(order=("given", "auto"), shape=("own", "step", "ramp"), beside=("all",))
    for group in [g for g in made.regression.groups if g.separable and len(g.active) >= 3]:
        few, all_ = (
            placebo_curve(made, group.name, SpecificationSpec(placebo=p)) for p in (PlaceboChoices(), full)
        )
        print(
            f"{group.name}: {few.share:.2f} matched {few.matched}, full {all_.share:.2f} matched {all_.matched}"
        )
        assert (few.matched < 0.05 * few.n) == (all_.matched < 0.05 * all_.n)


@pytest.mark.proof
@pytest.mark.parametrize("ratio", [1.0, 1.6, 2.25])
def test_a_null_event_is_matched_elsewhere(tmp_path, ratio):
    """120 series without effect: at most 7 in 100 are matched at fewer than 1 in 20 dates."""
    events = calendar(tmp_path, LAW)
    model, passed = fc.make_model("arima", **MODELS["walk"]), []
    for seed in range(120):
        y = np.exp(9 + noise("walk", N, np.random.default_rng(seed), ratio=ratio))
        curve = placebo_curve(study_of(panel_of(y), events, model), "law", SpecificationSpec())
        passed.append(curve.matched < 0.05 * curve.n)
    print(f"sd x {ratio}: {np.mean(passed):.1%} pass")
    assert np.mean(passed) <= 0.07
