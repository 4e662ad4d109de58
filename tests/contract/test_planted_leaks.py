"""Leaks planted into the functions of postprocess: what stood at an origin then moves with the future, and that is seen.

As they are, the future has no effect on them (`test_the_future_has_no_effect` beside each function), and a design of a
later day is refused by the event adjustment.
"""

from __future__ import annotations

import numpy as np
import pytest

from forecast.config.settings import CombinationSpec, IntervalsSpec
from forecast.postprocess import reconciliation
from forecast.postprocess.combination import combine
from forecast.postprocess.intervals import METHODS, add_intervals
from forecast.postprocess.reconciliation import reconcile
from forecast.tables import known_errors
from tables_helpers import drift, figures, forecasts, random_walk, walk

MONTHS, AT = 40, 32
TREE = {"all": ("a", "b")}


def history(seed):
    """Figures that agree up to the month of the origin and go apart after it."""
    values = {name: walk(MONTHS, 3 + i) for i, name in enumerate("ab")}
    for name in values:
        values[name][AT + 1 :] = walk(MONTHS, seed, sd=0.5)[AT + 1 :]
    return figures({**values, "all": values["a"] + values["b"]})


PAST, OTHER = history(11), history(12)
ORIGIN = PAST.first_released("a").iloc[AT]


def moves(process):
    """Whether what `process` makes at the origin changes with figures that came later; the forecasts are the same."""
    parts = [
        forecasts(PAST, {"m": random_walk, "n": drift}, series_id=s, warm_up=2, horizon=2)
        for s in ("a", "b", "all")
    ]
    made = [process(parts, obs) for obs in (PAST, OTHER)]
    first, second = (m[m["origin"] == ORIGIN]["value"].to_numpy() for m in made)
    assert len(first) and len(first) == len(second)
    return not np.array_equal(first, second)


def ranges(method):
    return lambda parts, obs: add_intervals(parts[0], obs, IntervalsSpec(method=method))[0]


def mix(method):
    spec = CombinationSpec(members=("m", "n"), method=method, average="points")
    return lambda parts, obs: combine(parts[0], obs, "mix", spec)[0]


def summed(parts, obs):
    import pandas as pd

    ranged, _ = add_intervals(pd.concat(parts, ignore_index=True), obs)
    return reconcile(ranged, obs, TREE, paths=50)[0]


@pytest.mark.parametrize("method", METHODS)
def test_errors_of_the_future_in_ranges(method, monkeypatch):
    assert not moves(ranges(method))
    monkeypatch.setattr(known_errors.KnownErrors, "usable", everything)
    assert moves(ranges(method))


def test_weights_of_the_future_in_combinations(monkeypatch):
    assert not moves(mix("inverse_error"))
    monkeypatch.setattr(known_errors.KnownErrors, "usable", everything)
    assert moves(mix("inverse_error"))


def test_covariances_of_the_future_in_reconciliation(monkeypatch):
    assert not moves(summed)
    honest = reconciliation._one_step
    monkeypatch.setattr(reconciliation, "_one_step", lambda t, o: _all_public(*honest(t, o)))
    assert moves(summed)


def everything(self, errors, horizon):
    """A guard left open: each error counts everywhere, be it public or not."""
    return np.broadcast_to(np.isfinite(errors[None, :, horizon - 1]), (len(errors), len(errors)))


def _all_public(errors, public):
    return errors, np.ones_like(public)
