"""CBP's own layouts, with every trap that they are known for.

The files in ``tests/data/official`` are made up; see the README there.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecast.data import Observations, check_file, examine_file, import_files, load_observations
from forecast.data.official import layout_of, read_official
from forecast.data.parse import month_text
from forecast.data.read import parse_table
from forecast.errors import DataError, Finding

FILES = Path(__file__).parents[1] / "fixtures" / "official"
NOVEMBER = FILES / "sbo-encounters-fy23-fy24-nov.csv"
DECEMBER = FILES / "sbo-encounters-fy23-fy24-dec.csv"
AREA = FILES / "nationwide-encounters-fy23-fy24-nov-aor.csv"
STATE = FILES / "nationwide-encounters-fy23-fy24-nov-state.csv"


def month(text: str) -> pd.Period:
    return pd.Period(text, "M")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def found(text: str) -> list[Finding]:
    return read_official(parse_table("x.csv", text))[1]


def figures(text: str) -> dict[str, pd.Series]:
    file, findings = read_official(parse_table("x.csv", text))
    assert file is not None, findings
    return {
        name: pd.Series(values, [month_text(first + k) for k in range(len(values))])
        for name, (first, values) in file.figures.items()
    }


def error(text: str, check: str) -> Finding:
    (finding,) = [f for f in found(text) if f.severity == "error"]
    assert finding.check == check
    return finding


# --------------------------------------------------------------------------- layouts


def test_layouts_are_told_by_their_header():
    assert layout_of(text_of(NOVEMBER).splitlines()[0].split(",")) == "southwest"
    assert layout_of(text_of(AREA).splitlines()[0].split(",")) == "area"
    assert layout_of(text_of(STATE).splitlines()[0].split(",")) == "state"
    assert layout_of(["month", "value"]) is None


def test_sums_are_those_of_a_plain_reading():
    """Every total and part of the file by area, against pandas on the raw rows, in every month."""
    raw = pd.read_csv(AREA)
    year = raw["Fiscal Year"].str[:4].astype(int)
    number = raw["Month (abbv)"].map(
        {
            m: k
            for k, m in enumerate(
                ["OCT", "NOV", "DEC", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP"]
            )
        }
    )
    raw["month"] = [str(pd.Period(f"{y - 1}-10", "M") + int(k)) for y, k in zip(year, number, strict=True)]
    usbp = raw["Component"] == "U.S. Border Patrol"
    south = raw["Land Border Region"] == "Southwest Land Border"
    other = raw["Land Border Region"] == "Other"
    expected = {
        "nationwide": raw["Component"] != "",
        "nationwide.usbp": usbp,
        "southwest": south,
        "southwest.usbp": south & usbp,
        "southwest.ofo": south & ~usbp,
        "coastal.usbp": other & usbp,
        "other": other,
        "northern.usbp.swanton": raw["Area of Responsibility"] == "Swanton Sector",
        "southwest.usbp.rio_grande_valley": raw["AOR (Abbv)"] == "RGV",
        "southwest.ofo.san_diego": south & (raw["Area of Responsibility"] == "San Diego Field Office"),
        "southwest.usbp.family_units": south & usbp & (raw["Demographic"] == "FMUA"),
        "southwest.ofo.accompanied_minors": south & ~usbp & (raw["Demographic"] == "Accompanied Minors"),
        "southwest.usbp.citizenship_other": south & usbp & (raw["Citizenship"] == "VENEZUELA"),
        "southwest.citizenship_venezuela": south & (raw["Citizenship"] == "VENEZUELA"),
        "southwest.usbp.title_8": south & usbp & (raw["Title of Authority"] == "Title 8"),
    }
    months = sorted(raw["month"].unique())
    assert len(months) == 14
    got = figures(text_of(AREA))
    for name, rows in expected.items():
        want = raw[rows].groupby("month")["Encounter Count"].sum().reindex(months, fill_value=0)
        assert got[name].to_dict() == want.to_dict(), name


def test_the_three_layouts_agree():
    southwest, area, state = (figures(text_of(p)) for p in (NOVEMBER, AREA, STATE))
    for name in set(southwest) & set(area):
        pd.testing.assert_series_equal(southwest[name], area[name])
    assert set(southwest) <= set(area)
    for name in state:
        pd.testing.assert_series_equal(state[name], area[name])
    assert not any(".usbp" in name or ".ofo" in name for name in state)  # that layout has no component


def test_parts_add_up_to_their_total():
    got = figures(text_of(AREA))
    for total, parts in {
        "nationwide": ["northern", "other", "southwest"],
        "nationwide.usbp": ["southwest.usbp", "northern.usbp", "coastal.usbp"],
        "southwest": ["southwest.usbp", "southwest.ofo"],
        "southwest.usbp": [n for n in got if re.fullmatch(r"southwest\.usbp\.citizenship_\w+", n)],
        "southwest.ofo": [n for n in got if re.fullmatch(r"southwest\.ofo\.(laredo|san_diego)", n)],
    }.items():
        np.testing.assert_array_equal(sum(got[p] for p in parts), got[total], err_msg=total)


# --------------------------------------------------------------------------- traps


def test_fiscal_months_become_calendar_months():
    file, _ = read_official(parse_table("x.csv", text_of(NOVEMBER)))
    assert file is not None
    assert not file.closed
    months = figures(text_of(NOVEMBER))["southwest"].index
    assert (months[0], months[-1], len(months)) == ("2022-10", "2023-11", 14)


def test_a_file_kept_to_fytd_is_refused():
    """In the November file FYTD keeps October and November only: ten months would be lost, or read as 0."""
    kept = "\n".join(line for line in text_of(NOVEMBER).splitlines() if ",Remaining," not in line)
    finding = error(kept, "gap")
    assert "10 months" in finding.what
    assert "2022-12" in finding.what
    assert "FYTD" in finding.hint


def test_remaining_rows_of_the_open_year():
    row = "2024 (FYTD),Remaining,DEC,U.S. Border Patrol,FMUA,Honduras,Title 8,Apprehensions,"
    assert figures(text_of(NOVEMBER) + row + "0\n")["southwest"].index[-1] == "2023-11"
    finding = error(text_of(NOVEMBER) + row + "5\n", "month_grouping")
    assert finding.month == "2023-12"
    assert "month to come" in finding.what


def test_marks_that_disagree_are_told():
    marked = text_of(NOVEMBER).replace("2023,Remaining,MAR", "2023,FYTD,MAR")
    (finding,) = found(marked)
    assert (finding.check, finding.severity) == ("month_grouping", "warning")
    assert "unlike the newest" in finding.what
    pd.testing.assert_series_equal(figures(marked)["southwest"], figures(text_of(NOVEMBER))["southwest"])


def test_absent_is_zero_inside_the_window():
    got = figures(text_of(NOVEMBER))["southwest.usbp.citizenship_other"]
    assert got["2022-12"] == 0
    assert got["2023-01"] > 0
    assert got.index[-1] == "2023-11"


def test_title_42_exists_only_between_its_rows():
    got = figures(text_of(NOVEMBER))["southwest.usbp.title_42"]
    assert (got.index[0], got.index[-1]) == ("2022-10", "2023-05")
    assert got["2023-02"] == 0  # no row in that month, inside its window
    assert figures(text_of(NOVEMBER))["southwest.usbp.title_8"].index[-1] == "2023-11"


def test_a_month_without_any_row_is_missing_not_zero():
    kept = "\n".join(line for line in text_of(NOVEMBER).splitlines() if ",MAR," not in line)
    finding = error(kept, "gap")
    assert "1 month has no row" in finding.what
    assert "2023-03" in finding.what


def test_relabelled_demographics_are_one_series():
    for label in ("UAC", "UC", "uc / single minors"):
        renamed = text_of(NOVEMBER).replace("UC / Single Minors", label)
        pd.testing.assert_series_equal(
            figures(renamed)["southwest.usbp.unaccompanied_children"],
            figures(text_of(NOVEMBER))["southwest.usbp.unaccompanied_children"],
        )


def test_an_unknown_label_is_named_once_with_its_row():
    finding = error(text_of(NOVEMBER).replace("UC / Single Minors", "Minors Alone"), "label")
    assert "'Minors Alone' is unknown (14 rows)" in finding.what
    assert finding.row == 3
    assert "uac" in finding.expected


def test_floats_typo_in_the_header_bom_shuffle_and_zero_rows():
    """The copy of layout 1: wFiscal Year, counts like 9584.0, rows in any order, rows with 0."""
    head, *rows = text_of(NOVEMBER).splitlines()
    floats = [row + ".0" for row in rows]
    rng = np.random.default_rng(3)
    floats = [floats[i] for i in rng.permutation(len(floats))]
    floats.append(
        "2023,Remaining,AUG,Office of Field Operations,Accompanied Minors,Guatemala,Title 8,Inadmissibles,0.0"
    )
    altered = "\n".join(["w" + head, *floats])
    for name, values in figures(text_of(NOVEMBER)).items():
        pd.testing.assert_series_equal(figures(altered)[name], values)


def test_snake_case_names_and_an_added_date_column():
    head, *rows = text_of(AREA).splitlines()
    snake = re.sub(r"[^a-z0-9,]+", "_", head.lower()).replace("_,", ",").strip("_") + ",year_date"
    text = "\n".join([snake, *(row.replace(" (FYTD)", "") + ",2023-01-01" for row in rows)])
    got = figures(text)
    pd.testing.assert_series_equal(got["nationwide"], figures(text_of(AREA))["nationwide"])


@pytest.mark.parametrize("count", ["-1", "1.5", "many", ""])
def test_a_count_that_is_none(count):
    text = (
        text_of(NOVEMBER)
        + f"2024 (FYTD),FYTD,NOV,U.S. Border Patrol,FMUA,Mexico,Title 8,Apprehensions,{count}\n"
    )
    finding = error(text, "value")
    assert finding.row == len(text.splitlines())


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ("2023,FYTD,NOV", "FY23,FYTD,NOV", "fiscal_year"),
        ("2023,FYTD,NOV", "2023,YTD,NOV", "month_grouping"),
        ("2023,FYTD,NOV", "2023,FYTD,NVO", "month"),
        ("U.S. Border Patrol,FMUA,Honduras", "Coast Guard,FMUA,Honduras", "label"),
    ],
)
def test_cells_that_cannot_be_read(old, new, check):
    finding = next(f for f in found(text_of(NOVEMBER).replace(old, new, 1)) if f.severity == "error")
    assert finding.check == check
    assert finding.row
    assert finding.expected


def test_a_filtered_file_is_refused():
    """Its sums would be parts under the name of the whole."""
    lines = text_of(NOVEMBER).splitlines()
    patrol = "\n".join([lines[0], *(line for line in lines[1:] if "Border Patrol" in line)])
    whats = [f.what for f in found(patrol) if f.check == "partial"]
    assert "no row has the component ofo" in whats
    lines = text_of(AREA).splitlines()
    south = "\n".join([lines[0], *(line for line in lines[1:] if "Southwest" in line)])
    assert any("region northern, other" in f.what for f in found(south))


def test_a_header_that_is_almost_official(tmp_path):
    path = tmp_path / "cut.csv"
    path.write_text(text_of(NOVEMBER).replace("Component,", "Part,", 1))
    (finding,) = check_file(path)
    assert "lacks component" in finding.what


# --------------------------------------------------------------------------- files that overlap


def test_two_releases_joined_in_one_file_are_refused():
    """The double-counting trap: files appended to each other would count their common months twice."""
    joined = text_of(NOVEMBER) + "\n".join(
        text_of(DECEMBER).replace("UAC", "UC / Single Minors").splitlines()[1:]
    )
    finding = error(joined, "overlap")
    assert "another count" in finding.what
    assert finding.month == "2023-11"
    assert "as a file of its own" in finding.hint


def test_a_year_both_open_and_closed_is_refused():
    closed = text_of(NOVEMBER).replace(
        "2024 (FYTD),FYTD,OCT,U.S. Border Patrol,FMUA", "2024,FYTD,OCT,U.S. Border Patrol,FMUA"
    )
    assert "both as '2024 (FYTD)' and as '2024'" in error(closed, "overlap").what
    two = text_of(NOVEMBER).replace("\n2023,", "\n2023 (FYTD),")
    assert "marked open" in error(two, "overlap").what


def test_the_same_file_twice_over_is_counted_once():
    twice = text_of(NOVEMBER) + "\n".join(text_of(NOVEMBER).splitlines()[1:])
    (finding,) = found(twice)
    assert (finding.check, finding.severity) == ("overlap", "warning")
    assert "91 rows stand twice" in finding.what
    pd.testing.assert_series_equal(figures(twice)["southwest"], figures(text_of(NOVEMBER))["southwest"])


def folder(tmp_path: Path, **files: Path | str) -> Path:
    for name, source in files.items():
        text = source.read_bytes() if isinstance(source, Path) else source.encode()
        (tmp_path / f"{name}.csv").write_bytes(text)
    return tmp_path


def test_files_of_one_day_that_agree_count_once_and_are_told(tmp_path):
    obs = load_observations(folder(tmp_path, area=AREA, southwest=NOVEMBER))
    alone = load_observations(AREA)
    assert obs.actuals("southwest.usbp").tolist() == alone.actuals("southwest.usbp").tolist()
    (told,) = obs.findings
    assert told.severity == "warning"
    assert "area.csv" in told.what
    assert told.file.endswith("southwest.csv")


def test_files_of_one_day_that_disagree_are_refused_by_name(tmp_path):
    changed = text_of(NOVEMBER).replace(
        "2024 (FYTD),FYTD,NOV,U.S. Border Patrol,FMUA,Honduras,Title 8,Apprehensions,",
        "2024 (FYTD),FYTD,NOV,U.S. Border Patrol,FMUA,Honduras,Title 8,Apprehensions,1",
    )
    with pytest.raises(DataError) as caught:
        load_observations(folder(tmp_path, nov=NOVEMBER, nov_0=changed))
    (finding,) = caught.value.findings
    assert "nov.csv" in finding.what
    assert finding.file.endswith("nov_0.csv")
    assert "released.csv" in finding.hint


# --------------------------------------------------------------------------- vintages


@pytest.fixture
def two_vintages(tmp_path: Path) -> Observations:
    return load_observations(folder(tmp_path, nov=NOVEMBER, dec=DECEMBER))


def test_each_file_is_a_vintage_from_the_day_of_its_update(two_vintages):
    obs = two_vintages
    assert obs.series.loc["southwest.usbp", ["label", "unit"]].tolist() == [
        "Southwest border, Border Patrol",
        "encounters",
    ]
    first = obs.first_released("southwest.usbp")
    assert first[month("2023-11")] == pd.Timestamp("2023-12-23") or first[month("2023-11")] > pd.Timestamp(
        "2023-11-30"
    )
    assert first[month("2023-12")] == pd.Timestamp("2024-01-26")  # as in the calendar of updates
    before = obs.as_of("2024-01-25", "southwest.usbp")
    after = obs.as_of("2024-01-26", "southwest.usbp")
    assert before.last_official["southwest.usbp"] == month("2023-11")
    assert after.y("southwest.usbp")[month("2023-11")] == before.y("southwest.usbp")[month("2023-11")] + 3
    revised = obs.table[obs.table.duplicated(["series_id", "month"], keep=False)]
    assert set(revised["month"]) == {month("2023-11")}


def test_status_and_basis(two_vintages):
    rows = two_vintages.table.query("series_id == 'southwest.usbp'").set_index("month")
    september = rows.loc[month("2023-09")]
    assert (september["status"], september["value_basis"], september["release_basis"]) == (
        "final",
        "backfilled",
        "assumed",
    )
    assert rows.loc[month("2023-08"), "status"] == "provisional"
    assert rows.loc[month("2023-12"), ["status", "value_basis", "source"]].tolist() == [
        "provisional",
        "published",
        "dec.csv",
    ]


def test_no_day_has_a_hole_or_a_figure_too_early(two_vintages):
    obs = two_vintages
    ends = obs.table["month"].dt.to_timestamp(how="end").dt.normalize()
    assert (obs.table["released"] > ends).all()
    for day in obs.table["released"].unique():
        for name, column in obs.as_of(day).values.items():
            known = np.flatnonzero(column.notna())
            assert len(known) == known[-1] - known[0] + 1, (day, name)


def test_the_day_by_name_by_sidecar_and_by_call(tmp_path):
    named = tmp_path / "named"
    named.mkdir()
    folder(named, **{"sbo-2023-12-20": NOVEMBER})
    row = load_observations(named).table.query("series_id == 'southwest'").iloc[-1]
    assert (row["released"], row["release_basis"]) == (pd.Timestamp("2023-12-20"), "day")
    (named / "released.csv").write_text("file,released\nsbo-2023-12-20.csv,2023-12-21\n")
    assert load_observations(named).newest_release() == pd.Timestamp("2023-12-21")
    import_files(named / "sbo-2023-12-20.csv", tmp_path / "own", released="2023-12-22")
    assert load_observations(tmp_path / "own").newest_release() == pd.Timestamp("2023-12-22")
    (named / "released.csv").write_text("file,released\nsbo-2023-12-20.csv,2023-11-02\n")
    with pytest.raises(DataError, match="before the file's data month ended"):
        load_observations(named)
    (named / "released.csv").write_text("file,released\nsbo-2023-12-20.csv,soon\n")
    with pytest.raises(DataError, match="'soon' is not a day"):
        load_observations(named)


def test_beyond_the_calendar_the_lag_decides(tmp_path):
    later = re.sub(
        r"20(23|24)( \(FYTD\))?,(FYTD|Remaining)",
        lambda m: f"20{int(m[1]) + 10}{m[2] or ''},{m[3]}",
        text_of(NOVEMBER),
    )
    path = folder(tmp_path, later=later) / "later.csv"
    assert load_observations(path).newest_release() == pd.Timestamp("2033-12-17")
    assert load_observations(path, release_lag_days=5).newest_release() == pd.Timestamp("2033-12-05")


# --------------------------------------------------------------------------- import


def test_import_of_official_files_in_any_grouping_gives_the_same_folder(tmp_path):
    together, apart = tmp_path / "together", tmp_path / "apart"
    import_files([DECEMBER, NOVEMBER, AREA, STATE], together)
    for path in (AREA, STATE, NOVEMBER, DECEMBER):
        import_files(path, apart)
    a, b = load_observations(together), load_observations(apart)
    assert a.digest == b.digest
    assert (together / "series.csv").read_text() == (apart / "series.csv").read_text()
    assert import_files([NOVEMBER, DECEMBER], apart).added == 0
    assert a.series.loc["southwest.usbp", "last_month"] == month("2023-12")


def test_a_revising_file_out_of_order_is_refused(tmp_path):
    import_files(DECEMBER, tmp_path / "own")
    with pytest.raises(DataError, match="import the older file first"):
        import_files(NOVEMBER, tmp_path / "own")


def test_the_report_names_the_layout():
    report = examine_file(AREA)
    shown = report.summary
    assert "official layout 'area'" in shown
    assert "2022-10 to 2023-11" in shown
    assert report.ok and not report.findings
