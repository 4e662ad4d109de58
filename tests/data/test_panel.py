"""A panel is what was known on a date, and owns it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecast.data import Observations, load_observations
from forecast.data.panel import Panel, are_counts
from forecast.errors import ConfigError


@pytest.fixture(scope="module")
def obs() -> Observations:
    return load_observations()


def test_series_keep_the_order_asked_for(obs):
    panel = obs.as_of("2024-05-07", ["southwest.ofo", "southwest.usbp"])
    assert panel.series == ("southwest.ofo", "southwest.usbp")
    assert list(panel.values.columns) == ["southwest.ofo", "southwest.usbp"]


def test_frames_have_one_shape_and_unknown_months_are_blank(obs):
    panel = obs.as_of("2024-05-07", ["southwest.usbp", "southwest.ofo"])
    assert panel.values.shape == panel.released.shape == panel.rounding.shape == (294, 2)
    assert isinstance(panel.values.index, pd.PeriodIndex)
    unknown = panel.values.isna()
    assert unknown["southwest.ofo"].sum() == 168  # 1999-10..2013-09
    assert (unknown == panel.released.isna()).all(axis=None)
    assert (unknown == panel.rounding.isna()).all(axis=None)


def test_of_trims_to_the_series_own_months(obs):
    panel = obs.as_of("2024-05-07", ["southwest.usbp", "southwest.ofo"])
    one = panel.of("southwest.ofo")
    assert one.series == ("southwest.ofo",)
    assert str(one.values.index[0]) == "2013-10"
    assert one.values.notna().all(axis=None)
    assert one.last_official.to_dict() == {"southwest.ofo": pd.Period("2024-03", "M")}
    pd.testing.assert_series_equal(one.y("southwest.ofo"), panel.y("southwest.ofo"))


def test_window_keeps_the_last_months(obs):
    panel = obs.as_of("2024-05-07", ["southwest.usbp"])
    short = panel.window(24)
    assert [str(short.values.index[i]) for i in (0, -1)] == ["2022-04", "2024-03"]
    assert short.released.shape == short.rounding.shape == (24, 1)
    assert panel.window(None) is panel
    assert panel.window(9999) is panel
    with pytest.raises(ConfigError, match="months: 0; expected a number at least 1"):
        panel.window(0)


def test_a_panel_owns_its_frames(obs):
    panel = obs.as_of("2024-05-07", ["southwest.usbp"])
    panel.values.iloc[:] = -1.0
    y = panel.y("southwest.usbp")
    y.iloc[:] = -2.0
    again = obs.as_of("2024-05-07", ["southwest.usbp"])
    assert again.values.min(axis=None) > 0
    cut = again.window(12)
    cut.values.iloc[:] = -1.0
    assert again.values.min(axis=None) > 0


def test_counts_are_whole_and_never_negative(obs, tmp_path):
    assert obs.as_of("2024-05-07", ["southwest.usbp"]).counts
    for text, counts in (("1", True), ("1.5", False), ("-1", False)):
        file = tmp_path / f"a{text}.csv"
        file.write_text(f"month,value\n2020-01,3\n2020-02,{text}\n")
        assert load_observations(file).as_of("latest").counts is counts


def test_an_unknown_series_names_the_nearest(obs):
    panel = obs.as_of("2024-05-07", ["southwest.usbp"])
    with pytest.raises(ConfigError, match=r"Did you mean 'southwest\.usbp'"):
        panel.of("southwest.usb")
    with pytest.raises(ConfigError, match="no series"):
        panel.y("nowhere")


def test_html_is_small_and_escaped(tmp_path):
    file = tmp_path / "a.csv"
    rows = "".join(f"<b>,2020-{m:02d},{m}\n" for m in range(1, 13))
    file.write_text("series_id,month,value\n" + rows)
    html = load_observations(file).as_of("latest")._repr_html_()
    assert "<th><b></th>" not in html
    assert "&lt;b&gt;" in html
    assert html.count("<tr>") == 7  # a head and six months
    assert len(html) < 2000


def test_repr_names_date_series_and_months(obs):
    assert repr(obs.as_of("2024-05-07", "southwest.usbp")) == (
        "<Panel as of 2024-05-07: southwest.usbp; 1999-10 to 2024-03, 294 months>"
    )


def test_rounding_is_that_of_each_figure(obs):
    rounding = obs.as_of("2024-05-07", ["southwest.ofo.tucson"]).rounding["southwest.ofo.tucson"]
    assert set(np.unique(rounding)) == {1.0, 10.0}
    assert rounding[pd.Period("2020-05", "M")] == 1.0
    assert rounding[pd.Period("2019-05", "M")] == 10.0


def test_a_panel_of_frames_and_one_of_arrays_are_the_same(obs):
    made = obs.as_of("2024-05-07", ["southwest.usbp", "southwest.usbp.del_rio"])
    names = ("values", "released", "rounding", "last_official")
    again = Panel(as_of=made.as_of, counts=made.counts, **{name: getattr(made, name) for name in names})
    for name in ("values", "rounding", "released", "lasts"):
        np.testing.assert_array_equal(getattr(again.cells, name), getattr(made.cells, name))
    assert (again.series, again.cells.first) == (made.series, made.cells.first)
    gap = {name: getattr(made, name) for name in names} | {"values": made.values.drop(made.values.index[5])}
    with pytest.raises(ConfigError, match="follow one another"):
        _ = Panel(as_of=made.as_of, counts=True, **gap).cells


def test_frames_of_a_panel_are_copies_of_its_arrays(obs):
    panel = obs.as_of("2024-05-07", ["southwest.usbp"])
    panel.values.iloc[:] = 0.0
    assert panel.y("southwest.usbp").iloc[-1] == 137_480
    with pytest.raises(ValueError, match="read-only"):
        panel.cells.values[:] = 0.0


@pytest.mark.parametrize("months", [0, -3, 1.5, "12", True])
def test_a_window_is_a_whole_number_of_months_from_1_on(obs, months):
    panel = obs.as_of("2024-05-07", ["southwest.usbp"])
    with pytest.raises(ConfigError, match="months: "):
        panel.window(months)


def test_counts_are_whole_figures_from_0_on():
    known = [0.0, 3.0, np.nan]
    assert are_counts(np.array(known)) and are_counts(np.array([np.nan]))
    assert not are_counts(np.array([*known, -1.0])) and not are_counts(np.array([*known, 0.5]))
