"""The track record as text."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pandas as pd

from forecast.archive.store import Archive
from forecast.archive.track_record import headline_rows, others, summarise, worst_miss
from forecast.config.settings import Experiment
from forecast.data.load import load_observations
from forecast.data.observations import Observations
from forecast.data.show import amount
from forecast.errors import counted
from forecast.experiment.pipeline import figures_of
from forecast.publish.content import by_others
from forecast.publish.fetching import reading_folder
from forecast.publish.rounds import record_of
from forecast.publish.sources import laid_out
from forecast.publish.vintages import with_first_counts
from forecast.report.codes import miss_sentence, selection


def record_table(exp: Experiment, now: dt.datetime) -> tuple[Observations, pd.DataFrame]:
    """Return the figures and the record of an experiment, a row for each forecast of a month."""
    archive = Archive(Path(exp.publish.archive))
    day = pd.Timestamp(now.date())
    obs = with_first_counts(_figures(exp, archive), archive, list(exp.target.series), day)
    return obs, record_of(archive, exp, obs, min(day, obs.newest_release()))


def _figures(exp: Experiment, archive: Archive) -> Observations:
    """Return the figures by which forecasts are judged: those of the source, or what the archive saw last.

    Where no source is named, the newest of what the package brings and what was published.
    """
    source = reading_folder(exp)
    if source.data.path is not None and (exp.data.path is not None or Path(source.data.path).is_dir()):
        return figures_of(source)
    runs = archive.runs(exp.name) if archive.path.is_file() else pd.DataFrame()
    if runs.empty:
        return figures_of(exp)
    with tempfile.TemporaryDirectory(prefix="forecast-record-") as scratch:
        last = figures_of(laid_out(exp, archive.inputs(int(runs["id"].iloc[-1])), Path(scratch)))
    bundled = load_observations()
    has_all = set(exp.target.series) <= set(bundled.series_ids)
    return bundled if has_all and bundled.newest_release() > last.newest_release() else last


def record_text(exp: Experiment, now: dt.datetime) -> str:
    """Return how the forecasts of an experiment did, published and replayed apart."""
    obs, record = record_table(exp, now)
    headline = exp.report.headline
    lines = []
    for kind in ("published", "replayed"):
        rows = record[record["kind"] == kind]
        scored = rows[rows["truth"].notna()]
        if rows.empty:
            lines.append(f"{kind}: none")
            continue
        head = (
            f"{kind}: {counted(rows['origin'].nunique(), 'issue')}, {counted(len(scored), 'forecast')} scored"
        )
        lines += [head, _table(summarise(rows, exp.backtest.baseline), headline)]
        for series in exp.target.series:
            mine = headline_rows(rows, headline, kind)
            worst = worst_miss(mine[mine["series_id"] == series])
            lines += [f"  {series}. {miss_sentence(worst)}"] if worst else []
    found = by_others(exp, {})
    if len(found):
        table = others(found, obs, record, headline)
        if len(table):
            shown = table[
                [
                    "forecaster",
                    "made",
                    "first_month",
                    "last_month",
                    "point",
                    "actual",
                    "percent",
                    "ours",
                    "ours_kind",
                ]
            ]
            lines += [
                "forecasts by others",
                shown.to_string(index=False, na_rep="", float_format=amount),
                selection(),
            ]
    return "\n".join(lines)


def _table(summary: pd.DataFrame, headline: str) -> str:
    rows = summary[summary["horizon"].isin(["1", "3", "6", "12", "all"])].copy()
    if rows.empty:
        return "  none can be scored yet"
    rows["model"] = [f"{'* ' if m == headline else '  '}{m}" for m in rows["model"]]
    rows["skill"] = [f"{100 * v:+.0f}%" if v == v else "" for v in rows["skill"]]
    rows["rank"] = [
        f"{r:.0f} of {of}" if r == r else "" for r, of in zip(rows["rank"], rows["of"], strict=True)
    ]
    rows["80% held"] = [
        f"{100 * h:.0f}% ({100 * a:.0f} to {100 * b:.0f})" if h == h else ""
        for h, a, b in zip(rows["held_80"], rows["held_80_lower"], rows["held_80_upper"], strict=True)
    ]
    shown = rows[
        [
            "series_id",
            "model",
            "knowledge",
            "horizon",
            "n",
            "mae",
            "wis",
            "wis_first",
            "skill",
            "rank",
            "80% held",
        ]
    ]
    return shown.to_string(index=False, na_rep="", float_format=amount)
