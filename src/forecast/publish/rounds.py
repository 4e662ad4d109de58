"""What a round decides and records: is there anything new, what
goes into the archive, what the page is given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from forecast.archive.rows import Entry
from forecast.archive.store import Archive
from forecast.archive.track_record import headline_rows, track_record
from forecast.config.convert import from_plain, group, to_plain
from forecast.config.settings import Experiment
from forecast.config.surroundings import ParallelSpec, PublishSpec
from forecast.data.observations import Observations
from forecast.errors import DataError, counted
from forecast.experiment.run import Correction, Run
from forecast.publish.forecast_only import Forecasts

#: Keys that decide no number of a forecast.
_NEUTRAL = ("parallel", "publish", "overrides", "name", "question", "as_of")


def neutral(exp: Experiment) -> Experiment:
    """Return the experiment without what decides no result, so that a report's bytes do not depend on it."""
    data = replace(exp.data, allow_http=False)  # figures are read from the copies
    return replace(exp, data=data, parallel=ParallelSpec(), publish=PublishSpec())


def settings_json(exp: Experiment) -> str:
    """Return the settings as the archive keeps them."""
    # the order of models is the order of the tables, so it is kept
    return json.dumps(to_plain(neutral(exp)))


def settings_from(text: str) -> Experiment:
    """Return the experiment that an archive keeps."""
    return from_plain(Experiment, json.loads(text))


def settings_digest(exp: Experiment) -> str:
    """Return the hash of the settings that decide a forecast, wherever its files lie and whatever its day."""
    plain = {k: v for k, v in to_plain(exp).items() if k not in _NEUTRAL}
    for key in ("data", "events"):
        plain[key] = {k: v for k, v in group(plain, key).items() if k not in ("path", "allow_http")}
    for key, kept in (("target", ("series", "total")), ("report", ("headline",))):
        plain[key] = {k: v for k, v in group(plain, key).items() if k in kept}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def known_digest(obs: Observations, series: list[str], as_of: pd.Timestamp) -> str:
    """Return the hash of the figures as known on a day."""
    rows = obs.known(as_of, [s for s in series if s in obs.series_ids])
    text = "\n".join(
        f"{s}|{m}|{v:.12g}" for s, m, v in zip(rows["series_id"], rows["month"], rows["value"], strict=True)
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# --------------------------------------------------------------------------- is there anything new?


@dataclass(frozen=True)
class News:
    """What the source has that the last report had not."""

    months: tuple[str, ...]
    revised: int
    rewritten: bool

    @property
    def any(self) -> bool:
        """Whether there is a reason for a report."""
        return bool(self.months or self.revised or self.rewritten)

    def __str__(self) -> str:
        parts = []
        if self.months:
            parts.append(f"new figure{'s' if len(self.months) > 1 else ''} for {', '.join(self.months)}")
        if self.revised:
            parts.append(f"{self.revised} revised figure{'s' if self.revised > 1 else ''}")
        if self.rewritten and not parts:
            parts.append("figures of earlier days that the last report had not")
        return " and ".join(parts) or "no new figure and no revision"


def news(obs: Observations, series: list[str], as_of: pd.Timestamp, last: pd.Series | None) -> News:
    """Return what is new since the last report (a row of `Archive.runs`, None for none)."""
    if last is None:
        months = sorted({str(obs.as_of(as_of, s).last_official[s]) for s in series})
        return News(tuple(months), 0, False)
    day = pd.Timestamp(last.as_of)
    ends = json.loads(last.last_month)
    new: set[str] = set()
    revised = 0
    for name in series:
        before = (
            obs.actuals(name, "latest", day)
            if obs.first_released(name).min() <= day
            else pd.Series(dtype=float)
        )
        now = obs.actuals(name, "latest", as_of)
        end = pd.Period(ends[name], "M") if name in ends else pd.Period("0001-01", "M")
        new |= {str(m) for m in now.index if m > end}
        both = before.index.intersection(now.index)
        revised += int((before.loc[both] != now.loc[both]).sum())
    rewritten = known_digest(obs, series, as_of) != last.known
    return News(tuple(sorted(new)), revised, rewritten)


def refuse_shrinking(obs: Observations, archive: Archive, series: list[str]) -> None:
    """Refuse a source from which figures that were seen earlier have gone: it is cut short, or another one.

    Raises
    ------
    DataError
        With how many are missing, and the first of them.
    """
    if not archive.path.is_file():
        return
    seen = archive.vintages(series)
    if seen.empty:
        return
    table = obs.table[obs.table["series_id"].isin(series)]
    here = set(
        zip(
            table["series_id"],
            table["month"].astype(str),
            table["released"].dt.strftime("%Y-%m-%d"),
            strict=True,
        )
    )
    gone = [
        key for key in zip(seen["series_id"], seen["month"], seen["released"], strict=True) if key not in here
    ]
    if gone:
        name, month, day = gone[0]
        raise DataError(
            f"the source lacks {counted(len(gone), 'figure')} seen earlier, the first: {name}"
            f" {month}, released {day}. It may be cut short or still being written; nothing was changed. If"
            " they are gone for good: --force"
        )


# --------------------------------------------------------------------------- what is recorded


def last_months(obs: Observations, series: list[str], as_of: pd.Timestamp) -> dict[str, str]:
    """Return the last official month of each series."""
    return {s: str(obs.as_of(as_of, s).last_official[s]) for s in series}


def entry_of(
    result: Run | Forecasts,
    exp: Experiment,
    obs: Observations,
    kind: str,
    written: str,
    software: Mapping[str, str],
) -> Entry:
    """Return a round as the archive takes it, without what it is compared with."""
    series = list(exp.target.series)
    forecasts = result.forecasts
    if len(result.scenarios):
        forecasts = pd.concat([forecasts, result.scenarios], ignore_index=True)
    folds = result.folds
    scores = result.scores
    seen = obs.table[obs.table["series_id"].isin(series)]
    return Entry(
        experiment=exp.name,
        kind=kind,
        as_of=str(result.as_of.date()),
        headline=exp.report.headline,
        baseline=exp.backtest.baseline,
        last_month=json.dumps(last_months(obs, series, result.as_of)),
        config=settings_json(exp),
        config_digest=settings_digest(exp),
        figures=str(result.digests.get("figures", "")),
        events=str(result.digests.get("events", "")),
        known=known_digest(obs, series, result.as_of),
        software=software,
        forecasts=forecasts[forecasts["value"].notna()],
        written=written,
        vintages=seen,
        # one fold a row and round, and whatever failed: all folds of every round would grow with its square
        folds=folds[(folds["origin"] == result.as_of) | (folds["status"] == "failed")],
        scores=(
            scores[(scores["era"] == "all") & scores["metric"].isin(["mae", "wis", "rmse"])]
            if len(scores)
            else scores
        ),
    )


# --------------------------------------------------------------------------- the record


def record_of(
    archive: Archive,
    exp: Experiment,
    obs: Observations,
    as_of: pd.Timestamp,
    before: int | None = None,
    since: str = "",
) -> pd.DataFrame:
    """Return the record of an experiment: what was published, and what was replayed with today's settings.

    Parameters
    ----------
    archive, exp, obs
    as_of : date
        Figures public then are the truth.
    before : int, optional
        Only rounds before this one.
    since : str
        Only rounds of this day (ISO) and later; a backfill would else read all rounds for each round.
    """
    runs = archive.runs(exp.name) if archive.path.is_file() else pd.DataFrame()
    if len(runs) and before is not None:
        runs = runs[runs["id"] < before]
    if len(runs) and since:
        runs = runs[runs["as_of"] >= since]
    if runs.empty:
        return track_record(pd.DataFrame(), obs)
    mine = (runs["kind"] == "published") | (runs["config_digest"] == settings_digest(exp))
    ids = [int(i) for i in runs.loc[mine, "id"]]
    return track_record(archive.forecasts(ids), obs, as_of)


def as_issue(
    result: Run, exp: Experiment, record: pd.DataFrame, changed: pd.DataFrame, corrects: Correction | None
) -> Run:
    """Return a run as the page takes it: the public record before this issue, the replay, what changed."""
    from forecast.report import view

    main = view.headline_series(result)
    told = view.track_record(view.replayed(result, main), main)
    published = headline_rows(record, exp.report.headline, "published")
    published = published[published["origin"] < result.as_of]
    if len(published):
        told = pd.concat([published, told], ignore_index=True) if len(told) else published
    mine = changed[changed["series_id"] == main].drop(columns="series_id") if len(changed) else pd.DataFrame()
    return replace(result, experiment=neutral(exp), track_record=told, changes=mine, correction=corrects)
