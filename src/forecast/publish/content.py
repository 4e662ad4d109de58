"""From the archive to what the site shows."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from forecast.archive.store import Archive
from forecast.archive.track_record import (
    LEVEL_COLUMNS,
    headline_rows,
    others,
    summarise,
    worst_miss,
)
from forecast.config.settings import Experiment
from forecast.data.beside import read_published
from forecast.data.observations import BUNDLED, Observations
from forecast.data.releases import is_late, next_release
from forecast.errors import ForecastError
from forecast.files import plain_cell
from forecast.publish.folders import folder_of
from forecast.publish.rounds import record_of
from forecast.report.codes import Late, late_sentence
from forecast.report.site import LatestCount, SiteContent, SiteIssue, Status
from forecast.tables import forecasts


def staleness(exp: Experiment, obs: Observations, today: pd.Timestamp) -> Late | None:
    """Return the month whose figure is late, or None. Judged only where `data.expected_by` says by when.

    A clock that stands before the newest figure is wrong, and nothing is judged by it.
    """
    if exp.data.expected_by is None or today < obs.newest_release():
        return None
    late = [s for s in exp.target.series if is_late(obs, s, today, exp.data.expected_by)]
    if not late:
        return None
    return Late(next_release(obs, late[0], today).month, exp.data.expected_by)


def status_of(
    exp: Experiment,
    obs: Observations,
    today: pd.Timestamp,
    late: Late | None,
    code: int,
    message: str,
    checked: str,
) -> Status:
    """Return what `status.json` says."""
    name = exp.target.series[0]
    day = max(today, obs.newest_release())
    try:
        due = next_release(obs, name, day)
        expected = {
            "month": str(due.month),
            **{k: str(getattr(due, k).date()) for k in ("earliest", "usual", "latest")},
        }
    except ForecastError:
        expected = {}
    return {
        "state": "stale" if late else "up to date",
        "checked": checked,
        "code": code,
        "message": message,
        "latest_month": str(obs.as_of(day, name).last_official[name]),
        "newest_release": str(obs.newest_release().date()),
        "next_expected": expected,
        "clock_before_newest_release": bool(today < obs.newest_release()),
        "banner": late_sentence(late) if late else "",
    }


def site_content(
    archive: Archive,
    exp: Experiment,
    obs: Observations,
    site: Path,
    late: Late | None,
    status: Status,
    published_by_others: pd.DataFrame,
) -> SiteContent:
    """Collect what the site shows, from the archive and the figures."""
    runs = archive.runs(exp.name)
    issues = _issues(runs, site)
    day = obs.newest_release()
    record = record_of(archive, exp, obs, day)
    headline = exp.report.headline
    rows = {kind: headline_rows(record, headline, kind) for kind in ("published", "replayed")}
    summary = summarise(record, exp.backtest.baseline)
    main = exp.target.series[0]
    forecast, latest, changed = _newest(archive, runs, headline, obs, main)
    labels = {s: str(obs.series.loc[s, "name"]) for s in exp.target.series}
    title = str(obs.series.loc[main, "title"])
    report = next((folder_of(site, i.path) for i in issues if i.kind == "published"), None)
    chart, chart_label = newest_chart(report)
    return SiteContent(
        name=_name(site, issues, title or f"Forecast report: {labels[main]}"),
        publisher=str(obs.series.loc[main, "publisher"]),
        experiment=exp.name,
        question=exp.question,
        issues=issues,
        forecast=forecast,
        latest=latest,
        record=rows["published"],
        replay=rows["replayed"],
        summary=summary[summary["series_id"] == main].reset_index(drop=True),
        worst={kind: worst_miss(table[table["series_id"] == main]) for kind, table in rows.items()},
        others=others_of(report, published_by_others, obs, record, headline),
        chart=chart,
        chart_label=chart_label,
        labels=labels,
        changed=changed,
        late=late,
        status=status,
        url=exp.publish.url,
        headline=headline,
        language=exp.report.language,
    )


def _issues(runs: pd.DataFrame, site: Path) -> tuple[SiteIssue, ...]:
    """Return the reports that the site has, the newest first."""
    return tuple(
        SiteIssue(
            path=str(row["path"]),
            title=str(row["title"]),
            summary=str(row["summary"]),
            as_of=str(row["as_of"]),
            written=str(row["written"]),
            revision=int(row["revision"]),
            kind=str(row["kind"]),
        )
        for row in runs[runs["path"].notna()].iloc[::-1].to_dict("records")
        if folder_of(site, str(row["path"])).is_dir()
    )


def _newest(
    archive: Archive, runs: pd.DataFrame, headline: str, obs: Observations, series_id: str
) -> tuple[pd.DataFrame, dict[str, LatestCount], pd.DataFrame]:
    """Return the newest published forecast, the last counts that it knew, and what changed for one series."""
    newest = runs[runs["kind"] == "published"].tail(1)
    if not len(newest):
        return pd.DataFrame(), {}, pd.DataFrame()
    run, as_of = int(newest["id"].iloc[0]), newest["as_of"].iloc[0]
    latest: dict[str, LatestCount] = {}
    for name, month in json.loads(newest["last_month"].iloc[0]).items():
        value = obs.actuals(name, "latest", as_of).get(pd.Period(month, "M"))
        if value is not None:
            latest[name] = {"month": month, "value": float(value)}
    steps = archive.changes(run)
    forecast = _wide(forecasts.headline(archive.forecasts([run], headline), headline))
    return forecast, latest, steps[steps["series_id"] == series_id]


def newest_chart(report: Path | None) -> tuple[str, str]:
    """Return the drawing of the newest forecast and its words; nothing where the report has none."""
    try:
        told = json.loads((report / "report.json").read_text(encoding="utf-8")) if report else {}
        lead = told.get("index", told).get("lead") or {}
        drawn = (report / "figures" / f"{lead['name']}.svg").read_text(encoding="utf-8") if report else ""
        return drawn, str(lead["label"])
    except (OSError, ValueError, KeyError):
        return "", ""


def others_of(
    report: Path | None, published: pd.DataFrame, obs: Observations, record: pd.DataFrame, headline: str
) -> pd.DataFrame:
    """Return forecasts by others as the newest report has them: site and report answer with one look-up."""
    if report is not None and (report / "others.csv").is_file():
        texts = ("forecaster", "made", "first_month", "last_month", "series_id", "source", "note", "reason")
        table = pd.read_csv(
            report / "others.csv", keep_default_na=False, na_values=[""], dtype=dict.fromkeys(texts, str)
        )
        return table.assign(**{c: table[c].fillna("").map(plain_cell) for c in texts if c in table})
    return (
        others(published, obs, record, headline, obs.newest_release()) if len(published) else pd.DataFrame()
    )


def _wide(table: pd.DataFrame) -> pd.DataFrame:
    wide = forecasts.wide(table, "series_id", "month", "horizon")
    out = wide.index.to_frame(index=False)
    for column, level in LEVEL_COLUMNS.items():
        out[column] = wide[level].to_numpy() if level in wide else float("nan")
    return out


def _name(site: Path, issues: tuple[SiteIssue, ...], otherwise: str) -> str:
    """The name that the newest page has, so that site and page agree."""
    for issue in issues[:1]:
        try:
            told = json.loads((folder_of(site, issue.path) / "report.json").read_text(encoding="utf-8"))
            return str(told["name"] if "name" in told else told["index"]["title"])
        except (OSError, ValueError, KeyError):
            break
    return otherwise


def by_others(exp: Experiment, files: dict[str, bytes]) -> pd.DataFrame:
    """Return the table of forecasts by others of a source, if it has one."""
    data = files.get("data/published.csv")
    if data is None and exp.data.path is None and (BUNDLED / "published.csv").is_file():
        data = (BUNDLED / "published.csv").read_bytes()
    if data is None:
        return pd.DataFrame()
    return read_published("published.csv", data)
