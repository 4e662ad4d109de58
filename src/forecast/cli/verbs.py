"""The verbs of the command beside `run`: for each its words and what it calls.

Heavy imports live inside functions, so that `--help` and completion answer at once.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.cli import calendar_verbs, publish_verbs, reading
from forecast.cli.options import (
    Options,
    Parser,
    accept_option,
    add_own,
    add_verbose,
    json_option,
    load_plugins,
    subverbs,
)
from forecast.cli.terminal import records, say, say_findings, say_json
from forecast.errors import ConfigError, DataError, Finding, nearest
from forecast.files import write_file

if TYPE_CHECKING:
    from forecast.cli.new import Naming

#: What the figures of a series are, as `target.kind` has it.
KINDS = ("count", "rate", "money", "index")

#: Options that were taken out -> what to use in their place.
GONE = {"--picture": "`forecast events show > FILE` keeps the timeline as text"}


@dataclass(frozen=True)
class Verb:
    """One verb.

    Attributes
    ----------
    text, example : str
        What it does, and a command that can be typed.
    declare : callable
        Adds its options to a parser.
    call : callable
        Does it with the options and the words left over; returns the exit code.
    takes_keys : bool
        Whether words like key=value may follow.
    """

    text: str
    example: str
    declare: Callable[[argparse.ArgumentParser], None]
    call: Callable[[Options, list[str]], int]
    takes_keys: bool = False

    def parser(self, name: str) -> argparse.ArgumentParser:
        """Return the parser of the verb."""
        usage = f"forecast {name} [options] [key=value ...]" if self.takes_keys else None
        parser = Parser(
            prog=f"forecast {name}",
            usage=usage,
            description=self.text,
            epilog=f"example: {self.example}",
            allow_abbrev=False,
        )
        self.declare(parser)
        add_own(parser)
        add_verbose(parser)
        return parser

    def __call__(self, name: str, words: Sequence[str]) -> int:
        """Read the words and do it; what is one's own may stand anywhere, behind a verb below too."""
        alone = Parser(prog=f"forecast {name}", add_help=False, allow_abbrev=False)
        add_own(alone)
        own, words = alone.parse_known_args(words)
        options, rest = self.parser(name).parse_known_args(words)
        options.plugin, options.config_dir = own.plugin, own.config_dir
        load_plugins(own.plugin)
        if rest and not self.takes_keys:
            if instead := GONE.get(rest[0].split("=")[0]):
                raise ConfigError(f"{rest[0]} was taken out; {instead}")
            raise ConfigError(f"'{rest[0]}' is not understood here; `forecast {name} --help` lists what is")
        return self.call(options, rest)


def _allow_http(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--allow-http", action="store_true", help="read addresses of plain http too")


# --------------------------------------------------------------------------- list, doctor


def _declare_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", choices=("models", "metrics", "keys"), help="only these, with what they mean"
    )
    parser.add_argument("--series", action="store_true", help="all series, not only their number")
    json_option(parser)


def _list(options: Options, _: list[str]) -> int:
    from forecast.cli import telling

    if options.what:
        table = telling.named(options.what)
        if options.json:
            say_json(table)
        else:
            say("\n".join(f"{name:<{max(map(len, table)) + 2}}{text}" for name, text in table.items()))
        return 0
    found = telling.listed(options.config_dir)
    if options.json:
        say_json(found)
    else:
        say(telling.listing(found, options.series))
    return 0


def _declare_explain(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", help="a key, or a group of keys")


def _explain(options: Options, _: list[str]) -> int:
    from forecast.config.reference import explain

    say("\n\n".join(map(str, explain(options.key))))
    return 0


def _doctor(options: Options, _: list[str]) -> int:
    from forecast.cli import telling

    found = telling.doctor()
    if options.json:
        say_json(found)
    else:
        say("\n".join(f"{key}: {value}" for key, value in found.items()))
    return 0


def _declare_new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="[NAME]", help="name of the experiment (made from the file's name)")
    parser.add_argument("figures", nargs="?", metavar="FIGURES", help="a file of figures, in any layout")
    parser.add_argument("--events", metavar="EVENTS.csv", help="a calendar of your own")
    parser.add_argument(
        "--series", metavar="S", help="which series of the file, or a pattern such as 'AZ*' (all)"
    )
    parser.add_argument(
        "--lag", type=int, default=15, metavar="DAYS", help="from a month's end to its figure's release (15)"
    )
    reading.add_reading(parser, series=False)
    parser.add_argument("--released", metavar="COLUMN", help="the column of release days")
    parser.add_argument("--label", default="", metavar="WORDS", help="what the page calls the series")
    parser.add_argument("--unit", default="", metavar="WORDS", help="applications, thousand euros, %% ...")
    parser.add_argument(
        "--kind",
        default="",
        choices=KINDS,
        help="what the figures are: things counted, a share, money, an index (found in the figures)",
    )


def _asked(question: str, known: str) -> str:
    """Return the answer to a question on a terminal; what is known stands where nothing is typed."""
    with contextlib.suppress(EOFError):
        return input(f"{question} [{known}]: ").strip() or known
    return known


def _naming(options: Options) -> Naming:
    """Return how the series is called: by the options, else by the answers of a person at a terminal."""
    from forecast.cli.new import Naming

    given = Naming(options.label, options.unit, options.kind)
    if given != Naming() or not sys.stdin.isatty():
        return given
    label = _asked("what the page calls the series", given.label)
    unit = _asked("the unit of its figures, such as applications or %", given.unit)
    kind = _asked(f"what they are: {', '.join(KINDS)}", given.kind)
    if kind and kind not in KINDS:
        raise ConfigError(f"kind: '{kind}' is none of {', '.join(KINDS)}.{nearest(kind, KINDS)}")
    return Naming(label, unit, kind)


def _new(options: Options, _: list[str]) -> int:
    from forecast.cli.new import draft_experiment, name_for
    from forecast.data.figures import ReadAs

    figures = options.figures or options.name
    name = options.name if options.figures else name_for(figures)
    read_as = ReadAs.of(reading.columns_of(options, series=False), reading.layout_of(options))
    draft = draft_experiment(
        name, figures, options.events, options.series, options.lag, read_as, _naming(options)
    )
    if options.config_dir:
        folder = Path(options.config_dir[-1]) / "experiment"
        draft = dataclasses.replace(draft, target=folder / draft.target.name)
        if draft.target.exists():
            raise ConfigError(f"{draft.target}: stands there already; take another name")
    for line in draft.said:
        say(line)
    say(f"{draft.write()} is written; look into it, then: forecast experiment={name}")
    return 0


# --------------------------------------------------------------------------- data, events


def _declare_data(parser: argparse.ArgumentParser) -> None:
    add = subverbs(parser)
    check = add("check", "all findings in a file or folder, at once", "forecast data check figures.csv")
    check.add_argument("file")
    reading.add_reading(check)
    check.add_argument("--released", metavar="COLUMN", help="the column of release days")
    _allow_http(check)
    json_option(check)
    bring = add(
        "import",
        "files of figures, in any layout, into a folder as tidy tables",
        "forecast data import new.csv --into figures",
    )
    bring.add_argument("files", nargs="+")
    bring.add_argument(
        "--into", required=True, metavar="FOLDER", help="the folder of figures, made if missing"
    )
    bring.add_argument(
        "--released",
        metavar="DATE",
        help="day on which the files were published, or their column of such days",
    )
    bring.add_argument(
        "--series-id", metavar="ID", help="name of the series of files without one (their names)"
    )
    bring.add_argument(
        "--lag",
        type=int,
        default=0,
        metavar="DAYS",
        help="days from a month's end to its release, where no day is given (0)",
    )
    reading.add_reading(bring)
    _allow_http(bring)
    begin = add("init", "a folder that continues the figures of the package", "forecast data init figures")
    begin.add_argument("folder", metavar="FOLDER", help="the folder to make")
    fetch = add(
        "fetch",
        "new figures from the addresses of publish.fetch, into their folder",
        "forecast data fetch experiment=monthly publish=official",
    )
    fetch.add_argument("--dry-run", action="store_true", help="fetch into a temporary folder; write nothing")
    accept_option(fetch)
    show = add("show", "figures as known on a date", "forecast data show southwest.usbp --as-of 2024-05-07")
    show.add_argument("series")
    show.add_argument("--as-of", default="latest", metavar="DATE", help="only what was public then (latest)")
    show.add_argument("--data", metavar="PATH", help="a file or folder of your own")
    json_option(show)


def _data(options: Options, rest: list[str]) -> int:
    from forecast import data

    if options.what == "fetch":
        return publish_verbs.fetch(options, rest)
    if rest:
        raise ConfigError(f"'{rest[0]}' is not understood here; `forecast data --help` lists what is")
    if options.what == "init":
        say(data.init_folder(options.folder))
        return 0
    if options.what == "check":
        columns, layout = reading.columns_of(options), reading.layout_of(options)
        report = data.examine_file(
            options.file, allow_http=options.allow_http, columns=columns, layout=layout
        )
        return _findings(report.findings, options.json, report.path, report.summary.splitlines())
    if options.what == "import":
        say(_imported(options))
        return 0
    obs = data.load_observations(options.data)
    if options.data is None and options.series not in obs.series.index:
        near = nearest(options.series, obs.series.index)
        raise ConfigError(f"no bundled series '{options.series}'.{near} Figures of your own: --data FILE")
    if not options.json:
        say(data.show_series(obs, options.series, options.as_of))
        return 0
    panel = obs.as_of(options.as_of, options.series)
    known = obs.known(options.as_of, options.series)
    say_json({"series_id": options.series, "as_of": str(panel.as_of.date()), "figures": records(known)})
    return 0


def _imported(options: Options) -> str:
    from forecast import data
    from forecast.data.figures import ReadAs
    from forecast.data.parse import parse_day

    columns, day = reading.columns_of(options), options.released
    if day is not None and parse_day(day) is not None:
        del columns["released"]
    elif day is not None:
        day = None
    read_as = ReadAs.of(columns, reading.layout_of(options), options.allow_http)
    if not 0 <= options.lag <= 3650:
        raise ConfigError(f"--lag: {options.lag}; expected a number of days between 0 and 3650")
    done = data.import_files(
        options.files, options.into, options.series_id, day, options.lag, read_as=read_as
    )
    return str(done)


def _declare_events(parser: argparse.ArgumentParser) -> None:
    calendar_verbs.declare(subverbs(parser), json_option)


def _events(options: Options, _: list[str]) -> int:
    return calendar_verbs.call(options, _findings)


def _findings(findings: Sequence[Finding], as_json: bool, path: str, summary: Sequence[str] = ()) -> int:
    errors = sum(f.severity == "error" for f in findings)
    if as_json:
        found = [dataclasses.asdict(f) for f in findings]
        say_json({"path": path, "ok": not errors, "summary": list(summary), "findings": found})
    else:
        say("\n".join([path, *summary]))
        say_findings(findings)
        warnings = len(findings) - errors
        verdict = f"{errors} error{'' if errors == 1 else 's'}"
        say(f", {warnings} warning{'' if warnings == 1 else 's'}", verdict, "error" if errors else "")
    return DataError.exit_code if errors else 0


# --------------------------------------------------------------------------- run folders


def _declare_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="+", metavar="RUN", help="folder of a run")
    parser.add_argument("--html", metavar="FILE", help="a page: scores, forecasts and settings side by side")
    parser.add_argument("--markdown", metavar="FILE", help="the same as Markdown")
    parser.add_argument("--csv", metavar="FILE", help="the scores of every model as CSV")
    json_option(parser)


def _compare(options: Options, _: list[str]) -> int:

    from forecast.cli import run

    folders = [Path(r) for r in options.runs]
    wanted = [name for name in ("html", "markdown", "csv") if getattr(options, name)]
    for name in wanted:
        path = getattr(options, name)
        write_file(Path(path), run.written(folders, name))
        say(path)
    if wanted:
        return 0
    if options.json:
        say_json(records(run.compared(folders)))
    else:
        say(run.compare(folders))
    return 0


def _declare_rerun(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="folder of a run")


def _rerun(options: Options, _: list[str]) -> int:

    folder = Path(options.run)
    from forecast.cli import run

    exp = run.published_by(folder)
    if exp is not None:
        from forecast.publish import upkeep

        return publish_verbs.told(upkeep.rerun(exp, folder))
    text, same = run.rerun(folder)
    say(text)
    return 0 if same else 1


VERBS: dict[str, Verb] = {
    "list": Verb(
        "list experiments, models and series; or models, metrics, keys",
        "forecast list keys",
        _declare_list,
        _list,
    ),
    "explain": Verb(
        "what a key of the configuration means and takes",
        "forecast explain intervals.half_life",
        _declare_explain,
        _explain,
    ),
    "new": Verb(
        "write a first experiment for a file of your own",
        "forecast new mine figures.csv --events events.csv",
        _declare_new,
        _new,
    ),
    "data": Verb(
        "check, import, fetch or show figures",
        "forecast data show southwest.usbp --as-of 2024-05-07",
        _declare_data,
        _data,
        takes_keys=True,
    ),
    "events": Verb(
        "check, show, add, overlap or detect events",
        "forecast events show --as-of 2024-05-07",
        _declare_events,
        _events,
    ),
    "publish": Verb(
        "one round of the scheduled report",
        "forecast publish experiment=monthly --dry-run",
        publish_verbs.declare_publish,
        publish_verbs.publish,
        takes_keys=True,
    ),
    "track-record": Verb(
        "how the published forecasts did",
        "forecast track-record experiment=monthly",
        publish_verbs.declare_record,
        publish_verbs.track_record,
        takes_keys=True,
    ),
    "archive": Verb(
        "look after the archive of published forecasts",
        "forecast archive check",
        publish_verbs.declare_archive,
        publish_verbs.archive,
        takes_keys=True,
    ),
    "compare": Verb(
        "scores of run folders side by side",
        "forecast compare reports/quick/2024-05-07 reports/latest/2026-11-20",
        _declare_compare,
        _compare,
    ),
    "rerun": Verb(
        "make a run again and compare the bytes",
        "forecast rerun reports/quick/2024-05-07",
        _declare_rerun,
        _rerun,
    ),
    "doctor": Verb("what a bug report needs", "forecast doctor", json_option, _doctor),
}
