"""The runs between two issues, one thing changed at a time:
software, revised figures, new figure, events, settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from forecast.archive.changes import Reason, Step, changes
from forecast.config.settings import Experiment
from forecast.data.observations import Observations
from forecast.errors import ForecastError
from forecast.events.calendar import load_events
from forecast.experiment.run import Run
from forecast.files import inside, plain_cell, safe_cells, write_file
from forecast.publish.forecast_only import Forecasts, forecast_only
from forecast.publish.sources import laid_out
from forecast.tables import forecasts


@dataclass(frozen=True)
class LastIssue:
    """The issue before this one, as the archive has it.

    Attributes
    ----------
    experiment : Experiment
        Its settings.
    as_of : Timestamp
    middle : DataFrame
        The middle of its forecast, months x series.
    last_months : mapping
        Series -> last official month then.
    files : mapping
        Its source files.
    known : str
        Hash of the figures as it knew them.
    settings : str
        Hash of its settings.
    same_software : bool
        True when it was made by this very process, so that running it again would say nothing.
    """

    experiment: Experiment
    as_of: pd.Timestamp
    middle: pd.DataFrame
    last_months: Mapping[str, pd.Period]
    files: Mapping[str, bytes]
    known: str
    settings: str
    same_software: bool = False


@dataclass(frozen=True)
class Workplace:
    """Where runs between two issues are made: a folder for their
    files, one of kept chains, who is told of each.
    """

    scratch: Path
    cache: Path | None = None
    on_step: Callable[[str], None] = lambda _: None


def middle_of(result: Run | Forecasts, headline: str | None = None) -> pd.DataFrame:
    """Return the median of the headline's forecast, months x series."""
    return forecasts.median(forecasts.headline(result.forecasts, headline or result.headline))


def reduced(exp: Experiment) -> Experiment:
    """Return the experiment with what its headline needs and no more; its forecast is the same."""
    headline = exp.report.headline
    wanted = {n: c for n, c in exp.combination.items() if headline in (n, c.with_events)}
    # rows with events are laid over a combination only where they are the headline
    wanted = {n: c if c.with_events == headline else replace(c, with_events=None) for n, c in wanted.items()}
    members = {headline}.union(*(c.members for c in wanted.values()))
    models = {n: spec for n, spec in exp.model.items() if n in members or n == exp.backtest.baseline}
    return replace(exp, model=models, combination=wanted, scenario={})


def what_changed(
    last: LastIssue,
    this: Run | Forecasts,
    source: Experiment,
    settings: str,
    obs: Observations,
    workplace: Workplace,
) -> pd.DataFrame:
    """Return what changed since the last issue, the runs between them made here.

    Parameters
    ----------
    last : LastIssue
    this : Run or Forecasts
        This issue's result.
    source : Experiment
        This issue's settings, its paths leading to the copies of the source.
    settings : str
        Hash of this issue's settings.
    obs : Observations
        This issue's figures, all of them.
    workplace : Workplace
        Where the runs between are made.
    """
    after = middle_of(this)
    series = [s for s in after.columns if s in last.middle.columns]
    if not series:
        return changes(last.middle, {}, after, {})
    steps = _Steps(last, source, obs, list(series), pd.Timestamp(this.as_of), workplace)
    made: dict[Step, pd.DataFrame | None] = {}
    whys: dict[Step, Reason] = {}
    # from the last step back: where a step changes nothing, the one before it ends at the same forecast
    whys["settings"] = Reason("same_settings" if settings == last.settings else "other_settings")
    made["settings"] = after
    made["events"], whys["events"] = steps.events(after if settings == last.settings else None)
    made["new_figure"], whys["new_figure"] = steps.new_figure(made["events"])
    made["software"], whys["software"] = steps.software()
    base = last.middle if made["software"] is None else made["software"]
    made["revised_figures"], whys["revised_figures"] = steps.revised(base)
    return changes(last.middle, made, after, whys, _whole(obs, list(series)))


def _whole(obs: Observations, series: list[str]) -> bool:
    values = obs.table[obs.table["series_id"].isin(series)]["value"]
    return bool((values == values.round()).all() and (values >= 0).all())


class _Steps:
    """One re-run for each step, each a function of what the two issues knew."""

    def __init__(
        self,
        last: LastIssue,
        source: Experiment,
        obs: Observations,
        series: list[str],
        as_of: pd.Timestamp,
        workplace: Workplace,
    ) -> None:
        self.last, self.source, self.obs, self.series, self.as_of = last, source, obs, series, as_of
        self.scratch, self.cache, self.on_step = workplace.scratch, workplace.cache, workplace.on_step
        #: the last issue's settings, reading this issue's source
        self.settings = replace(
            last.experiment,
            data=replace(last.experiment.data, path=source.data.path),
            events=replace(last.experiment.events, path=source.events.path),
        )

    def run(
        self, step: Step, exp: Experiment, as_of: pd.Timestamp, reason: Reason
    ) -> tuple[pd.DataFrame | None, Reason]:
        """Run what the headline needs; a run that fails is a reason, not an end."""
        self.on_step(f"compare: {step}")
        small = reduced(replace(exp, as_of=str(as_of.date()), parallel=self.source.parallel))
        try:
            # the last issue is truly made again, nothing kept is believed
            return middle_of(forecast_only(small, cache=None if step == "software" else self.cache)), reason
        except (ForecastError, ValueError, ArithmeticError) as error:
            return None, Reason("failed", text=str(error).splitlines()[0])

    def software(self) -> tuple[pd.DataFrame | None, Reason]:
        """The last issue run again today."""
        if self.last.same_software:
            return None, Reason("same_software")
        exp = laid_out(self.last.experiment, self.last.files, self.scratch / "last")
        made, reason = self.run("software", exp, self.last.as_of, Reason())
        if made is None:
            return made, reason
        months = made.index.intersection(self.last.middle.index)
        moved = (made.loc[months, self.series] - self.last.middle.loc[months, self.series]).abs().max().max()
        return made, Reason("same_again" if moved < 0.5 else "differs_again")

    def revised(self, base: pd.DataFrame) -> tuple[pd.DataFrame | None, Reason]:
        """The last issue with its own months as they are known now."""
        table, count, first = self._revised_table()
        if not count:
            return base, Reason("none_revised")
        reason = Reason("several_revised" if count > 1 else "one_revised", str(first), count)
        return self.run("revised_figures", self._with_figures(table), self.last.as_of, reason)

    def new_figure(self, after_events: pd.DataFrame | None) -> tuple[pd.DataFrame | None, Reason]:
        """Take this issue's figures with the calendar as the last issue knew it."""
        new = [
            m
            for s in self.series
            for m in _months_after(self.obs, s, self.last.last_months.get(s), self.as_of)
        ]
        reason = Reason("new_month", str(max(new))) if new else Reason("no_new_month")
        if self._same_events and after_events is not None:
            return after_events, reason
        exp = replace(self.settings, events=replace(self.settings.events, path=str(self._old_calendar())))
        return self.run("new_figure", exp, self.as_of, reason)

    def events(self, after: pd.DataFrame | None) -> tuple[pd.DataFrame | None, Reason]:
        """The last issue's settings on all that is known now; this
        issue itself where the settings are the same.
        """
        reason = Reason("no_new_event") if self._same_events else self._new_events()
        if after is not None:
            return after, reason
        return self.run("events", self.settings, self.as_of, reason)

    # ----------------------------------------------------------------------- figures

    def _revised_table(self) -> tuple[pd.DataFrame, int, pd.Period]:
        """Rows as the last issue would have had them, had it known the revisions of its own months."""
        table = self.obs.table
        known = table[table["released"] <= self.last.as_of]
        later = table[(table["released"] > self.last.as_of) & (table["released"] <= self.as_of)]
        ends = later["series_id"].map(dict(self.last.last_months))
        late = later[ends.notna()]
        late = (
            late[late["month"].to_numpy() <= pd.PeriodIndex(ends[ends.notna()], freq="M").to_numpy()]
            if len(late)
            else late
        )
        late = late.sort_values("released", kind="stable").drop_duplicates(
            ["series_id", "month"], keep="last"
        )
        key = ["series_id", "month"]
        before = self.obs.known(self.last.as_of).set_index(key)["value"]
        wanted = late[late["series_id"].isin(self.series)]
        moved = wanted[
            [
                before.get((s, m)) != v
                for s, m, v in zip(wanted["series_id"], wanted["month"], wanted["value"], strict=True)
            ]
        ]
        count = len(moved) or int(self._history_rewritten())
        first = moved["month"].min() if len(moved) else self.last.last_months[self.series[0]]
        late = late.assign(released=self.last.as_of)
        same_day = pd.MultiIndex.from_frame(known[key]).isin(pd.MultiIndex.from_frame(late[key]))
        known = known[~(same_day & (known["released"] == self.last.as_of).to_numpy())]
        return pd.concat([known, late], ignore_index=True), count, first

    def _history_rewritten(self) -> bool:
        """Whether the source tells another story of the last issue's day than the last issue knew."""
        from forecast.publish.rounds import known_digest

        return (
            known_digest(self.obs, list(self.last.experiment.target.series), self.last.as_of)
            != self.last.known
        )

    def _with_figures(self, table: pd.DataFrame) -> Experiment:
        folder = self.scratch / "revised" / "data"
        folder.mkdir(parents=True, exist_ok=True)
        order = table.sort_values(["series_id", "month", "released"], kind="stable")
        safe_cells(order).to_csv(folder / "observations.csv", index=False)
        for name in ("leaks", "series", "hierarchy", "breaks", "releases", "sources"):
            frame = self.obs.unofficial if name == "leaks" else getattr(self.obs, name)
            if name == "series":
                frame = frame.reset_index()
            if len(frame) and (self.obs.bundled or name in ("leaks", "series")):
                safe_cells(frame).to_csv(folder / f"{name}.csv", index=False)
        exp = replace(self.settings, data=replace(self.settings.data, path=str(folder)))
        calendar = self._last_calendar()
        return replace(exp, events=replace(exp.events, path=calendar))

    # ----------------------------------------------------------------------- events

    def _last_calendar(self) -> str | None:
        """The calendar file of the last issue."""
        names = [n for n in self.last.files if n.startswith("events/") and not n.endswith("event_rules.csv")]
        if not names:
            return self.last.experiment.events.path
        folder = self.scratch / "calendar"
        folder.mkdir(parents=True, exist_ok=True)
        for name in (n for n in self.last.files if n.startswith("events/")):
            write_file(inside(folder, Path(name).name, "source file"), self.last.files[name])
        return str(folder / Path(names[0]).name)

    def _old_calendar(self) -> Path:
        """The last issue's calendar with nothing that became usable since."""
        path = self.scratch / "calendar" / "old.csv"
        source = self._last_calendar()
        raw = pd.read_csv(source or _bundled_events(), dtype=str, keep_default_na=False)
        table = load_events(source).table.set_index("id")
        usable = table.index[table["usable_from"] <= self.last.as_of]
        raw = raw.map(plain_cell)
        raw = raw[raw["id"].isin(usable)]
        open_ends = table.index[~(table["end_usable_from"] <= self.last.as_of)]
        for column in ("end_date", "end_usable_from"):
            if column in raw:
                raw.loc[raw["id"].isin(open_ends), column] = ""
        path.parent.mkdir(parents=True, exist_ok=True)
        safe_cells(raw).to_csv(path, index=False)
        return path

    def _touching(self, path: str | None, day: pd.Timestamp) -> pd.DataFrame:
        known = load_events(path).known(day)
        rows = (
            pd.concat([known.touching(s) for s in self.series])
            .drop_duplicates("id")
            .set_index("id")
            .sort_index()
        )
        drop = [
            c
            for c in (
                "name",
                "description",
                "notes",
                "source_url",
                "source_title",
                "source_date",
                "verification",
            )
            if c in rows
        ]
        return rows.drop(columns=drop)

    @cached_property
    def _same_events(self) -> bool:
        before = self._touching(self._last_calendar(), self.last.as_of)
        now = self._touching(self.source.events.path, self.as_of)
        return bool(before.astype(str).equals(now.astype(str)))

    def _new_events(self) -> Reason:
        before = self._touching(self._last_calendar(), self.last.as_of)
        now = load_events(self.source.events.path).known(self.as_of).table.set_index("id")
        here = self._touching(self.source.events.path, self.as_of)
        new = [
            str(now.loc[i, "name"]) if "name" in now else str(i) for i in here.index.difference(before.index)
        ]
        if new:
            return Reason("more_events" if len(new) > 3 else "new_events", text="; ".join(new[:3]))
        return Reason("calendar_corrected")


def _bundled_events() -> Path:
    from forecast.data.observations import BUNDLED

    return BUNDLED / "events.csv"


def _months_after(
    obs: Observations, series: str, last: pd.Period | None, as_of: pd.Timestamp
) -> list[pd.Period]:
    months = obs.actuals(series, "latest", as_of).index
    return [m for m in months if last is None or m > last]
