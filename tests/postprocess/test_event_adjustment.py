"""Event effects laid over a forecast: sizes by hand, refusals, and nothing from the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.errors import ConfigError
from forecast.events.design import Design
from forecast.postprocess.event_adjustment import adjust_for_events
from forecast.postprocess.intervals import add_intervals
from tables_helpers import figures, forecasts, random_walk, walk

N, H = 120, 6
STEP = pd.Period("2008-06", "M")  #: month 101: half of it, then all
MONTHS = pd.period_range("2000-01", periods=N + H, freq="M")
OBS = figures({"s": walk(N, sd=0.1)})
RELEASED = OBS.first_released("s")
PRIOR = pd.DataFrame({"mean": [-0.1], "sd": [0.3]}, index=["step"])


def weights(month=STEP):
    return np.where(month > MONTHS, 0.0, np.where(month == MONTHS, 0.5, 1.0))


def design(t, prior=PRIOR, column=None):
    """The design of origin t: the step is in it once it is at most six months ahead."""
    frame = pd.DataFrame({"step": weights() if column is None else column}, index=MONTHS)
    if MONTHS[t] + H < STEP:
        frame, prior = frame[[]], None
    return Design.from_frames(frame.iloc[: t + 1], frame.iloc[t + 1 : t + 1 + H], prior, RELEASED.iloc[t])


@pytest.fixture(scope="module")
def table():
    return forecasts(OBS, {"mix": random_walk}, horizon=H, warm_up=60)


@pytest.fixture(scope="module")
def designs():
    return {RELEASED.iloc[t]: design(t) for t in range(59, N)}


def at(table, t, level=0.5):
    rows = table[(table["origin"] == RELEASED.iloc[t]) & np.isclose(table["level"], level)]
    return rows.sort_values("horizon")["value"].to_numpy()


def noise(y, t):
    d = np.diff(y[: t + 1])[-60:]
    return max(1.4826 * np.median(np.abs(d - np.median(d))), 0.08)


@pytest.mark.parametrize("t", [98, 101, 103])
def test_sizes_and_shifts_by_hand(table, designs, t):
    """b ~ N(-0.1, 0.3^2), updated with the last 12 changes, moves the forecast by the change of weights."""
    adjusted, effects = adjust_for_events(table, OBS, designs)
    y = np.log(OBS.actuals("s").to_numpy())
    w = weights()
    d, dw = np.diff(y)[t - 12 : t], np.diff(w)[t - 12 : t]
    precision = dw @ dw / noise(y, t) ** 2 + 1 / 0.3**2
    b = (dw @ d / noise(y, t) ** 2 - 0.1 / 0.3**2) / precision
    shift = (w[t + 1 : t + 1 + H] - w[t]) * b
    assert np.log(at(adjusted, t) / at(table, t)) == pytest.approx(shift)
    row = effects[effects["origin"] == RELEASED.iloc[t]].iloc[0]
    assert (row["event"], row["prior_mean"]) == ("step", -0.1)
    assert (row["estimate"], row["se"]) == pytest.approx((b, precision**-0.5))
    assert (row["shift_first"], row["shift_last"]) == pytest.approx((shift[0], shift[-1]))
    assert set(adjusted["knowledge"]) == {"at_origin"} and set(adjusted["model"]) == {"mix"}


def test_what_the_forecast_expected_is_not_the_event(designs):
    """A base that had foreseen the change leaves nothing to explain but the prior's pull."""
    y = np.log(OBS.actuals("s").to_numpy())
    foreseen = forecasts(OBS, {"mix": random_walk}, horizon=H, warm_up=60)
    last = pd.PeriodIndex(foreseen["month"]).asi8 - foreseen["horizon"].to_numpy() - MONTHS[0].ordinal
    change = np.append(np.diff(y), 0.0)[last]
    foreseen["value"] *= np.exp(change)
    _, effects = adjust_for_events(foreseen, OBS, designs)
    row = effects[effects["origin"] == RELEASED.iloc[104]].iloc[0]
    dw = np.diff(weights())[92:104]
    precision = dw @ dw / noise(y, 104) ** 2 + 1 / 0.3**2
    assert row["estimate"] == pytest.approx(-0.1 / 0.3**2 / precision)


def test_ranges_widen_by_what_is_not_known_of_the_size(table, designs):
    ranges, _ = add_intervals(table, OBS)
    adjusted, _ = adjust_for_events(ranges, OBS, designs)
    t = 98  # not yet active: the sd is the prior's
    z = 1.959963984540054
    before, after = (np.log(at(x, t, 0.975) / at(x, t)) for x in (ranges, adjusted))
    extra = (weights()[t + 1 : t + 1 + H] - weights()[t]) * 0.3 * z
    assert after**2 == pytest.approx(before**2 + extra**2)
    wide = adjusted.pivot(index=["origin", "horizon"], columns="level", values="value").to_numpy()
    assert all((np.diff(row[~np.isnan(row)]) >= 0).all() for row in wide)


def test_where_no_event_acts_nothing_changes(table, designs):
    adjusted, effects = adjust_for_events(table, OBS, designs)
    for t in (60, 90, 110):  # before, and when the step is complete
        assert at(adjusted, t).tolist() == at(table, t).tolist()
    assert effects["origin"].min() == RELEASED.iloc[95]


def test_an_event_of_more_than_a_year_ago_is_part_of_the_figures(table):
    """A pulse that ends later would otherwise pull back what was never estimated."""
    old = pd.Period("2006-01", "M")
    pulse = np.where((old <= MONTHS) & (pd.Period("2008-08", "M") >= MONTHS), 1.0, 0.0)
    late = {RELEASED.iloc[t]: design(t, column=pulse) for t in range(59, N)}
    _, effects = adjust_for_events(table, OBS, late)
    assert effects.empty


@pytest.mark.parametrize("garbage", ["figures", "forecasts"])
def test_the_future_has_no_effect(table, designs, garbage):
    t = 99  # the step is seen only later
    origin = RELEASED.iloc[t]
    before = adjust_for_events(table, OBS, designs)
    if garbage == "figures":
        values = walk(N, sd=0.1)
        values[t + 1 :] = np.where(np.arange(N - t - 1) % 2, 7.0, 10.0**8)
        late = [("s", "2008-06", 5.0, origin + pd.Timedelta(days=1))]
        after = adjust_for_events(table, figures({"s": values}, revisions=late), designs)
    else:
        wild = table.assign(value=table["value"].where(table["origin"] <= origin, 1e9))
        after = adjust_for_events(wild, OBS, designs)
    for a, b in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(
            a[a["origin"] <= origin].reset_index(drop=True),
            b[b["origin"] <= origin].reset_index(drop=True),
            check_exact=True,
        )
    assert before[0]["value"].tolist() != after[0]["value"].tolist()


def test_designs_of_a_later_day_are_refused(table, designs):
    ahead = {o: design(min(t + 59 + 3, N - 1)) for t, o in enumerate(designs)}
    with pytest.raises(ConfigError, match="as of a day after their origin"):
        adjust_for_events(table, OBS, ahead)


def test_a_table_made_with_events_is_refused(table, designs):
    adjusted, _ = adjust_for_events(table, OBS, designs)
    with pytest.raises(ConfigError, match=r"'mix' was made with events .*once"):
        adjust_for_events(adjusted, OBS, designs)


def test_missing_designs_knowledge_none_and_no_prior_are_refused(table, designs):
    some = {o: d for o, d in designs.items() if o < RELEASED.iloc[80]}
    with pytest.raises(ConfigError, match="40 origins have no design"):
        adjust_for_events(table, OBS, some)
    panel = OBS.as_of("latest", ["s"])
    none = {o: Design.none(panel, H) for o in designs}
    with pytest.raises(ConfigError, match="knowledge none"):
        adjust_for_events(table, OBS, none)
    plain = {RELEASED.iloc[t]: design(t, prior=None) for t in range(59, N)}
    with pytest.raises(ConfigError, match="step: no prior"):
        adjust_for_events(table, OBS, plain)


def test_a_short_design_is_refused_and_negative_series_too(table, designs):
    t = 101
    longer = forecasts(OBS, {"mix": random_walk}, horizon=H + 3, warm_up=60)
    with pytest.raises(ConfigError, match="ends 3 months before"):
        adjust_for_events(longer, OBS, designs)
    obs = figures({"s": np.cumsum(np.random.default_rng(0).normal(0, 1, N))})
    below = forecasts(obs, {"mix": random_walk}, horizon=H, warm_up=t)
    with pytest.raises(ConfigError, match="events act on logs"):
        adjust_for_events(below, obs, designs)


def test_a_leak_moves_the_month_from_which_weights_count(table, designs):
    t = 100  # the step begins in the month that the leak fills
    origin = RELEASED.iloc[t]
    one = table[table["origin"] == origin]
    plain, _ = adjust_for_events(one, OBS, designs)
    known, _ = adjust_for_events(one, OBS, designs, last_known={origin: MONTHS[t] + 1})
    w, b = weights(), np.log(at(plain, t)[1] / at(one, t)[1])
    assert np.log(at(known, t) / at(one, t)) == pytest.approx((w[t + 1 : t + 1 + H] - w[t + 1]) * b)


def test_name_and_scenario_are_as_given(table, designs):
    adjusted, effects = adjust_for_events(table, OBS, designs, name="adjusted", scenario="strong")
    assert set(adjusted["model"]) == set(effects["model"]) == {"adjusted"}
    assert set(adjusted["scenario"]) == {"strong"}


def test_columns_and_types_are_those_of_the_base(table, designs):
    adjusted, effects = adjust_for_events(table, OBS, designs)
    assert list(adjusted.columns) == list(table.columns)
    assert adjusted["origin"].dtype == effects["origin"].dtype == table["origin"].dtype
