"""Issues of past days: those that a backfill asks for, and those that were missed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from forecast.backtesting.origins import monthly_origins
from forecast.config.bounds import is_month
from forecast.data.observations import Observations
from forecast.errors import ConfigError
from forecast.publish import folders
from forecast.publish.desk import Desk, stamp
from forecast.publish.release import Maker, existing_revision
from forecast.publish.rounds import settings_digest


@dataclass(frozen=True)
class Months:
    """A span of months of data."""

    first: str
    last: str

    @classmethod
    def of(cls, span: str) -> Months:
        """Read a span such as ``2023-01..2026-08``."""
        first, _, last = span.partition("..")
        if not (is_month(first) and is_month(last) and first <= last):
            raise ConfigError(f"--backfill: '{span}' is not a span of months such as 2023-01..2026-08")
        return cls(first, last)

    def days(self, desk: Desk, obs: Observations) -> tuple[list[pd.Timestamp], list[pd.Timestamp]]:
        """Return the days on which these months came out, and those that were not replayed yet."""
        days = list(monthly_origins(self.first, self.last, obs, list(desk.exp.target.series)))
        return days, _not_made(desk, days)


def _not_made(desk: Desk, days: list[pd.Timestamp]) -> list[pd.Timestamp]:
    """Return the days of which there is no replay with today's settings."""
    if not desk.archive.path.is_file():
        return days
    done = desk.archive.runs(desk.exp.name, "replayed")
    mine = set(done.loc[done["config_digest"] == settings_digest(desk.exp), "as_of"])
    return [day for day in days if str(day.date()) not in mine]


def missed_days(desk: Desk, obs: Observations, day: pd.Timestamp) -> list[pd.Timestamp]:
    """Return the days between the last published issue and this one
    on which a month came out, not replayed yet.
    """
    runs = desk.archive.runs(desk.exp.name, "published") if desk.archive.path.is_file() else pd.DataFrame()
    if runs.empty:
        return []
    last = pd.Timestamp(runs["as_of"].iloc[-1])
    out = pd.concat([obs.first_released(name) for name in desk.exp.target.series])
    between = sorted({pd.Timestamp(d) for d in out[(out > last) & (out < day)]})
    return _not_made(desk, between)


def replay(desk: Desk, maker: Maker, day: pd.Timestamp, pages: bool, scratch: Path) -> None:
    """Make the issue of a past day, with its page or in the archive only."""
    revision, _ = existing_revision(desk.archive, desk.exp, "replayed", day)
    path = f"replayed/{day.date()}{f'-r{revision}' if revision > 1 else ''}"
    if pages:
        result = maker.run(day, desk.cache)
        entry = maker.entry(result, revision, stamp(desk), scratch, desk.cache)
        entry = maker.written(entry, result, folders.aside(desk.site, path), path)
    else:
        entry = maker.entry(maker.forecast(day, desk.cache), revision, stamp(desk), scratch, desk.cache)
    desk.archive.record(entry, desk.on_step)
    if pages:
        desk.on_step("place")
        folders.put(folders.aside(desk.site, path), folders.folder_of(desk.site, path))
