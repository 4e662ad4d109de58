"""Parameters out of bounds are refused, all at once, with what is allowed."""

import pytest

import forecast as fc


@pytest.mark.parametrize(
    ("kind", "parameter", "value", "allowed"),
    [
        ("random_walk", "window", 1, "between 2 and 1200"),
        ("arima", "order", [-1, 0, 0], "between 0 and 24"),
        ("arima", "order", [0, 4, 0], "between 0 and 3"),
        ("seasonal_naive", "period", 100_000, "between 2 and 366"),
        ("ridge", "lags", 0, "between 1 and 120"),
        ("linear", "lags", [1, 1], "twice"),
    ],
)
def test_bounds_are_told(kind, parameter, value, allowed):
    with pytest.raises(fc.ConfigError, match=f"{parameter}.*{allowed}"):
        fc.make_model(kind, **{parameter: value})


def test_all_problems_at_once():
    with pytest.raises(fc.ConfigError) as told:
        fc.make_model("arima", order=(-1, 0, 0), window=0)
    assert "order" in str(told.value) and "window" in str(told.value)
