"""Frames with the right columns and types, and the digest of their content."""

import numpy as np
import pandas as pd
import pytest

from forecast.data import frames, load_observations
from forecast.data.read import RawTable


def raw(**cells):
    columns = {name: np.array(texts, dtype=object) for name, texts in cells.items()}
    n = len(next(iter(columns.values())))
    return RawTable("series.csv", tuple(columns), columns, np.arange(2, n + 2))


def test_a_table_beside_the_figures_has_all_its_columns_typed():
    frame, findings = frames.side_frame("releases", raw(month=["2024-01"], released=["2024-02-20"]))
    assert not findings and tuple(frame) == frames.SIDE_COLUMNS["releases"]
    assert frame["month"][0] == pd.Period("2024-01", "M") and frame["released"][0] == pd.Timestamp(
        "2024-02-20"
    )
    assert frame["lag_days"][0] == 0 and frame["basis"][0] == ""


def test_a_column_that_names_a_row_is_missed():
    _, findings = frames.side_frame("series", raw(serie_id=["a"]))
    assert [(f.check, f.severity) for f in findings] == [("header", "error")]


def test_a_table_without_a_file_is_empty():
    frame, findings = frames.side_frame("sources", None)
    assert not len(frame) and not findings and tuple(frame) == frames.SIDE_COLUMNS["sources"]


def test_the_publisher_is_that_of_the_series_or_of_its_sources(tmp_path):
    (tmp_path / "observations.csv").write_text(
        "series_id,month,value,released,source\n"
        "a,2024-01,1,2024-02-10,x\na,2024-02,2,2024-03-10,y\nb,2024-01,3,2024-02-10,x\nc,2024-01,3,2024-02-10,z\n"
    )
    (tmp_path / "sources.csv").write_text("source,publisher\nx,Bureau A\ny,Bureau B\nz,\n")
    (tmp_path / "series.csv").write_text("series_id,publisher\na,\nb,Ministry\nc,\n")
    told = load_observations(tmp_path).series["publisher"]
    assert told.to_dict() == {"a": "Bureau A, Bureau B", "b": "Ministry", "c": ""}


def test_the_digest_is_that_of_the_content():
    table = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    same = frames.digest_of({"t": table})
    assert same == frames.digest_of({"t": table.astype({"a": float})})
    for other in (table.assign(a=[1, 3]), table.assign(b=["x", "z"]), table.rename(columns={"a": "c"})):
        assert frames.digest_of({"t": other}) != same
    assert frames.digest_of({"u": table}) != same


@pytest.mark.parametrize(("values", "kind"), [([1.0, 2.0], "i"), ([1.5, 2.0], "f")])
def test_whole_values_are_integers(values, kind):
    obs = load_observations(pd.DataFrame({"month": ["2024-01", "2024-02"], "value": values}))
    assert obs.table["value"].dtype.kind == kind


def test_counts_of_a_table_beside_the_figures_are_whole_also_where_none_is_given():
    frame, _ = frames.side_frame("releases", raw(month=["2024-01"], released=["2024-02-20"], lag_days=[""]))
    assert frame["lag_days"].dtype == np.int64 and frame["lag_days"].tolist() == [0]
