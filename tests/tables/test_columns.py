"""The columns of tables agree with each other."""

from __future__ import annotations

from forecast.config import settings
from forecast.tables.columns import FOLD_COLUMNS, FORECAST_COLUMNS, KEYS


def test_a_forecast_is_its_keys_its_month_its_level_and_its_value():
    assert set(FORECAST_COLUMNS) == {*KEYS, "month", "level", "value"}
    assert set(FOLD_COLUMNS) >= set(KEYS) - {"horizon"}


def test_they_stand_in_one_place():
    assert not hasattr(settings, "FORECAST_COLUMNS") and not hasattr(settings, "FOLD_COLUMNS")
