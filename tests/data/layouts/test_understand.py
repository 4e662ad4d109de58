"""Every layout as people have it: read as it is meant, or refused in words; with one cell broken never wrongly."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from detail_files import Detail, details
from forecast.data import load_observations
from forecast.errors import DataError, ForecastError
from fresh_files import FRESH, SECOND, Fresh
from layout_files import MONTHS, NORTH, PAGE, Layout, layouts, page
from offices import Office, break_figure
from offices_fifth import fifth
from offices_fourth import fourth
from offices_sixth import sixth
from offices_third import third

ALL = layouts()
DETAILS = details()
READ = [layout for layout in ALL if not layout.refused]


def name_of(layout: Layout) -> str:
    return layout.name


def figures(layout: Layout, path) -> dict[str, list[float]]:
    obs = load_observations(path, **layout.options)
    return {name: obs.actuals(name).tolist() for name in obs.series_ids}


def test_there_are_layouts_enough():
    assert len(ALL) >= 40 and len({layout.name for layout in ALL}) == len(ALL)


@pytest.mark.parametrize("layout", READ, ids=name_of)
def test_each_layout_is_read_as_it_is_meant(layout, tmp_path):
    path = layout.save(tmp_path)
    assert layout.examine(path).ok, [str(f) for f in layout.examine(path).findings]
    read = figures(layout, path)
    assert read == {name: list(values) for name, values in layout.right.items()}
    first = load_observations(path, **layout.options).actuals(next(iter(read))).index[0]
    assert (
        first == MONTHS[NORTH.index(layout.right["file"][0])] if "fiscal years" in layout.name else MONTHS[0]
    )


@pytest.mark.parametrize("cell", ["1?7x", "12.34.5", ""])
@pytest.mark.parametrize("layout", READ, ids=name_of)
def test_one_broken_figure_is_never_another_figure(layout, cell, tmp_path):
    path = layout.save(tmp_path, layout.figure, cell)
    with pytest.raises(DataError) as error:
        load_observations(path, **layout.options)
    assert error.value.findings


@pytest.mark.parametrize("cell", ["Smarch 2o12", "31/31/2012", "x"])
@pytest.mark.parametrize("layout", READ, ids=name_of)
def test_one_broken_month_is_never_another_month(layout, cell, tmp_path):
    path = layout.save(tmp_path, layout.date, cell)
    with pytest.raises(DataError) as error:
        load_observations(path, **layout.options)
    assert error.value.findings


@pytest.mark.parametrize("layout", [x for x in ALL if x.refused], ids=name_of)
def test_what_is_ambiguous_is_refused_with_the_way_out(layout, tmp_path):
    report = layout.examine(layout.save(tmp_path))
    assert [f.check for f in report.findings if f.severity == "error"] == [layout.refused]
    assert all(f.hint and f.what for f in report.findings)


def told_figures(fresh: Fresh, path) -> dict[str, dict[str, float]]:
    obs = load_observations(path, layout=fresh.layout, allow_gaps=True)
    read = {name: obs.actuals(name).dropna() for name in obs.series_ids}
    return {
        name if len(fresh.truth) > 1 else "": {str(m): float(v) for m, v in figures.items()}
        for name, figures in read.items()
    }


@pytest.mark.parametrize("fresh", [f for f in (*FRESH, *SECOND) if f.truth], ids=lambda f: f.file)
def test_files_of_offices_are_read(fresh, tmp_path):
    path = tmp_path / fresh.file
    fresh.write(path, False)
    read = told_figures(fresh, path)
    assert set(read) == set(fresh.truth)
    for name, values in fresh.truth.items():
        assert read[name] == pytest.approx(values)


@pytest.mark.parametrize("fresh", (*FRESH, *SECOND), ids=lambda f: f.file)
def test_files_of_offices_with_a_broken_cell_are_never_read(fresh, tmp_path):
    path = tmp_path / fresh.file
    fresh.write(path, True)
    with pytest.raises(DataError) as error:
        told_figures(fresh, path)
    assert error.value.findings
    if fresh.told:
        fresh.write(path, False)
        with pytest.raises(DataError, match=fresh.told):
            told_figures(fresh, path)


def read_office(folder, office: Office) -> Office:
    obs = load_observations(folder / office.file, layout=office.layout, columns=office.columns)
    newest = obs.table.sort_values("released").drop_duplicates(["series_id", "month"], keep="last")
    months, total = newest["month"].astype(str), newest["value"].sum()
    names = newest["series_id"].nunique()
    return replace(office, series=names, first=months.min(), last=months.max(), total=total)


@pytest.mark.parametrize("write", [third, fourth, fifth, sixth])
def test_further_files_of_offices_are_read_or_told(write, tmp_path):
    for office in write(tmp_path):
        if office.why:
            with pytest.raises(ForecastError, match=office.why):
                read_office(tmp_path, office)
        else:
            assert read_office(tmp_path, office) == replace(office, total=pytest.approx(office.total))


@pytest.mark.parametrize("write", [third, fourth, fifth, sixth])
def test_further_files_of_offices_with_a_broken_cell_never_give_another_figure(write, tmp_path):
    told = 0
    for office in write(tmp_path):
        if office.why or office.file.endswith(".ods"):
            continue
        break_figure(tmp_path / office.file)
        try:  # the cell may stand in a total or a code, which are no figures
            read = read_office(tmp_path, office)
        except ForecastError:
            told += 1
        else:
            assert read == replace(office, total=pytest.approx(office.total))
    assert told >= 15


def detail_figures(detail: Detail, path) -> dict[str, list[float]]:
    obs = load_observations(path, layout=detail.layout or None)
    names = {name: name if "" not in (detail.right or {}) else "" for name in obs.series_ids}
    return {names[name]: obs.actuals(name).dropna().tolist() for name in obs.series_ids}


@pytest.mark.parametrize("name", DETAILS)
def test_details_of_real_files_are_read_or_told(name, tmp_path):
    detail = DETAILS[name]
    path = tmp_path / f"file.{detail.suffix}"
    path.write_text(detail.text, encoding="utf-8")
    if detail.right is None:
        with pytest.raises(ForecastError):
            detail_figures(detail, path)
        return
    read = detail_figures(detail, path)
    assert set(read) == set(detail.right) and len(
        load_observations(path, layout=detail.layout).series_ids
    ) == len(read)
    for series, values in detail.right.items():
        assert read[series] == pytest.approx(values)


@pytest.mark.parametrize("place", [pytest.param(0.5, marks=pytest.mark.slow), 1.0])
def test_details_with_a_broken_figure_are_never_read_as_another(place, tmp_path):
    for detail in DETAILS.values():
        path = tmp_path / f"file.{detail.suffix}"
        lines = detail.text.splitlines()
        figures = [i for i, line in enumerate(lines) if re.search(r"[;,\t| ].*\d", line)]
        at = figures[int(place * (len(figures) - 1))]
        *head, _, tail = re.split(r"(\d[\d.]*)(?=\D*$)", lines[at])
        path.write_text(
            "\n".join([*lines[:at], "".join(head) + "1?7x" + tail, *lines[at + 1 :]]), encoding="utf-8"
        )
        try:  # the cell may stand in a total or a note, which are no figures
            read = detail_figures(detail, path)
        except ForecastError:
            continue
        assert detail.right is not None and read == {n: pytest.approx(v) for n, v in detail.right.items()}, (
            detail
        )


JUNK = [
    "",
    "0",
    "-",
    "x",
    "1,2,3",
    "2012",
    "Jan",
    "1e999",
    "9999-99",
    "12:30",
    "'",
    '"',
    "FY20",
    "2012Q1",
    "Total",
    "²",
    "٣",
    "5%",
]


def test_whatever_stands_in_a_file_is_read_or_told(tmp_path):
    draw = random.Random(20240507)
    for _ in range(120):
        layout = draw.choice(ALL)
        rows = [list(row) for row in layout.rows]
        for _ in range(draw.randint(1, 4)):
            row = draw.choice(rows)
            row[draw.randrange(len(row))] = draw.choice(JUNK)
        content = bytearray(layout.write(rows))
        if draw.random() < 0.4:
            at = draw.randrange(len(content))
            del content[at : at + 40]
        path = tmp_path / f"file.{layout.suffix}"
        path.write_bytes(bytes(content))
        report = layout.examine(path)
        assert report.ok or all(f.what for f in report.findings)


def test_the_page_of_layouts_is_true():
    told = "write it again: PYTHONPATH=src:tests/support python tests/support/layout_files.py"
    assert PAGE.read_text(encoding="utf-8") == page(), told


@pytest.mark.parametrize("cell", ["2021-03", "2036-03", "1926-03"])
def test_a_month_in_the_place_of_another_is_told(cell, tmp_path):
    months = [f"2026-{m:02d}" for m in range(1, 9)]
    months[2] = cell
    path = tmp_path / "file.csv"
    path.write_text("Date,Count\n" + "".join(f"{m},{i + 5}\n" for i, m in enumerate(months)))
    with pytest.raises(DataError, match="stands between 2026-02 and 2026-04; expected 2026-03"):
        load_observations(path, allow_gaps=True)


def test_a_month_that_is_out_of_order_but_there_is_none(tmp_path):
    months = ["2026-01", "2026-03", "2026-02", "2026-04", "2026-05", "2026-06"]
    path = tmp_path / "file.csv"
    path.write_text("Date,Count\n" + "".join(f"{m},{i + 5}\n" for i, m in enumerate(months)))
    assert load_observations(path).actuals("file").tolist() == [5, 7, 6, 8, 9, 10]
