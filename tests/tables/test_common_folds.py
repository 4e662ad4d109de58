"""Which folds count: those that every model has, by what was known, in which era."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.data.observations import replace_rows
from forecast.errors import ConfigError, ForecastWarning
from forecast.tables.common_folds import common_folds, era_masks, is_time
from forecast.tables.quantiles import to_wide
from tables_helpers import figures, forecasts, random_walk

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


@pytest.fixture(scope="module")
def obs():
    """Six months, 10 to 60, from 2000-01; the first is revised to 11 in July."""
    return figures({"s": [10, 20, 30, 40, 50, 60]}, revisions=[("s", "2000-01", 11, "2000-07-25")])


@pytest.fixture(scope="module")
def medians(obs):
    """Medians of two models at each release, two months ahead."""
    return forecasts(obs, {"walk": random_walk, "twice": lambda known, h: 2 * known[-1]}, horizon=2)


def folds(table, obs, baseline="walk", **more):
    return next(common_folds(to_wide(table), obs, baseline, **more))


def ranges(medians):
    """The same forecasts with every level that is required and the quartiles."""
    return pd.concat([medians.assign(level=p, value=medians["value"] * (0.5 + p)) for p in LEVELS])


def test_forecasts_and_outcomes_stand_side_by_side(obs, medians):
    made = folds(medians, obs)
    assert made.names == (("walk", "none", ""), ("twice", "none", "")) and made.base == 0
    np.testing.assert_array_equal(made.medians[0, :3], [[10, 10], [20, 20], [30, 30]])
    np.testing.assert_array_equal(made.medians[1, 0], [20, 20])
    np.testing.assert_array_equal(made.y[:3], [[20, 30], [30, 40], [40, 50]])
    assert np.isnan(made.y[-1]).all() and np.isnan(made.y[-2, 1]) and made.y[-2, 0] == 60
    assert made.last[0] == pd.Period("2000-01", "M").ordinal == made.start
    assert made.logs and made.floor == 0.5
    assert made.label(1) == {"model": "twice", "knowledge": "none", "scenario": "", "series_id": "s"}
    assert np.isnan(made.at(0.9)).all()


def test_outcomes_are_the_latest_or_the_first_or_those_of_a_day(obs, medians):
    month = pd.Period("2000-01", "M").ordinal
    for more, value in (({}, 11), ({"truth": "first"}, 10), ({"as_of": "2000-07-24"}, 10)):
        made = folds(medians, obs, **more)
        assert made.history[month - made.start] == value, more
    early = folds(medians, obs, as_of="2000-04-20")  # three figures are out
    assert early.history.tolist() == [10, 20, 30] and early.y[0].tolist() == [20, 30]
    with pytest.raises(ConfigError, match=r"truth: 'frist'"):
        folds(medians, obs, truth="frist")


def test_a_record_with_a_hole_has_no_outcome_there(medians):
    obs = figures({"s": [10, 20, np.nan, 40, 50, 60]})
    made = folds(medians, obs)
    assert made.history[[1, 3]].tolist() == [20, 40] and np.isnan(made.history[2])
    assert np.isnan(made.y[0, 1]) and made.y[0, 0] == 20 and made.y[1, 1] == 40


def test_the_baseline_comes_first_where_it_is_of_another_scenario(obs, medians):
    moved = medians[medians["model"] == "twice"].assign(scenario="closed")
    (made,) = (
        f for f in common_folds(to_wide(pd.concat([moved, medians])), obs, "walk") if f.scenario == "closed"
    )
    assert made.names == (("walk", "none", ""), ("twice", "none", "closed")) and made.base == 0
    assert made.takes_part.all()
    assert folds(medians, obs, baseline=None).base == -1


def test_a_baseline_that_lacks_is_named(obs, medians):
    with pytest.raises(ConfigError, match=r"no 'wlak' .* for s; .*\(walk, twice\).*walk"):
        folds(medians, obs, baseline="wlak")
    other = medians.assign(series_id="t")
    with pytest.raises(ConfigError, match="for t; "):
        list(common_folds(to_wide(pd.concat([medians, other[other["model"] == "twice"]])), obs, "walk"))
    with_events = medians.assign(knowledge="at_origin")
    with pytest.raises(ConfigError, match="no 'walk'"):
        folds(with_events, obs)


def test_only_folds_that_all_have_are_common(obs, medians):
    lacks = medians[
        ~(
            medians["model"].eq("twice")
            & medians["horizon"].eq(1)
            & medians["month"].astype(str).eq("2000-03")
        )
    ]
    made = folds(lacks, obs)
    assert made.due[:, 0].tolist() == [True] * 5 + [False]
    assert made.common[:, 0].tolist() == [True, False, True, True, True, False]
    assert made.common[:, 1].tolist() == [True] * 4 + [False] * 2


def test_a_model_without_a_horizon_takes_none_from_the_others(obs, medians):
    short = medians[medians["model"].eq("walk") | medians["horizon"].eq(1)]
    made = folds(short, obs)
    assert made.takes_part.tolist() == [[True, True], [True, False]]
    assert made.common[:, 1].tolist() == [True] * 4 + [False] * 2


def test_ranges_count_where_every_required_level_is_there(obs, medians):
    made = folds(ranges(medians), obs)
    assert made.has_ranges.all() and made.ranged.sum() == made.common.sum() == 9
    assert made.without_ranges(0) == []
    for level in (0.025, 0.25, 0.9):
        table = ranges(medians)
        lacks = folds(table[~(table["model"].eq("twice") & table["level"].eq(level))], obs)
        assert lacks.without_ranges(0) == ["twice"] and not lacks.ranged.any(), level
    only = folds(medians, obs)
    assert only.without_ranges(1) == ["walk", "twice"] and only.shared_levels == []


def test_levels_that_all_share_are_pairs_and_the_median(obs, medians):
    table = ranges(medians)
    more = medians[medians["model"] == "walk"]
    table = pd.concat(
        [
            table,
            more.assign(level=0.05, value=more["value"] * 0.55),
            more.assign(level=0.95, value=more["value"] * 1.45),
            medians.assign(level=0.6, value=medians["value"] * 1.1),
        ]
    )
    made = folds(table, obs)
    ((cells, levels),) = made.shared_levels
    assert made.levels[levels].tolist() == list(LEVELS)  # 0.6 has no partner, 5 % has not been made by all
    np.testing.assert_array_equal(cells, made.common)


def test_folds_whose_levels_differ_stand_apart(obs, medians):
    late = pd.PeriodIndex(medians["month"]) - medians["horizon"].to_numpy() >= pd.Period("2000-03", "M")
    table = pd.concat(
        [
            ranges(medians),
            *(medians[late].assign(level=p, value=medians["value"] * (0.5 + p)) for p in (0.05, 0.95)),
        ]
    )
    made = folds(table, obs)
    groups = {
        tuple(made.levels[levels]): np.flatnonzero(cells[:, 0]).tolist()
        for cells, levels in made.shared_levels
    }
    assert groups == {LEVELS: [0, 1], (0.025, 0.05, *LEVELS[1:-1], 0.95, 0.975): [2, 3, 4]}


def test_models_must_count_their_months_alike(obs, medians):
    other = medians[medians["model"] == "twice"].assign(month=medians["month"] + 1)
    with pytest.raises(
        ConfigError, match="s, 2000-02-20: horizon 1 is 2000-02 for 'walk' and 2000-03 for 'twice'"
    ):
        folds(pd.concat([medians[medians["model"] == "walk"], other]), obs)


def test_neighbouring_origins_overlap_by_their_distance(obs, medians):
    every = folds(medians, obs)
    assert every.spacing == 1.0 and every.overlap(2) == 2.0 and every.overlap(1) == 1.0
    second = (pd.PeriodIndex(medians["month"]) - medians["horizon"].to_numpy()).month % 2 == 0
    half = folds(medians[second], obs)
    assert half.spacing == 2.0 and half.overlap(6) == 3.0 and half.overlap(1) == 1.0
    one = folds(medians[medians["origin"] == medians["origin"].min()], obs)
    assert one.spacing == 1.0
    two = medians["origin"].isin(np.sort(medians["origin"].unique())[[0, 3]])
    assert folds(medians[two], obs).spacing == 3.0


def test_logs_have_the_floor_of_the_figures(obs, medians):
    made = folds(medians, obs)
    assert made.scaled(np.array([0.0, 1.0]), "log").tolist() == [np.log(0.5), 0.0]
    assert made.scaled(np.array([0.0, 1.0]), "natural").tolist() == [0.0, 1.0]
    below = folds(medians, figures({"s": [10, -20.5, 30, 40, 50, 60]}))
    assert not below.logs and below.floor == 0.0
    before = folds(medians, figures({"s": [10, 20, 30, -40.5, 50, 60]}), as_of="2000-04-20")
    assert before.logs  # what came out later decides nothing


def test_eras_are_spans_of_last_months_or_lists_of_origins(obs, medians):
    made = folds(medians, obs)
    masks = era_masks(
        made,
        {
            "middle": ("2000-02", "2000-04"),
            "calm": [pd.Timestamp("2000-02-20"), "2000-06-20"],
            "of each": {"s": ["2000-03-20"], "t": ["2000-02-20"]},
            "of another": {"t": ["2000-02-20"]},
        },
    )
    assert {name: np.flatnonzero(mask).tolist() for name, mask in masks.items()} == {
        "all": [0, 1, 2, 3, 4, 5],
        "middle": [1, 2, 3],
        "calm": [0, 4],
        "of each": [1],
        "of another": [],
    }
    assert list(era_masks(made, None)) == ["all"]


def test_an_era_that_ends_before_it_begins_is_refused(obs, medians):
    with pytest.raises(ConfigError, match=r"eras\.odd: 2000-02 is before 2000-03"):
        era_masks(folds(medians, obs), {"odd": ("2000-03", "2000-02")})
    one = era_masks(folds(medians, obs), {"one": ("2000-03", "2000-03")})["one"]
    assert np.flatnonzero(one).tolist() == [2]


@pytest.mark.parametrize("span", [("2000-02", "2000-13"), "2000-02", ("2000-2x", "2000-03-20")])
def test_an_era_that_is_neither_is_refused(obs, medians, span):
    with pytest.raises(ConfigError, match=r"eras\.odd: .*expected two months"):
        era_masks(folds(medians, obs), {"odd": span})


def test_the_name_all_is_taken(obs, medians):
    with pytest.raises(ConfigError, match="'all' is taken"):
        era_masks(folds(medians, obs), {"all": ("2000-01", "2000-02")})


def test_a_span_of_time_is_two_months():
    assert is_time(("2000-01", "2000-02")) and is_time(["2000-01", "2000-02"])
    for other in (
        ("2000-01",),
        ("2000-01", "2000-02", "2000-03"),
        ("2000-01", "2000-13"),
        ("2000-01", 3),
        "no",
    ):
        assert not is_time(other), other


def test_a_baseline_that_knew_of_events_is_no_baseline_and_that_is_said(obs, medians):
    known = medians.assign(knowledge=medians["model"].map({"walk": "at_origin", "twice": "none"}))
    with pytest.raises(ConfigError, match=r"no 'walk' .*stands there with the knowledge at_origin"):
        folds(known, obs)
    with pytest.raises(ConfigError, match="Did you mean 'walk'"):
        folds(medians, obs, baseline="wlk")


@pytest.mark.parametrize("days", [0, 40])
def test_a_forecast_of_a_month_that_was_public_is_refused_where_its_day_is_stated(medians, days):
    stated = figures({"s": [10, 20, 30, 40, 50, 60]})
    later = medians.assign(origin=medians["origin"] + pd.Timedelta(days=days))
    assumed = replace_rows(stated, stated.table.assign(release_basis="assumed"))
    if days:
        with pytest.warns(ForecastWarning, match="its figure counts as public by then"):
            assert len(folds(later, assumed).origins)
    else:
        assert len(folds(later, assumed).origins)
    if not days:
        assert len(folds(later, stated).origins)
        return
    with pytest.raises(
        ConfigError, match=r"s, origin 2000-.*: 2000-02 is forecast at horizon 1, .*was public"
    ):
        folds(later, stated)


def test_what_holds_no_figures_and_what_names_no_eras_is_refused(obs, medians):
    with pytest.raises(ConfigError, match="obs: NoneType is given; expected Observations"):
        folds(medians, None)
    with pytest.raises(ConfigError, match="eras: str 'x' is given; expected names"):
        era_masks(folds(medians, obs), "x")
