"""Checks of figures before anything uses them: every problem of a file at once, each with its place.

A row is judged by itself where it is read; `check_rows` judges the rows together (a month given twice, a
month missing inside a series, a month published after its successor). Errors stop the reading; warnings
are kept and shown.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from forecast.data.cells import as_seen
from forecast.data.parse import BoolArray, IntArray, day_text, month_text
from forecast.data.tidy import Rows
from forecast.errors import Finding, nearest, raise_for_errors

__all__ = ["check_rows", "raise_for_errors", "shorten"]

#: So many findings of one kind in one file are told one by one; the rest is counted.
_TOLD = 20
#: A series of so many figures is a long one, beside which one of a single figure may be a slip.
_LONG = 24
#: A series with fewer figures that are not 0 may well end in zeros.
_FILLED = 12


def shorten(findings: Iterable[Finding], told: int = _TOLD) -> list[Finding]:
    """Return the findings, at most `told` of one check in one file, the rest counted in one more."""
    kept: list[Finding] = []
    counts: Counter[tuple[str, str, str]] = Counter()
    for finding in findings:
        key = (finding.check, finding.severity, finding.file)
        counts[key] += 1
        if counts[key] <= told:
            kept.append(finding)
    for (check, severity, file), count in counts.items():
        if count > told:
            what = f"{count - told} more of this kind ({check})"
            kept.append(Finding(check, "error" if severity == "error" else "warning", what, file=file))
    return kept


def check_rows(
    rows: Rows, allow_gaps: bool = False, known_series: Sequence[str] | None = None
) -> tuple[Rows, list[Finding]]:
    """Judge rows together, and return them sorted by series, month and release day, each once.

    Parameters
    ----------
    rows : Rows
        Official figures, of one or many files.
    allow_gaps : bool
        True makes a month missing inside a series a warning.
    known_series : sequence of str, optional
        The series that a file of series lists; a series outside it is an error.

    Returns
    -------
    rows : Rows
        Sorted, each once.
    findings : list of Finding
        What was found.
    """
    names, codes = np.unique(rows.series_id.astype(str), return_inverse=True)
    order = np.lexsort((rows.released, rows.month, codes))
    rows, codes = rows.take(order), codes[order]
    findings: list[Finding] = []
    if known_series is not None:
        findings.extend(_unknown_series(rows, codes, names, known_series))
    repeated, found = _repeated(rows, codes)
    findings.extend(found)
    rows, codes = rows.take(~repeated), codes[~repeated]
    findings.extend(_gaps(rows, codes, allow_gaps))
    findings.extend(_zeros_at_end(rows, codes))
    findings.extend(_misspelt(rows, codes, [str(name) for name in names]))
    return rows, findings


def _misspelt(rows: Rows, codes: IntArray, names: list[str]) -> list[Finding]:
    """Tell names that look the same, and a series of one figure named nearly like a long one."""
    counts = np.bincount(codes, minlength=len(names))
    long = [name for name, count in zip(names, counts, strict=True) if count >= _LONG]
    found = []
    seen: dict[str, str] = {}
    for code, name in enumerate(names):
        other = seen.setdefault(as_seen(name), name)
        others = [n for n in long if as_seen(n) != as_seen(name)]
        near = difflib.get_close_matches(name, others, 1, 0.75) if counts[code] == 1 else []
        if other == name and not near:
            continue
        meant = other if other != name else near[0]
        what = f"the series '{name}' is named nearly like '{meant}'"
        at = int(np.flatnonzero(codes == code)[0])
        hint = "write one name in one way, or name the series so that they differ more"
        found.append(
            rows.finding("series_id", "warning", what, at, "names that cannot be mistaken", hint, "")
        )
    return found


def _zeros_at_end(rows: Rows, codes: IntArray) -> list[Finding]:
    """Find series that end in zeros though they never held one: months to come, perhaps."""
    found = []
    for code in np.unique(codes):
        at = np.flatnonzero(codes == code)
        filled = at[rows.value[at] != 0]
        zeros = len(at) - len(filled)
        if zeros < 1 or len(filled) < _FILLED or filled[-1] != at[-zeros - 1]:
            continue
        what = f"0 from here to the end ({zeros} {'figure' if zeros == 1 else 'figures'}), and never before"
        hint = "leave months to come empty"
        found.append(rows.finding("zeros", "warning", what, at[-zeros], "figures that were published", hint))
    return found


def _unknown_series(rows: Rows, codes: IntArray, names: np.ndarray, known: Sequence[str]) -> list[Finding]:
    found = []
    listed = set(known)
    for code, name in enumerate(names):
        if str(name) not in listed:
            what = f"the series '{name}' is not in series.csv"
            hint = nearest(str(name), known).strip() or "add it there, or correct the name"
            at = int(np.flatnonzero(codes == code)[0])
            found.append(rows.finding("series_id", "error", what, at, "a series_id of series.csv", hint, ""))
    return found


def _repeated(rows: Rows, codes: IntArray) -> tuple[BoolArray, list[Finding]]:
    """Find the same month of the same series and release day given twice.

    Equal figures too: rows of a breakdown that is not told (men and women, say) are often equal.
    """
    repeated = np.zeros(len(rows), dtype=bool)
    same = (np.diff(codes) == 0) & (np.diff(rows.month) == 0) & (np.diff(rows.released) == 0)
    repeated[1:] = same
    found = []
    for i in np.flatnonzero(repeated):
        (file, _), (other, first_line) = rows.place(i), rows.place(i - 1)
        where = f"row {first_line}" if other == file else f"row {first_line} of {other}"
        what = f"the month stands twice: {rows.value[i]:,.10g} here, {rows.value[i - 1]:,.10g} in {where}"
        hint = "remove one, add up rows that are parts of the month, or give each its release day"
        expected = "one row for each series, month and release day"
        found.append(rows.finding("twice", "error", what, i, expected, hint))
    return repeated, found


def _gaps(rows: Rows, codes: IntArray, allow_gaps: bool) -> list[Finding]:
    """Find months missing inside a series, and months first published after their successor.

    The second kind is a gap too, as known between the two days; nothing can be added to it, so it is told.
    """
    if not len(rows):
        return []
    first = np.concatenate(([True], (np.diff(codes) != 0) | (np.diff(rows.month) != 0)))
    at = np.flatnonzero(first)
    code, month, released = codes[at], rows.month[at], rows.released[at]
    same = np.diff(code) == 0
    severity: Literal["error", "warning"] = "warning" if allow_gaps else "error"
    expected = "every month between the first and the last"
    hint = "add the missing rows, or set data.allow_gaps=true"
    found = []
    for k in np.flatnonzero(same & (np.diff(month) > 1)):
        start, stop = month_text(int(month[k]) + 1), month_text(int(month[k + 1]) - 1)
        what = f"{start} is missing" if start == stop else f"{start} to {stop} are missing"
        found.append(rows.finding("gap", severity, what, at[k + 1], expected, hint, start))
    for k in np.flatnonzero(same & (np.diff(released) < 0)):
        what = (
            f"first published {day_text(released[k])}, after the following month"
            f" ({day_text(released[k + 1])}): between these days the series has a gap"
        )
        said = "it is taken as it was released; models that take no gaps fail as of these days"
        found.append(rows.finding("gap", "warning", what, at[k], "", said))
    return found


# --------------------------------------------------------------------------- a file, for a person
