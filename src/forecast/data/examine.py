"""What a file or folder of figures holds, and all that is wrong with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from forecast.config.settings import ColumnsSpec, LayoutSpec
from forecast.data.cells import without_controls
from forecast.data.figures import ReadAs
from forecast.data.load import read_path
from forecast.data.parse import RELEASE_BASES, day_text, month_text
from forecast.data.tidy import Rows
from forecast.errors import DataError, Finding, counted


@dataclass(frozen=True)
class FileReport:
    """What a file or folder of figures holds, and what is wrong with it.

    Attributes
    ----------
    path : str
        The file or folder.
    findings : tuple of Finding
        Everything found.
    summary : str
        Layout, series, months and releases, a line each; empty when the file could not be read.
    """

    path: str
    findings: tuple[Finding, ...]
    summary: str

    @property
    def ok(self) -> bool:
        """True when there is no error."""
        return not any(f.severity == "error" for f in self.findings)


def examine_file(
    path: str | Path,
    release_lag_days: int = 0,
    allow_gaps: bool = False,
    allow_http: bool = False,
    columns: Mapping[str, str] | ColumnsSpec | None = None,
    layout: Mapping[str, object] | LayoutSpec | None = None,
) -> FileReport:
    """Read a file or folder of figures, and say what it holds and all that is wrong with it.

    Parameters
    ----------
    path, release_lag_days, allow_gaps, allow_http, columns, layout
        As in `forecast.data.load_observations`.

    Examples
    --------
    >>> report = examine_file("no_such_file.csv")
    >>> report.ok
    False
    >>> print(report.findings[0].what)
    there is no such file
    """
    try:
        reading = read_path(
            path,
            release_lag_days=release_lag_days,
            allow_gaps=allow_gaps,
            read_as=ReadAs.of(columns, layout, allow_http),
        )
    except DataError as error:
        return FileReport(str(path), error.findings, "")
    lines = list(map(without_controls, reading.understood))
    lines += [
        f"official layout '{file.layout}': {file.name}, {month_text(file.first_month)} to"
        f" {month_text(file.data_month)}{', closed fiscal year' if file.closed else ''}"
        for file in reading.official
    ]
    if len(reading.rows):
        lines.extend(_summary(reading.rows))
    if len(reading.leaks):
        lines.append(f"{counted(len(reading.leaks), 'unofficial figure')} (leaks), used only when asked for")
    return FileReport(str(path), tuple(reading.findings), "\n".join(lines))


def check_file(
    path: str | Path, release_lag_days: int = 0, allow_gaps: bool = False, allow_http: bool = False
) -> list[Finding]:
    """Return all that is wrong with a file or folder of figures; an empty list when nothing is.

    Parameters
    ----------
    path, release_lag_days, allow_gaps, allow_http
        As in `forecast.data.load_observations`.
    """
    return list(examine_file(path, release_lag_days, allow_gaps, allow_http).findings)


def _summary(rows: Rows) -> list[str]:
    names = list(dict.fromkeys(str(name) for name in rows.series_id))
    firsts = len(set(zip(rows.series_id, rows.month.tolist(), strict=True)))
    shown = ", ".join(map(without_controls, names[:5])) + (
        f" and {len(names) - 5} more" if len(names) > 5 else ""
    )
    basis = Counter(str(word) for word in rows.release_basis)
    return [
        f"{counted(len(names), 'series')}: {shown}",
        f"{month_text(int(rows.month.min()))} to {month_text(int(rows.month.max()))},"
        f" {counted(firsts, 'figure')}, {counted(len(rows) - firsts, 'revision')}",
        f"released {day_text(int(rows.released.min()))} to {day_text(int(rows.released.max()))};"
        f" days: {', '.join(f'{basis[word]:,} {word}' for word in RELEASE_BASES if basis[word])}",
    ]
