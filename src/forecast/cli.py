"""The command: its verbs, and Hydra at this edge.

Heavy imports live inside functions, so that `forecast --help` answers at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from forecast.spec import ConfigError, DataError, Finding, ForecastError

HELP = """\
forecast: figures and events as known on a date in, forecasts with honest ranges and a report out.

  forecast [run] experiment=NAME [key=value ...]   run an experiment and write its report
  forecast -m model=arima,ridge [key=value ...]    run one job for each combination, print their table
  forecast list                                    experiments with their questions, models, series
  forecast data check FILE                         is a file of figures right? all findings at once
  forecast data import FILE... --into FOLDER       official or tidy files into a folder of figures
  forecast data show SERIES [--as-of DATE]         figures as known on a date
  forecast events check FILE                       is a calendar right?
  forecast events show [--as-of DATE] [--series S] the calendar as a timeline
  forecast events add FILE COLUMN=VALUE ...        one event more, if the file then passes every check
  forecast events detect SERIES [--as-of DATE]     breaks in a series, and which events stand near them
  forecast publish experiment=monthly              one round: new figures? run, archive, score, site (for schedulers)
  forecast track-record experiment=monthly         how the published forecasts did
  forecast archive check | backup PATH | export FOLDER | vacuum
  forecast compare RUN...                          scores of run folders side by side
  forecast rerun RUN                               make a run again from its folder; are the bytes the same?
  forecast doctor                                  what a bug report needs

options of run:
  -m, --multirun      every value of key=a,b in a job of its own
  --plugin FILE.py    a file that registers models of your own (may be given again)
  --config-dir DIR    a folder with experiments of your own, beside ./conf and FORECAST_CONF
  -q, --quiet         print the path only
  --version, --help

example: forecast experiment=guatemala_2024 model=[random_walk,arima] horizon=6
exit codes: 0 done, 1 a folder or disk that cannot be written, 2 wrong words, 3 nothing new to publish, 4 wrong content of a file, 5 every fold of a model failed,
6 figures are stale, 7 another publisher holds the lock, 130 interrupted
"""

#: Options that Hydra answers by itself.
_HYDRA_FLAGS = (
    "--cfg",
    "-c",
    "--info",
    "-i",
    "--hydra-help",
    "--shell-completion",
    "-sc",
    "--resolve",
    "--package",
    "-p",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    verbs: dict[str, Callable[[list[str]], int]] = {
        "run": _run,
        "list": _list,
        "data": _data,
        "events": _events,
        "publish": _publish,
        "track-record": _track_record,
        "archive": _archive,
        "compare": _compare,
        "rerun": _rerun,
        "doctor": _doctor,
    }
    if not words or words[0] in ("-h", "--help", "help"):
        _say(HELP.rstrip())
        return 0
    if words[0] == "--version":
        from forecast import __version__

        _say(f"forecast {__version__}")
        return 0
    first = words[0]
    try:
        if first in verbs:
            return verbs[first](words[1:])
        if not first.startswith("-") and "=" not in first:
            from forecast.spec import nearest

            raise ConfigError(
                f"there is no verb '{first}'.{nearest(first, verbs)} `forecast --help` lists them"
            )
        return _run(words)
    except ForecastError as error:
        _complain(error)
        return error.exit_code
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        print("\ninterrupted; finished chains are kept, the same command goes on", file=sys.stderr)  # noqa: T201
        return 130
    except OSError as error:
        _complain(error)
        return 1


def _say(text: str = "") -> None:
    print(text, flush=True)  # noqa: T201


def _complain(error: BaseException) -> None:
    print(f"forecast: {error}", file=sys.stderr)  # noqa: T201


# --------------------------------------------------------------------------- run


def _run(words: list[str]) -> int:
    parser = _parser(
        "run", "run an experiment and write its report", "forecast run experiment=guatemala_2024"
    )
    parser.add_argument("-m", "--multirun", action="store_true")
    parser.add_argument("--plugin", action="append", default=[], metavar="FILE.py")
    parser.add_argument("--config-dir", action="append", default=[], metavar="DIR")
    parser.add_argument("-q", "--quiet", action="store_true")
    if any(w in _HYDRA_FLAGS or w.split("=")[0] in _HYDRA_FLAGS for w in words):
        return _enter_hydra(words, lambda _: 0)
    options, rest = parser.parse_known_args(words)
    from forecast import runs

    for file in options.plugin:
        runs.load_plugin(file)
    unknown = [w for w in rest if w.startswith("-")]
    if unknown:
        raise ConfigError(f"there is no option {unknown[0]}; `forecast --help` lists them")
    jobs = runs.expand(rest, options.config_dir) if options.multirun else [rest]
    experiments = [runs.check(job, options.config_dir) for job in jobs]
    sweep = runs.Sweep.start(experiments, rest) if options.multirun else None

    def task(config: Any) -> int:
        return runs.task(config, options.config_dir, sweep, options.quiet, _say, _complain)

    from forecast.compose import search_path

    extra = [*search_path(options.config_dir), *(sweep.hydra_words() if sweep else [])]
    code = _enter_hydra([*(["-m"] if options.multirun else []), *rest, *extra], task)
    return sweep.finish(_say) if sweep else code


def _enter_hydra(words: list[str], task: Callable[[Any], int]) -> int:
    """Let Hydra compose and launch; the task's code is recorded, since Hydra returns none."""
    import inspect

    import hydra

    from forecast.compose import conf_dir

    codes: list[int] = []

    def recorded(config: Any) -> None:
        codes.append(task(config))

    settings: dict[str, Any] = (
        {"execution_whitelist": ["forecast.*", "logging.*"]}
        if "execution_whitelist" in inspect.signature(hydra.main).parameters
        else {"version_base": "1.3"}
    )
    before = sys.argv
    sys.argv = ["forecast", *words]
    try:
        hydra.main(config_path=str(conf_dir()), config_name="config", **settings)(recorded)()
    finally:
        sys.argv = before
    return max(codes, default=0)


# --------------------------------------------------------------------------- other verbs


def _parser(verb: str, text: str, example: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"forecast {verb}", description=text, epilog=f"example: {example}", allow_abbrev=False
    )
    parser.exit_on_error = True
    return parser


def _list(words: list[str]) -> int:
    parser = _parser("list", "list experiments, models and series", "forecast list --series")
    parser.add_argument("--series", action="store_true", help="all series, not only their number")
    parser.add_argument("--config-dir", action="append", default=[], metavar="DIR")
    parser.add_argument("--plugin", action="append", default=[], metavar="FILE.py")
    options = parser.parse_args(words)
    from forecast import runs

    for file in options.plugin:
        runs.load_plugin(file)
    _say(runs.listing(options.config_dir, options.series))
    return 0


def _data(words: list[str]) -> int:
    parser = _parser(
        "data", "check, import or show figures", "forecast data show southwest.usbp --as-of 2024-05-07"
    )
    verbs = parser.add_subparsers(dest="what", required=True)
    check = verbs.add_parser("check", help="all findings in a file or folder, at once")
    check.add_argument("file")
    bring = verbs.add_parser("import", help="official or tidy files into a folder of figures")
    bring.add_argument("files", nargs="+")
    bring.add_argument("--into", required=True, metavar="FOLDER")
    bring.add_argument("--released", metavar="DATE", help="day on which the files were published")
    show = verbs.add_parser("show", help="figures as known on a date")
    show.add_argument("series")
    show.add_argument("--as-of", default="latest", metavar="DATE")
    show.add_argument("--data", metavar="PATH", help="a file or folder of your own")
    options = parser.parse_args(words)
    from forecast import data

    if options.what == "check":
        report = data.examine_file(options.file)
        _say(str(report))
        return 0 if report.ok else DataError.exit_code
    if options.what == "import":
        _say(str(data.import_files(options.files, options.into, released=options.released)))
        return 0
    _say(data.show_series(data.load_observations(options.data), options.series, options.as_of))
    return 0


def _events(words: list[str]) -> int:
    parser = _parser(
        "events", "check or show a calendar of events", "forecast events show --as-of 2024-05-07"
    )
    verbs = parser.add_subparsers(dest="what", required=True)
    check = verbs.add_parser("check", help="all findings in a calendar, at once")
    check.add_argument("file", nargs="?", help="default: the calendar that comes with the package")
    show = verbs.add_parser("show", help="the calendar as a timeline")
    show.add_argument("--as-of", metavar="DATE")
    show.add_argument("--series", metavar="S")
    show.add_argument("--from", dest="start", metavar="MONTH")
    show.add_argument("--to", dest="end", metavar="MONTH")
    show.add_argument("--coding", choices=("rule", "judged"), default="rule")
    show.add_argument("--file", metavar="PATH", help="a calendar of your own")
    add = verbs.add_parser(
        "add", help="append one event to a calendar file, if the file then passes every check"
    )
    add.add_argument("file")
    add.add_argument(
        "cells", nargs="+", metavar="COLUMN=VALUE", help="id=..., announced_date=..., shape=... at the least"
    )
    detect = verbs.add_parser("detect", help="breaks in a series, and which events stand near them")
    detect.add_argument("series")
    detect.add_argument("--as-of", default="latest", metavar="DATE")
    options = parser.parse_args(words)
    if options.what == "add":
        return _add_event(options.file, options.cells)
    if options.what == "detect":
        return _detect(options.series, options.as_of)
    if options.what == "check":
        from forecast.events.calendar import check_calendar

        return _findings(check_calendar(options.file))
    import shutil

    from forecast.events.calendar import load_events
    from forecast.events.timeline import timeline

    width = shutil.get_terminal_size((100, 24)).columns
    _say(
        timeline(
            load_events(options.file),
            as_of=options.as_of,
            series=options.series,
            start=options.start,
            end=options.end,
            coding=options.coding,
            width=width,
        )
    )
    return 0


def _add_event(file: str, cells: list[str]) -> int:
    from forecast.events.calendar import add_event

    wrong = [c for c in cells if "=" not in c]
    if wrong:
        raise ConfigError(f"'{wrong[0]}' is not COLUMN=VALUE")
    for finding in add_event(file, dict(c.split("=", 1) for c in cells)):
        _say(str(finding))
    _say(f"{file}: one event more")
    return 0


def _detect(series: str, as_of: str) -> int:
    from forecast.data.observations import load_observations
    from forecast.events.calendar import load_events
    from forecast.interventions.detect import detect_events

    panel = load_observations().as_of(as_of, [series])
    found = detect_events(panel, load_events(), series)
    _say(found.to_string(index=False) if len(found) else f"{series}: no break stands out")
    return 0


def _findings(findings: Sequence[Finding]) -> int:
    for finding in findings:
        _say(str(finding))
    errors = sum(f.severity == "error" for f in findings)
    warnings = len(findings) - errors
    _say(f"{errors} error{'' if errors == 1 else 's'}, {warnings} warning{'' if warnings == 1 else 's'}")
    return DataError.exit_code if errors else 0


def _publish(words: list[str]) -> int:
    parser = _parser(
        "publish", "one round of the scheduled report", "forecast publish experiment=monthly --dry-run"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done and do nothing")
    parser.add_argument(
        "--force", action="store_true", help="publish though nothing is new, or figures have gone"
    )
    parser.add_argument("--as-of", metavar="DATE", help="as known on a past day; kept as replayed")
    parser.add_argument("--backfill", metavar="A..B", help="replay all months of data from A to B")
    parser.add_argument("--config-dir", action="append", default=[], metavar="DIR")
    options, rest = parser.parse_known_args(words)
    from forecast import publish

    exp = _experiment(rest, options.config_dir)
    command = " ".join(["forecast", "publish", *words])
    if options.backfill:
        outcome = publish.backfill(exp, options.backfill, progress=True)
    else:
        outcome = publish.publish(
            exp,
            dry_run=options.dry_run,
            force=options.force,
            as_of=options.as_of,
            command=command,
            progress=True,
        )
    return _told(outcome)


def _experiment(words: list[str], config_dirs: Sequence[str]) -> Any:
    from forecast import runs

    unknown = [w for w in words if w.startswith("-")]
    if unknown:
        raise ConfigError(f"there is no option {unknown[0]}; `forecast --help` lists them")
    return runs.check(
        words if any(w.startswith("experiment=") for w in words) else ["experiment=monthly", *words],
        config_dirs,
    )


def _told(outcome: Any) -> int:
    if outcome.code in (0, 3):
        _say(outcome.text)
    else:
        print(f"forecast: {outcome.text}", file=sys.stderr)  # noqa: T201
    return int(outcome.code)


def _track_record(words: list[str]) -> int:
    parser = _parser(
        "track-record", "how the published forecasts did", "forecast track-record experiment=monthly"
    )
    parser.add_argument("--config-dir", action="append", default=[], metavar="DIR")
    options, rest = parser.parse_known_args(words)
    from forecast import publish

    return _told(publish.track_record(_experiment(rest, options.config_dir)))


def _archive(words: list[str]) -> int:
    parser = _parser("archive", "look after the archive of published forecasts", "forecast archive check")
    parser.add_argument("--path", metavar="FILE", help="default: publish.archive of the experiment")
    verbs = parser.add_subparsers(dest="what", required=True)
    verbs.add_parser("check", help="is it whole?")
    verbs.add_parser("backup", help="a checked copy").add_argument("target", metavar="PATH")
    verbs.add_parser("export", help="every table as CSV").add_argument("target", metavar="FOLDER")
    verbs.add_parser("vacuum", help="give space back")
    options, rest = parser.parse_known_args(words)
    from forecast import publish

    path = options.path or _experiment(rest, []).publish.archive
    calls: dict[str, Callable[[], Any]] = {
        "check": lambda: publish.archive_check(path),
        "backup": lambda: publish.archive_backup(path, options.target),
        "export": lambda: publish.archive_export(path, options.target),
        "vacuum": lambda: publish.archive_vacuum(path),
    }
    return _told(calls[options.what]())


def _compare(words: list[str]) -> int:
    parser = _parser(
        "compare", "scores of run folders side by side", "forecast compare reports/quick/2024-05-07 ..."
    )
    parser.add_argument("runs", nargs="+", metavar="RUN")
    options = parser.parse_args(words)
    from forecast import runs

    _say(runs.compare([Path(r) for r in options.runs]))
    return 0


def _rerun(words: list[str]) -> int:
    parser = _parser(
        "rerun", "make a run again and compare the bytes", "forecast rerun reports/quick/2024-05-07"
    )
    parser.add_argument("run", metavar="RUN")
    options = parser.parse_args(words)
    from forecast import runs

    folder = Path(options.run)
    exp = runs.published_by(folder)
    if exp is not None:
        from forecast import publish

        return _told(publish.rerun(exp, folder))
    text, same = runs.rerun(folder)
    _say(text)
    return 0 if same else 1


def _doctor(words: list[str]) -> int:
    _parser("doctor", "what a bug report needs", "forecast doctor").parse_args(words)
    from forecast import runs

    _say(runs.doctor())
    return 0
