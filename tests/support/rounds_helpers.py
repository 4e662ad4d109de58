"""A small experiment with its own source, for tests of the monthly round; other processes import it too."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.config.settings import (
    BacktestSpec,
    CombinationSpec,
    DataSpec,
    EventsSpec,
    Experiment,
    ModelSpec,
    PublishSpec,
    ReportSpec,
    TargetSpec,
)
from forecast.publish.publish import publish_report

__all__ = ["Rounds", "light", "publish_report", "replace"]


def light(patch=setattr):
    """Leave out what a round does not decide: drawings of the page, scores of the replay."""
    from forecast.experiment import scores
    from forecast.files import digest
    from forecast.publish import release
    from forecast.report.write.files import csv_bytes, experiment_yaml, json_bytes

    def page(run, folder, command="", png=True):
        folder.mkdir(parents=True)
        middle = run.median().iloc[0, 0]
        (folder / "report.json").write_bytes(
            json_bytes({"name": "Test", "h1": f"About {middle:,.0f}", "standfirst": "So it is."})
        )
        (folder / "index.html").write_text(
            f"<!doctype html><title>Test</title><p>{middle:,.0f} {command}</p>"
        )
        (folder / "experiment.yaml").write_text(experiment_yaml(run.experiment))
        for name in ("forecasts", "observations", "changes", "track_record"):
            (folder / f"{name}.csv").write_bytes(csv_bytes(getattr(run, name), name))
        files = {p.name: digest(p.read_bytes()) for p in folder.iterdir()}
        (folder / "manifest.json").write_bytes(json_bytes({"files": files}))

    patch(release, "write_report", page)
    for name in ("score", "calibrate", "compare"):
        patch(scores, name, lambda *words, **more: pd.DataFrame())


class Rounds:
    """A folder with a source that grows month by month, an archive and a site."""

    def __init__(self, where, months=66, seed=1):
        self.where = Path(where)
        self.file, self.calendar = self.where / "f.csv", self.where / "events.csv"
        self.site, self.archive = self.where / "site", self.where / "a.sqlite"
        rng = np.random.default_rng(seed)
        index = pd.period_range("2018-01", periods=months, freq="M")
        level = np.cumsum(rng.normal(0, 0.08, months)) + 9
        self.table = pd.DataFrame(
            {
                "series_id": "a",
                "month": index.astype(str),
                "value": np.round(np.exp(level)).astype(int),
                "released": (index.to_timestamp(how="end").normalize() + pd.Timedelta(days=20)).strftime(
                    "%Y-%m-%d"
                ),
            }
        )

    def released(self, months):
        """The day on which the last of so many months came out."""
        return self.table["released"].iloc[months - 1]

    def write(self, months, revisions=()):
        """Write the source as it stands after so many months; revisions are (month, factor, day)."""
        table = self.table.head(months)
        rows = [table]
        for month, factor, day in revisions:
            row = table[table["month"] == month].copy()
            row["value"], row["released"] = (row["value"] * factor).round().astype(int), day
            rows.append(row)
        part = self.file.with_suffix(".part")
        pd.concat(rows).sort_values(["month", "released"]).to_csv(part, index=False)
        part.replace(self.file)

    def events(self, *rows):
        """Write a calendar; rows are (id, usable_from, effective_start)."""
        lines = [f"{i},{usable},{usable},{start},step,1" for i, usable, start in rows]
        self.calendar.write_text(
            "\n".join(["id,announced_date,usable_from,effective_start,shape,priority", *lines]) + "\n"
        )

    def experiment(self, **publish_words):
        """Return the experiment; keywords go to its `publish`."""
        return Experiment(
            name="e",
            question="What comes next?",
            horizon=4,
            data=DataSpec(path=str(self.file), expected_by=35),
            events=EventsSpec(path=str(self.calendar) if self.calendar.exists() else None),
            target=TargetSpec(series=("a",)),
            model={"random_walk": ModelSpec("random_walk"), "drift": ModelSpec("drift")},
            combination={"short": CombinationSpec(members=("random_walk", "drift"))},
            backtest=BacktestSpec(start="2021-01", starts="warm"),
            report=ReportSpec(headline="short", png=False, eras={"all years": ("2018-01", "2030-01")}),
            publish=PublishSpec(
                **{
                    "archive": str(self.archive),
                    "site": str(self.site),
                    "wait_seconds": 0.3,
                    "backup": False,
                    "catch_up": "skip",
                    **publish_words,
                }
            ),
        )

    def publish(self, today=None, **words):
        """Publish, a day after the newest figure unless told; keywords that `PublishSpec` knows go there."""
        if today is None:
            today = pd.Timestamp(pd.read_csv(self.file)["released"].max()) + pd.Timedelta(days=1)
        known = {k: words.pop(k) for k in list(words) if k in PublishSpec.__dataclass_fields__}
        return publish_report(self.experiment(**known), today=today, **words)
