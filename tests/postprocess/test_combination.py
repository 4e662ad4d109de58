"""Combinations: weights by hand, order of quantiles, refusals, and nothing from the future."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecast.config.settings import CombinationSpec, IntervalsSpec
from forecast.errors import ConfigError
from forecast.experiment.load import load_experiment
from forecast.postprocess.combination import METHODS, combine, pool
from forecast.postprocess.intervals import add_intervals
from tables_helpers import drift, figures, forecasts, random_walk, seasonal_naive, walk

N = 130
MODELS = {"random_walk": random_walk, "seasonal": seasonal_naive, "drift": drift}
NAMES = tuple(MODELS)


@pytest.fixture(scope="module")
def obs():
    return figures({"s": walk(N)})


@pytest.fixture(scope="module")
def table(obs):
    return forecasts(obs, MODELS, warm_up=12, horizon=6)


@pytest.fixture(scope="module")
def ranges(obs, table):
    return add_intervals(table, obs)[0]


def picks(weights, origin):
    """Weights of one origin, horizon x member."""
    rows = weights[weights["origin"] == origin]
    return rows.pivot(index="horizon", columns="member", values="weight")


def logs(table, model, origin, horizon):
    rows = table[(table["model"] == model) & (table["origin"] == origin) & (table["horizon"] == horizon)]
    return np.log(rows.set_index("level")["value"].sort_index())


def test_inverse_error_weights_by_hand(obs, table):
    spec = CombinationSpec(members=NAMES, average="points", cap=0.2)
    mixed, weights = combine(table, obs, "mix", spec)
    t, h = 100, 3
    origin = obs.first_released("s").iloc[t]
    y = np.log(obs.actuals("s").to_numpy())
    loss, n = dict.fromkeys(NAMES, 0.0), 0
    total = 0.0
    for u in range(11, t - h + 1):
        w = 0.5 ** ((t - h - u) / 24)
        total += w
        n += 1
        for name, rule in MODELS.items():
            f = np.log(rule(np.exp(y[: u + 1]), h))
            loss[name] += w * min(abs(y[u + h] - f), 0.2) ** 2
    inverse = {k: total / v for k, v in loss.items()}
    expected = {k: v / sum(inverse.values()) for k, v in inverse.items()}
    mine = weights[(weights["origin"] == origin) & (weights["horizon"] == h)].set_index("member")
    assert mine["weight"].to_dict() == pytest.approx(expected)
    assert (mine["n_errors"] == n).all()
    point = sum(expected[k] * logs(table, k, origin, h)[0.5] for k in NAMES)
    assert logs(mixed, "mix", origin, h)[0.5] == pytest.approx(point)
    assert set(mixed["level"]) == {0.5} and set(mixed["knowledge"]) == {"none"}


def test_vincent_averages_quantiles_of_the_same_level(obs, ranges):
    mixed, weights = combine(ranges, obs, "mix", CombinationSpec(members=NAMES))
    origin = ranges["origin"].max()
    w = picks(weights, origin).loc[2]
    for level in (0.025, 0.5, 0.9):
        expected = sum(w[k] * logs(ranges, k, origin, 2)[level] for k in NAMES)
        assert logs(mixed, "mix", origin, 2)[level] == pytest.approx(expected)


def test_levels_that_a_member_lacks_are_left_out(obs, ranges):
    short = ranges[~((ranges["model"] == "drift") & (ranges["level"] > 0.9))]
    mixed, _ = combine(short, obs, "mix", CombinationSpec(members=NAMES))
    assert mixed["level"].max() == 0.9


@pytest.mark.parametrize("method", METHODS)
def test_every_method_gives_weights_of_one_and_ascending_quantiles(obs, ranges, method):
    mixed, weights = combine(ranges, obs, "mix", CombinationSpec(members=NAMES, method=method))
    total = weights.groupby(["origin", "horizon"])["weight"].sum()
    assert total.to_numpy() == pytest.approx(1.0) and (weights["weight"] >= 0).all()
    wide = mixed.pivot(index=["origin", "horizon"], columns="level", values="value").to_numpy()
    for row in wide:
        assert (np.diff(row[~np.isnan(row)]) >= 0).all()
    assert len(wide) == 6 * (N - 11)


def test_the_median_takes_the_middle(obs, table):
    four = pd.concat([table, table[table["model"] == "drift"].assign(model="high", value=1e7)])
    names = (*NAMES, "high")
    origin = table["origin"].max()
    values = sorted(logs(four, k, origin, 5)[0.5] for k in names)
    mixed, weights = combine(
        four, obs, "mix", CombinationSpec(members=names, method="median", average="points")
    )
    assert logs(mixed, "mix", origin, 5)[0.5] == pytest.approx(np.mean(values[1:3]))
    assert picks(weights, origin)["high"].max() == 0


def test_a_perfect_member_gets_the_most_weight(obs, table):
    y = obs.actuals("s")
    oracle = table[table["model"] == "drift"].assign(model="oracle")
    oracle["value"] = [y.get(m, 9.0) * 1.001 for m in oracle["month"]]
    both = pd.concat([table, oracle])
    spec = CombinationSpec(members=(*NAMES, "oracle"), average="points")
    _, weights = combine(both, obs, "mix", spec)
    w = picks(weights, table["origin"].max())
    assert (w.idxmax(axis=1) == "oracle").all()


def test_equal_weights_before_any_error_has_matured(obs, table):
    _, weights = combine(table, obs, "mix", CombinationSpec(members=NAMES, average="points"))
    first = weights[weights["origin"] == table["origin"].min()]
    assert first["weight"].to_numpy() == pytest.approx(1 / 3) and (first["n_errors"] == 0).all()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("garbage", ["figures", "forecasts"])
def test_the_future_has_no_effect(obs, ranges, method, garbage):
    """Wild figures and wild members after an origin move neither its weights nor its forecasts."""
    spec = CombinationSpec(members=NAMES, method=method)
    t = 90
    origin = obs.first_released("s").iloc[t]
    before = combine(ranges, obs, "mix", spec)
    if garbage == "figures":
        values = walk(N)
        values[t + 1 :] = np.where(np.arange(N - t - 1) % 2, 7.0, 10.0**8)
        after = combine(ranges, figures({"s": values}), "mix", spec)
    else:
        wild = ranges["origin"] > origin
        bad = ranges.assign(value=ranges["value"].where(~wild, ranges["value"] ** 1.5))
        after = combine(bad, obs, "mix", spec)
    for a, b in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(
            a[a["origin"] <= origin].reset_index(drop=True),
            b[b["origin"] <= origin].reset_index(drop=True),
            check_exact=True,
        )
    if garbage == "forecasts" or method == "inverse_error":
        assert before[0]["value"].tolist() != after[0]["value"].tolist()


def test_a_forecast_that_a_member_lacks_has_no_row(obs, table):
    hole = table["origin"].unique()[40]
    without = table[~((table["model"] == "drift") & (table["origin"] == hole) & (table["horizon"] == 2))]
    spec = CombinationSpec(members=NAMES, average="points")
    mixed, weights = combine(without, obs, "mix", spec)
    gone = combine(table, obs, "mix", spec)[0]
    assert len(gone) - len(mixed) == 1
    assert weights[(weights["origin"] == hole) & (weights["horizon"] == 2)].empty


def test_a_member_made_with_events_is_refused_and_all_problems_are_named(obs, table):
    with_events = pd.concat([table, table[table["model"] == "drift"].assign(knowledge="at_origin")])
    with pytest.raises(ConfigError) as error:
        combine(with_events, obs, "mix", CombinationSpec(members=(*NAMES, "season"), method="medain"))
    text = str(error.value)
    assert "'drift' was made with events" in text
    assert "no forecast of 'season'. Did you mean 'seasonal'?" in text
    assert "Did you mean 'median'?" in text


def test_the_models_own_ranges_cannot_be_had_from_an_average_of_points(obs, table):
    spec = CombinationSpec(members=NAMES, average="points", ranges="model")
    with pytest.raises(ConfigError, match=r"mix\.ranges: 'model' needs the members' quantiles"):
        combine(table, obs, "mix", spec)


def test_natural_scale_for_negative_series():
    obs = figures({"s": np.cumsum(np.random.default_rng(0).normal(0, 1, 60))})
    table = forecasts(obs, MODELS, warm_up=12, horizon=2)
    mixed, _ = combine(table, obs, "mix", CombinationSpec(members=NAMES, method="mean", average="points"))
    origin = table["origin"].max()
    rows = table[(table["origin"] == origin) & (table["horizon"] == 1)]
    got = mixed[(mixed["origin"] == origin) & (mixed["horizon"] == 1)]["value"].item()
    assert got == pytest.approx(rows["value"].mean())


def test_series_are_combined_apart(table):
    obs = figures({"s": walk(N), "r": walk(N, seed=5, level=7)})
    both = pd.concat([forecasts(obs, MODELS, series_id=s, warm_up=12, horizon=3) for s in ("s", "r")])
    together, _ = combine(both, obs, "mix", CombinationSpec(members=NAMES, average="points"))
    alone, _ = combine(
        both[both["series_id"] == "r"], obs, "mix", CombinationSpec(members=NAMES, average="points")
    )
    mine = together[together["series_id"] == "r"].reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, alone)


def test_columns_and_types_are_those_of_the_members(obs, ranges):
    mixed, weights = combine(ranges, obs, "mix", CombinationSpec(members=NAMES))
    assert list(mixed.columns) == list(ranges.columns)
    assert mixed.dtypes[["origin", "month", "level", "value"]].tolist() == (
        ranges.dtypes[["origin", "month", "level", "value"]].tolist()
    )
    assert weights["origin"].dtype == ranges["origin"].dtype


@pytest.mark.parametrize("method", METHODS)
def test_every_method_can_be_named_in_configuration(method):
    exp = load_experiment("latest", f"combination.border.method={method}")
    assert exp.combination["border"].method == method


def test_a_method_misspelt_is_told_with_the_nearest():
    with pytest.raises(ConfigError, match="Did you mean 'inverse_error'"):
        load_experiment("latest", "combination.border.method=invers_error")


@pytest.mark.parametrize(
    ("key", "gone", "instead"),
    [
        ("combination.border.method", "stacking", "inverse_error"),
        ("combination.border.method", "trimmed", "median"),
        ("intervals.method", "ewma", "direct_mirrored"),
        ("reconciliation.method", "top_down", "bottom_up"),
    ],
)
def test_a_method_that_was_taken_out_names_the_one_in_its_place(key, gone, instead):
    with pytest.raises(ConfigError, match=f"{key}: '{gone}' .* It was taken out; use '{instead}'"):
        load_experiment("latest", f"{key}={gone}")


def test_a_pool_mixes_distributions_by_hand():
    """Two members a unit apart, equal weights: the share of the mixture below x is the mean of their shares."""
    known = np.arange(1, 100) / 100
    low = np.linspace(0.0, 1.0, 99)
    quantiles = np.stack([low, low + 1.0])[:, None, None, :]
    half = np.full((2, 1, 1), 0.5)
    middle = pool(quantiles, half, known, [0.25, 0.5, 0.75])[0, 0]
    np.testing.assert_allclose(middle, [0.5, 1.0, 1.5], atol=0.011)
    one = np.array([[[1.0]], [[0.0]]])
    np.testing.assert_allclose(pool(quantiles, one, known, known)[0, 0], low, atol=1e-12)
    quantiles[1, 0, 0, 3] = np.nan
    assert np.isnan(pool(quantiles, half, known, known)).all()


def test_a_pool_is_wider_than_an_average_of_quantiles_where_members_differ(obs, table, ranges):
    spec = CombinationSpec(members=("random_walk", "seasonal"), method="mean")
    averaged, _ = combine(ranges, obs, "mix", spec)
    pooled, _ = combine(table, obs, "mix", replace(spec, average="pool"))
    origin = table["origin"].max()

    def width(made):
        row = logs(made, "mix", origin, 1)
        return row[0.9] - row[0.1]

    assert width(pooled) > width(averaged)
    levels = pooled[pooled["origin"] == origin]["level"]
    assert sorted(levels.unique()) == sorted(ranges[ranges["origin"] == origin]["level"].unique())


def test_the_first_origins_of_a_pool_have_the_average_of_the_medians_and_its_ranges_are_refused_like_others(
    obs, table
):
    spec = CombinationSpec(members=NAMES, average="pool")
    pooled, _ = combine(table, obs, "mix", spec)
    points, _ = combine(table, obs, "mix", replace(spec, average="points"))
    first = table["origin"].min()
    at = (pooled["origin"] == first) & (pooled["horizon"] == 2)
    assert pooled[at]["level"].tolist() == [0.5]
    same = (points["origin"] == first) & (points["horizon"] == 2)
    assert pooled[at]["value"].item() == pytest.approx(points[same]["value"].item())
    early = sorted(table["origin"].unique())[15]  # fourteen one-step errors: 80 % has them, 95 % has not
    given = set(pooled[(pooled["origin"] == early) & (pooled["horizon"] == 1)]["level"].round(3))
    assert {0.1, 0.9} <= given and not {0.025, 0.975} & given


def test_quantiles_are_averaged_on_the_scale_of_the_intervals_and_medians_on_logs(obs, ranges):
    spec = CombinationSpec(members=NAMES)
    mixed, weights = combine(ranges, obs, "mix", spec, IntervalsSpec(scale=0.1))
    origin = ranges["origin"].max()
    w = picks(weights, origin).loc[2]
    value = {level: np.exp(logs(mixed, "mix", origin, 2)[level]) for level in (0.1, 0.5)}
    powers = sum(w[k] * np.exp(0.1 * logs(ranges, k, origin, 2)[0.1]) for k in NAMES)
    assert value[0.1] == pytest.approx(powers**10)
    assert np.log(value[0.5]) == pytest.approx(sum(w[k] * logs(ranges, k, origin, 2)[0.5] for k in NAMES))


def test_a_pool_takes_the_models_own_quantiles_where_it_is_told_to(obs, ranges):
    spec = CombinationSpec(members=("drift",), average="pool", ranges="model")
    mixed, _ = combine(ranges, obs, "mix", spec)
    own = ranges[ranges["model"] == "drift"]
    both = mixed.merge(own, on=["series_id", "origin", "horizon", "level"])
    np.testing.assert_allclose(both["value_x"], both["value_y"])


def test_a_pool_needs_weights(obs, table):
    with pytest.raises(ConfigError, match="a pool needs weights"):
        combine(table, obs, "mix", CombinationSpec(members=NAMES, average="pool", method="median"))


def test_a_mean_of_members_can_be_zero_where_figures_are():
    """On logs zero stands for half a unit; back on the figures' scale counts up to it are zero again."""
    obs = figures({"s": np.tile([0.0, 0.0, 0.0, 5.0], 12)})
    made = forecasts(obs, {"a": lambda known, h: 0.0, "b": lambda known, h: 0.0}, horizon=2)
    mixed, _ = combine(
        made, obs, "both", CombinationSpec(members=("a", "b"), method="mean", average="points")
    )
    assert (mixed["value"] == 0.0).all() and len(mixed)
