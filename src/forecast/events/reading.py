"""Reading a calendar file: text in, a table of the right types and every finding out."""

from __future__ import annotations

import csv
import datetime as dt
import difflib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from forecast.data.cells import checked_texts
from forecast.data.read import delimiter_of
from forecast.errors import Finding, counted, nearest
from forecast.events.shapes import DECAY, RAMP_MONTHS, SHAPES
from forecast.files import plain_cell

NEEDED = ("id", "announced_date", "effective_start", "shape")
DATES = ("announced_date", "usable_from", "effective_start", "end_date", "end_usable_from")
SHAPE_COLUMNS = ("shape", "judged_shape")
SIGN_COLUMNS = ("sign", "sign_at_ports", "judged_sign")
PRIORITY_COLUMNS = ("priority", "judged_priority")
NUMBERS = ("decay", "ramp_months", "lead_months")
#: Columns whose texts name something, and therefore hold no line break.
ID_COLUMNS = ("id", "series_ids", "bundle", "collinear_with", "unseen_like", "mechanism", "scope")
#: How pages call an event, and how many characters they have for it: a whole name, and one for drawings.
LABELS: Mapping[str, int] = {"label": 60, "label_es": 60, "short_label": 25, "short_label_es": 25}
#: Columns that only people read: nothing that is computed depends on them.
TEXTS = ("name", *LABELS, "description", "scope_type", "scope", "verification", "notes")
#: Every column of a calendar, in the order of the bundled file.
COLUMNS: tuple[str, ...] = (
    "id",
    "name",
    *LABELS,
    "description",
    *DATES,
    "shape",
    "sign",
    "sign_at_ports",
    "priority",
    "judged_shape",
    "judged_sign",
    "judged_priority",
    "mechanism",
    "direction",
    "scope_type",
    "scope",
    "series_ids",
    "bundle",
    "collinear_with",
    "source_title",
    "source_publisher",
    "source_date",
    "source_url",
    "verification",
    "notes",
    *NUMBERS,
    "unseen_like",
)
#: What a sign is worth: certain, half, or none. A plain 1 and -1 serve as well.
SIGNS: Mapping[str, float] = {
    "+": 1.0,
    "-": -1.0,
    "0": 0.0,
    "": 0.0,
    "0/+": 0.5,
    "0/-": -0.5,
    "-/+": 0.0,
    "+1": 1.0,
    "1": 1.0,
    "-1": -1.0,
}
#: Years that dates of events can have; beyond them no stamp of a table reaches.
FIRST_YEAR, LAST_YEAR = 1750, 2200
_SIGN_WORDS = "one of + - 0 0/+ 0/- -/+"


def read_rows(path: Path) -> tuple[pd.DataFrame, list[Finding]]:
    """Read a CSV as text, with the line on which each row begins in the index.

    A byte-order mark, CRLF, empty lines, and semicolons, tabs or bars between the cells are fine; a row with
    more or fewer cells than the header is not.
    """
    findings: list[Finding] = []
    name = path.name
    try:
        # universal newlines are off so that quoted line breaks survive
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = next((text for text in file if text.strip()), "")
            file.seek(0)
            reader = csv.reader(file, strict=True, delimiter=delimiter_of(first))
            rows: list[tuple[int, list[str]]] = []
            line = 1
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    rows.append((line, [plain_cell(cell.strip()) for cell in cells]))
                line = reader.line_num + 1
    except FileNotFoundError:
        hint = "give the path of a CSV file with a header"
        return pd.DataFrame(), [Finding("file", "error", "there is no such file", file=str(path), hint=hint)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        what = f"this file cannot be read ({error})"
        return pd.DataFrame(), [Finding("file", "error", what, file=str(path), expected="a UTF-8 CSV file")]
    if not rows:
        return pd.DataFrame(), [Finding("file", "error", "the file is empty", file=name, expected=_header())]
    header = rows[0][1]
    for column in sorted({c for c in header if header.count(c) > 1}):
        findings.append(
            Finding("column", "error", f"the column '{column}' stands there twice", file=name, row=rows[0][0])
        )
    good = []
    for number, cells in rows[1:]:
        if len(cells) == len(header):
            good.append((number, cells))
        else:
            what = f"{counted(len(cells), 'cell')} under a header of {len(header)}"
            findings.append(
                Finding("cells", "error", what, file=name, row=number, hint="quote cells that hold a comma")
            )
    table = pd.DataFrame([cells for _, cells in good], columns=header, index=[number for number, _ in good])
    table = table.loc[:, ~table.columns.duplicated()].astype(object)
    for column in table.columns:
        texts, found = checked_texts(table[column], table.index, column, name, is_id=column in ID_COLUMNS)
        table[column] = pd.array(texts, dtype=object)
        findings.extend(found)
    return table, findings


def _header() -> str:
    return f"a header with {', '.join(NEEDED)}"


def check_rows(table: pd.DataFrame, file: str) -> list[Finding]:
    """Return everything that is wrong or doubtful in a calendar read as text; empty when all is well."""
    findings = list(_check_columns(table, file))
    if any(column not in table for column in NEEDED):
        return findings
    findings.extend(_check_ids(table, file))
    for row, event in zip(table.index, table.to_dict("records"), strict=True):
        cells = {str(column): str(value) for column, value in event.items()}
        findings.extend(_check_dates(cells, int(row), file))
        findings.extend(_check_values(cells, int(row), file))
        findings.extend(_check_labels(cells, int(row), file))
    return findings


def _check_columns(table: pd.DataFrame, file: str) -> Iterable[Finding]:
    known = [str(column) for column in table.columns]
    for column in NEEDED:
        if column not in known:
            close = difflib.get_close_matches(column, [c for c in known if c not in COLUMNS], n=1, cutoff=0.5)
            what = f"the column '{column}' is missing"
            add = f"add it; the file has {', '.join(known) or 'no column'}"
            hint = f"rename '{close[0]}' to '{column}'" if close else add
            yield Finding("column", "error", what, file=file, row=1, expected=_header(), hint=hint)
    for column in known:
        if column not in COLUMNS:
            yield from _check_unknown(table, column, file)
    if table.empty and all(column in known for column in NEEDED):
        yield Finding("rows", "warning", "the calendar holds no event", file=file)


def _check_unknown(table: pd.DataFrame, column: str, file: str) -> Iterable[Finding]:
    """Refuse a column that may be a known one under another name: its dates or series would be lost."""
    days = bool(table[column].astype(str).str.fullmatch(r"\d{4}-\d{2}-\d{2}").any())
    lacking = [name for name in (DATES if days else COLUMNS) if name not in table]
    close = difflib.get_close_matches(column, lacking, n=1, cutoff=0.5 if days else 0.7)
    if close and close[0] in NEEDED:
        return  # told with the column that is missing
    if not days and not (close and close[0] not in TEXTS):
        what = f"the column '{column}' is not known and not used"
        hint = f"Did you mean '{close[0]}'?" if close else ""
        yield Finding("column", "warning", what, file=file, row=1, hint=hint)
        return
    what = f"the column '{column}' is not known{' and holds days' if days else ''}"
    ask = f"Did you mean '{close[0]}'?" if close else f"Is it one of {', '.join(lacking)}?"
    hint = f"{ask} Rename it or take it out"
    yield Finding("column", "error", what, file=file, row=1, expected="columns that are known", hint=hint)


def _check_ids(table: pd.DataFrame, file: str) -> Iterable[Finding]:
    first: dict[str, int] = {}
    ids = set(table["id"].astype(str))
    for row, name in zip(table.index, table["id"].astype(str), strict=True):
        if not name:
            yield Finding(
                "id", "error", "the event has no id", file=file, row=int(row), hint="give it a short name"
            )
        elif name in first:
            what = f"the id '{name}' stands in row {first[name]} already"
            yield Finding(
                "id", "error", what, file=file, row=int(row), hint="give each event an id of its own"
            )
        elif " + " in name:
            what = f"the id '{name}' holds ' + ', which joins the events of one column"
            yield Finding("id", "error", what, file=file, row=int(row), hint="use another sign")
        first.setdefault(name, int(row))
    for column in ("unseen_like", "collinear_with"):
        if column not in table:
            continue
        for row, text in zip(table.index, table[column].astype(str), strict=True):
            for other in filter(None, (part.strip() for part in text.split(";"))):
                if other not in ids:
                    severity: Any = "error" if column == "unseen_like" else "warning"
                    what = f"{column}: no event is called '{other}'"
                    hint = nearest(other, ids).strip()
                    yield Finding("id", severity, what, file=file, row=int(row), hint=hint)


def parse_day(text: str) -> dt.date | None:
    """Return a date written ``YYYY-MM-DD``, or None."""
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _check_dates(cells: Mapping[str, str], row: int, file: str) -> Iterable[Finding]:
    days: dict[str, dt.date] = {}
    for column in DATES:
        text = cells.get(column, "")
        day = parse_day(text)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            what = f"{column} of '{cells['id']}' is {text}, out of reach"
            hint = "leave it empty where it has no end" if column == "end_date" else "correct the year"
            expected = f"a date from {FIRST_YEAR} to {LAST_YEAR}"
            yield Finding("date", "error", what, file=file, row=row, expected=expected, hint=hint)
        elif day is not None:
            days[column] = day
        elif text:
            what = f"{column} of '{cells['id']}' is '{text}'"
            yield Finding("date", "error", what, file=file, row=row, expected="a date YYYY-MM-DD")
        elif column == "announced_date" or (column == "effective_start" and cells["shape"] != "none"):
            public = "when could the public know of it?"
            hint = public if column == "announced_date" else "when did it begin to bite?"
            what = f"'{cells['id']}' has no {column}"
            yield Finding("date", "error", what, file=file, row=row, expected="a date YYYY-MM-DD", hint=hint)
    yield from _check_order(cells, days, row, file)


def _check_order(
    cells: Mapping[str, str], days: Mapping[str, dt.date], row: int, file: str
) -> Iterable[Finding]:
    pairs = (
        ("effective_start", "end_date", "ends before it starts"),
        ("announced_date", "usable_from", "is usable before it was announced"),
        ("announced_date", "end_usable_from", "has an end usable before the event was announced"),
    )
    for early, late, words in pairs:
        if early in days and late in days and days[late] < days[early]:
            what = f"'{cells['id']}' {words}: {late} {days[late]}, {early} {days[early]}"
            yield Finding("order", "error", what, file=file, row=row, expected=f"{late} on or after {early}")
    shapes = [cells.get(column, "") for column in SHAPE_COLUMNS]
    if "pulse" in shapes and not cells.get("end_date"):
        what = f"'{cells['id']}' is a pulse without end_date; it is taken to last to the day of each forecast"
        hint = "add its last day, or call it a step if it lasts for good"
        yield Finding("order", "warning", what, file=file, row=row, hint=hint)
    if "end_usable_from" in days and not cells.get("end_date"):
        what = f"'{cells['id']}' has end_usable_from but no end_date; it is not used"
        yield Finding(
            "order", "warning", what, file=file, row=row, hint="add the end_date or remove end_usable_from"
        )


def _check_values(cells: Mapping[str, str], row: int, file: str) -> Iterable[Finding]:
    name = cells["id"]
    for column in SHAPE_COLUMNS:
        shape = cells.get(column, "")
        if (shape or column == "shape") and shape not in SHAPES:
            yield Finding(
                "shape",
                "error",
                f"{column} of '{name}' is '{shape}'",
                file=file,
                row=row,
                expected=f"one of {', '.join(SHAPES)}",
                hint=nearest(shape, SHAPES).strip(),
            )
    for column in SIGN_COLUMNS:
        sign = cells.get(column, "").replace("−", "-")
        if sign not in SIGNS:
            what = f"{column} of '{name}' is '{sign}'"
            yield Finding("sign", "error", what, file=file, row=row, expected=_SIGN_WORDS)
    for column in PRIORITY_COLUMNS:
        if cells.get(column, "") not in ("", "1", "2", "3"):
            what = f"{column} of '{name}' is '{cells[column]}'"
            yield Finding("priority", "error", what, file=file, row=row, expected="1, 2 or 3")
    for column, least, whole, expected in (
        ("decay", 0.0, False, "a factor a month between 0 and 1"),
        ("ramp_months", 1.0, True, "a whole number of months, 1 or more"),
        ("lead_months", 0.0, True, "a whole number of months, 0 or more"),
    ):
        text = cells.get(column, "")
        number = _number(text)
        wrong = number is None or number < least or (whole and number != int(number))
        if text and (wrong or (column == "decay" and not 0.0 < (number or 0.0) < 1.0)):
            what = f"{column} of '{name}' is '{text}'"
            yield Finding("number", "error", what, file=file, row=row, expected=expected)


def _check_labels(cells: Mapping[str, str], row: int, file: str) -> Iterable[Finding]:
    for column, longest in LABELS.items():
        length = len(cells.get(column, ""))
        if length > longest:
            what = f"{column} of '{cells['id']}' has {length} characters"
            hint = "say it shorter: pages do not cut names, drawings do"
            expected = f"at most {longest}"
            yield Finding("label", "warning", what, file=file, row=row, expected=expected, hint=hint)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < 1e6 else None


def check_sources(table: pd.DataFrame, file: str) -> list[Finding]:
    """Return a warning for each event for which no source is named."""
    found = []
    for row, event in zip(table.index, table.to_dict("records"), strict=True):
        address = str(event.get("source_url") or "")
        if address and not address.lower().startswith(("https://", "http://")):
            what = f"source_url: '{address}' is not an address of https:// or http://"
            found.append(
                Finding(
                    "source",
                    "warning",
                    what,
                    file=file,
                    row=int(row),
                    hint="it is printed as text, not as a link",
                )
            )
        if not (event.get("source_url") or event.get("source_title")):
            found.append(
                Finding(
                    "source",
                    "warning",
                    f"'{event['id']}' names no source",
                    file=file,
                    row=int(row),
                    hint="fill source_url or source_title, so that a reader can check its dates",
                )
            )
    return found


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """Return a checked table of text with dates, numbers and the defaults of every optional column.

    Defaults: ``series_ids`` ``*``, ``usable_from`` the announcement, ``end_usable_from`` the end, ``sign``
    0, ``sign_at_ports`` the sign, ``priority`` 1, the judged columns those by rule, ``decay`` a half-life of
    three months, ``ramp_months`` 12, ``lead_months`` 0, ``label`` the name, or the id in words, and the other
    labels what stands before them in the same language.
    """
    made = table.reset_index(drop=True).copy()
    had_series = "series_ids" in made
    for column in COLUMNS:
        if column not in made:
            made[column] = ""
    if not had_series:
        made["series_ids"] = "*"
    for column in DATES:
        made[column] = pd.to_datetime(made[column].replace("", None), format="%Y-%m-%d").astype(
            "datetime64[ns]"
        )
    made["usable_from"] = made["usable_from"].fillna(made["announced_date"])
    made["end_usable_from"] = made["end_usable_from"].fillna(made["end_date"]).where(made["end_date"].notna())
    for column in SIGN_COLUMNS:
        made[column] = [str(s).replace("−", "-") for s in made[column]]
    made["sign"] = made["sign"].replace("", "0")
    for column, other in (("sign_at_ports", "sign"), ("judged_sign", "sign"), ("judged_shape", "shape")):
        made[column] = made[column].where(made[column] != "", made[other])
    made["priority"] = made["priority"].replace("", "1").astype(int)
    made["judged_priority"] = (
        made["judged_priority"].where(made["judged_priority"] != "", made["priority"]).astype(int)
    )
    for column, default in (("decay", DECAY), ("ramp_months", RAMP_MONTHS), ("lead_months", 0)):
        made[column] = pd.to_numeric(made[column].replace("", None)).fillna(default).astype(float)
    words = [name.replace("_", " ").strip().capitalize() for name in made["id"].astype(str)]
    named = made["name"].where(made["name"] != "", words)
    for column, otherwise in (
        ("label", named),
        ("label_es", made["label"].where(made["label"] != "", named)),
        ("short_label", made["label"].where(made["label"] != "", named)),
    ):
        made[column] = made[column].where(made[column] != "", otherwise)
    spanish = made["short_label"].where(made["label_es"] == made["label"], made["label_es"])
    made["short_label_es"] = made["short_label_es"].where(made["short_label_es"] != "", spanish)
    made["name"] = made["name"].where(made["name"] != "", made["id"])
    extra = [column for column in made.columns if column not in COLUMNS]
    return made[[*COLUMNS, *extra]]
