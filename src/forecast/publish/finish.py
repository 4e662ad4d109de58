"""The end of a round: the site anew from the archive, a copy of the archive, the hub, the hook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from forecast.backtesting import fold_cache
from forecast.data.observations import Observations
from forecast.errors import ForecastError
from forecast.files import inside, write_file
from forecast.publish.content import by_others, site_content, staleness, status_of
from forecast.publish.desk import Desk, Outcome, now
from forecast.publish.hooks import run_hook
from forecast.publish.sources import Source


def finish(desk: Desk, source: Source, obs: Observations, outcome: Outcome) -> list[str]:
    """Rebuild the site from the archive, keep a copy of it, forget
    kept folds; return what went wrong on the way.
    """
    from forecast.report.site import site_files

    desk.on_step("site")
    checked = now().strftime("%Y-%m-%dT%H:%M:%SZ")
    message = outcome.text.splitlines()[0] if outcome.text else ""
    stale = staleness(desk.exp, obs, desk.today)
    status = status_of(desk.exp, obs, desk.today, stale, outcome.code, message, checked)
    # a report in between, such as a revision's, does not make the same late figure news again
    status["told"] = status["banner"] if outcome.code == 6 else desk.last_round().told
    others = by_others(desk.exp, dict(source.files))
    content = site_content(desk.archive, desk.exp, obs, desk.site, stale, status, others)
    for name, data in site_files(content).items():
        write_file(inside(desk.site, name, "site file"), data)
    _hub(desk, obs)
    desk.on_step("backup")
    notes = []
    if desk.exp.publish.backup:
        try:
            desk.archive.backup(desk.archive.path.with_name(f"{desk.archive.path.name}.backup"))
        except ForecastError as error:
            # the report is out and archived: a copy that could not be made is told and no more
            notes.append(f"no backup was made: {error}")
    fold_cache.forget_others(desk.cache)
    desk.on_step("done")
    return notes


def _hub(desk: Desk, obs: Observations) -> None:
    """Add what was published to a forecast hub, if one is kept."""
    if desk.exp.publish.hub is None:
        return
    from forecast.archive.hub import write_hub

    runs = desk.archive.runs(desk.exp.name, "published")
    if len(runs):
        forecasts = desk.archive.forecasts([int(i) for i in runs["id"]])
        # a hub takes one file a model and day: what was said first
        keep = runs.drop_duplicates("as_of", keep="first")["id"]
        write_hub(
            forecasts[forecasts["run"].isin(keep)], obs, Path(desk.exp.publish.hub), desk.exp.publish.team
        )


def with_hook(desk: Desk, outcome: Outcome, told: str) -> Outcome:
    """Run the hook that belongs to what came of a round; of a late figure it is told once.

    Parameters
    ----------
    told : str
        The banner of late figures that was told before this round, if there was one.

    Notes
    -----
    An issue that waits for a person is told by `publish.on_failure`: it is no news to anybody else yet.
    """
    spec = desk.exp.publish
    staged = outcome.folder is not None and outcome.folder.parent == desk.staged
    public = outcome.code == 0 and not staged
    words = spec.on_success if public else spec.on_failure if outcome.code not in (3, 7) else ()
    if outcome.code == 6 and told and told == desk.last_round().banner:
        return outcome
    facts: Mapping[str, str] = {
        "code": str(outcome.code),
        "experiment": desk.exp.name,
        "folder": str(outcome.folder or ""),
        "site": str(desk.site),
        "url": spec.url,
        "text": outcome.text,
    }
    said = run_hook(words, facts, spec.hook_seconds)
    return replace(outcome, text=f"{outcome.text}\n{said}") if said else outcome
