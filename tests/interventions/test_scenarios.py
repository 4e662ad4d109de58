"""Scenarios: what changes moves, what does not stays; ranges grow by the doubt about the effect."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import forecast as fc
from forecast.backtesting.folds import FoldSettings, FoldSource
from forecast.config.settings import ScenarioSpec
from forecast.data.observations import replace_rows
from forecast.errors import ConfigError
from forecast.interventions.scenarios import _shift, run_scenarios
from forecast.tables.columns import FORECAST_COLUMNS
from interventions_helpers import MODELS as NOISES
from interventions_helpers import calendar, noise, panel_of

NAME, DAY = "southwest.usbp", pd.Timestamp("2024-05-07")
MODELS = {
    "arima": fc.make_model("arima"),
    "arima_011": fc.make_model("arima", order=(0, 1, 1), seasonal_order=None, events=False),
}
HALF = {"new": "closure", "starts": "2024-06-01", "shape": "step", "percent": -50}


@pytest.fixture(scope="module")
def base():
    obs, events = fc.load_observations(), fc.load_events()
    levels = (0.1, 0.25, 0.5, 0.75, 0.9)
    return fc.backtest(MODELS, obs, events, [NAME], [DAY], horizon=6, levels=levels).forecasts


@pytest.fixture
def run(base, obs, events):
    def make(changes, **more):
        spec = ScenarioSpec(changes=changes if isinstance(changes, tuple) else (changes,))
        return run_scenarios(
            base, MODELS, FoldSource(obs, events, FoldSettings()), {"what": spec}, DAY, **more
        )

    return make


def wide(table, model):
    return table[table["model"] == model].pivot(index="horizon", columns="level", values="value")


def test_a_given_size_moves_the_months_from_its_start_by_that_size(run, base):
    made = run(HALF).forecasts
    assert list(made.columns) == list(FORECAST_COLUMNS)
    assert set(made["scenario"]) == {"what"}
    assert set(made["knowledge"]) == {"at_origin"}
    assert set(made["model"]) == {"arima"}  # the other one knows of no events
    before, after = wide(base, "arima"), wide(made, "arima")
    np.testing.assert_array_equal(after.loc[:2], before.loc[:2])  # April and May 2024
    np.testing.assert_allclose(after.loc[3:], 0.5 * before.loc[3:], rtol=1e-3)


@pytest.mark.parametrize("change", [HALF, {"with_leak": True}], ids=["changed", "leaked"])
def test_a_scenario_does_not_depend_on_the_unit(obs, events, change):
    """Shares are below one half, which is what a count of zero stands for on logs."""
    unit, made = 2e-7, []
    for by in (1.0, unit):
        figures, leaks = (
            t.assign(value=(t["value"] + 0.5) * by, rounding=np.nan) for t in (obs.table, obs.leaks)
        )
        scaled = dataclasses.replace(replace_rows(obs, figures), leaks=leaks)
        source = FoldSource(scaled, events, FoldSettings())
        rows = fc.backtest(MODELS, scaled, events, [NAME], [DAY], horizon=4, levels=(0.1, 0.5, 0.9)).forecasts
        told = run_scenarios(rows, MODELS, source, {"what": ScenarioSpec(changes=(change,))}, DAY)
        made.append(wide(told.forecasts, "arima"))
    np.testing.assert_allclose(made[1] / unit, made[0], rtol=1e-5)


def test_means_are_neither_moved_nor_taken_for_the_median(base, obs, events):
    """A headline whose parts add up has rows without a level: they once stood where the median belongs."""
    means = base[base["level"] == 0.5].assign(level=np.nan, value=lambda rows: 3 * rows["value"])
    spec = {"what": ScenarioSpec(changes=(HALF,))}
    made = [
        run_scenarios(rows, MODELS, FoldSource(obs, events, FoldSettings()), spec, DAY).forecasts
        for rows in (base, pd.concat([base, means], ignore_index=True))
    ]
    pd.testing.assert_frame_equal(*made)


def test_a_distribution_widens_the_range(run, base):
    made = run({**HALF, "percent": None, "size": {"mean": np.log(0.5), "sd": 0.4}}).forecasts
    before, after = (np.log(wide(t, "arima")) for t in (base, made))

    def width(t):
        return (t[0.9] - t[0.1]) / (2 * 1.2815516)

    expected = np.sqrt(width(before).loc[3:] ** 2 + 0.4**2)
    np.testing.assert_allclose(width(after).loc[3:], expected, rtol=1e-3)
    np.testing.assert_allclose(after.loc[3:, 0.5], before.loc[3:, 0.5] + np.log(0.5), atol=1e-3)


def test_the_effect_is_laid_once_over_a_row_without_events(run, base):
    made = run(HALF, lay_over=("arima_011",)).forecasts
    before, after = wide(base, "arima_011"), wide(made, "arima_011")
    np.testing.assert_array_equal(after.loc[:2], before.loc[:2])
    np.testing.assert_allclose(after.loc[3:, 0.5], 0.5 * before.loc[3:, 0.5], rtol=1e-3)
    assert set(made.loc[made["model"] == "arima_011", "knowledge"]) == {"at_origin"}


def test_columns_that_change_together_bring_their_covariance(base, obs, events):
    """What one of two overlapping columns takes the other gives: their doubts do not add as independent ones."""
    names = ("clp_rule", "title42_end", "mpp_end_2022")
    changes = tuple({"event": name, "ends": "2024-06-30"} for name in names)
    levels = {"arima": fc.make_model("arima", order=(0, 0, 0), seasonal_order=None)}
    source, spec = FoldSource(obs, events, FoldSettings()), {"what": ScenarioSpec(changes=changes)}
    made = run_scenarios(base, levels, source, spec, DAY)
    panel = obs.as_of(DAY, [NAME])
    before, after = (events.design(panel, horizon=6, always=names, scenario=s) for s in (None, list(changes)))
    known = levels["arima"].fit(panel, after).fits[NAME].covariance()
    change = (after.future - before.future[list(after.columns)])[list(known)].to_numpy()
    sd = np.sqrt(np.einsum("hi,ij,hj->h", change, known.to_numpy(), change))[5]
    assert sd < 0.9 * np.sqrt((change[5] ** 2 * np.diag(known)).sum())
    logs = [np.log(wide(t, "arima")) for t in (base, made.forecasts)]
    spread = [(t.loc[6, 0.9] - t.loc[6, 0.1]) / (2 * 1.2815516) for t in logs]
    assert spread[1] == pytest.approx(np.hypot(spread[0], sd), rel=1e-3)


def test_like_an_event_takes_the_size_that_the_model_found(run, base, obs, events):
    made = run({"new": "order", "starts": "2024-06-01", "shape": "step", "size": "like covid19_shock"})
    panel = obs.as_of(DAY, [NAME])
    design = events.design(panel, horizon=6, always=["covid19_shock"])
    rows = MODELS["arima"].fit(panel, design).coefficients()
    column = next(c for c in design.columns if "covid19_shock" in c)
    found = rows[(rows["term"] == column) & (rows["kind"] == "shrunken")].iloc[0]
    share = 1 / len(design.members[column])
    shift = np.log(wide(made.forecasts, "arima")[0.5] / wide(base, "arima")[0.5])
    np.testing.assert_allclose(shift.loc[3:], share * found["estimate"], rtol=0.02)
    assert made.notes["note"].tolist() == ["change", "like", "factor"]


def test_an_event_that_ends_and_one_that_is_weaker(run, base):
    both = ("clp_rule", "title42_end")  # one column: whatever is done to both is done to its effect
    ends = np.log(wide(run(tuple({"event": e, "ends": "2024-06-30"} for e in both)).forecasts, "arima")[0.5])
    half = np.log(wide(run(tuple({"event": e, "factor": 0.5} for e in both)).forecasts, "arima")[0.5])
    plain = np.log(wide(base, "arima")[0.5])
    assert (ends - plain).loc[:3].abs().max() < 1e-9  # to June it is in force
    assert (ends - plain).loc[4:].abs().min() > 0.01
    np.testing.assert_allclose((half - plain).loc[6], 0.5 * (ends - plain).loc[6], rtol=0.02)


def test_the_press_figure_fills_its_month_and_narrows_what_follows(run, base):
    made = run({"with_leak": True}, lay_over={"arima_011": ("arima_011",)}).forecasts
    before, after = wide(base, "arima"), wide(made, "arima")
    assert after.loc[1, 0.5] == pytest.approx(129_000)

    def width(t, h):
        return float(np.log(t.loc[h, 0.9] / t.loc[h, 0.1]))

    assert width(after, 1) < 0.2 * width(before, 1)
    assert width(before, 2) < width(after, 3) < width(before, 3)
    assert not made.duplicated(["model", "horizon", "level"]).any()
    # rows of models that use no events keep their knowledge
    assert set(made.loc[made["model"] == "arima_011", "knowledge"]) == {"none"}


def test_no_leak_is_said(base, obs, events):
    early = pd.Timestamp("2024-03-22")
    table = fc.backtest(MODELS, obs, events, [NAME], [early], horizon=2, levels=(0.5,)).forecasts
    made = run_scenarios(
        table,
        MODELS,
        FoldSource(obs, events, FoldSettings()),
        {"leak": ScenarioSpec(({"with_leak": True},))},
        early,
    )
    assert made.forecasts.empty
    assert made.notes[["status", "note"]].to_numpy().tolist() == [["failed", "no_leak"]]


def test_a_factor_changes_nothing_before_the_origin(run, base):
    made = run({"event": "clp_rule", "factor": 0.5}).forecasts
    before, after = wide(base, "arima"), wide(made, "arima")
    np.testing.assert_array_equal(after.loc[1], before.loc[1])  # April 2024 is over on 7 May
    may, june = (np.log(after.loc[h, 0.9] / before.loc[h, 0.9]) for h in (2, 3))
    assert 0 < may < june  # 24 days of May, all of June


def test_every_size_is_told_with_where_it_comes_from(run, base):
    made = run(HALF)
    assert made.notes["note"].tolist() == ["change", "given", "factor"]
    size = made.notes.iloc[-1]
    assert (size["month"], size["source"]) == ("2024-06", "given")
    assert size[["factor", "low", "high"]].tolist() == pytest.approx([0.5, 0.5, 0.5], abs=0.005)
    made = run({"event": "clp_rule", "factor": 0.5}, lay_over=("arima_011",))
    notes = dict(list(made.notes.groupby("model")))
    assert notes["arima"]["note"].tolist() == ["change", "joint", "factor"]
    assert notes["arima"]["source"].iloc[-1] == "own_fit"
    assert notes["arima_011"]["source"].iloc[-1] == "adjustment"
    before, after = wide(base, "arima_011"), wide(made.forecasts, "arima_011")
    assert notes["arima_011"]["factor"].iloc[-1] > 1  # all of a fall is halved: the range reaches up
    assert (
        after.loc[2:, 0.5].isna().all()
        and (after[0.9] >= before[0.9]).all()
        and (after[0.1] <= before[0.1]).all()
    )
    assert after.loc[3, 0.9] > 1.05 * before.loc[3, 0.9]


def test_nothing_that_changes_is_said(run):
    made = run({"event": "clp_rule", "factor": 1.0})
    assert made.forecasts.empty
    assert made.notes["note"].item() == "unchanged"


@pytest.mark.slow
def test_the_shipped_scenarios_run(obs, events, base):
    from forecast.config.compose import list_group
    from forecast.experiment.load import load_experiment

    names = [n for n in list_group("scenario") if n != "none"]
    assert {"order_2024", "end_of_rule", "press_figure"} <= set(names)
    for name in names:
        spec = load_experiment(None, f"scenario={name}", "as_of='2024-05-07'").scenario
        assert spec
        assert all(s.label for s in spec.values())
        made = run_scenarios(
            base, MODELS, FoldSource(obs, events, FoldSettings()), spec, DAY, lay_over=("arima_011",)
        )
        assert set(made.forecasts["scenario"]) == set(spec), made.notes.to_string()


def test_wrong_words(run, base, obs, events):
    with pytest.raises(ConfigError, match="stands alone"):
        run(({"with_leak": True}, HALF))
    with pytest.raises(ConfigError, match="hold no 'short'"):
        run(HALF, lay_over=("short",))
    with pytest.raises(ConfigError, match="no event is called 'titel42'"):
        run({"event": "titel42", "factor": 0.5})
    with pytest.raises(ConfigError, match="hold no 'row'"):
        run_scenarios(base, MODELS, FoldSource(obs, events, FoldSettings()), {}, "2024-05-08")


@pytest.mark.proof
@pytest.mark.parametrize("ratio", [1.0, 1.6, 2.25])
def test_the_doubt_of_a_scenario_holds_when_volatility_changes(tmp_path, ratio):
    """400 series without effect, sd of the month times `ratio` in the last 80: the end of a law of two years.

    The law did nothing, so nothing is what its end changes: the range of the change must hold it.
    """
    events = calendar(tmp_path, {"id": "law", "effective_start": "2014-09-12", "shape": "step"})
    model = fc.make_model("arima", shrink=False, **NOISES["walk"])
    held = {0.8: [], 0.95: []}
    for seed in range(400):
        y = 9 + noise("walk", 200, np.random.default_rng(seed), ratio=ratio)
        panel = panel_of(np.exp(y))
        before, after = (
            events.design(panel, horizon=6, always=["law"], scenario=changes)
            for changes in (None, [{"event": "law", "ends": "2016-09-30"}])
        )
        shift, sd = _shift(model, panel, panel.series[0], before, after, 6)
        for level, found in held.items():
            found.append(abs(shift[-1]) <= norm.ppf(0.5 + level / 2) * sd[-1])
    narrow, wide_ = (float(np.mean(found)) for found in held.values())
    print(f"sd x {ratio}: 80 % ranges of the change hold {narrow:.1%}, 95 % ranges {wide_:.1%}")
    assert 0.76 <= narrow <= 0.84, narrow
    assert 0.93 <= wide_ <= 0.97, wide_
