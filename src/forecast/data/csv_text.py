"""Tables of a folder of figures as the text of their files."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd

from forecast.data import frames, load
from forecast.data.parse import OBSERVATION_COLUMNS, day_text, month_text
from forecast.data.read import read_table
from forecast.files import safe_cell, safe_cells


def observations_csv(table: pd.DataFrame) -> str:
    """Return a table of observations as the text of its file."""
    shown = table.assign(
        month=[month_text(m) for m in frames.month_numbers(table["month"])],
        released=[day_text(d) for d in frames.day_numbers(table["released"])],
        value=[_value_text(v) for v in table["value"].tolist()],
    )
    return str(safe_cells(shown[list(OBSERVATION_COLUMNS)]).to_csv(index=False, lineterminator="\n"))


def _value_text(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def series_csv(folder: Path, table: pd.DataFrame) -> str:
    """Return series.csv: a user's rows and columns kept, windows brought up to date, new rows added."""
    path = folder / "series.csv"
    raw = read_table(path) if path.is_file() else None
    known = load.bundled_series(list(dict.fromkeys(table["series_id"])))
    fresh = frames.series_frame(known, table, "count").reset_index()
    columns = list(dict.fromkeys([*(raw.columns if raw is not None else ()), *frames.SERIES_COLUMNS]))
    rows: dict[str, dict[str, str]] = {}
    if raw is not None:
        for i, name in enumerate(raw.cells["series_id"]):
            rows[name.strip()] = {column: str(raw.cells[column][i]) for column in raw.columns}
    for record in fresh.to_dict("records"):
        texts = {str(c): "" if pd.isna(v) else str(v) for c, v in record.items()}
        name = texts["series_id"]
        kept = rows.get(name)
        measured = {c: texts[c] for c in ("first_month", "last_month", "n_months", "rounding")}
        rows[name] = {**texts, **kept, **measured} if kept is not None else texts
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writerow({column: safe_cell(column) for column in columns})
    writer.writerows({column: safe_cell(text) for column, text in row.items()} for row in rows.values())
    return out.getvalue()
