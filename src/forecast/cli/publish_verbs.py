"""The verbs that publish and look after what was published."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from forecast.cli.options import (
    Options,
    accept_option,
    json_option,
    no_unknown_options,
    subverbs,
)
from forecast.cli.terminal import complain, records, say, say_json
from forecast.config.bounds import is_month
from forecast.config.settings import Experiment
from forecast.errors import ConfigError

if TYPE_CHECKING:
    from forecast.publish.desk import Outcome


def declare_publish(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `publish`."""
    parser.add_argument("--dry-run", action="store_true", help="say what would be done and do nothing")
    parser.add_argument(
        "--force", action="store_true", help="publish though nothing is new, or figures have gone"
    )
    parser.add_argument("--as-of", metavar="DATE", help="as known on a past day; kept as replayed")
    parser.add_argument("--backfill", metavar="A..B", help="replay all months of data from A to B")
    accept_option(parser)
    parser.add_argument("--release", action="store_true", help="publish the issue that publish.hold staged")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress; only what came of it")
    json_option(parser)


def publish(options: Options, rest: list[str]) -> int:
    """Publish one more report, or replay past ones."""
    from forecast.publish import publish
    from forecast.publish.several import parts_of, publish_several

    experiments = [_accepted(exp, options.accept) for exp in _experiments(rest, options.config_dir)]
    progress = not (options.quiet or options.json)
    if options.backfill:
        _refuse_beside_backfill(options)
        made = [
            publish.backfill(exp, options.backfill, dry_run=options.dry_run, progress=progress)
            for exp in parts_of(experiments)
        ]
        return max(told(outcome, options.json) for outcome in made)
    for exp in experiments:
        if hooks := named_hooks(exp):
            (say if progress else complain)(hooks)
    words: dict[str, Any] = {
        "dry_run": options.dry_run,
        "force": options.force,
        "as_of": options.as_of,
        "command": " ".join(["forecast", "publish", *rest]),
        "progress": progress,
        "release": options.release,
    }
    if len(experiments) > 1:
        return told(publish_several(experiments, **words), options.json)
    return told(publish.publish_report(experiments[0], **words), options.json)


def _refuse_beside_backfill(options: Options) -> None:
    """Refuse options that a backfill would ignore."""
    given = {
        "--force": options.force,
        "--as-of": options.as_of,
        "--release": options.release,
        "--accept": options.accept,
    }
    if ignored := [name for name, value in given.items() if value]:
        raise ConfigError(f"{ignored[0]}: does not go with --backfill; leave one of the two out")


def named_hooks(exp: Experiment) -> str:
    """Return a line that names the commands which a round would start; empty if there are none."""
    hooks = {"on_success": exp.publish.on_success, "on_failure": exp.publish.on_failure}
    started = [f"{key} starts `{shlex.join(words)}`" for key, words in hooks.items() if words]
    return f"hooks of {exp.name}: {'; '.join(started)}" if started else ""


def _experiments(words: Sequence[str], config_dirs: Sequence[str]) -> list[Experiment]:
    """Return the experiments that words name: `experiment=a,b` names two, the other words go to each."""
    from forecast.cli import run

    no_unknown_options(words)
    named = [word.removeprefix("experiment=") for word in words if word.startswith("experiment=")]
    others = [word for word in words if not word.startswith("experiment=")]
    names = ",".join(named or ["monthly"]).split(",")
    plans = [run.plan([f"experiment={name}", *others], config_dirs) for name in names]
    if any(plan.sweep for plan in plans):
        raise ConfigError(
            "hydra.mode: this verb takes experiments, not a sweep; `forecast -m ...` runs sweeps"
        )
    return [plan.experiments[0] for plan in plans]


def told(outcome: Outcome, as_json: bool = False) -> int:
    """Say what came of a call and return its code."""
    if as_json:
        say_json(_plain(outcome))
    elif outcome.code in (0, 3):
        say(outcome.text)
    else:
        complain(outcome.text)
    return int(outcome.code)


def _plain(outcome: Outcome) -> dict[str, Any]:
    plain: dict[str, Any] = {"code": outcome.code, "text": outcome.text, "folder": outcome.folder}
    if outcome.parts:
        plain["experiments"] = {name: _plain(part) for name, part in outcome.parts.items()}
    return plain


def declare_record(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `track-record`."""
    json_option(parser)


def track_record(options: Options, rest: list[str]) -> int:
    """Print the record of an experiment."""
    from forecast.publish import upkeep

    experiments = _experiments(rest, options.config_dir)
    if options.json:
        found = [{"experiment": exp.name, "record": records(upkeep.record_table(exp))} for exp in experiments]
        say_json(found[0] if len(found) == 1 else found)
        return 0
    codes = []
    for exp in experiments:
        if len(experiments) > 1:
            say(f"== {exp.name}")
        codes.append(told(upkeep.track_record(exp)))
    return max(codes)


def declare_archive(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs of `archive`."""
    parser.add_argument("--path", metavar="FILE", help="default: publish.archive of the experiment")
    add = subverbs(parser)
    add("check", "is it whole?", "forecast archive check")
    add("backup", "a checked copy", "forecast archive backup copies/").add_argument("target", metavar="PATH")
    add("export", "every table as CSV", "forecast archive export tables/").add_argument(
        "target", metavar="FOLDER"
    )
    add("vacuum", "give space back", "forecast archive vacuum")


def archive(options: Options, rest: list[str]) -> int:
    """Look after an archive."""
    from forecast.publish import upkeep
    from forecast.publish.several import parts_of

    experiments = parts_of(_experiments(rest, [])) if rest or not options.path else []
    path = options.path or experiments[0].publish.archive
    calls: dict[str, Callable[[], Outcome]] = {
        "check": lambda: upkeep.archive_check(path, *experiments),
        "backup": lambda: upkeep.archive_backup(path, options.target),
        "export": lambda: upkeep.archive_export(path, options.target),
        "vacuum": lambda: upkeep.archive_vacuum(path),
    }
    return told(calls[options.what]())


def fetch(options: Options, rest: list[str]) -> int:
    """Fetch new figures."""
    from forecast.publish import publish

    experiments = [_accepted(exp, options.accept) for exp in _experiments(rest, options.config_dir)]
    return told(publish.fetch(*experiments, dry_run=options.dry_run))


def _accepted(exp: Experiment, months: Sequence[str]) -> Experiment:
    """Return the experiment with the months that a person accepted."""
    if wrong := [month for month in months if not is_month(month)]:
        raise ConfigError(f"--accept: '{wrong[0]}' is not a month such as 2026-10")
    accept = (*exp.publish.accept, *months)
    return replace(exp, publish=replace(exp.publish, accept=accept))
