"""Unofficial figures of part of a month: read, refused with the row, and never a month of a panel."""

from __future__ import annotations

import pandas as pd
import pytest

from forecast.data.load import load_observations
from forecast.data.part_months import COVERS, PART_COLUMNS
from forecast.errors import DataError

FIGURES = "series_id,month,value,released\na,2024-01,300,2024-02-10\na,2024-02,310,2024-03-10\n"
HEAD = "series_id,month,value,released,rounding,source,covers_from,covers_to\n"


def load(folder, *rows, head=HEAD):
    (folder / "observations.csv").write_text(FIGURES)
    (folder / "leaks.csv").write_text(head + "".join(f"{row}\n" for row in rows))
    return load_observations(folder)


def test_rows_that_cover_a_part_stand_apart_from_whole_months(tmp_path):
    obs = load(
        tmp_path,
        "a,2024-03,290,2024-04-02,10,paper,,2024-03-31",
        "a,2024-03,295,2024-04-03,1,paper,,",
        "a,2024-04,100,2024-04-12,1,paper,,2024-04-10",
        "a,2024-04,70,2024-04-20,1,paper,2024-04-11,2024-04-17",
    )
    assert obs.leaks["value"].tolist() == [290, 295] and not set(COVERS) & set(obs.leaks.columns)
    parts = obs.part_months
    assert list(parts.columns) == list(PART_COLUMNS) and parts["value"].tolist() == [100, 70]
    assert parts["covers_from"].dt.day.tolist() == [1, 11] and parts["covers_to"].dt.day.tolist() == [10, 17]
    assert len(obs.unofficial) == 4 and obs.unofficial["covers_to"].isna().sum() == 2
    panel = obs.as_of("2024-04-30", include_leaks=True)
    assert panel.y("a").index[-1] == pd.Period("2024-03", "M")  # April is never filled by a part of it


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("a,2024-04,1,2024-04-12,1,x,,2024-05-10", "inside the month"),
        ("a,2024-04,1,2024-04-12,1,x,2024-04-20,2024-04-10", "in order"),
        ("a,2024-04,1,2024-04-12,1,x,,soon", "not days"),
        ("a,2024-04,1,2024-04-05,1,x,,2024-04-10", "before the last day that is covered"),
        ("a,2024-04,many,2024-04-12,1,x,,2024-04-10", "is no count"),
        ("a,2024-04,1,later,1,x,,2024-04-10", "is not a day"),
        ("a,2024-04,1,2024-04-12,half,x,,2024-04-10", "rounding unit"),
    ],
)
def test_what_is_wrong_is_told_with_its_row(tmp_path, row, told):
    with pytest.raises(DataError, match=told) as caught:
        load(tmp_path, "a,2024-03,290,2024-04-02,10,paper,,", row)
    assert any(finding.row == 3 and finding.file.endswith("leaks.csv") for finding in caught.value.findings)


def test_a_part_needs_its_columns(tmp_path):
    with pytest.raises(DataError, match="no column released"):
        load(tmp_path, "a,2024-04,1,2024-04-10", head="series_id,month,value,covers_to\n")


def test_the_digest_changes_only_where_there_are_parts(tmp_path):
    whole = load(tmp_path, "a,2024-03,290,2024-04-02,10,paper,,")
    bare = load(
        tmp_path, "a,2024-03,290,2024-04-02,10,paper", head=HEAD.replace(",covers_from,covers_to", "")
    )
    part = load(tmp_path, "a,2024-03,290,2024-04-02,10,paper,,", "a,2024-04,1,2024-04-12,1,x,,2024-04-10")
    assert whole.digest == bare.digest != part.digest
    assert load_observations(tmp_path, series_id="a").part_months["value"].tolist() == [1]


def test_the_bundled_leak_covers_its_month(obs):
    assert len(obs.part_months) == 0 and obs.leaks["value"].tolist() == [129_000]


def test_an_empty_rounding_is_one_unit(tmp_path):
    obs = load(
        tmp_path, "a,2024-04,100,2024-04-12,,x,,2024-04-10", "a,2024-04,90,2024-04-13,10,x,,2024-04-11"
    )
    assert obs.part_months["rounding"].tolist() == [1, 10] and obs.leaks.empty  # no row tells a whole month
    with pytest.raises(DataError, match="a header and no rows"):
        load(tmp_path)
