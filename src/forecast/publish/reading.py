"""The figures of a round: fetched, copied whole, read with their first counts; and what is new in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from forecast.config.settings import Experiment
from forecast.data.observations import Observations
from forecast.errors import ConfigError, named
from forecast.experiment.pipeline import figures_of
from forecast.publish.desk import Desk
from forecast.publish.fetching import Fetched, fetch_figures, reading_folder
from forecast.publish.holding import refuse_surprises
from forecast.publish.rounds import News, news, refuse_shrinking
from forecast.publish.sources import Source, take
from forecast.publish.vintages import reread, rewritten, with_first_counts


@dataclass(frozen=True)
class Read:
    """The figures of a round: where they are from, what they are, and what was fetched before."""

    source: Source
    obs: Observations
    fetched: Fetched | None = None

    @property
    def fetched_lines(self) -> tuple[str, ...]:
        """What to say of the fetching; nothing where it brought nothing."""
        made = self.fetched
        return made.lines if made is not None and (made.added or made.merged) else ()


def read_source(desk: Desk, scratch: Path, force: bool, fetched: Fetched | None) -> Read:
    """Copy the source, and read the copy: every count under its day as it was seen first."""
    exp = reading_folder(desk.exp)
    if fetched is not None:
        exp = replace(exp, data=replace(exp.data, path=str(fetched.folder)))
    source = take(exp, scratch / "source")
    if fetched is not None:
        copies = (str(source.experiment.data.path), str(fetched.folder))
        source = replace(source, places={**source.places, **dict.fromkeys(copies, str(fetched.target))})
    desk.on_step("check")
    series = list(desk.exp.target.series)
    with named(source.places):
        obs = figures_of(source.experiment)
        first = with_first_counts(obs, desk.archive, series, desk.today)
        if first is not obs:
            source = rewritten(source, first, scratch / "first counts")
            obs = reread(source)
    if not force:
        refuse_shrinking(obs, desk.archive, series)
    return Read(source, obs, fetched)


def fetch_checked(desks: Sequence[Desk], scratch: Path) -> Fetched | None:
    """Fetch once for all desks what is new, and hold what a person should look at first.

    None where no address is named.
    """
    exp = _together([desk.exp for desk in desks])
    if not exp.publish.fetch:
        return None
    made = fetch_figures(exp, desks[0].today, scratch)
    copy = replace(exp, data=replace(exp.data, path=str(made.folder)))
    with named({str(made.folder): str(made.target)}):
        after = figures_of(copy)
        before = figures_of(reading_folder(exp)) if made.target.is_dir() else None
    for desk in desks:
        refuse_surprises(desk.archive, desk.exp, before, after)
    return made


def _together(experiments: Sequence[Experiment]) -> Experiment:
    """Return an experiment that reads the series of all of them."""
    first = experiments[0]
    series = tuple(dict.fromkeys(name for exp in experiments for name in exp.target.series))
    return replace(first, target=replace(first.target, series=series))


def decision(desk: Desk, obs: Observations, as_of: str | None) -> tuple[News, pd.Timestamp, str]:
    """What is new, the day of the report, and whether it counts as published."""
    series = list(desk.exp.target.series)
    asked = as_of if as_of is not None else desk.exp.as_of
    own = obs.table[obs.table["series_id"].isin(series)]["released"]
    day = pd.Timestamp(own.max()) if asked == "latest" else obs.day_of(asked)
    if asked != "latest" and day > max(desk.today, obs.newest_release()):
        raise ConfigError(
            f"as_of: {day.date()} is still to come: today is {desk.today.date()}, and the newest figure is of"
            f" {obs.newest_release().date()}; expected a day up to then, or 'latest'"
        )
    kind = "published" if not (own > day).any() else "replayed"
    runs = desk.archive.runs(desk.exp.name, kind) if desk.archive.path.is_file() else pd.DataFrame()
    last = None if runs.empty else runs.iloc[-1]
    return news(obs, series, day, last), day, kind
