"""The picture of the weights."""

import numpy as np
import pandas as pd

from figure_checks import check_wide
from forecast.report.figures.weights import weights_chart

NAMES = {"a": "Same as last month", "b": "Last month plus usual season", "c": "Seasonal ARIMA, six years"}


def weights(months=60, sharp=1.0):
    rng = np.random.default_rng(4)
    raw = np.exp(sharp * np.cumsum(rng.normal(0, 0.1, (months, 3)), axis=0))
    index = pd.period_range("2019-03", periods=months, freq="M")
    return pd.DataFrame(raw / raw.sum(axis=1, keepdims=True), index, list("abc"))


def test_every_member_is_a_line_that_is_named_with_its_last_share():
    table = weights()
    figure = weights_chart(table, NAMES)
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == len(table)]
    np.testing.assert_allclose([line.get_ydata()[-1] for line in lines], table.iloc[-1])
    words = check_wide(weights_chart(table, NAMES))
    assert f"Same as last month {round(100 * table['a'].iloc[-1])}%" in words


def test_one_member_alone_and_few_months():
    check_wide(weights_chart(weights(5, 30.0)[["a"]] * 0 + 1.0, NAMES))
