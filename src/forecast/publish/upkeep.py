"""Looking after what was published: the record, the archive, a report made again."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from forecast.archive.store import Archive
from forecast.config.settings import Experiment
from forecast.errors import ConfigError, DataError, counted
from forecast.publish import folders, record
from forecast.publish.desk import Outcome, answered, desk_of, now, refuse_damaged
from forecast.publish.release import remade


def track_record(experiment: Experiment) -> Outcome:
    """Return the record of an experiment in words and numbers, published and replayed apart."""

    def told() -> Outcome:
        refuse_damaged(Archive(Path(experiment.publish.archive)))
        return Outcome(0, record.record_text(experiment, now()))

    return answered(told)


def record_table(experiment: Experiment) -> pd.DataFrame:
    """Return the record of an experiment as a table, a row for each forecast of a month."""
    refuse_damaged(Archive(Path(experiment.publish.archive)))
    return record.record_table(experiment, now())[1]


def archive_check(path: str | Path, *experiments: Experiment) -> Outcome:
    """Check an archive whole, and the site of an experiment
    against it; code 4 where something was changed.
    """

    def checked() -> Outcome:
        archive = Archive(Path(path))
        text = archive.check()
        if not experiments:
            return Outcome(0, f"{text}\npublished reports: not compared, since no experiment was named")
        found = [
            folders.compare_published(archive.runs(exp.name), Path(exp.publish.site)) for exp in experiments
        ]
        lines = [line for told, _ in found for line in told]
        every = archive.runs()
        left = set(every.loc[every["path"].notna(), "experiment"]) - {exp.name for exp in experiments}
        if left:
            lines.append(f"reports of {', '.join(sorted(left))} are not compared: name their experiment")
        same = all(same for _, same in found)
        return Outcome(0 if same else DataError.exit_code, "\n".join([text, *lines]))

    return answered(checked)


def archive_backup(path: str | Path, target: str | Path) -> Outcome:
    """Copy an archive to a file or into a folder, and check the copy."""
    return answered(lambda: Outcome(0, Archive(Path(path)).backup(target)))


def archive_export(path: str | Path, folder: str | Path) -> Outcome:
    """Write an archive as CSV files into a new folder."""
    return answered(lambda: Outcome(0, Archive(Path(path)).export(Path(folder))))


def archive_vacuum(path: str | Path) -> Outcome:
    """Rewrite an archive without gaps."""
    return answered(lambda: Outcome(0, Archive(Path(path)).vacuum()))


def rerun(experiment: Experiment, folder: str | Path) -> Outcome:
    """Make a published report again from the archive and say what differs.

    Returns
    -------
    Outcome
        Code 0 when every byte but the manifest's is the same, 1 when not.
    """
    desk = desk_of(experiment)

    def again() -> Outcome:
        refuse_damaged(desk.archive)
        rows = desk.archive.runs(desk.exp.name)
        target = Path(folder)
        rows = rows[[str(p) != "None" and target.as_posix().endswith(str(p)) for p in rows["path"]]]
        if rows.empty:
            raise ConfigError(f"{folder}: is no report of '{desk.exp.name}' in {desk.archive.path}")
        with tempfile.TemporaryDirectory(prefix="forecast-again-") as scratch:
            made = remade(desk.archive, rows.iloc[-1], Path(scratch))
            lines = folders.differences(target, made)
            same = folders.folder_digest(made) == rows["digest"].iloc[-1]
        if not lines:
            return Outcome(0, f"{target}: made again from the archive, every byte the same but the manifest")
        note = (
            "the new ones are as the archive remembers them: the folder was changed"
            if same
            else "compare the versions in manifest.json"
        )
        return Outcome(1, "\n".join([*lines, f"{counted(len(lines), 'difference')}; {note}"]))

    return answered(again)
