"""Designs: the event columns that may be used at an origin, and what is thought of their size before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.config.bounds import Horizon
from forecast.config.convert import check_arguments
from forecast.data.lazy import Lazy, WithLazyFields
from forecast.data.panel import Panel, PanelLike
from forecast.data.parse import month_range, whole_day
from forecast.errors import ConfigError, counted, nearest
from forecast.events.estimability import Verdict, estimability_frame
from forecast.events.notes import Note
from forecast.events.shapes import Floats
from forecast.notebook import design_html, plot_design, some

#: Mean (for a certain sign) and sd of an effect on logs before looking: 'cautious' in the study of accuracy.
PRIOR_MEAN = 0.1
PRIOR_SD = 0.3
#: What `EventCalendar.design(unseen=...)` takes.
UNSEEN = ("prior", "ignore", "analogue")
#: Series of columns given by hand: they apply to all.
ANY_SERIES = "*"


@dataclass(frozen=True)
class Spans:
    """Where the months of a panel lie that a design is made for.

    Attributes
    ----------
    series : tuple of str
    first, months : int
        Number of the panel's first month, and how many there are.
    lasts : tuple of int
        Number of the last official month of each series.
    """

    series: tuple[str, ...]
    first: int
    months: int
    lasts: tuple[int, ...]

    @classmethod
    def of(cls, panel: PanelLike) -> Spans:
        """Return the spans of a panel."""
        if isinstance(panel, Panel):
            cells = panel.cells
            return cls(cells.series, cells.first, len(cells.values), tuple(map(int, cells.lasts)))
        months = pd.PeriodIndex(panel.values.index).asi8
        series = tuple(str(name) for name in panel.values.columns)
        return cls(series, int(months[0]), len(months), tuple(int(m.ordinal) for m in panel.last_official))

    @property
    def last(self) -> int:
        """Number of the last official month of any of the series."""
        return max(self.lasts)


@dataclass(frozen=True, eq=False, kw_only=True)
class Design(WithLazyFields):
    """Event columns as they may be used at an origin: functions of the calendar, never of the figures.

    A design owns what it holds: nothing in it points to a calendar, a panel or anything later.

    Attributes
    ----------
    past : DataFrame
        Weights between 0 and 1 in the months of the panel, one column an event or a group of events.
    future : DataFrame
        The same columns in the months of the horizon after the panel's last official month.
    applies : DataFrame
        bool, series_id x column.
    prior : DataFrame
        Index (series_id, column), columns ``mean`` and ``sd`` on logs; sd = inf is no prior at all.
    estimability : DataFrame
        One row for each candidate event of each series: what became of it, and why (codes of `estimability`).
    knowledge, coding : str
        What was taken as known, and by which coding.
    as_of : Timestamp
        The origin.
    members : mapping
        Column -> ids of its events, the earliest first.
    last_official : mapping
        Last official month of each series, after which its horizon begins.
    given : tuple of str
        Columns given by hand; that they were known at the origin is the caller's word.
    notes : tuple of Note
        What a scenario or an analogue stands on.

    Examples
    --------
    >>> import forecast as fc
    >>> panel = fc.load_observations().as_of("2024-05-07", ["southwest.usbp"])
    >>> design = fc.load_events().design(panel, horizon=12, max_columns=3)
    >>> len(design.columns), design.past.shape[0], design.future.shape[0]
    (3, 294, 12)
    """

    past: Lazy[pd.DataFrame] = Lazy()
    future: Lazy[pd.DataFrame] = Lazy()
    applies: Lazy[pd.DataFrame] = Lazy()
    prior: Lazy[pd.DataFrame] = Lazy()
    estimability: Lazy[pd.DataFrame] = Lazy()
    knowledge: str
    coding: str
    as_of: pd.Timestamp
    members: Mapping[str, tuple[str, ...]]
    last_official: Mapping[str, pd.Period] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns: the id of an event, or the ids of a group joined by `` + ``."""
        return tuple(self.members)

    @checked
    def of(self, series_id: str) -> Design:
        """Return the design of one series: only the columns that apply to it; months stay as they are.

        Examples
        --------
        >>> import pandas as pd
        >>> months = pd.period_range("2020-01", periods=4, freq="M")
        >>> price = pd.DataFrame({"price": [1.0, 2.0, 3.0, 4.0]}, index=months)
        >>> Design.from_frames(price[:3], price[3:]).of("anything").columns
        ('price',)
        """
        kept = list(self.columns_of(series_id))
        if list(self.applying) == [series_id] and tuple(kept) == self.columns:
            return self if self._begins_for(series_id) else replace(self, future=self._own_months(series_id))
        told = self.estimability
        return replace(
            self,
            past=self.past[kept].copy(),
            future=self._own_months(series_id)[kept].copy(),
            applies=pd.DataFrame(True, index=pd.Index([series_id], name="series_id"), columns=pd.Index(kept)),
            prior=prior_frame([(series_id, c) for c in kept], self.sizes(series_id)),
            estimability=told[told["series_id"] == series_id].reset_index(drop=True),
            members={c: self.members[c] for c in kept},
            given=tuple(c for c in self.given if c in kept),
        )

    @cached_property
    def applying(self) -> dict[str, tuple[str, ...]]:
        """Names of the columns that apply to each series."""
        flags = self.applies.to_numpy(dtype=bool)
        return {
            str(name): tuple(c for c, flag in zip(self.columns, row, strict=True) if flag)
            for name, row in zip(self.applies.index, flags, strict=True)
        }

    @cached_property
    def weights(self) -> tuple[int, Floats]:
        """Number of the first month, and the weights from it on, months x columns.

        The past, then the horizon; months that stand in both have the weights of the past.
        """
        at = np.concatenate([pd.PeriodIndex(frame.index).asi8 for frame in (self.future, self.past)])
        first = int(at.min())
        whole = np.zeros((int(at.max()) - first + 1, len(self.columns)))
        whole[at - first] = np.concatenate([f.to_numpy(dtype=float) for f in (self.future, self.past)])
        return first, whole

    @checked
    def columns_of(self, series_id: str) -> tuple[str, ...]:
        """Return the names of the columns that apply to a series.

        Raises
        ------
        ConfigError
            For a series that the design does not hold.
        """
        known = self.applying
        if series_id not in known and ANY_SERIES not in known:
            raise ConfigError(f"the design holds no series '{series_id}'.{nearest(series_id, known)}")
        mine = {*known.get(series_id, ()), *known.get(ANY_SERIES, ())}
        return tuple(name for name in self.columns if name in mine)

    @checked
    def sizes(self, series_id: str) -> Floats:
        """Return mean and sd of the prior of each column that applies to a series, (columns, 2)."""
        columns = self.columns_of(series_id)
        if self._sizes is not None:
            return self._sizes[series_id]
        return np.array([_prior(self, series_id, c) for c in columns]).reshape(-1, 2)

    @cached_property
    def _sizes(self) -> dict[str, Floats] | None:
        return None  # those of an assembled design are known without its frame

    @cached_property
    def begins(self) -> int | None:
        """Number of the first month of the horizon; None without one."""
        return int(self.future.index[0].ordinal) if len(self.future) else None

    def _begins_for(self, series_id: str) -> bool:
        """Tell whether the horizon begins after the last official month of the series."""
        last = self.last_official.get(series_id)
        return last is None or self.begins is None or last.ordinal + 1 == self.begins

    def _own_months(self, series_id: str) -> pd.DataFrame:
        if self._begins_for(series_id):
            return self.future
        # A series that is behind the others has horizons of its own: they begin in months of the panel.
        last = self.last_official[series_id].ordinal
        return self.rows(month_range(last + 1, last + len(self.future)))

    def __repr__(self) -> str:
        months = f"{counted(len(self.past), 'month')} and {len(self.future)} ahead"
        return f"<Design: {some(self.columns, 'no event columns')}; {months}, knowledge {self.knowledge}>"

    _repr_html_ = design_html
    plot = plot_design

    @checked
    def rows(self, months: pd.PeriodIndex) -> pd.DataFrame:
        """Return the weights in any months of the past or the horizon; the past goes first."""
        every = pd.concat([self.past, self.future.loc[~self.future.index.isin(self.past.index)]])
        missing = [str(m) for m in months if m not in every.index]
        if missing:
            covers = f"it covers {every.index[0]} to {every.index[-1]}"
            raise ConfigError(f"the design has no row for {', '.join(missing)}; {covers}")
        return every.loc[months]

    @checked
    def beside(self, other: Design) -> Design:
        """Return one design with the columns of both; the other's months must cover this one's.

        Raises
        ------
        ConfigError
            When a column stands in both, or the other lacks months.
        """
        twice = [c for c in other.columns if c in self.columns]
        if twice:
            raise ConfigError(f"columns stand in both designs: {', '.join(twice)}")
        series = [s for s in self.applies.index if s != ANY_SERIES] or list(other.applies.index)
        names = [*self.columns, *other.columns]
        owner = {c: d for d in (self, other) for c in d.columns}
        flags = np.array([[_applies(owner[c], s, c) for c in names] for s in series], dtype=bool)
        pairs = [(s, c) for i, s in enumerate(series) for j, c in enumerate(names) if flags[i, j]]
        values = [_prior(owner[c], s, c) for s, c in pairs]
        told = [d.estimability for d in (self, other) if len(d.estimability)]
        return replace(
            self,
            past=pd.concat([self.past, other.rows(pd.PeriodIndex(self.past.index))], axis=1),
            future=pd.concat([self.future, other.rows(pd.PeriodIndex(self.future.index))], axis=1),
            applies=pd.DataFrame(flags, index=pd.Index(series, name="series_id"), columns=pd.Index(names)),
            prior=prior_frame(pairs, values),
            estimability=pd.concat(told, ignore_index=True) if told else estimability_frame([], self.as_of),
            members={**self.members, **other.members},
            given=(*self.given, *other.given),
            notes=(*self.notes, *other.notes),
        )

    @classmethod
    @checked
    def from_frames(
        cls,
        past: pd.DataFrame,
        future: pd.DataFrame,
        prior: pd.DataFrame | None = None,
        as_of: dt.date | str = "NaT",
    ) -> Design:
        """Make a design of columns given by hand; they apply to every series and are marked `given`.

        Parameters
        ----------
        past, future : DataFrame
            Months (PeriodIndex, or dates or texts that are months) down, the same columns across, no holes.
        prior : DataFrame, optional
            Index column, columns ``mean`` and ``sd``; a column without one is estimated plainly (sd = inf).
        as_of : date, optional
            The day as of which the columns were known, by the caller's word.

        Examples
        --------
        >>> months = pd.period_range("2020-01", periods=4, freq="M")
        >>> price = pd.DataFrame({"price": [1.0, 2.0, 3.0, 4.0]}, index=months)
        >>> design = Design.from_frames(price[:3], price[3:])
        >>> design.given, float(design.prior.loc[("*", "price"), "sd"])
        (('price',), inf)
        """
        old, new = _monthly(past, "past"), _monthly(future, "future")
        names = [str(c) for c in old.columns]
        problems = _frame_problems(old, new, names)
        day = pd.Timestamp("NaT") if str(as_of) == "NaT" else whole_day(as_of, "as_of")
        values = np.array([[0.0, np.inf]] * len(names)).reshape(len(names), 2)
        if prior is not None:
            problems += [
                f"prior: '{c}' is not a column.{nearest(str(c), names)}"
                for c in prior.index
                if c not in names
            ]
            problems += [f"prior: the column '{c}' is missing" for c in ("mean", "sd") if c not in prior]
            problems += [
                f"prior: '{c}' does not hold numbers"
                for c in ("mean", "sd")
                if c in prior and not pd.api.types.is_numeric_dtype(prior[c])
            ]
            if not problems:
                chosen = prior.reindex(names)
                values = chosen[["mean", "sd"]].fillna({"mean": 0.0, "sd": np.inf}).to_numpy(dtype=float)
                if (values[:, 1] <= 0).any():
                    problems.append("prior: every sd must be positive (inf = no prior)")
        if problems:
            raise ConfigError("columns given by hand:\n" + "\n".join(f"  {p}" for p in problems))
        return cls(
            past=old,
            future=new[names],
            applies=pd.DataFrame(
                True, index=pd.Index([ANY_SERIES], name="series_id"), columns=pd.Index(names)
            ),
            prior=prior_frame([(ANY_SERIES, c) for c in names], values.tolist()),
            estimability=estimability_frame([], day),
            knowledge="at_origin",
            coding="given",
            as_of=day,
            members=dict.fromkeys(names, ()),
            given=tuple(names),
        )

    @classmethod
    @checked
    def none(cls, panel: PanelLike, horizon: int = 12) -> Design:
        """Return the design without a column: the months only, knowledge ``none``."""
        check_arguments(horizon=(horizon, Horizon))
        return assemble(panel, horizon, [], "none", "rule")


def _applies(design: Design, series_id: str, column: str) -> bool:
    row = series_id if series_id in design.applies.index else ANY_SERIES
    return row in design.applies.index and bool(design.applies.loc[row, column])


def _prior(design: Design, series_id: str, column: str) -> tuple[float, float]:
    key = (series_id, column) if (series_id, column) in design.prior.index else (ANY_SERIES, column)
    mean, sd = design.prior[["mean", "sd"]].to_numpy(dtype=float)[design.prior.index.get_loc(key)]
    return float(mean), float(sd)


def prior_frame(pairs: Sequence[tuple[str, str]], values: Sequence[Sequence[float]] | Floats) -> pd.DataFrame:
    """Return the table of priors; the index is put together from its parts, which is much faster."""
    series = list(dict.fromkeys(s for s, _ in pairs))
    names = list(dict.fromkeys(c for _, c in pairs))
    place = {name: i for i, name in enumerate(names)}, {name: i for i, name in enumerate(series)}
    index = pd.MultiIndex(
        levels=[series, names],
        codes=[[place[1][s] for s, _ in pairs], [place[0][c] for _, c in pairs]],
        names=["series_id", "column"],
    )
    return pd.DataFrame(
        np.array(values, dtype=float).reshape(len(pairs), 2), index=index, columns=["mean", "sd"]
    )


def _monthly(frame: pd.DataFrame, what: str) -> pd.DataFrame:
    made = frame.copy()
    try:
        made.index = pd.PeriodIndex(frame.index, freq="M", name=None)
    except (ValueError, TypeError) as error:
        raise ConfigError(
            f"columns given by hand: the index of `{what}` does not hold months ({error})"
        ) from error
    made.columns = pd.Index([str(c) for c in frame.columns])
    return made


def _frame_problems(past: pd.DataFrame, future: pd.DataFrame, names: list[str]) -> list[str]:
    problems = []
    if len(set(names)) < len(names):
        problems.append("a column stands there twice")
    if sorted(names) != sorted(map(str, future.columns)):
        problems.append(
            f"past has {', '.join(names) or 'no column'}, future {', '.join(map(str, future.columns))}"
        )
    for what, frame in (("past", past), ("future", future)):
        ordinals = np.asarray(frame.index.astype("int64"))
        if len(ordinals) and not (np.diff(ordinals) == 1).all():
            problems.append(f"{what}: the months do not follow one another")
        for column in frame.columns:
            try:
                values = frame[column].to_numpy(dtype=float)
            except (ValueError, TypeError):
                problems.append(f"{what}: '{column}' does not hold numbers")
                continue
            holes = [str(m) for m, v in zip(frame.index, values, strict=True) if not np.isfinite(v)]
            if holes:
                problems.append(f"{what}: '{column}' has no number in {', '.join(holes[:5])}")
    return problems


@dataclass(frozen=True)
class NamedColumn:
    """One column of a design: name, members, weights, and mean of the prior for each series that has it."""

    name: str
    members: tuple[str, ...]
    weight: Floats
    means: dict[str, float]


def assemble(
    panel: PanelLike,
    horizon: int,
    named: Sequence[NamedColumn],
    knowledge: str,
    coding: str,
    verdicts: list[tuple[str, str, Verdict]] | None = None,
) -> Design:
    """Return the design of named columns: their months before and
    after the last official one, and their priors.
    """
    spans = Spans.of(panel)
    series, last = spans.series, spans.last

    def names() -> pd.Index:
        return pd.Index([c.name for c in named], dtype=object)

    def weights(begin: int, count: int, label: str | None = None) -> pd.DataFrame:
        rows = [c.weight[begin - spans.first : begin - spans.first + count] for c in named]
        made = np.array(rows).T if named else np.zeros((count, 0))
        return pd.DataFrame(made.copy(), index=month_range(begin, begin + count - 1, label), columns=names())

    def applies() -> pd.DataFrame:
        flags = np.array([[s in c.means for c in named] for s in series], dtype=bool)
        shaped = flags.reshape(len(series), len(named))
        return pd.DataFrame(shaped, index=pd.Index(list(series), name="series_id"), columns=names())

    def prior() -> pd.DataFrame:
        pairs = [(s, c) for s in series for c in named if s in c.means]
        return prior_frame([(s, c.name) for s, c in pairs], [(c.means[s], PRIOR_SD) for s, c in pairs])

    design = Design(
        past=lambda: weights(spans.first, spans.months, "month"),
        future=lambda: weights(last + 1, horizon),
        applies=applies,
        prior=prior,
        estimability=lambda: estimability_frame(verdicts or [], pd.Timestamp(panel.as_of)),
        knowledge=knowledge,
        coding=coding,
        as_of=pd.Timestamp(panel.as_of),
        members={c.name: c.members for c in named},
        last_official={s: pd.Period(ordinal=at, freq="M") for s, at in zip(series, spans.lasts, strict=True)},
    )
    ends = max(spans.first + spans.months, last + 1 + horizon)
    whole = np.array([c.weight[: ends - spans.first] for c in named]).T if named else np.zeros((0, 0))
    design.__dict__.update(
        applying={s: tuple(c.name for c in named if s in c.means) for s in series},
        begins=last + 1 if horizon else None,
        weights=(spans.first, whole),
        _sizes={
            s: np.array([(c.means[s], PRIOR_SD) for c in named if s in c.means]).reshape(-1, 2)
            for s in series
        },
    )
    return design
