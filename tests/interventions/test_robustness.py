"""The specification curve: every combination is there, and the words say what depends on the choice."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.config.convert import from_plain, to_plain
from forecast.config.settings import PlaceboChoices
from forecast.config.settings import SpecificationSpec as Choices
from forecast.errors import ConfigError
from forecast.interventions.effects import effects
from forecast.interventions.placebo_curve import PlaceboCurve
from forecast.interventions.robustness import (
    FACTORS,
    counted,
    judge_robustness,
    sign_of,
    specification_curve,
)
from interventions_helpers import MODELS, calendar, noise, panel_of, study_of

N = 180
LAW = {"id": "law", "effective_start": "2010-03-01", "shape": "step"}
OTHER = {"id": "other", "effective_start": "2011-06-01", "shape": "step"}
OLD = {"id": "old", "effective_start": "2003-06-01", "end_date": "2004-12-31", "shape": "step"}


def figures(size=-0.8, seed=3):
    y = noise("walk", N, np.random.default_rng(seed))
    y[122:] += size
    return np.exp(9 + y)


GIVEN = fc.make_model("arima", **MODELS["walk"])
CHOICES = Choices(
    order=("given", "airline"), transform=("log", "none"), window=(None, 96), shape=("step", "ramp")
)


def test_every_combination_has_a_row(tmp_path):
    curve = specification_curve(
        panel_of(figures()),
        calendar(tmp_path, LAW, OTHER, OLD),
        "law",
        choices=CHOICES,
        model=GIVEN,
        coding="rule",
    )
    table = curve.table
    # orders x scales x windows x shapes x (all, without the one that overlaps, none)
    assert len(table) == 2 * 2 * 2 * 2 * 3
    assert not table.duplicated(list(FACTORS)).any()
    assert set(table["beside"]) == {"all", "none", "without_other"}
    assert table["percent"].is_monotonic_increasing
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    steps = table[(table["shape"] == "step") & (table["transform"] == "log")]
    assert (steps["percent"] < -30).all()


def test_the_given_choice_is_the_effect_of_the_effects_table(tmp_path):
    events, panel = calendar(tmp_path, LAW, OTHER), panel_of(figures())
    few = Choices(
        order=("given",), transform=("log",), window=(None,), shape=("step", "own"), beside=("all",)
    )
    table = specification_curve(panel, events, "law", choices=few, model=GIVEN, coding="rule").table
    row = (
        effects(panel, events, GIVEN, coding="rule", placebo=False)
        .query("event == 'law' and level == 0.95")
        .iloc[0]
    )
    assert table["estimate"].tolist() == pytest.approx([row["estimate"]] * 2, abs=1e-6)
    assert table["percent_lower_95"].iloc[0] == pytest.approx(row["percent_lower"], abs=1e-3)


def test_the_decay_is_profiled_and_printed(tmp_path):
    few = Choices(order=("given",), transform=("log",), window=(None,), shape=("decay",), beside=("all",))
    table = specification_curve(
        panel_of(figures()), calendar(tmp_path, LAW), "law", choices=few, model=GIVEN, coding="rule"
    ).table
    assert 0.9 < table["decay"].item() < 1.0


def test_a_choice_that_cannot_be_made_is_a_row_with_its_reason(tmp_path):
    early = {**LAW, "effective_start": "2003-03-01", "end_date": "2005-01-31"}
    few = Choices(order=("given",), transform=("log",), window=(None, 60), shape=("step",), beside=("all",))
    table = specification_curve(
        panel_of(figures()), calendar(tmp_path, early), "law", choices=few, model=GIVEN, coding="rule"
    ).table
    failed = table[table["percent"].isna()]
    assert failed["window"].tolist() == ["last_60"]
    assert "no effect that can be asked for" in failed["note"].item()


def test_airline_is_not_told_twice():
    panel = panel_of(figures())
    few = Choices(
        order=("given", "airline"), transform=("log",), window=(None,), shape=("own",), beside=("all",)
    )
    events = fc.load_events()
    with pytest.raises(ConfigError, match="no event is called"):
        specification_curve(panel, events, "nothing", choices=few)


def rows(*percent, shape=None, width=5.0):
    n = len(percent)
    frame = pd.DataFrame(
        {"percent": percent, "order": "given", "transform": "log", "window": "all", "beside": "all"}
    )
    frame["shape"] = shape or ["step"] * n
    frame = frame.assign(percent_lower_95=frame["percent"] - width, percent_upper_95=frame["percent"] + width)
    return frame.assign(counted=frame["percent"].notna())


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (rows(-50, -40, -30), "all_fall"),
        (rows(*[10] * 19, -1), "most_rise"),
        (rows(-20, 30, shape=["step", "ramp"]), "depends"),
        (rows(np.nan), "not_fitted"),
    ],
)
def test_the_code_follows_the_numbers(table, code):
    assert sign_of(table) == code


def test_a_choice_counts_if_it_fits_about_as_well_and_can_be():
    """AICc is compared within one scale, window and order of differences; +800 % is no measure's work."""
    table = pd.DataFrame(
        [
            ("log", "all months", "(0,1,1)(0,1,1)", -50.0, 100.0, True),
            ("log", "all months", "(2,1,0)(1,1,0)", -40.0, 109.9, True),
            ("log", "all months", "(2,1,0)(1,1,0)", 20.0, 110.1, False),
            ("log", "all months", "(0,1,1)", -30.0, 250.0, True),
            ("none", "all months", "(0,1,1)(0,1,1)", -30.0, 900.0, True),
            ("log", "last 96 months", "(0,1,1)(0,1,1)", 800.0, 40.0, False),
            ("log", "last 96 months", "(0,1,1)(0,1,1)", np.nan, np.nan, False),
        ],
        columns=["transform", "window", "orders", "percent", "aicc", "expected"],
    )
    assert counted(table).tolist() == table["expected"].tolist()
    told = rows(-50, -40, -30).assign(counted=[True, True, False])
    assert sign_of(told) == "all_fall"


def elsewhere(matched, n=39):
    return PlaceboCurve(1.0, 4.0, np.repeat([1.0, 0.0], [matched, n - matched]), np.full(n, 5.0))


@pytest.mark.parametrize(
    ("words", "other", "code"),
    [
        ("all_fall", elsewhere(1), "robust"),
        ("most_rise", elsewhere(0), "robust"),
        ("all_fall", elsewhere(2), "as_much_elsewhere"),
        ("all_fall", elsewhere(0, 20), "robust"),
        ("all_fall", elsewhere(1, 20), "as_much_elsewhere"),
        ("all_fall", elsewhere(0, 19), "not_testable"),
        ("all_fall", None, "not_compared"),
        ("depends", elsewhere(0), "sign_depends"),
        ("none_counted", None, "sign_depends"),
    ],
)
def test_robust_is_an_agreement_that_other_dates_lack(words, other, code):
    assert judge_robustness(words, other) == code


def test_the_table_says_how_other_dates_compare(tmp_path):
    few = Choices(
        order=("given",),
        transform=("log",),
        window=(None,),
        shape=("step", "ramp"),
        placebo=PlaceboChoices(transform=("log",), beside=("all",)),
    )
    law = {**LAW, "end_date": "2011-02-28"}
    y = figures(0.0)
    y[122:134] *= np.exp(-0.8)
    study = study_of(panel_of(y), calendar(tmp_path, law), GIVEN)
    (curve,) = study.robustness("law", choices=few)
    assert curve.robust == "robust" and curve.elsewhere.n == 39
    cells = curve.table[["robust", "share_clear", "placebo_matched", "placebo_n"]].drop_duplicates()
    assert cells.to_numpy().tolist() == [["robust", 1.0, curve.elsewhere.matched, 39]]


def test_choices_are_plain_values_checked_at_once():
    chosen = from_plain(Choices, {"order": ["auto"], "window": [None, 120]})
    assert chosen == Choices(order=("auto",), window=(None, 120))
    assert from_plain(Choices, to_plain(chosen)) == chosen
    with pytest.raises(ConfigError) as error:
        Choices(order=("autp",), shape=("stop",), window=(12,))
    assert "Did you mean 'auto'" in str(error.value)
    assert "Did you mean 'step'" in str(error.value)
    assert "at least 48 months" in str(error.value)
    with pytest.raises(ConfigError, match="factors between 0 and 1"):
        Choices(decay=(0.5, 1.0))
    with pytest.raises(ConfigError, match="name at least one"):
        Choices(order=())
    with pytest.raises(ConfigError, match="36 choices; give at least one and at most 12"):
        PlaceboChoices(order=("given", "airline", "auto"), shape=("own", "step", "ramp"))
    with pytest.raises(ConfigError, match="dates: -1 is negative"):
        PlaceboChoices(dates=-1)


def test_many_curves_are_each_by_itself(tmp_path):
    few = Choices(
        order=("given",), transform=("log",), window=(None,), shape=("step", "decay"), beside=("all",)
    )
    events, panel = calendar(tmp_path, LAW, OTHER), panel_of(figures())
    both = study_of(panel, events, GIVEN).robustness("law", "other", choices=few)
    alone = specification_curve(panel, events, "other", choices=few, model=GIVEN, coding="rule")
    assert [c.event for c in both] == ["law", "other"]
    assert both[1].table["percent"].tolist() == pytest.approx(alone.table["percent"].tolist(), abs=1e-4)
    assert set(both[0].table["words"]) == {both[0].words} and both[0].words == "all_fall"


def test_shapes_are_told_as_the_mean_change_of_the_months_in_force(tmp_path):
    """A gradual event that has run three of its twelve months is not told by what it would be in the end."""
    y = noise("walk", N, np.random.default_rng(3))
    y[177:] -= 0.6 * np.array([1, 2, 3]) / 12
    law = {**LAW, "effective_start": "2014-10-01", "shape": "ramp"}
    few = Choices(
        order=("given",), transform=("log", "none"), window=(None,), shape=("step", "ramp"), beside=("all",)
    )
    table = specification_curve(
        panel_of(np.exp(9 + y)), calendar(tmp_path, law), "law", choices=few, model=GIVEN, coding="rule"
    ).table
    logs = table[table["transform"] == "log"].set_index("shape")
    assert logs.loc["ramp", "percent"] == pytest.approx(
        100 * np.expm1(logs.loc["ramp", "estimate"] * 6 / 12 / 3)
    )
    assert logs.loc["step", "percent"] == pytest.approx(100 * np.expm1(logs.loc["step", "estimate"]))
    # on the scale of the figures: with over without, of the same months
    assert (table["percent_lower_95"] < table["percent"]).all() and (
        table["percent"] < table["percent_upper_95"]
    ).all()
    assert table["percent"].between(-40, 25).all()


def test_an_event_alone_has_no_choice_of_others(tmp_path):
    few = Choices(order=("given",), transform=("log",), window=(None,), shape=("step",))
    alone = specification_curve(
        panel_of(figures()), calendar(tmp_path, LAW), "law", choices=few, model=GIVEN, coding="rule"
    )
    assert alone.table["beside"].tolist() == ["all"]
