"""What every section of both pages is made from: the run, the series it is about, its words and drawings."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report import labels, recent, view
from forecast.report.catalogue import shipped
from forecast.report.figures.renderer import Studio
from forecast.report.prose import Prose, Sentence, prose
from forecast.report.rows import ForecastRow
from forecast.report.view import Held, ScoreBook, View
from forecast.tables.forecasts import select

if TYPE_CHECKING:
    from forecast.experiment.run import Run

#: The page of proof, beside the page that is read.
EVIDENCE = "evidence.html"
#: Months that the forecast is told in full; later ones by their range alone.
NEAR = 6
Ends = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Report:
    """What every section needs."""

    run: Run
    view: View
    replay: pd.DataFrame
    held: list[Held]
    scores: ScoreBook
    studio: Studio
    bundled: bool
    command: str
    versions: dict[str, str]
    said: list[Sentence] = field(default_factory=list)  #: every sentence of the page that is read

    def words(self, section: str) -> Prose:
        """Return the sentences of a section; what is said is noted for `report.json`."""
        return prose(section).noting(self.said)

    @cached_property
    def measures(self) -> labels.Measures:
        """The events of the run by their ids."""
        return labels.Measures(self.run.events)

    @cached_property
    def source(self) -> str:
        """The source line: once a page, and in every file of a chart."""
        publisher = self.view.name.publisher
        return prose("top").source(shipped(publisher) if publisher else "", self.run.as_of)

    @cached_property
    def late(self) -> list[pd.Period]:
        """Months whose figures were expected by the report's date and are not in."""
        return late_months(self.run, self.view)

    @cached_property
    def chances(self) -> dict[int, dict[str, recent.Chance]]:
        """The chances of each month, by its distance and what they are of."""
        return recent.chances(self.run, self.view.series_id)

    @property
    def first(self) -> int:
        """The distance of the next count: the first month whose figure is not overdue."""
        return len(self.late) + 1

    @cached_property
    def near(self) -> pd.DataFrame:
        """The months that are told in full."""
        ahead = self.view.ahead
        return ahead[ahead["horizon"] <= NEAR]

    def shown(self, table: pd.DataFrame, **equal: str) -> pd.DataFrame:
        """Return a table's rows of the page's series: of the headline, else of the first model there is."""
        rows = select(table, series_id=self.view.series_id, **equal)
        if not len(rows):
            return rows
        own = rows["model"] == self.run.headline
        return rows[own] if own.any() else select(rows, model=rows["model"].iloc[0])

    def number(self, value: float) -> float:
        """Return a forecast as the page gives it: no digit finer than what is known."""
        return w.forecast_number(value, self.view.whole)

    def ends(self, row: ForecastRow, name: str = "80") -> Ends | None:
        """Return a range of a month as the page gives it, or None where it was refused."""
        found = self.view.range(row, name)
        return None if found is None else (self.number(found[0]), self.number(found[1]))


def report_name(seen: View) -> str:
    """Return the name of the report."""
    title = seen.name.title
    return shipped(title) if title else prose("top").name(seen.name.label)


def late_months(run: Run, seen: View) -> list[pd.Period]:
    """Return the months whose figures were expected by the report's date and are not in."""
    days = run.experiment.data.expected_by
    if days is None:
        return []
    out, month = [], seen.last + 1
    while month.end_time.normalize() + pd.Timedelta(days=days) < pd.Timestamp(run.as_of):
        out.append(month)
        month += 1
    return out


def next_expected(seen: View, as_of: pd.Timestamp) -> pd.Timestamp | None:
    """Return about when the next figure comes: its month's end and the usual wait of the last twelve."""
    wait = view.usual_wait(seen)
    if wait is None:
        return None
    day = (seen.last + 1).end_time.normalize() + pd.Timedelta(days=wait)
    return max(day, pd.Timestamp(as_of) + pd.Timedelta(days=1))


def published(run: Run, seen: View) -> pd.DataFrame:
    """Return the published forecasts of the track record in the columns of the replay; empty without any."""
    if not len(run.track_record):
        return pd.DataFrame()
    rows = select(run.track_record, kind="published", series_id=seen.series_id)
    if not len(rows):
        return pd.DataFrame()
    out = rows.rename(columns={f"q{level:g}": column for level, column in _LEVEL_COLUMNS.items()})
    for column in _LEVEL_COLUMNS.values():
        if column not in out:
            out[column] = np.nan
    return out


_LEVEL_COLUMNS = {
    0.025: "lower_95",
    0.1: "lower_80",
    0.25: "lower_50",
    0.5: "middle",
    0.75: "upper_50",
    0.9: "upper_80",
    0.975: "upper_95",
}
