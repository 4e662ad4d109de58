"""Forecasts that add up: reference values, peers, shares, refusals, and nothing from the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.data.load import load_observations
from forecast.errors import ConfigError, DataError
from forecast.postprocess.intervals import add_intervals
from forecast.postprocess.mint import METHODS, mapping, reconcile_values, shrunken_covariance, summing_matrix
from forecast.postprocess.reconciliation import children_of, reconcile
from tables_helpers import figures, forecasts, random_walk, walk

TREE = {"total": ("a", "b"), "a": ("aa", "ab"), "b": ("ba", "bb")}
NODES = ["total", "a", "b", "aa", "ab", "ba", "bb"]
N = 60


def parts():
    return {n: walk(N, seed=i, sd=0.15, level=5 + i / 3) for i, n in enumerate(["aa", "ab", "ba", "bb"])}


def whole(values):
    a, b = values["aa"] + values["ab"], values["ba"] + values["bb"]
    return {**values, "a": a, "b": b, "total": a + b}


def table_of(obs):
    rows = pd.concat([forecasts(obs, {"rw": random_walk}, series_id=s, horizon=3, warm_up=10) for s in NODES])
    # forecasts of the total that do not add up
    rows.loc[rows["series_id"] == "total", "value"] *= 1.1
    return add_intervals(rows, obs)[0]


@pytest.fixture(scope="module")
def obs():
    return figures(whole(parts()))


@pytest.fixture(scope="module")
def table(obs):
    return table_of(obs)


def test_summing_matrix():
    nodes, bottom, matrix = summing_matrix(TREE)
    assert nodes == NODES and bottom == NODES[3:]
    assert matrix[0].tolist() == [1, 1, 1, 1] and matrix[2].tolist() == [0, 0, 1, 1]
    for wrong, told in (
        ({"x": ("y",), "z": ("w",)}, "2 tops"),
        ({"x": ("y", "z"), "y": ("z",)}, "below two parents"),
        ({"x": ()}, "has no children"),
        ({"x": ("y",), "y": ("x",)}, "0 tops"),
    ):
        with pytest.raises(ConfigError, match=told):
            summing_matrix(wrong)


def test_mapping_reproduces_what_adds_up_already():
    _, _, s = summing_matrix(TREE)
    errors = np.random.default_rng(0).normal(size=(40, 7))
    bottom = np.array([4.0, 3.0, 2.0, 5.0])
    for covariance in (None, shrunken_covariance(errors)[0]):
        g = mapping(s, covariance)
        assert s @ g @ (s @ bottom) == pytest.approx(s @ bottom)


def test_shrinkage_equals_hierarchicalforecast():
    mint = pytest.importorskip("hierarchicalforecast.methods").MinTrace
    _, _, s = summing_matrix(TREE)
    rng = np.random.default_rng(5)
    errors = rng.normal(size=(50, 4)) @ rng.normal(size=(4, 7)) + rng.normal(size=(50, 7))
    errors += 0.001 - errors.mean(axis=0)  # theirs refuses sums of zero
    base = np.array([[100.0, 58.0, 47.0, 30.0, 25.0, 20.0, 24.0]])
    zero = np.zeros_like(errors.T)
    covariance = shrunken_covariance(errors)[0]
    for ours, theirs in (
        (np.eye(7), "ols"),
        (np.diag(s.sum(axis=1)), "wls_struct"),
        (np.diag(np.diag(covariance)), "wls_var"),
        (covariance, "mint_shrink"),
    ):
        found = mint(theirs).fit_predict(S=s, y_hat=base.T, y_insample=errors.T, y_hat_insample=zero)["mean"]
        assert reconcile_values(base, s, ours)[0] == pytest.approx(found[:, 0], rel=1e-4)


def test_negative_values_are_replaced_by_the_nearest_without():
    from scipy.optimize import minimize

    _, _, s = summing_matrix(TREE)
    errors = np.random.default_rng(1).normal(size=(60, 7)) * [5, 3, 3, 1, 1, 1, 1]
    w = shrunken_covariance(errors)[0]
    base = np.array([10.0, 9.0, 6.0, -3.0, 7.0, 1.0, 2.0])
    plain = reconcile_values(base, s, w)
    found = reconcile_values(base, s, w, positive=True)
    assert plain[3:].min() < 0 <= found.min()
    assert found[:3] == pytest.approx((s @ found[3:])[:3])
    inverse = np.linalg.inv(w)
    best = minimize(
        lambda b: (base - s @ b) @ inverse @ (base - s @ b), np.ones(4), bounds=[(0, None)] * 4, tol=1e-12
    )
    assert found[3:] == pytest.approx(best.x, abs=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_means_add_up_and_quantiles_ascend(obs, table, method):
    made, basis = reconcile(table, obs, TREE, method, paths=200)
    means = made[made["level"].isna()].pivot(index=["origin", "month"], columns="series_id", values="value")
    assert (means["total"] - means[["aa", "ab", "ba", "bb"]].sum(axis=1)).abs().max() < 1e-6
    assert (means["a"] - means["aa"] - means["ab"]).abs().max() < 1e-6
    wide = made[made["level"].notna()].pivot(
        index=["origin", "series_id", "horizon"], columns="level", values="value"
    )
    for row in wide.to_numpy():
        known = row[~np.isnan(row)]
        assert (np.diff(known) >= 0).all() and known.min() >= 0
    done = basis[basis["months"] > 0]
    assert (done["n_errors"] >= 24).all() and set(made["origin"]) == set(done["origin"])
    assert basis["note"].str.startswith("not reconciled: 0 matured").sum() == 1


def test_ranges_never_narrow_with_the_month(obs, table):
    made, _ = reconcile(table, obs, TREE, paths=50)
    keys = ["origin", "series_id", "level"]
    wide = made[made["level"].notna()].sort_values([*keys, "horizon"])
    middle = wide[wide["level"] == 0.5].set_index(["origin", "series_id", "horizon"])["value"]
    at = pd.MultiIndex.from_frame(wide[["origin", "series_id", "horizon"]])
    wide["width"] = np.log(wide["value"].to_numpy() / middle.reindex(at).to_numpy()) * np.sign(
        wide["level"] - 0.5
    )
    assert wide.groupby(keys)["width"].diff().min() > -1e-9


def test_a_total_that_was_always_too_high_is_not_believed(obs, table):
    """The total was 10 % too high: bottom-up ignores it, and least squares know its past errors."""
    origin = table["origin"].max()
    mid = {}
    for method in ("bottom_up", "shrinkage"):
        made, _ = reconcile(table[table["origin"] <= origin], obs, TREE, method, paths=400)
        rows = made[(made["origin"] == origin) & made["level"].isna() & (made["horizon"] == 1)]
        mid[method] = rows.set_index("series_id")["value"]
    base = table[(table["origin"] == origin) & (table["level"] == 0.5) & (table["horizon"] == 1)]
    base = base.set_index("series_id")["value"]
    assert mid["bottom_up"]["total"] == pytest.approx(base[["aa", "ab", "ba", "bb"]].sum(), rel=0.05)
    assert mid["shrinkage"]["total"] == pytest.approx(mid["bottom_up"]["total"], rel=0.02)
    assert base["total"] > 1.05 * mid["shrinkage"]["total"]


def test_paths_of_a_node_keep_its_ranges(obs, table):
    """Bottom-up leaves the bottom as it is: its quantiles come back from the paths."""
    made, _ = reconcile(table, obs, TREE, "bottom_up", paths=8000)
    origin = table["origin"].max()
    keys = ["horizon", "level"]
    before, after = (
        x[(x["origin"] == origin) & (x["series_id"] == "ab") & (x["level"] > 0)].set_index(keys)["value"]
        for x in (table, made)
    )
    gap = (np.log(after) - np.log(before)).loc[(slice(None), [0.1, 0.25, 0.5, 0.75, 0.9])]
    assert gap.abs().max() < 0.03
    assert len(before) == len(after)


def test_the_same_seed_gives_the_same_and_another_does_not(obs, table):
    newest = table[table["origin"] >= table["origin"].unique()[40]]
    a, b, c = (reconcile(newest, obs, TREE, paths=50, seed=s)[0] for s in (1, 1, 2))
    pd.testing.assert_frame_equal(a, b, check_exact=True)
    assert a.empty == c.empty
    a, b, c = (reconcile(table, obs, TREE, paths=50, seed=s)[0] for s in (1, 1, 2))
    pd.testing.assert_frame_equal(a, b, check_exact=True)
    assert a["value"].tolist() != c["value"].tolist()


@pytest.mark.parametrize("garbage", ["figures", "forecasts"])
def test_the_future_has_no_effect(obs, table, garbage):
    t = 45
    origin = obs.first_released("total").iloc[t]
    before = reconcile(table, obs, TREE, paths=50)
    if garbage == "figures":
        values = parts()
        for v in values.values():
            v[t + 1 :] = np.where(np.arange(N - t - 1) % 2, 3.0, 10.0**7)
        after = reconcile(table, figures(whole(values)), TREE, paths=50)
    else:
        wild = table.assign(value=table["value"].where(table["origin"] <= origin, table["value"] ** 1.3))
        after = reconcile(wild, obs, TREE, paths=50)
    for a, b in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(
            a[a["origin"] <= origin].reset_index(drop=True),
            b[b["origin"] <= origin].reset_index(drop=True),
            check_exact=True,
        )
    assert before[0]["value"].tolist() != after[0]["value"].tolist()


def test_months_that_some_node_does_not_forecast_are_left_out(obs, table):
    """The total is a month ahead: its first month is the others' second."""
    ahead = table["series_id"] == "total"
    shifted = table.copy()
    shifted.loc[ahead, "month"] = shifted.loc[ahead, "month"] + 1
    made, basis = reconcile(shifted, obs, TREE, paths=50)
    rows = made[made["origin"] == table["origin"].max()]
    assert set(rows.loc[rows["series_id"] == "total", "horizon"]) == {1, 2}
    assert set(rows.loc[rows["series_id"] == "aa", "horizon"]) == {2, 3}
    assert basis["months"].max() == 2


def test_wrong_words_missing_nodes_and_negative_series_are_named(obs, table):
    with pytest.raises(ConfigError, match="Did you mean 'shrinkage'"):
        reconcile(table, obs, TREE, "shrink")
    with pytest.raises(ConfigError, match="'rw' has no forecasts of ba"):
        reconcile(table[table["series_id"] != "ba"], obs, TREE)
    values = whole(parts())
    values["ba"] = values["ba"] - 1e5
    with pytest.raises(ConfigError, match="ba have figures that are not counts"):
        reconcile(table, figures(values), TREE)


def test_the_bundled_hierarchy_is_read():
    obs = load_observations()
    assert len(children_of(obs, "southwest.usbp", "area")["southwest.usbp"]) == 9
    with pytest.raises(ConfigError, match=r"divided by area, .*Did you mean 'area'"):
        children_of(obs, "southwest.usbp", "areas")


def test_columns_and_types_are_those_of_the_base(obs, table):
    made, basis = reconcile(table, obs, TREE, paths=50)
    assert list(made.columns) == list(table.columns)
    assert made["origin"].dtype == basis["origin"].dtype == table["origin"].dtype
    assert made["month"].dtype == table["month"].dtype


def test_sums_that_the_figures_contradict_are_refused_with_months_and_amounts(table):
    values = whole(parts())
    values["total"] = values["total"].copy()
    values["total"][5] += 40
    with pytest.raises(
        DataError, match=r"total is not the sum of a, b: 2000-06: [\d,.]+, not [\d,.]+"
    ) as error:
        reconcile(table, figures(values), TREE)
    assert "max_abs_gap" in str(error.value)
