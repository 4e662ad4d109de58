"""What became of a series, and what was known of it on a day."""

import numpy as np
import pandas as pd

from forecast.data.observations import Vintages
from forecast.tables.outcomes import as_of_values, look_up, outcomes
from forecast.tables.quantiles import days
from tables_helpers import figures, walk


def test_scale_at_an_origin_knows_nothing_later():
    values = walk(30)
    values[20] = 0  # a count of zero: logs with a floor stay allowed
    assert outcomes(figures({"s": values}), "s").scale_at(np.array([10**6]))[0].all()
    values = walk(30) / 7
    values[20] = -1.0
    record = outcomes(figures({"s": values}), "s")
    before, after = record.released[19], record.released[20]
    logs, floor = record.scale_at(np.array([before, after]))
    assert logs.tolist() == [True, False]
    assert floor.tolist() == [0.0, -np.inf]


def test_as_of_values_show_a_revision_from_its_day_on():
    obs = figures({"s": [10.0, 20.0, 30.0]}, revisions=[("s", "2000-01", 11.0, "2000-04-01")])
    when = days(["2000-02-20", "2000-03-31", "2000-04-01"])
    start = pd.Period("2000-01", "M").ordinal
    known = as_of_values(obs.vintages("s"), when, start, 3)
    assert np.nan_to_num(known, nan=-1).tolist() == [[10, -1, -1], [10, 20, -1], [11, 20, -1]]


def test_what_is_read_outside_of_an_array_is_missing():
    made = look_up(np.array([[9, 10], [12, 13]]), 10, np.array([1.0, 2, 3]), -1.0)
    assert made.tolist() == [[-1, 1], [3, -1]]


def test_values_as_known_are_those_of_the_last_release():
    when = days(["2000-03-10", "2000-02-10", "2000-03-20", "2000-01-10"])
    months = pd.PeriodIndex(["2000-02", "2000-01", "2000-01", "1999-12"], freq="M").asi8
    rows = Vintages(months, when, np.array([2.0, 1.0, 1.5, 9.0]), np.ones(4))
    origins = days(["2000-02-09", "2000-02-10", "2000-03-10", "2000-03-20"])
    made = as_of_values(rows, origins, pd.Period("2000-01", "M").ordinal, 2)
    np.testing.assert_array_equal(made, [[np.nan] * 2, [1, np.nan], [1, 2], [1.5, 2]])
