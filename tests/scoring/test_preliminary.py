"""Leaks and first statements beside what became official."""

import numpy as np
import pandas as pd
import pytest

from forecast.scoring.preliminary import EARLY_COLUMNS, early_figures

NAME = ["southwest.usbp"]


def test_a_leak_is_open_until_the_official_figure_is_out(obs):
    before = early_figures(obs, NAME, "2024-05-07")
    assert before["kind"].tolist() == ["leak"] and before["official"].isna().all()
    after = early_figures(obs, NAME, "2024-06-30").iloc[0]
    assert after["value"] == 129_000 and after["official_released"] > after["released"]
    assert after["log_error"] == pytest.approx(np.log(129_000 / after["official"]))
    assert abs(after["log_error"]) < 0.01


def test_first_statements_stand_beside_the_first_official_figure(obs):
    found = early_figures(obs, NAME, "latest").set_index("month")
    row = found.loc[pd.Period("2025-02", "M")]
    assert (row["kind"], row["value"], row["official"]) == ("flash", 8326, 8347)


def test_other_series_have_none(obs):
    assert list(early_figures(obs, ["southwest.usbp.yuma"], "latest").columns) == list(EARLY_COLUMNS)
    assert early_figures(obs, ["southwest.usbp.yuma"], "latest").empty
