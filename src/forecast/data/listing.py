"""What `forecast list` shows of the bundled series, without reading a figure."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TypedDict

_FILE = Path(__file__).parent / "bundled" / "series.csv"


class SeriesLine(TypedDict):
    """A series as `forecast list` shows it."""

    name: str
    first_month: str
    last_month: str
    total: bool


def bundled_lines() -> dict[str, SeriesLine]:
    """Return the bundled series by their names; a total is part of no other series."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["series_id"]: {
                "name": row["name"],
                "first_month": row["first_month"],
                "last_month": row["last_month"],
                "total": not row["parent"],
            }
            for row in csv.DictReader(file)
        }
