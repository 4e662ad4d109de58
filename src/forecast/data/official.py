"""CBP's own CSV files as figures by series and month.

Layouts (the header decides, in CBP's words or in snake_case):

- ``southwest``: "southwest land border encounters", 9 columns with Component and Encounter Type; the first
  header may be misspelt ``wFiscal Year``, counts may be floats.
- ``state``: "nationwide encounters" by state, 9 columns with Land Border Region and State, no Component.
- ``area``: "nationwide encounters" by area of responsibility, 12 columns.

How a file is read:

- *Fiscal years* run from October to September; ``2024 (FYTD)`` is the open one.
- *Month Grouping* ``FYTD`` marks the months up to the data month in every fiscal year of the file and
  ``Remaining`` the later months of the earlier years. Both are figures. A file kept to ``FYTD`` only has lost
  months, which is an error. Rows of the open year marked ``Remaining`` are months to come: zeros are ignored.
- *Absent = 0*: CBP leaves out empty combinations. A series of the file is 0 in a month of the file's window
  without a row of its own; a month without any row at all is missing, which is an error. Title 42 exists only
  between its first and its last row.
- *Labels* that changed are joined: ``UC / Single Minors`` and ``UAC`` are unaccompanied children.
- A *row twice* with the same count is counted once and told; with different counts, or a fiscal year both
  open and closed, the file mixes two vintages, which is an error. Files are never added to each other.

A file is one vintage, public from one day on: the day given by the caller, by ``released.csv`` beside it
(columns ``file,released``) or by a date in its name (``...-2024-02-13.csv``); otherwise the day of its
data month's update in the bundled calendar, or the month's end + `OFFICIAL_LAG_DAYS` (or the lag asked for),
marked ``assumed``. Months before the data month that no earlier vintage holds stand in from the day of
their own update, marked ``backfilled``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecast.data.official_series import FOUR, figures_of
from forecast.data.parse import MONTH_NAMES, IntArray, TextArray, month_text, parse_cells, parse_value
from forecast.data.read import RawTable
from forecast.errors import Finding, counted

#: Days after a month's end at which an official file is taken to be public when nothing else is known.
OFFICIAL_LAG_DAYS = 17

_COMMON = (
    "fiscal_year",
    "month_grouping",
    "month_abbv",
    "demographic",
    "title_of_authority",
    "encounter_count",
)
_LAYOUTS: dict[str, tuple[str, ...]] = {
    "area": (
        *_COMMON,
        "component",
        "land_border_region",
        "area_of_responsibility",
        "aor_abbv",
        "citizenship",
        "encounter_type",
    ),
    "state": (*_COMMON, "land_border_region", "state", "citizenship"),
    "southwest": (*_COMMON, "component", "citizenship_grouping", "encounter_type"),
}
_RENAMED = {"wfiscal_year": "fiscal_year"}
_COMPONENTS = {"u.s. border patrol": "usbp", "office of field operations": "ofo"}
_REGIONS = {
    "southwest land border": "southwest",
    "northern land border": "northern",
    "other": "other",
}
_DEMOGRAPHICS = {
    "single adults": "single_adults",
    "fmua": "family_units",
    "family unit": "family_units",
    "family units": "family_units",
    "uc / single minors": "unaccompanied_children",
    "uac": "unaccompanied_children",
    "uc": "unaccompanied_children",
    "single minors": "unaccompanied_children",
    "accompanied minors": "accompanied_minors",
}
_AUTHORITIES = {"title 8": "title_8", "title 42": "title_42"}
_CITIZENSHIPS = {
    **{
        name: name.replace(" ", "_")
        for name in (
            "brazil",
            "canada",
            "colombia",
            "cuba",
            "ecuador",
            "el salvador",
            "guatemala",
            "haiti",
            "honduras",
            "india",
            "mexico",
            "nicaragua",
            "other",
            "peru",
            "philippines",
            "romania",
            "russia",
            "turkey",
            "ukraine",
            "venezuela",
        )
    },
    "china, peoples republic of": "china",
    "china": "china",
    "myanmar (burma)": "myanmar",
    "myanmar": "myanmar",
    "turkiye": "turkey",
    "türkiye": "turkey",
}
_FISCAL_YEAR = re.compile(r"(\d{4})(?:\.0)?\s*(\(FYTD\))?", re.IGNORECASE)
_NOT_A_LABEL = "?"


@dataclass(frozen=True)
class OfficialFile:
    """One official file, read.

    Attributes
    ----------
    name : str
        The file.
    layout : {"southwest", "state", "area"}
        Its layout.
    first_month, data_month : int
        The months it covers, as months since January 1970.
    figures : dict
        series_id -> (first month, values of consecutive months).
    """

    name: str
    layout: str
    first_month: int
    data_month: int
    figures: Mapping[str, tuple[int, np.ndarray]]

    @property
    def closed(self) -> bool:
        """True when the file's last fiscal year is complete."""
        return self.data_month % 12 == 8


def _plain(column: str) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")
    return _RENAMED.get(name, name)


def layout_of(columns: Sequence[str]) -> str | None:
    """Return the official layout that a header belongs to, or None.

    Examples
    --------
    >>> layout_of(["wFiscal Year", "Month Grouping", "Month (abbv)", "Component", "Demographic",
    ...            "Citizenship Grouping", "Title of Authority", "Encounter Type", "Encounter Count"])
    'southwest'
    >>> layout_of(["month", "value"]) is None
    True
    """
    present = {_plain(column) for column in columns}
    for layout, needed in _LAYOUTS.items():
        if present.issuperset(needed):
            return layout
    return None


def almost_official(columns: Sequence[str]) -> str:
    """Return what an almost official header lacks; an empty text for any other header."""
    present = {_plain(column) for column in columns}
    if len(present & {"fiscal_year", "month_grouping", "month_abbv", "encounter_count"}) < 2:
        return ""
    layout, needed = min(_LAYOUTS.items(), key=lambda item: len(set(item[1]) - present))
    missing = ", ".join(c for c in needed if c not in present)
    return f"the header is nearest to CBP's layout '{layout}', but lacks {missing}"


def read_official(raw: RawTable) -> tuple[OfficialFile | None, list[Finding]]:
    """Read a file in an official layout.

    Parameters
    ----------
    raw : RawTable
        The file; `layout_of` knows its header.

    Returns
    -------
    file : OfficialFile or None
        None when there are errors.
    findings : list of Finding
        Everything found.
    """
    layout = layout_of(raw.columns)
    if layout is None:
        raise ValueError(f"{raw.name} is in no official layout")
    reader = _Reader(raw, layout)
    file = reader.read()
    return (None if any(f.severity == "error" for f in reader.findings) else file), reader.findings


class _Reader:
    """The steps of reading one file; every step adds its findings and the next goes on where it can."""

    def __init__(self, raw: RawTable, layout: str) -> None:
        self.raw = raw
        self.layout = layout
        self.findings: list[Finding] = list(raw.findings)
        self.cells = {_plain(column): cells for column, cells in raw.cells.items()}

    def read(self) -> OfficialFile | None:
        if not len(self.raw):
            self._tell("rows", "the file has a header and no rows", expected="one row for each combination")
            return None
        year, opened = self._years()
        place = self._months()
        remaining = self._groupings()
        count = self._counts()
        labels = self._labels()
        if any(f.severity == "error" for f in self.findings):
            return None
        # Fiscal year Y begins in October of year Y - 1.
        month = (year - 1971) * 12 + 9 + place
        data_month, to_come = self._data_month(year, month, remaining, count)
        keep = ~to_come & ~self._repeated(month)
        self._vintages(year, opened)
        self._grouping_agrees(place, year, remaining, data_month, keep)
        self._complete(labels)
        if any(f.severity == "error" for f in self.findings):
            return None
        month, count = month[keep], count[keep]
        labels = {name: cells[keep] for name, cells in labels.items()}
        first = int(month.min())
        self._window(first, data_month, month, remaining[keep])
        figures = figures_of(self.layout, month - first, data_month - first + 1, count, labels)
        placed = {name: (first + start, values) for name, (start, values) in figures.items()}
        return OfficialFile(self.raw.name, self.layout, first, data_month, placed)

    def _tell(
        self,
        check: str,
        what: str,
        position: int | None = None,
        expected: str = "",
        hint: str = "",
        warning: bool = False,
        month: int | None = None,
    ) -> None:
        self.findings.append(
            Finding(
                check,
                "warning" if warning else "error",
                what,
                file=self.raw.name,
                row=None if position is None else int(self.raw.rows[position]),
                month="" if month is None else month_text(month),
                expected=expected,
                hint=hint,
            )
        )

    # ------------------------------------------------------------------- one cell by itself

    def _years(self) -> tuple[IntArray, np.ndarray]:
        def read(text: str) -> int | None:
            match = _FISCAL_YEAR.fullmatch(text.strip())
            return None if match is None else 2 * int(match[1]) + bool(match[2])

        cells = self.cells["fiscal_year"]
        coded, bad = parse_cells(cells, read, np.int64)
        for i in np.flatnonzero(bad):
            self._tell("fiscal_year", f"'{cells[i]}' is no fiscal year", int(i), "2024 or 2024 (FYTD)")
        return coded // 2, coded % 2 == 1

    def _months(self) -> IntArray:
        cells = self.cells["month_abbv"]
        number, bad = parse_cells(cells, lambda text: MONTH_NAMES.get(text.strip().lower()), np.int64)
        for i in np.flatnonzero(bad):
            self._tell("month", f"'{cells[i]}' is no month", int(i), "OCT, NOV, ... SEP")
        return np.asarray((number - 10) % 12, dtype=np.int64)

    def _groupings(self) -> np.ndarray:
        cells = self.cells["month_grouping"]
        known = {"fytd": 0, "remaining": 1}
        coded, bad = parse_cells(cells, lambda text: known.get(text.strip().lower()), np.int64)
        for i in np.flatnonzero(bad):
            self._tell("month_grouping", f"'{cells[i]}' is unknown", int(i), "FYTD or Remaining")
        return np.asarray(coded == 1)

    def _counts(self) -> np.ndarray:
        cells = self.cells["encounter_count"]
        value, bad = parse_cells(cells, parse_value, np.float64)
        wrong = bad | np.isnan(value) | (value < 0) | (value != np.floor(value))
        for i in np.flatnonzero(wrong):
            self._tell("value", f"'{cells[i]}' is no count", int(i), "a whole number, 0 or more")
        return value

    def _labels(self) -> dict[str, TextArray]:
        wanted = {
            "component": ("component", _COMPONENTS),
            "region": ("land_border_region", _REGIONS),
            "demographic": ("demographic", _DEMOGRAPHICS),
            "authority": ("title_of_authority", _AUTHORITIES),
            "citizenship": (
                "citizenship_grouping" if self.layout == "southwest" else "citizenship",
                _CITIZENSHIPS,
            ),
        }
        labels = {}
        for name, (column, known) in wanted.items():
            if column in self.cells:
                labels[name] = self._mapped(name, self.cells[column], known)
        if self.layout == "southwest":
            labels["region"] = np.full(len(self.raw), "southwest", dtype=object)
        if "area_of_responsibility" in self.cells:
            codes, distinct = pd.factorize(self.cells["area_of_responsibility"])
            labels["area"] = np.array([_area(text) for text in distinct], dtype=object)[codes]
        return labels

    def _mapped(self, name: str, cells: TextArray, known: Mapping[str, str]) -> TextArray:
        codes, distinct = pd.factorize(cells)
        mapped = np.array([known.get(text.strip().lower(), _NOT_A_LABEL) for text in distinct], dtype=object)
        for k in np.flatnonzero(mapped == _NOT_A_LABEL):
            at = np.flatnonzero(codes == k)
            self._tell(
                "label",
                f"the {name} '{distinct[k]}' is unknown ({counted(len(at), 'row')})",
                int(at[0]),
                f"one of {', '.join(sorted(known))}",
                "a label may have been renamed: put the old name in its place, if it is the same group",
            )
        return np.asarray(mapped[codes], dtype=object)

    # ------------------------------------------------------------------- the rows together

    def _data_month(
        self, year: IntArray, month: IntArray, remaining: np.ndarray, count: np.ndarray
    ) -> tuple[int, np.ndarray]:
        """Return the newest month with figures, and which rows are about months still to come."""
        newest = year == year.max()
        past = newest & ~remaining
        if not past.any():
            self._tell(
                "month_grouping",
                f"fiscal year {year.max()} has no row marked FYTD",
                int(np.flatnonzero(newest)[0]),
                "the months up to the data month marked FYTD",
            )
            return int(month.max()), np.zeros(len(year), dtype=bool)
        data_month = int(month[past].max())
        to_come = newest & remaining
        for i in np.flatnonzero(to_come & (count > 0))[:1]:
            self._tell(
                "month_grouping",
                f"a month to come of the open fiscal year has a count ({count[i]:,.0f})",
                int(i),
                "no row, or 0",
                "the file is damaged, or mixes two files",
                month=int(month[i]),
            )
        return data_month, to_come

    def _repeated(self, month: IntArray) -> np.ndarray:
        """Return which rows repeat an earlier one; the same combination with another count is an error."""
        keys = [
            pd.factorize(cells)[0] for column, cells in self.cells.items() if column in self._dimensions()
        ]
        frame = pd.DataFrame(dict(enumerate([*keys, month])))
        combination = frame.groupby(list(frame.columns), sort=False).ngroup().to_numpy()
        repeated = pd.Series(combination).duplicated().to_numpy()
        if not repeated.any():
            return np.asarray(repeated)
        counts = self.cells["encounter_count"]
        first = pd.Series(np.arange(len(combination))).groupby(combination).transform("first").to_numpy()
        at = np.flatnonzero(repeated)
        differ = np.array([parse_value(counts[i]) != parse_value(counts[first[i]]) for i in at])
        for i in at[differ][:1]:
            self._tell(
                "overlap",
                f"{counted(int(differ.sum()), 'row', 'repeat')} a combination with another count, first here:"
                f" {counts[i]} and {counts[first[i]]} (row {self.raw.rows[first[i]]})",
                int(i),
                "each combination once",
                "the file joins two releases; give each release as a file of its own",
                month=int(month[i]),
            )
        if not differ.all():
            self._tell(
                "overlap",
                f"{counted(int((~differ).sum()), 'row', 'stand')} twice",
                int(at[~differ][0]),
                "each combination once",
                "counted once; the file may join two downloads",
                warning=True,
            )
        return np.asarray(repeated)

    def _dimensions(self) -> set[str]:
        # The label of the fiscal year and the grouping differ between two vintages of one month.
        return set(_LAYOUTS[self.layout]) - {
            "fiscal_year",
            "month_grouping",
            "month_abbv",
            "encounter_count",
            "aor_abbv",
        }

    def _vintages(self, year: IntArray, opened: np.ndarray) -> None:
        for fiscal in np.unique(year[opened]):
            closed = np.flatnonzero((year == fiscal) & ~opened)
            if len(closed):
                self._tell(
                    "overlap",
                    f"fiscal year {fiscal} stands both as '{fiscal} (FYTD)' and as '{fiscal}'",
                    int(closed[0]),
                    "one of them",
                    "the file joins two releases; give each release as a file of its own",
                )
            elif fiscal != year.max():
                self._tell(
                    "overlap",
                    f"fiscal year {fiscal} is marked open, though {year.max()} is in the file too",
                    int(np.flatnonzero(opened & (year == fiscal))[0]),
                    "one open year, the last",
                    "the file joins two releases; give each release as a file of its own",
                )

    def _grouping_agrees(
        self, place: IntArray, year: IntArray, remaining: np.ndarray, data_month: int, keep: np.ndarray
    ) -> None:
        """Check that FYTD means the months up to the data month in the earlier years as well."""
        data_place = (data_month - 9) % 12
        wrong = keep & (year < year.max()) & (remaining != (place > data_place))
        # A file of closed years only marks everything FYTD.
        if data_place == 11 or not remaining.any():
            return
        for i in np.flatnonzero(wrong)[:1]:
            self._tell(
                "month_grouping",
                f"rows of earlier years are marked unlike the newest: {int(wrong.sum()):,}",
                int(i),
                f"FYTD up to {month_text(data_month)[5:]}, Remaining after it",
                "the file may join two releases; every row is counted, whatever its mark",
                warning=True,
            )

    def _complete(self, labels: Mapping[str, TextArray]) -> None:
        """Refuse a file that was filtered: its sums would be parts under the name of the whole."""
        needed: dict[str, tuple[str, ...]] = {
            "component": ("ofo", "usbp"),
            "demographic": ("family_units", "single_adults", "unaccompanied_children"),
            "region": ("southwest",) if self.layout == "southwest" else ("northern", "other", "southwest"),
            "citizenship": (*FOUR, "other"),
        }
        for name, wanted in needed.items():
            if name not in labels:
                continue
            missing = [w for w in wanted if w not in set(labels[name])]
            if missing:
                self._tell(
                    "partial",
                    f"no row has the {name} {', '.join(missing)}",
                    expected="the file as published",
                    hint="a filtered file gives sums that are too small; give the whole file",
                )

    def _window(self, first: int, data_month: int, month: IntArray, remaining: np.ndarray) -> None:
        present = set(np.unique(month).tolist())
        missing = [m for m in range(first, data_month + 1) if m not in present]
        if not missing:
            return
        named = ", ".join(month_text(m) for m in missing[:6]) + (" ..." if len(missing) > 6 else "")
        filtered = not remaining.any() and data_month % 12 != 8
        self._tell(
            "gap",
            f"{counted(len(missing), 'month', 'have')} no row inside the file: {named}",
            expected="every month",
            hint="the file was kept to Month Grouping = FYTD; give it with its Remaining rows"
            if filtered
            else "give the whole file: an absent month is missing, not 0",
        )


def _area(text: str) -> str:
    name = re.sub(r"\s+(sector|field office)$", "", text.strip().lower())
    return re.sub(r"[^a-z0-9]+", "_", name).strip("_")
