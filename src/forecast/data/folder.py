"""A folder of figures that continues those of the package."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from forecast.data.observations import BUNDLED
from forecast.data.read import RawTable, read_table
from forecast.errors import ConfigError
from forecast.files import folder_aside, safe_cell, write_file

#: Tables of the bundle that are no figures: the calendar is read from the package, so that it stays up to
#: date.
_NOT_FIGURES = ("events.csv", "event_rules.csv")
#: Tables beside the figures that a newer package may have more of -> the columns that name a row.
_KEYS: dict[str, tuple[str, ...]] = {
    "series.csv": ("series_id",),
    "sources.csv": ("source",),
    "hierarchy.csv": ("parent", "breakdown", "children"),
    "breaks.csv": ("series_pattern", "month"),
    "releases.csv": ("month", "released"),
}


def init_folder(folder: str | Path) -> str:
    """Make a folder that holds the bundled figures, to which new ones are added, and say so.

    Raises
    ------
    ConfigError
        If something stands there already.
    """
    target = Path(folder).expanduser()
    if target.exists():
        raise ConfigError(
            f"{target}: stands there already; name a folder that does not, or import into this one"
        )
    with folder_aside(target) as aside:
        for name, data in bundled_tables().items():
            (aside / name).write_bytes(data)
    return (
        f"{target}: made, it holds the figures of the package; `forecast data import FILE --into {target}`"
        " adds to it"
    )


def bundled_tables() -> dict[str, bytes]:
    """Return the bundled tables of figures by the names of their files."""
    found = sorted(p for p in BUNDLED.glob("*.csv") if p.name not in _NOT_FIGURES)
    return {path.name: path.read_bytes() for path in found}


def bring_up_to_date(folder: Path) -> list[str]:
    """Add to a folder what the tables of this package have and its own lack; return what was added, a line a
    table.

    Nothing that stands in the folder is changed, and no figure is added. A folder that `init_folder` did not
    make is left alone: it lacks some of these tables.
    """
    if not all((folder / name).is_file() for name in _KEYS):
        return []
    lines = []
    for name, keys in _KEYS.items():
        own = read_table(folder / name)
        if set(keys) <= set(own.columns):
            text, added = _merged(own, read_table(BUNDLED / name), keys)
            if added:
                write_file(folder / name, text)
                lines.append(f"{folder / name}: new from the package: {added}; what stood there is unchanged")
    return lines


def _merged(own: RawTable, ours: RawTable, keys: tuple[str, ...]) -> tuple[str, str]:
    """Return a table with the rows and columns of another that it lacks, and how many they are, in words."""
    columns = [*own.columns, *(c for c in ours.columns if c not in own.columns)]
    theirs = {_key(row, keys): row for row in _rows(ours)}
    rows = [{**theirs.get(_key(row, keys), {}), **row} for row in _rows(own)]
    there = {_key(row, keys) for row in rows}
    fresh = [row for key, row in theirs.items() if key not in there]
    counts = ((len(fresh), "row"), (len(columns) - len(own.columns), "column"))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([safe_cell(c) for c in columns])
    writer.writerows([safe_cell(row.get(c, "")) for c in columns] for row in [*rows, *fresh])
    words = " and ".join(f"{n} {noun}{'' if n == 1 else 's'}" for n, noun in counts if n)
    return out.getvalue(), words


def _rows(table: RawTable) -> list[dict[str, str]]:
    return [{c: str(table.cells[c][i]) for c in table.columns} for i in range(len(table))]


def _key(row: dict[str, str], keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(row[key].strip() for key in keys)
