"""From a path to observations: which files are figures, which stand beside them."""

import pandas as pd
import pytest

from forecast.data import load
from forecast.data.load import load_observations
from forecast.errors import ConfigError, DataError

FIGURES = "series_id,month,value,released\na,2024-01,5,2024-02-10\nb,2024-01,7,2024-02-10\n"


def test_a_folder_with_observations_is_read_with_what_stands_beside_them(tmp_path):
    (tmp_path / "observations.csv").write_text(FIGURES)
    (tmp_path / "other.csv").write_text("this,is,not,read\n")
    (tmp_path / "series.csv").write_text("series_id,label\na,Apples\nb,Pears\n")
    (tmp_path / "leaks.csv").write_text("series_id,month,value,released\na,2024-02,9,2024-03-01\n")
    obs = load_observations(tmp_path)
    assert obs.series["label"].tolist() == ["Apples", "Pears"]
    assert len(obs.table) == 2 and obs.leaks["status"].tolist() == ["leak"]


def test_a_folder_of_files_has_a_series_for_each(tmp_path):
    for name in ("x", "y"):
        (tmp_path / f"{name}.csv").write_text("month,value\n2024-01,5\n")
    assert load_observations(tmp_path).series_ids == ("x", "y")


def test_one_series_may_be_kept_and_an_unknown_one_is_told(tmp_path):
    (tmp_path / "observations.csv").write_text(FIGURES)
    assert load_observations(tmp_path, series_id="b").series_ids == ("b",)
    with pytest.raises(ConfigError, match="no series 'c'"):
        load_observations(tmp_path, series_id="c")


def test_a_table_without_figures_is_refused():
    with pytest.raises(DataError, match="no row holds a figure"):
        load_observations(pd.DataFrame({"month": ["2024-01"], "value": [None]}))


def test_the_bundle_is_a_copy_of_its_own():
    table = load_observations().table
    table.loc[0, "value"] = -1
    assert load_observations().table.loc[0, "value"] != -1


def test_a_release_day_is_stated_beside_a_file_or_in_its_name():
    assert load.release_day("a-2024-05-20.csv", {}) == load.release_day("a.csv", {"a.csv": 19863})
    assert load.release_day("a.csv", {}) is None


@pytest.mark.parametrize("lag", [-1, 3651, 10**9, 2**63, 1.5, True, "15"])
def test_a_lag_that_no_figure_has_is_refused(lag):
    with pytest.raises(ConfigError, match="release_lag_days: "):
        load_observations(pd.DataFrame({"month": ["2024-01"], "value": [1]}), release_lag_days=lag)


def test_what_is_no_table_or_no_name_is_refused_in_words():
    for nothing in (pd.DataFrame(), pd.DataFrame(index=range(3))):
        with pytest.raises(DataError, match="the table has no columns; expected month,value"):
            load_observations(nothing)
    with pytest.raises(ConfigError, match="series_id: int 3 is given"):
        load_observations(pd.DataFrame({"month": ["2024-01"], "value": [1]}), series_id=3)
