"""Files as people have them: one of each layout, made of the same figures, and the page that tells how each is read.

PYTHONPATH=src:tests/support python tests/support/layout_files.py    # writes docs/how-to/layouts.md
"""

from __future__ import annotations

import datetime as dt
import io
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd

from forecast.data import FileReport, examine_file
from fresh_files import FRESH, SECOND, Fresh
from offices import DE3 as GERMAN
from offices import ES
from offices import FR as FRENCH

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "layouts.md"
MONTHS = pd.period_range("2012-01", periods=48, freq="M")
ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sept", "Oct", "Nov", "Dec"]
SPANISH = [name.lower() for name in ES]
NORTH = [10_472 + 613 * (i % 12) + 7 * i for i in range(len(MONTHS))]
SOUTH = [29_486 + 411 * ((i + 4) % 12) + 11 * i for i in range(len(MONTHS))]
RATES = [round(3.2 + 0.37 * (i % 7) + 0.013 * i, 2) for i in range(len(MONTHS))]
Rows = list[list[str]]


@dataclass
class Layout:
    """One file: its rows, how they are written, and what must be read.

    `figure` and `date` are the places (row, column) of the cells that are broken.
    """

    name: str
    rows: Rows
    figure: tuple[int, int] | None = (9, 1)
    date: tuple[int, int] | None = (9, 0)
    write: Callable[[Rows], bytes] = field(default=lambda rows: text(rows))
    suffix: str = "csv"
    options: dict[str, dict[str, object]] = field(default_factory=dict)
    right: dict[str, Sequence[float]] = field(default_factory=lambda: {"file": NORTH})
    refused: str = ""

    def save(self, folder: Path, broken: tuple[int, int] | None = None, cell: str = "1?7x") -> Path:
        """Write the file, one cell replaced where `broken` says so."""
        rows = [list(row) for row in self.rows]
        if broken is not None:
            rows[broken[0]][broken[1]] = cell
        path = folder / f"file.{self.suffix}"
        path.write_bytes(self.write(rows))
        return path

    def examine(self, path: Path) -> FileReport:
        """Read the file with the options of this layout."""
        return examine_file(path, **self.options)


def text(rows: Rows, mark: str = ",", encoding: str = "utf-8", first: str = "") -> bytes:
    """Return rows as lines, cells that hold the mark in quotes."""

    def quoted(cell: str) -> str:
        return f'"{cell}"' if mark in cell else cell

    lines = "".join(mark.join(map(quoted, row)) + "\n" for row in rows)
    return (first + lines).encode(encoding)


def by(mark: str, encoding: str = "utf-8", first: str = "") -> Callable[[Rows], bytes]:
    """Return the way of writing with another mark between cells."""
    return lambda rows: text(rows, mark, encoding, first)


def xlsx(rows: Rows, merged: Sequence[str] = (), second: Rows | None = None) -> bytes:
    """Return rows as a workbook: numbers and ISO days as such, texts as texts."""
    import openpyxl

    book = openpyxl.Workbook()
    for title, sheet_rows in (("Figures", rows), ("More", second or [])):
        if not sheet_rows:
            continue
        sheet = book.active if title == "Figures" else book.create_sheet(title)
        sheet.title = title
        for r, row in enumerate(sheet_rows, start=1):
            for c, cell in enumerate(row, start=1):
                sheet.cell(r, c, _typed(cell))
        for area in merged if title == "Figures" else ():
            sheet.merge_cells(area)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _typed(cell: str) -> object:
    for read in (int, float, dt.datetime.fromisoformat):
        try:
            return read(cell)
        except ValueError:
            continue
    return cell or None


def ods(rows: Rows) -> bytes:
    """Return rows as an OpenDocument spreadsheet."""
    lines = []
    for row in rows:
        cells = []
        for cell in row:
            value = _typed(cell)
            shown = f"<text:p>{escape(cell)}</text:p>"
            if isinstance(value, dt.datetime):
                kind = f'office:value-type="date" office:date-value="{value.date()}"'
            elif isinstance(value, (int, float)):
                kind = f'office:value-type="float" office:value="{value}"'
            else:
                kind = 'office:value-type="string"'
            cells.append(
                f"<table:table-cell {kind}>{shown}</table:table-cell>" if cell else "<table:table-cell/>"
            )
        lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    body = f'<table:table table:name="Figures">{"".join(lines)}</table:table>'
    content = f"<office:document-content {spaces}><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return out.getvalue()


def down(head: list[str], date: Callable[[pd.Period], str], value: Callable[[int], str] = str) -> Rows:
    """Return a row for each month."""
    return [head, *([date(m), value(v)] for m, v in zip(MONTHS, NORTH, strict=True))]


def dots(value: float) -> str:
    """Return a figure with dots between thousands."""
    return f"{value:,}".replace(",", ".")


def years_down(names: Sequence[str], figures: Sequence[float] = NORTH) -> Rows:
    """Return a calendar with years down."""
    years = [[str(2012 + y), *(str(v) for v in figures[12 * y : 12 * y + 12])] for y in range(4)]
    return [["Year", *names], *years]


def transposed(rows: Rows) -> Rows:
    """Return rows as columns."""
    return [list(column) for column in zip(*rows, strict=True)]


def _layouts_of_dates() -> list[Layout]:
    ends = [m.to_timestamp(how="end") for m in MONTHS]
    forms: list[tuple[str, str, Callable[[pd.Period], str]]] = [
        ("MM/YYYY", "Month", lambda m: m.strftime("%m/%Y")),
        ("month ends", "Date", lambda m: str(m.to_timestamp(how="end").date())),
        ("Mon-YY", "Period", lambda m: f"{ENGLISH[m.month - 1][:3]}-{m.strftime('%y')}"),
        ("YYYY Mon", "Reference period", lambda m: f"{m.year} {ENGLISH[m.month - 1]}"),
        ("YYYYMM", "yearmonth", lambda m: m.strftime("%Y%m")),
        ("YYYYMMDD", "DATE", lambda m: m.strftime("%Y%m01")),
        ("US days", "obs", lambda m: f"{m.month}/{m.days_in_month}/{m.year}"),
        ("US days, short years", "obs", lambda m: f"{m.month}/{m.days_in_month}/{m.strftime('%y')}"),
        ("British days", "Date", lambda m: f"01/{m.month:02d}/{m.year}"),
        ("YYYY MMM of statistics offices", "Time", lambda m: f"{m.year} M{m.month:02d}"),
        ("YYYYMmm", "TIME_PERIOD", lambda m: f"{m.year}M{m.month:02d}"),
        ("ISO stamps", "timestamp", lambda m: f"{m}-01T00:00:00"),
        ("28-Feb-2014", "when", lambda m: f"{m.days_in_month}-{ENGLISH[m.month - 1][:3]}-{m.year}"),
        ("Spanish names", "Mes", lambda m: f"{SPANISH[m.month - 1]} de {m.year}"),
        ("French names", "Mois", lambda m: f"{FRENCH[m.month - 1]} {m.year}"),
        ("German short names", "Monat", lambda m: f"{GERMAN[m.month - 1]} {m.year}"),
        ("each 15th", "stamp", lambda m: f"{m}-15"),
        (
            "days of a spreadsheet",
            "Serial",
            lambda m: str((m.to_timestamp() - pd.Timestamp("1899-12-30")).days),
        ),
    ]
    del ends
    return [Layout(f"dates: {name}", down([head, "Applications"], date)) for name, head, date in forms]


def _layouts_of_marks() -> list[Layout]:
    iso = str

    def dotted(month: pd.Period) -> str:
        return month.strftime("01.%m.%Y")

    money = [
        ["Date", "Rate"],
        *([str(m), f"{v:.2f}".replace(".", ",")] for m, v in zip(MONTHS, RATES, strict=True)),
    ]
    percent = [["Date", "Rate"], *([str(m), f"{v:.2f} %"] for m, v in zip(MONTHS, RATES, strict=True))]
    marked = down(["Month", "Value"], iso, lambda v: f"{v}(p)" if v > 17_000 else str(v))
    notes = [["Source: Office of Statistics", ""], ["(p) provisional", ""]]
    head = ["Month", "Applications"]
    return [
        Layout("marks: quoted commas for thousands", down(head, iso, lambda v: f"{v:,}")),
        Layout(
            "marks: dots for thousands, semicolons, Latin-1",
            down(["Monat", "Anträge"], dotted, dots),
            write=by(";", "cp1252"),
        ),
        Layout("marks: decimal commas, semicolons", money, write=by(";"), right={"file": RATES}),
        Layout("marks: tabs", down(head, iso), write=by("\t")),
        Layout("marks: pipes", down(head, iso), write=by("|")),
        Layout("marks: UTF-16 and tabs", down(head, iso), write=by("\t", "utf-16")),
        Layout("marks: sep=; in the first line", down(head, iso), write=by(";", first="sep=;\n")),
        Layout("marks: apostrophes for thousands", down(head, iso, lambda v: f"{v:,}".replace(",", "’"))),
        Layout(
            "marks: hard spaces for thousands", down(head, iso, lambda v: f"{v:,}".replace(",", "\u00a0"))
        ),
        Layout("marks: percent signs", percent, right={"file": RATES}),
        Layout("marks: footnotes and notes below", [*marked, *notes]),
    ]


def _layouts_of_tables() -> list[Layout]:
    both = {"North": NORTH, "South": SOUTH}
    pairs = list(zip(MONTHS, NORTH, SOUTH, strict=True))
    wide = [["month", "North", "South"], *([str(m), str(a), str(b)] for m, a, b in pairs)]
    long = [
        ["unique_id", "ds", "y"],
        *([s, f"{m}-01", str(v)] for s in both for m, v in zip(MONTHS, both[s], strict=True)),
    ]
    region = [
        ["Region", "Month", "Note", "Count"],
        *([s, str(m), "", str(v)] for s in both for m, v in zip(MONTHS, both[s], strict=True)),
    ]
    parted = [["Year", "Month", "Count"], *([str(m.year), ENGLISH[m.month - 1], str(v)] for m, v, _ in pairs)]
    numbered = [["year", "month", "n"], *([str(m.year), str(m.month), str(v)] for m, v, _ in pairs)]
    once = [
        ["Year", "Month", "Count"],
        *([str(m.year) if m.month == 1 else "", ENGLISH[m.month - 1], str(v)] for m, v, _ in pairs),
    ]
    blocks: Rows = [["Period", "Count"]]
    sums: Rows = [["Month", "Count"]]
    for i, (m, v, _) in enumerate(pairs):
        blocks += [[str(m.year), ""]] if m.month == 1 else []
        blocks.append([ENGLISH[m.month - 1], str(v)])
        sums.append([str(m), str(v)])
        sums += [[f"Total {m.year}", str(sum(NORTH[i - 11 : i + 1]))]] if m.month == 12 else []
    counter = [["", "date", "visits"], *([str(i), str(m), str(v)] for i, (m, v, _) in enumerate(pairs))]
    revised = [
        ["month", "n", "realtime_start"],
        *([str(m), str(v), str((m + 1).to_timestamp().date() + dt.timedelta(days=14))] for m, v, _ in pairs),
    ]
    nowhere = [
        ["Month", "Entries"],
        *([str(m), str(v)] for m, v, _ in pairs),
        ["2016-01", ""],
        ["2016-02", ""],
    ]
    doubled = [
        ["", "Women", "", "Men"],
        ["Month", "Under 18", "Adults", "Adults"],
        *([str(m), str(a), str(b), str(a)] for m, a, b in pairs),
    ]
    headless = down(["x", "y"], str)[1:]
    sexes = [
        ["region", "sex", "month", "n"],
        *([r, s, str(m), str(v)] for r in both for s in "fm" for m, v in zip(MONTHS, both[r], strict=True)),
    ]
    return [
        Layout("tables: a column for each series", wide, right=both),
        Layout(
            "tables: unique_id, ds, y",
            long,
            figure=(9, 2),
            date=(9, 1),
            right={"North": NORTH, "South": SOUTH},
        ),
        Layout(
            "tables: names of series as a column of texts", region, figure=(9, 3), date=(9, 1), right=both
        ),
        Layout("tables: year and month in two columns", parted, figure=(9, 2), date=(9, 1)),
        Layout("tables: year and number of month", numbered, figure=(9, 2), date=(9, 1)),
        Layout("tables: year only in the first row of its block", once, figure=(9, 2), date=(9, 1)),
        Layout("tables: year in a row above its months", blocks),
        Layout("tables: totals of each year", sums),
        Layout("tables: a nameless counter", counter, figure=(9, 2), date=(9, 1)),
        Layout("tables: release days under another name", revised),
        Layout("tables: months to come left blank", nowhere),
        Layout(
            "tables: two rows of heads",
            doubled,
            right={"Women Under 18": NORTH, "Women Adults": SOUTH, "Men Adults": NORTH},
        ),
        Layout("tables: no head", headless),
        Layout(
            "tables: two columns name the series (--series region,sex)",
            sexes,
            (9, 3),
            (9, 2),
            options={"columns": {"series": "region,sex"}},
            right={f"{r}.{s}": both[r] for r in both for s in "fm"},
        ),
    ]


def _layouts_of_calendars() -> list[Layout]:
    calendar = years_down(ENGLISH)
    french = years_down([name.capitalize() for name in FRENCH])
    total = [[*calendar[0], "Total"], *([*row, str(sum(map(int, row[1:])))] for row in calendar[1:])]
    total.append(["Total", *(str(sum(int(row[k]) for row in calendar[1:])) for k in range(1, 13)), ""])
    across = [["Series", *map(str, MONTHS)], ["North", *map(str, NORTH)], ["South", *map(str, SOUTH)]]
    heads = [
        ["", *(str(m.year) if m.month == 1 else "" for m in MONTHS)],
        ["Region", *(ENGLISH[m.month - 1] for m in MONTHS)],
        *across[1:],
    ]
    fiscal = [
        ["FY", *ENGLISH[9:], *ENGLISH[:9]],
        *([f"FY{2013 + y}", *map(str, NORTH[9 + 12 * y : 21 + 12 * y])] for y in range(3)),
    ]
    labels = [
        ["Period", "Count"],
        *(
            [f"FY{m.year + (m.month > 9)} P{(m.month - 10) % 12 + 1:02d}", str(v)]
            for m, v in zip(MONTHS, NORTH, strict=True)
        ),
    ]
    begun = {"layout": {"fiscal_start": 10}}
    return [
        Layout("calendars: years down, months across", calendar, (2, 3), (2, 0)),
        Layout("calendars: months in French", french, (2, 3), (0, 3)),
        Layout("calendars: months down, years across", transposed(calendar), (3, 2), (3, 0)),
        Layout("calendars: with totals", total, (2, 3), (2, 0)),
        Layout("calendars: months as numbers", years_down([str(k) for k in range(1, 13)]), (2, 3), (2, 0)),
        Layout(
            "calendars: series down, months across",
            across,
            (1, 3),
            (0, 3),
            right={"North": NORTH, "South": SOUTH},
        ),
        Layout(
            "calendars: years over months, series down",
            heads,
            (2, 3),
            (1, 3),
            right={"North": NORTH, "South": SOUTH},
        ),
        Layout(
            "calendars: fiscal years (--fiscal-start 10)",
            fiscal,
            (2, 3),
            (2, 0),
            options=begun,
            right={"file": NORTH[9:45]},
        ),
        Layout("calendars: labels of fiscal months (--fiscal-start 10)", labels, options=begun),
    ]


def _layouts_of_workbooks() -> list[Layout]:
    plain = down(["Month", "Applications"], lambda m: f"{m}-01")
    titled = [
        ["Applications for residence", ""],
        ["Provisional. Released 14 October 2024", ""],
        ["", ""],
        *plain,
    ]
    calendar = years_down(ENGLISH)

    def two(rows: Rows) -> bytes:
        return xlsx(rows, second=plain)

    def merged(rows: Rows) -> bytes:
        return xlsx(rows, ["A1:B1"])

    return [
        Layout("workbooks: xlsx", plain, write=xlsx, suffix="xlsx"),
        Layout("workbooks: xlsx with title rows, merged", titled, (12, 1), (12, 0), merged, "xlsx"),
        Layout("workbooks: xlsx, a calendar", calendar, (2, 3), (2, 0), xlsx, "xlsx"),
        Layout("workbooks: ods with title rows", titled, (12, 1), (12, 0), ods, "ods"),
        Layout(
            "workbooks: two sheets of months (--sheet Figures)",
            plain,
            write=two,
            suffix="xlsx",
            options={"layout": {"sheet": "Figures"}},
        ),
        Layout("workbooks: two sheets of months", plain, None, None, two, "xlsx", refused="file"),
    ]


def _layouts_that_are_refused() -> list[Layout]:
    days = pd.date_range("2012-01-01", periods=400)
    weeks = pd.date_range("2012-01-02", periods=120, freq="7D")
    some = {"figure": None, "date": None}
    unclear = [["month", "value"], *([str(m), dots(v)] for m, v in zip(MONTHS, NORTH, strict=True))]
    quarters = [["quarter", "n"], *([f"{2012 + q // 4} Q{q % 4 + 1}", str(100 + q)] for q in range(20))]
    ends = [
        ["month", "value"],
        *([str(m.to_timestamp(how="end").date()), "7"] for m in MONTHS if m.month % 3 == 0),
    ]
    years = [["Year", "n"], *([str(1990 + y), str(100 + y)] for y in range(20))]
    weekly = [["week", "n"], *([str(d.date()), "70"] for d in weeks)]
    daily = [["day", "n"], *([str(d.date()), "3"] for d in days)]
    fiscal = _layouts_of_calendars()[-1].rows
    candidates = [
        ["region", "month", "births", "deaths"],
        *([r, str(m), "5", "6"] for r in "ab" for m in MONTHS),
    ]
    return [
        Layout("refused: dots that may be thousands or decimals", unclear, refused="decimal", **some),
        Layout(
            "refused: semicolons and 22,590",
            unclear[:1] + [[a, b.replace(".", ",")] for a, b in unclear[1:]],
            write=by(";"),
            refused="decimal",
            **some,
        ),
        Layout("refused: quarters by name", quarters, refused="frequency", **some),
        Layout("refused: quarters by their last days", ends, refused="frequency", **some),
        Layout("refused: years", years, refused="frequency", **some),
        Layout("refused: weeks", weekly, refused="frequency", **some),
        Layout("refused: days", daily, refused="frequency", **some),
        Layout("refused: fiscal months without --fiscal-start", fiscal, refused="month", **some),
        Layout(
            "refused: two columns of figures beside names of series", candidates, refused="column", **some
        ),
    ]


def layouts() -> list[Layout]:
    """Return every layout, those that are refused last."""
    return [
        *_layouts_of_dates(),
        *_layouts_of_marks(),
        *_layouts_of_tables(),
        *_layouts_of_calendars(),
        *_layouts_of_workbooks(),
        *_layouts_that_are_refused(),
    ]


SIGHT = [
    "",
    "## Files of offices, at first sight",
    "",
    "A person who had not seen the readers wrote these from the table above (30 November 2026; `fresh_files.py` in",
    "`tests/support`). Of the first 24, 21 can be read: 14 were right at first sight, 7 were refused in words, none was",
    "wrong; of the same files with one cell broken one was wrong. What failed was mended by its kind. Of ten more, written",
    "then, 8 can be read: 6 were right at first sight, 2 refused, none wrong. Now all 29 are read, 28 of them without an",
    "option, and each with a broken cell is an error.",
    "",
    "Five rounds more (`offices_third.py` and those after it hold the files of the first four), read before anything was mended:",
    "",
    "| round | files | can be read | right at first sight | refused in words | read wrongly | rightly refused |",
    "|---|---|---|---|---|---|---|",
    "| third: from the table above, by one who had not seen the readers | 25 | 19 | 17 (89 %) | 2 | 0 | 6 of 6 |",
    "| fourth: exports of offices as remembered | 24 | 20 | 14 (70 %) | 5 | 1 | 4 of 4 |",
    "| fifth: more of them, after the fourth was mended | 26 | 22 | 19 (86 %) | 3 | 0 | 4 of 4 |",
    "| sixth: from the table above, by one who had not seen the readers | 25 | 22, of them 4 with an option | 12 (55 %; 11 of 18 without an option) | 9 | 1 (right figures under codes, names beside) | 3 of 3 |",
    "| seventh: from the table above, by another who had not seen the readers, after the sixth was mended | 24 | 22, of them 2 with an option | 21 (95 %; 19 of 20 without an option) | 0 | 1 (its *Grand Total* is one series more: a total beside its parts can be forecast, `target.total`) | 2 of 2 |",
    "",
    "Of the first four all 83 are read now, and the 17 others are refused with the reason; with a broken figure each is an error. What the",
    "sixth round showed was mended by its kind, and its kinds were tried in small files written by the one who mended",
    "them, so no measure of new files (`detail_files.py`; at first 254 of 283 were right, now all): notes behind months",
    "and years, totals, means and changes in four languages, signs, units, codes beside names, attributes of days, blocks.",
    "",
    'Dates of weekly figures begin their week or end it: the head decides ("week ending", "w/c", "desde", "bis"), else the',
    "weekday: a Monday begins, a Friday or Saturday ends. Any other weekday is an error that offers `--week starts` and",
    "`--week ends`, which decide over all. `data check` and, in Python, the observations (`.understood`) say which it was.",
    "",
    "| file | at first sight | understood as, now | findings |",
    "|---|---|---|---|",
]


def _sight(fresh: Fresh, folder: Path) -> str:
    """Return the row of one file that was written with fresh eyes."""
    path = folder / fresh.file
    fresh.write(path, False)
    report = examine_file(path, layout=fresh.layout)
    understood = report.summary.split("\n")[0] if report.ok else ""
    found = next((f"{f.what}; {f.hint}" for f in report.findings if f.severity == "error"), "")
    option = " (--fiscal-start 4)" if fresh.layout else ""
    first = fresh.first if fresh.truth or fresh.first != "right" else "told"
    return "| " + " | ".join((fresh.name + option, first, understood, found)) + " |"


def page() -> str:
    """Return the page of layouts: as each came, understood as, findings."""
    lines = [
        "# How a file is read",
        "",
        "Each row is a file made by `tests/support/layout_files.py`; a test keeps the table true, and tries every file",
        "with one cell broken too: that is an error then, never another figure. `forecast data check FILE` prints the",
        "same words for a file of yours.",
        "",
        "| layout | as it came | understood as | findings |",
        "|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for layout in layouts():
            report = layout.examine(layout.save(Path(folder)))
            shown = " ⏎ ".join(" · ".join(row[:4]) for row in layout.rows[:2]).replace("|", "\\|")
            understood = report.summary.split("\n")[0] if report.ok and "read " in report.summary else ""
            found = "; ".join(f"{f.what}; {f.hint}" for f in report.findings if f.severity == "error")
            cells = (layout.name, f"`{shown}`", understood or ("" if found else "month and value"), found)
            lines.append("| " + " | ".join(cells) + " |")
        lines += [*SIGHT, *(_sight(fresh, Path(folder)) for fresh in (*FRESH, *SECOND))]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
