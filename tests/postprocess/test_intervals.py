"""Ranges: the square-root rule, the other methods, refusals, and nothing from the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.config.settings import LEVELS, IntervalsSpec
from forecast.errors import ConfigError
from forecast.experiment.load import load_experiment
from forecast.postprocess.intervals import METHODS, add_intervals
from tables_helpers import figures, forecasts, random_walk, seasonal_naive, walk

N = 150
LEVEL = {f"{round(100 * x, 1):g}": x for x in LEVELS}


@pytest.fixture(scope="module")
def obs():
    return figures({"s": walk(N)})


@pytest.fixture(scope="module")
def table(obs):
    return forecasts(obs, {"random_walk": random_walk})


def one(table, origin, horizon):
    rows = table[(table["origin"] == origin) & (table["horizon"] == horizon)]
    return rows.set_index("level")["value"].sort_index()


def test_square_root_rule_by_hand(obs, table):
    """Errors of h = 1..3 over sqrt(j), mirrored, discounted, weighted quantiles, times sqrt(h)."""
    ranges, basis = add_intervals(table, obs)
    t = 120
    y = np.log(obs.actuals("s").to_numpy())
    errors, weights = [], []
    for j in (1, 2, 3):
        for u in range(t - j + 1):
            errors.append((y[u + j] - y[u]) / np.sqrt(j))
            weights.append(0.5 ** ((t - j - u) / 48))
    e, w = np.concatenate([errors, np.negative(errors)]), np.tile(weights, 2)
    order = np.argsort(e)
    e, w = e[order], w[order]
    effective = w.sum() ** 2 / np.sum(w**2)
    position = np.cumsum(w) / w.sum() * effective / (effective + 1)
    origin = obs.first_released("s").iloc[t]
    for h in (1, 4, 12):
        got = one(ranges, origin, h)
        for level in (0.025, 0.1, 0.25):
            low, high = np.interp([level, 1 - level], position, e)
            half = 0.5 * (high - low) * np.sqrt(h)
            assert np.log(got[level]) == pytest.approx(y[t] - half)
            assert np.log(got[round(1 - level, 3)]) == pytest.approx(y[t] + half)
        assert got[0.5] == pytest.approx(np.exp(y[t]))
    discounted = 0.5 ** (np.arange(t) / 48)
    rest_on = discounted.sum() ** 2 / np.sum(discounted**2)
    assert basis.set_index(["origin", "horizon"]).loc[(origin, 7), "n_errors"] == np.floor(rest_on)


@pytest.mark.parametrize("method", ["square_root", "direct_mirrored"])
@pytest.mark.parametrize(("half_life", "widest"), [(None, 0.98), (12.0, 0.95), (6.0, 0.9), (3.0, 0.8)])
def test_discounted_errors_count_as_fewer_by_one_rule_for_all_methods(obs, table, method, half_life, widest):
    early = table[table["origin"] <= obs.first_released("s").iloc[80]]
    _, basis = add_intervals(early, obs, IntervalsSpec(method=method, half_life=half_life))
    last = basis[(basis["origin"] == early["origin"].max()) & (basis["horizon"] == 1)].iloc[0]
    assert last["max_central"] == pytest.approx(widest)


@pytest.mark.parametrize(
    ("errors", "widest"), [(0, 0), (3, 0.7), (4, 0.8), (18, 0.9), (19, 0.95), (48, 0.95), (49, 0.98)]
)
def test_square_root_rule_refuses_by_the_number_of_one_step_errors(obs, table, errors, widest):
    ranges, basis = add_intervals(table, obs, IntervalsSpec(half_life=None))
    origin = obs.first_released("s").iloc[errors]
    mine = basis[basis["origin"] == origin]
    assert (mine["n_errors"] == errors).all() and (mine["max_central"].round(9) == widest).all()
    for h in (1, 12):
        given = one(ranges, origin, h).index.to_numpy()
        assert np.abs(2 * given - 1).max() == pytest.approx(widest)
    if widest < 0.98:
        assert mine["note"].str.contains(f"refused: {errors} past errors").all()


@pytest.mark.parametrize(
    ("method", "central", "horizon", "needed"),
    [
        ("direct", 0.95, 1, 39),
        ("direct", 0.8, 1, 9),
        ("direct", 0.98, 1, 99),
        ("direct", 0.95, 3, 79),
        ("direct_mirrored", 0.95, 1, 19),
        ("direct_mirrored", 0.95, 3, 59),
        ("direct_mirrored", 0.8, 1, 4),
    ],
)
def test_direct_rules_need_more_errors_at_longer_horizons(obs, table, method, central, horizon, needed):
    _, basis = add_intervals(table, obs, IntervalsSpec(method=method, half_life=None))
    mine = basis[basis["horizon"] == horizon].set_index("n_errors")["max_central"]
    assert mine[needed] >= central - 1e-9
    assert mine[needed - 1] < central - 1e-9


@pytest.mark.parametrize("method", METHODS)
def test_quantiles_ascend_stay_positive_and_keep_the_median(obs, table, method):
    ranges, _ = add_intervals(table, obs, IntervalsSpec(method=method))
    wide = ranges.pivot(index=["origin", "horizon"], columns="level", values="value")
    rows = wide.to_numpy()
    for row in rows:
        known = row[~np.isnan(row)]
        assert (np.diff(known) >= 0).all() and (known >= 0).all()
    centre = table.set_index(["origin", "horizon"])["value"]
    pd.testing.assert_series_equal(wide[0.5], centre, check_names=False)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("garbage", ["figures", "forecasts"])
def test_the_future_has_no_effect(obs, table, method, garbage):
    """Plant wild errors after an origin: what stood at that origin stays, to the bit."""
    spec = IntervalsSpec(method=method, half_life=None)
    t = 110
    origin = obs.first_released("s").iloc[t]
    before, basis = add_intervals(table, obs, spec)
    if garbage == "figures":
        values = walk(N)
        values[t + 1 :] = np.where(np.arange(N - t - 1) % 2, 7.0, 10.0**8)
        late = [("s", "2001-03", -5.0, origin + pd.Timedelta(days=1))]  # a revision, and negative
        after, again = add_intervals(table, figures({"s": values}, revisions=late), spec)
    else:
        wild = table.assign(value=table["value"].where(table["origin"] <= origin, 1e9))
        after, again = add_intervals(wild, obs, spec)
    cut = [x[x["origin"] <= origin].reset_index(drop=True) for x in (before, after, basis, again)]
    pd.testing.assert_frame_equal(cut[0], cut[1], check_exact=True)
    pd.testing.assert_frame_equal(cut[2], cut[3], check_exact=True)
    later = [x[x["origin"] > origin]["value"].tolist() for x in (before, after)]
    assert later[0] != later[1]  # the garbage was there


def test_an_error_counts_from_the_day_its_figure_is_public(table):
    """A month that came out a year late is no error before."""
    obs = figures({"s": walk(N)})
    late = obs.table.copy()
    at = late["month"] == pd.Period("2001-06", "M")
    late.loc[at, "released"] = pd.Timestamp("2002-06-21")
    slow = type(obs)(late, obs.leaks, *[pd.DataFrame()] * 5)
    n = {}
    for name, figures_ in (("on time", obs), ("late", slow)):
        _, basis = add_intervals(table, figures_)
        n[name] = basis[basis["horizon"] == 1].set_index("origin")["n_errors"]
    gap = n["on time"] - n["late"]
    released = pd.Timestamp("2001-07-20")
    assert (gap[gap.index < released] == 0).all()
    assert (gap[(gap.index >= released) & (gap.index < pd.Timestamp("2002-06-21"))] == 1).all()
    assert (gap[gap.index >= pd.Timestamp("2002-06-21")] == 0).all()


def test_two_origins_with_the_same_last_month_are_one_error(obs, table):
    twin = table[table["origin"] == obs.first_released("s").iloc[50]]
    twin = twin.assign(origin=twin["origin"] + pd.Timedelta(days=5))
    spec = IntervalsSpec(half_life=None)
    plain, _ = add_intervals(table, obs, spec)
    both, basis = add_intervals(pd.concat([table, twin]), obs, spec)
    newest = table["origin"].max()
    assert one(both, newest, 3).tolist() == one(plain, newest, 3).tolist()
    assert basis.loc[basis["origin"] == newest, "n_errors"].iloc[0] == N - 1


def test_exponent_sets_the_growth(obs, table):
    origin = table["origin"].max()
    for a in (0.5, 0.6):
        ranges, basis = add_intervals(table, obs, IntervalsSpec(exponent=a))
        half = {h: np.log(one(ranges, origin, h)[0.9]) - np.log(one(ranges, origin, h)[0.5]) for h in (1, 12)}
        assert half[12] / half[1] == pytest.approx(12**a)
    assert basis["note"].iloc[-1] == "by growth with the horizon to the power 0.6"


def test_extra_noise_widens_as_squares(obs, table):
    from scipy import stats

    origin = table["origin"].max()
    sd = pd.DataFrame({"series_id": ["s"], "origin": [origin], "sd": [0.3]})
    plain, _ = add_intervals(table, obs)
    wider, _ = add_intervals(table, obs, extra_sd=sd)
    a, b = (np.log(one(x, origin, 2)) for x in (plain, wider))
    z = stats.norm.ppf(a.index)
    assert ((b - b[0.5]) ** 2).to_numpy() == pytest.approx(((a - a[0.5]) ** 2 + (0.3 * z) ** 2).to_numpy())
    others = plain["origin"] != origin
    assert plain.loc[others, "value"].tolist() == wider.loc[wider["origin"] != origin, "value"].tolist()
    with pytest.raises(ConfigError, match="expected 'sd'"):
        add_intervals(table, obs, extra_sd=sd.drop(columns="sd"))


def test_negative_series_use_the_natural_scale_and_are_not_clipped():
    values = np.cumsum(np.random.default_rng(0).normal(0, 1, N))
    obs = figures({"s": values})
    table = forecasts(obs, {"random_walk": random_walk})
    ranges, _ = add_intervals(table, obs)
    got = one(ranges, table["origin"].max(), 4)
    assert (got.max() + got.min()) / 2 == pytest.approx(got[0.5])
    assert (ranges["value"] < 0).any()


def test_counts_with_zeros_stay_at_or_above_zero():
    values = np.random.default_rng(0).poisson(0.8, N).astype(float)
    obs = figures({"s": values})
    ranges, _ = add_intervals(forecasts(obs, {"random_walk": random_walk}), obs)
    assert ranges["value"].min() >= 0 and (ranges["level"] != 0.5).any()
    natural, _ = add_intervals(forecasts(obs, {"random_walk": random_walk}), obs, transform="none")
    assert natural["value"].min() == 0


def test_the_models_own_levels_are_kept_and_say_so(obs, table):
    own = pd.concat([table, table.assign(level=0.9, value=table["value"] * 1.1)])
    ranges, basis = add_intervals(own, obs, IntervalsSpec(method="model"))
    assert sorted(ranges["level"].unique()) == [0.5, 0.9]
    assert (basis["note"] == "by the models alone, not checked by past errors").all()


def test_wrong_settings_are_named_all_at_once(obs, table):
    with pytest.raises(ConfigError) as error:
        add_intervals(table, obs, IntervalsSpec(method="square_rot", half_life=0, short_horizons=0))
    text = str(error.value)
    assert "Did you mean 'square_root'?" in text and "half_life" in text and "short_horizons" in text
    with pytest.raises(ConfigError, match="no figures of the series 'x'"):
        add_intervals(table.assign(series_id="x"), obs)


def test_row_order_does_not_matter(obs, table):
    two = forecasts(obs, {"random_walk": random_walk, "seasonal": seasonal_naive}, warm_up=12)
    a, _ = add_intervals(two, obs)
    b, _ = add_intervals(two.sample(frac=1, random_state=0), obs)
    keys = ["model", "origin", "horizon", "level"]
    pd.testing.assert_frame_equal(
        a.sort_values(keys).reset_index(drop=True), b.sort_values(keys).reset_index(drop=True)
    )


def test_260_origins_of_12_models():
    obs = figures({"s": walk(272)})
    table = forecasts(obs, {f"m{k}": random_walk for k in range(12)}, warm_up=13)
    ranges, _ = add_intervals(table, obs)
    assert len(ranges) > 700_000


@pytest.mark.parametrize("method", [*METHODS, "model"])
def test_every_method_can_be_named_in_configuration(method):
    assert load_experiment("latest", f"intervals.method={method}").intervals.method == method


def test_a_method_misspelt_is_told_with_the_nearest():
    with pytest.raises(ConfigError, match="Did you mean 'direct_mirrored'"):
        load_experiment("latest", "intervals.method=direct_miror")


def test_a_scale_measures_errors_on_a_power_of_the_figures_by_hand(obs, table):
    """At the last origin the 80 % range of one month ahead is the centre's power plus a quantile of mirrored errors."""
    spec = IntervalsSpec(scale=0.1, short_horizons=1, half_life=None)
    ranges, _ = add_intervals(table, obs, spec)
    mine = table[(table["model"] == "random_walk") & (table["horizon"] == 1)].sort_values("origin")
    y = obs.actuals("s")
    origin = mine["origin"].max()
    errors = [
        (y[m] ** 0.1 - v**0.1) / 0.1
        for m, v in zip(mine["month"], mine["value"], strict=True)
        if m in y.index
    ]
    errors = np.array(errors)
    both = np.sort(np.concatenate([errors, -errors]))
    n = 2 * len(errors)
    upper = np.interp(0.9, np.arange(1, n + 1) / n * (n / (n + 1)), both)
    lower = np.interp(0.1, np.arange(1, n + 1) / n * (n / (n + 1)), both)
    deviation = 0.5 * (upper - lower)
    centre = mine[mine["origin"] == origin]["value"].item()
    at = (ranges["model"] == "random_walk") & (ranges["origin"] == origin) & (ranges["horizon"] == 1)
    got = ranges[at & np.isclose(ranges["level"], 0.9)]["value"].item()
    assert got == pytest.approx((centre**0.1 + 0.1 * deviation) ** 10, rel=1e-9)


def test_a_wide_range_on_a_power_ends_at_the_floor_of_counts():
    values = np.random.default_rng(0).poisson(2.0, N).astype(float)
    obs = figures({"s": values})
    table = forecasts(obs, {"random_walk": random_walk})
    ranges, _ = add_intervals(table, obs, IntervalsSpec(scale=0.5))
    assert ranges["value"].min() >= 0 and np.isfinite(ranges["value"]).all()


@pytest.mark.parametrize(("key", "value"), [("scale", 2.0), ("scale", -0.1)])
def test_a_scale_outside_its_range_is_refused(obs, table, key, value):
    with pytest.raises(ConfigError, match=key):
        add_intervals(table, obs, IntervalsSpec(**{key: value}))


def test_a_transform_that_is_none_is_told(obs, table):
    with pytest.raises(ConfigError, match="transform: 'root'; expected 'auto' or 'none'"):
        add_intervals(table, obs, transform="root")


def test_noise_is_added_where_it_is_given_and_nowhere_else(obs, table):
    plain = add_intervals(table, obs)[0]
    days = sorted(plain["origin"].unique())
    extra = pd.DataFrame({"origin": [days[-1], days[-3]], "sd": [0.5, 0.2]})
    keys = ["model", "origin", "horizon", "level"]
    made = add_intervals(table, obs, extra_sd=extra)[0].set_index(keys)["value"]
    before = plain.set_index(keys)["value"]
    upper = (made / before).xs(0.9, level="level").groupby("origin").min()
    assert (upper[extra["origin"]] > 1.001).all()
    assert upper.drop(extra["origin"].tolist()).max() == 1.0
