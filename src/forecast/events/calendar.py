"""The event calendar as data: who could know of what, and when."""

from __future__ import annotations

import datetime as dt
import hashlib
import warnings
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.config.bounds import Bounds
from forecast.config.convert import check_arguments
from forecast.config.settings import EventsSpec, own_path
from forecast.data.panel import PanelLike
from forecast.data.parse import whole_day
from forecast.data.patterns import Pattern, decide, patterns
from forecast.errors import ConfigError, Finding, ForecastWarning, counted, nearest, raise_for_errors
from forecast.events import reading
from forecast.events.arrays import Bools, EventArrays, event_arrays
from forecast.events.frames import MEMORY, calendar_texts
from forecast.notebook import calendar_html, plot_calendar

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from forecast.config.settings import Coding, Knowledge, ScenarioSpec, Unseen
    from forecast.events.design import Design

#: So many events that touch nothing, and series, are named.
TOLD = 5


@dataclass(frozen=True, eq=False)
class EventCalendar:
    """Dated policies and shocks, one a row.

    Attributes
    ----------
    table : DataFrame
        One row an event, the columns of ``events.csv`` with every default filled in.
    rules : DataFrame
        The rule book by which the bundled events were coded; empty for a user's file.
    digest : str
        sha256 of the content, for manifests.
    findings : tuple of Finding
        Warnings kept from the checks.

    Examples
    --------
    >>> events = load_events()
    >>> events.known("2020-03-20").table["id"].iloc[-1]
    'title42'
    >>> events.known("2020-03-19").touching("southwest.ofo")["id"].tolist()[-2:]
    ['caravans_2018', 'covid19_shock']
    """

    table: pd.DataFrame
    rules: pd.DataFrame
    digest: str
    findings: tuple[Finding, ...] = field(default=(), repr=False)

    def __repr__(self) -> str:
        """Tell how many events, and from when to when."""
        days = self.table["effective_start"]
        span = f", {days.min():%Y-%m} to {days.max():%Y-%m}" if len(self.table) else ""
        return f"<EventCalendar: {len(self.table)} event{'' if len(self.table) == 1 else 's'}{span}>"

    def _repr_html_(self) -> str:
        return calendar_html(repr(self)[1:-1], self.table)

    @checked
    def plot(self, series_id: str | None = None, last: int = 30, ax: Axes | None = None) -> Axes:
        """Draw when events were announced (rings), and from when to when they were in effect.

        Parameters
        ----------
        series_id : str, optional
            Only events that touch this series.
        last : int
            At most so many, those that began last.
        ax : matplotlib Axes, optional
            Where to draw; a new figure without it.

        Returns
        -------
        matplotlib Axes

        Raises
        ------
        ConfigError
            If `last` is below 1.
        """
        check_arguments(last=(last, Annotated[int, Bounds(1)]))
        table = self.table if series_id is None else self.touching(series_id)
        return plot_calendar(table, f"Events{f' that touch {series_id}' if series_id else ''}", last, ax)

    @cached_property
    def arrays(self) -> EventArrays:
        """The calendar as arrays (internal)."""
        return event_arrays(self.table)

    @cached_property
    def _patterns(self) -> list[tuple[Pattern, ...]]:
        return [patterns(text) for text in self.table["series_ids"]]

    @cached_property
    def _touched(self) -> dict[str, Bools]:
        return {}

    @checked
    def touches(self, series_id: str) -> Bools:
        """Tell of each row whether it touches a series."""
        if series_id not in self._touched:
            self._touched[series_id] = np.array([decide(p, series_id) for p in self._patterns], dtype=bool)
        return self._touched[series_id]

    @checked
    def touching(self, series_id: str) -> pd.DataFrame:
        """Return the rows that touch a series.

        Patterns have ``*`` and ``?``, are case-sensitive; ``*`` also crosses dots, and ``!`` removes what an
        earlier pattern matched.
        """
        return self.table.loc[self.touches(series_id)].reset_index(drop=True)

    @checked
    def known(self, date: dt.date | str) -> EventCalendar:
        """Return the calendar as it could be used on a day: usable rows, ends not usable yet left blank."""
        day = whole_day(date, "known")
        table = self.table.loc[self.table["usable_from"] <= day].reset_index(drop=True).copy()
        unknown = ~(table["end_usable_from"] <= day)
        table.loc[unknown, ["end_date", "end_usable_from"]] = pd.NaT
        return replace_events(self, table)

    @checked
    def without(self, ids: Iterable[str]) -> EventCalendar:
        """Return the calendar without the events of these ids."""
        gone = list(ids)
        self.check_ids(gone)
        return replace_events(self, self.table.loc[~self.table["id"].isin(gone)].reset_index(drop=True))

    @checked
    def replace(self, event: str, **cells: object) -> EventCalendar:
        """Return the calendar with some cells of one event changed, each as a file or `load_events` takes it.

        Raises
        ------
        ConfigError, DataError
            For a column that a calendar does not have; and with every problem of the changed event.

        Examples
        --------
        >>> moved = load_events().replace("title42", usable_from="2020-03-25")
        >>> moved.known("2020-03-24").table["id"].isin(["title42"]).any()
        np.False_
        """
        self.check_ids([event])
        table = self.table.copy()
        wrong = [c for c in cells if c not in table]
        if wrong:
            told = [f"{c}: a calendar has no such column.{nearest(c, table.columns)}" for c in wrong]
            raise ConfigError("\n".join(told))
        row = int(np.flatnonzero(table["id"] == event)[0])
        asked = table.astype(object)
        for column, value in cells.items():
            changed = [value if at == row else cell for at, cell in enumerate(asked[column])]
            asked[column] = pd.Series(changed, asked.index, dtype=object)
        texts, findings = calendar_texts(asked)
        raise_for_errors([*findings, *reading.check_rows(texts, MEMORY)])
        made = reading.typed(texts.iloc[[row]])
        columns = [c for c in table if c in cells or c in reading.DATES]  # an end takes its usable day along
        table.loc[table.index[[row]], columns] = made[columns].set_axis(table.index[[row]])
        return replace_events(self, table)

    @checked
    def check_ids(self, ids: Iterable[str]) -> None:
        """Raise a `ConfigError` that names every id which the calendar does not hold."""
        place = self.arrays.place
        wrong = [f"no event is called '{i}'.{nearest(i, place)}" for i in ids if i not in place]
        if wrong:
            raise ConfigError("\n".join(wrong))

    @checked
    def design(
        self,
        panel: PanelLike,
        horizon: int = 12,
        knowledge: Knowledge = "at_origin",
        coding: Coding = "rule",
        max_columns: int = 10,
        scenario: ScenarioSpec | Sequence[Mapping[str, object]] | None = None,
        priority: int = 1,
        unseen: Unseen = "prior",
        always: Collection[str] = (),
    ) -> Design:
        """Return the event columns that may be used at the panel's date.

        For each series the candidates are the events that touch it, up to ``priority`` by the coding.
        Those usable on ``panel.as_of`` with an active month in the series' window, or starting within the
        horizon, become columns; members of a bundle with the same direction and shape share one, and so do
        columns that are nearly equal in the window. The latest start comes first, and at most
        ``max_columns`` are kept.

        Parameters
        ----------
        panel : Panel
            Figures as known at the origin.
        horizon : int
            Months after the panel's last official month for which columns are made.
        knowledge : {"none", "at_origin", "hindsight"}
            What is taken as known; with hindsight every event, date and end.
        coding : {"rule", "judged"}
            Which shapes, signs and priorities.
        max_columns : int
            At most so many columns for each series.
        scenario : ScenarioSpec or list of mappings, optional
            Changes to what comes; see `forecast.events.scenario`.
        priority : int
            Events up to this priority (1 to 3) are candidates.
        unseen : {"prior", "ignore", "analogue"}
            What an event that is usable but was never seen brings: its prior, nothing, or the mean effect of
            past columns of the same mechanism and direction.
        always : collection of str
            Ids of usable events that stay whatever their priority and the limit, for example those that a
            scenario changes.

        Returns
        -------
        Design
        """
        from forecast.events.build import make_design

        spec = EventsSpec(coding=coding, max_columns=max_columns, priority=priority, unseen=unseen)
        made = make_design(self, panel, spec, horizon, knowledge, scenario, always)
        if knowledge != "none":
            warn_untouched(self, list(made.last_official))
        return made


def warn_untouched(events: EventCalendar, series: Sequence[str], each: bool = False) -> None:
    """Warn that events of one's own calendar touch none of some series: a name may be misspelt there.

    A run asks for `each` of them; a panel, which may hold one series of many, only where no event is left.
    The bundled calendar, which has a rule book, is for all bundled series.
    """
    if len(events.rules):
        return
    touched = np.any([events.touches(name) for name in series], axis=0)
    lost = events.table.loc[~touched, ["id", "series_ids"]].to_numpy()
    if not len(lost) or (not each and touched.any()):
        return
    told = ", ".join(f"'{name}' (series_ids: {ids or 'blank'})" for name, ids in lost[:TOLD])
    warnings.warn(
        f"events: {len(lost)} of {counted(len(events.table), 'event')} touch{'es' * (len(lost) == 1)} none of"
        f" {', '.join(series[:TOLD])}{' and others' * (len(series) > TOLD)}: {told}"
        f"{f' and {len(lost) - TOLD} more' * (len(lost) > TOLD)}; name the series there, * for all",
        ForecastWarning,
        stacklevel=3,
    )


def replace_events(events: EventCalendar, table: pd.DataFrame) -> EventCalendar:
    """Return a calendar with another table of the same columns; its digest says so."""
    return EventCalendar(table, events.rules, _digest(table), events.findings)


@cache
def no_events() -> EventCalendar:
    """Return a calendar without an event.

    Returns
    -------
    EventCalendar
        For `backtest` and experiments of series that no measure touches.

    Examples
    --------
    >>> len(no_events().table)
    0
    """
    table = reading.typed(pd.DataFrame(columns=list(reading.NEEDED), dtype=object))
    return EventCalendar(table, pd.DataFrame(), _digest(table))


@checked
def load_events(
    path: str | Path | pd.DataFrame | Sequence[Mapping[str, object]] | None = None,
    series: Collection[str] | None = None,
) -> EventCalendar:
    """Read a calendar of events.

    Parameters
    ----------
    path : str, Path, DataFrame or list of dicts, optional
        A CSV file with at least ``id, announced_date, effective_start, shape``, or a folder that holds an
        ``events.csv``; without it the bundled calendar. An ``event_rules.csv`` beside it is its rule book.
        A table in memory has the same columns, or those of Prophet: ``holiday, ds, lower_window,
        upper_window`` (a pulse from first to last day, known on its first day unless ``announced_date`` says
        otherwise; days of one holiday share a coefficient).
    series : collection of str, optional
        Ids of the series that the calendar is for; a pattern that matches none of them is a warning.

    Returns
    -------
    EventCalendar
        The rows, checked, every default filled in.

    Raises
    ------
    DataError
        With every problem of the file, each with its row.

    Examples
    --------
    >>> len(load_events().table)
    118
    """
    if isinstance(path, (pd.DataFrame, Sequence)) and not isinstance(path, str):
        table, findings = calendar_texts(path)
        findings += reading.check_rows(table, MEMORY) if len(table.columns) else []
        rules, name = pd.DataFrame(), MEMORY
    else:
        place = None if path is None else own_path(path)
        table, findings = read_calendar(place)
        rules, name = _rules(place), _name(place)
    raise_for_errors(findings)
    made = reading.typed(table)
    if series is not None:
        findings += check_patterns(made, series, table.index.tolist(), name)
    kept = tuple(f for f in findings if f.severity == "warning")
    return EventCalendar(made, rules, _digest(made), kept)


def _rules(path: str | Path | None) -> pd.DataFrame:
    """Return the rule book that stands beside a calendar, empty where there is none."""
    place = None if path is None else Path(str(path))
    folder = place if place is None or place.is_dir() else place.parent
    file = _bundled("event_rules.csv") if folder is None else folder / "event_rules.csv"
    return pd.read_csv(file, dtype=str, keep_default_na=False) if file.is_file() else pd.DataFrame()


def check_calendar(path: str | Path | None = None, series: Collection[str] | None = None) -> list[Finding]:
    """Return everything that is wrong or doubtful in a calendar: errors, then warnings.

    Beyond what `load_events` refuses: events without a source, patterns that match no series, events that
    touch nothing.

    Parameters
    ----------
    path : str or Path, optional
        As in `load_events`.
    series : collection of str, optional
        Ids of the series that the calendar is for; without them the bundled ones.

    Examples
    --------
    >>> [f.severity for f in check_calendar() if f.severity == "error"]
    []
    """
    table, findings = read_calendar(path)
    if not table.empty and all(column in table for column in reading.NEEDED):
        findings += reading.check_sources(table, _name(path))
        if "series_ids" in table:
            if series is None:
                series = pd.read_csv(_bundled("series.csv"), usecols=["series_id"], dtype=str)[
                    "series_id"
                ].tolist()
            findings += check_patterns(table, series, table.index.tolist(), _name(path))
    return sorted(findings, key=lambda f: (f.severity != "error", f.row or 0))


def check_patterns(
    table: pd.DataFrame, series: Collection[str], rows: Sequence[int], file: str
) -> list[Finding]:
    """Return a warning for each pattern that matches no series and each event that touches none."""
    found = []
    for row, name, text in zip(rows, table["id"], table["series_ids"].astype(str), strict=True):
        for part in filter(None, (p.strip() for p in text.split(";"))):
            pattern = patterns(part.removeprefix("!"))
            if not any(decide(pattern, s) for s in series):
                what = f"the pattern '{part}' of '{name}' matches no series"
                hint = (
                    nearest(part.removeprefix("!"), series).strip() or "see series_id in the table of series"
                )
                found.append(Finding("pattern", "warning", what, file=file, row=row, hint=hint))
        if not text.strip():
            what = f"'{name}' touches no series: it is context only"
            found.append(
                Finding("pattern", "warning", what, file=file, row=row, hint="fill series_ids, * for all")
            )
    return found


def _bundled(name: str) -> Path:
    with as_file(files("forecast") / "data" / "bundled" / name) as path:
        return path


def _name(path: str | Path | None) -> str:
    return "events.csv" if path is None or Path(path).is_dir() else Path(path).name


def read_calendar(path: str | Path | None) -> tuple[pd.DataFrame, list[Finding]]:
    """Return a calendar file as a table of texts, and what is wrong with it."""
    target = _bundled("events.csv") if path is None else Path(path)
    if target.is_dir():
        target = target / "events.csv"
    table, findings = reading.read_rows(target)
    if len(table.columns):
        findings += reading.check_rows(table, target.name)
    return table, findings


def _digest(table: pd.DataFrame) -> str:
    """Return the hash of what can move a forecast: what an event is called cannot."""
    text = table.drop(columns=list(reading.LABELS)).to_csv(
        index=False, date_format="%Y-%m-%d", lineterminator="\n"
    )
    return hashlib.sha256(text.encode()).hexdigest()
