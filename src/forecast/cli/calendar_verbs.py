"""The verbs of `forecast events`: check, show, add, overlap, detect."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.cli.terminal import records, say, say_findings, say_json
from forecast.errors import ConfigError

if TYPE_CHECKING:
    from forecast.events.calendar import EventCalendar

Options = argparse.Namespace
#: Columns that `events add` asks for where no cell is given, with the question; those without a star may stay
#: empty.
QUESTIONS: Mapping[str, str] = {
    "id": "short name *",
    "name": "name for readers",
    "announced_date": "first day on which the public could know, YYYY-MM-DD *",
    "effective_start": "day on which it begins to bite, YYYY-MM-DD *",
    "end_date": "last day, YYYY-MM-DD; empty if it goes on",
    "shape": "shape: pulse, step, ramp, decay or none *",
    "sign": "expected sign: + - 0",
    "priority": "priority: 1, 2 or 3",
    "series_ids": "series that it touches; * for all",
    "source_title": "source, so that a reader can check the dates",
    "source_url": "address of the source",
}


def declare(
    add: Callable[[str, str, str], argparse.ArgumentParser], json: Callable[[argparse.ArgumentParser], None]
) -> None:
    """Add the words of each verb."""
    check = add("check", "all findings in a calendar, at once", "forecast events check events.csv")
    show = add(
        "show",
        "the calendar as a timeline",
        "forecast events show --series southwest.usbp --from 2019 --to 2026",
    )
    overlap = add(
        "overlap",
        "pairs of events that can hardly be told apart",
        "forecast events overlap southwest.usbp --from 2019",
    )
    detect = add(
        "detect",
        "breaks in a series, and which events stand near them",
        "forecast events detect southwest.usbp",
    )
    for verb in (overlap, detect):
        verb.add_argument("series")
    for verb in (check, show, overlap, detect):
        verb.add_argument(
            "path", nargs="?", metavar="FILE", help="a calendar of your own; default: that of the package"
        )
        verb.add_argument("--file", metavar="FILE", help="the same")
        json(verb)
    show.add_argument("--series", metavar="S", help="only events that touch it")
    for verb in (show, overlap):
        verb.add_argument("--from", dest="start", metavar="MONTH", help="first month")
        verb.add_argument("--to", dest="end", metavar="MONTH", help="last month")
        verb.add_argument(
            "--coding", choices=("rule", "judged"), default="rule", help="which signs and shapes (rule)"
        )
    overlap.add_argument(
        "--priority", type=int, default=1, metavar="P", help="events up to this priority (1)"
    )
    overlap.add_argument(
        "--least", type=float, default=0.9, metavar="R", help="correlation from which a pair is told (0.9)"
    )
    show.add_argument("--as-of", metavar="DATE", help="only what could be used then")
    detect.add_argument(
        "--as-of", default="latest", metavar="DATE", help="only what was public then (latest)"
    )
    detect.add_argument("--data", metavar="PATH", help="a file or folder of figures of your own")
    more = add(
        "add",
        "append one event to a calendar file, if the file then passes every check; asks where nothing is"
        " given",
        "forecast events add events.csv id=new_rule announced_date=2024-05-01 effective_start=2024-06-01"
        " shape=step",
    )
    more.add_argument("file")
    more.add_argument(
        "cells", nargs="*", metavar="COLUMN=VALUE", help="or --column value; without any, questions are asked"
    )
    for column in QUESTIONS:
        more.add_argument(
            f"--{column.replace('_', '-')}", metavar="VALUE", help=QUESTIONS[column].removesuffix(" *")
        )


def call(options: Options, tell: Callable[..., int]) -> int:
    """Do what was asked; `tell` prints findings and returns the exit code."""
    if options.what == "add":
        return _add(options)
    if options.path and options.file:
        raise ConfigError(f"give the calendar once, either '{options.path}' or --file {options.file}")
    options.file = options.file or options.path
    verbs: dict[str, Callable[[Options], int]] = {"show": _show, "overlap": _overlap, "detect": _detect}
    return verbs[options.what](options) if options.what in verbs else _check(options, tell)


def _calendar(options: Options) -> EventCalendar:
    from forecast.events.calendar import load_events

    return load_events(options.file)


def _check(options: Options, tell: Callable[..., int]) -> int:
    from forecast.events.calendar import check_calendar

    findings = check_calendar(options.file)
    lacking = []
    for word, check, part in (
        ("a source", "source", ""),
        ("an announcement date", "date", "no announced_date"),
    ):
        rows = [str(f.row) for f in findings if f.check == check and part in f.what]
        lacking.append(f"without {word}: {'row ' + ', '.join(rows) if rows else 'none'}")
    if any(f.check in ("column", "file") and f.severity == "error" for f in findings):
        lacking = []  # its rows were not read
    return tell(findings, options.json, str(options.file or "the bundled calendar"), lacking)


def _show(options: Options) -> int:
    import shutil

    from forecast.events.timeline import timeline

    events = _calendar(options)
    if options.json:
        known = events.known(options.as_of) if options.as_of else events
        rows = known.touching(options.series) if options.series else known.table
        say_json({"as_of": options.as_of, "events": records(rows)})
        return 0
    width = shutil.get_terminal_size((100, 24)).columns
    say(
        timeline(
            events, options.as_of, options.series, options.start, options.end, options.coding, width=width
        )
    )
    return 0


def _overlap(options: Options) -> int:
    from forecast.events.timeline import overlaps

    events = _calendar(options)
    starts = events.touching(options.series)["effective_start"].dropna()
    if not len(starts):
        raise ConfigError(f"no event of the calendar touches '{options.series}'")
    window = options.start or str(starts.min())[:7], options.end or str(starts.max())[:7]
    found = overlaps(events, options.series, *window, options.coding, options.priority, options.least)
    if options.json:
        say_json({"series_id": options.series, "overlaps": records(found)})
        return 0
    say(
        f"{options.series}, {window[0]} to {window[1]}, priority {options.priority}: {len(found)} pairs with"
        f" a correlation of at least {options.least:g}"
    )
    if len(found):
        say(
            found.to_string(
                index=False,
                formatters={"correlation": "{:+.2f}".format, "same_bundle": lambda yes: "yes" if yes else ""},
            )
        )
        say(
            "their effects cannot be told apart in these months; `effects` gives such events one joint effect"
        )
    return 0


def _detect(options: Options) -> int:
    from forecast.data.load import load_observations
    from forecast.interventions.detect import detect_events
    from forecast.report import rows
    from forecast.report.codes import break_words

    panel = load_observations(options.data).as_of(options.as_of, [options.series])
    found = detect_events(panel, _calendar(options), options.series)
    if options.json:
        say_json({"series_id": options.series, "as_of": str(panel.as_of.date()), "breaks": records(found)})
        return 0
    count = f"{len(found)} break{'' if len(found) == 1 else 's'}" if len(found) else "no break stands out"
    say(f"{options.series} as known on {panel.as_of:%Y-%m-%d}: {count}")
    for row in rows.records(found, rows.FoundRow):
        say(f"  {row.month}  {row.kind}  t {row.t:+6.1f}  {break_words(row)}")
    if len(found):
        low, high = (100 * float(v) for v in (found["by_chance"].min(), found["by_chance"].max()))
        share = f"{low:.0f}" if round(low) == round(high) else f"{low:.0f} to {high:.0f}"
        say(
            "'explained' means: an event within a month, not expected to move the figures the other way."
            f" {share} of 100 months taken"
        )
        say(
            "at random would be explained so: a match says little, and nothing of what brought the break"
            " about."
        )
    return 0


# --------------------------------------------------------------------------- add


def _add(options: Options) -> int:
    from forecast.events.additions import add_event

    wrong = [c for c in options.cells if "=" not in c]
    if wrong:
        raise ConfigError(f"'{wrong[0]}' is not COLUMN=VALUE")
    cells = dict(c.split("=", 1) for c in options.cells)
    cells |= {column: value for column in QUESTIONS if (value := getattr(options, column)) is not None}
    say_findings(add_event(options.file, cells or _ask(options.file)))
    say(f"{options.file}: one event more")
    return 0


def _ask(file: str) -> dict[str, str]:
    """Ask for the cells of an event, each until it is right; nothing is written."""
    from forecast.events.additions import check_event
    from forecast.events.reading import FIRST_YEAR

    # an existing file that is wrong is told before anything is asked
    _, row = check_event(file, {"id": "new event"})
    header = list(row.columns) if Path(file).exists() else list(QUESTIONS)
    earliest = f"{FIRST_YEAR}-01-01"
    good = {"id": "new event", "announced_date": earliest, "effective_start": earliest, "shape": "step"}
    cells: dict[str, str] = {}
    try:
        for column in [c for c in QUESTIONS if c in header]:
            while column not in cells:
                answer = input(f"{column} ({QUESTIONS[column]}): ").strip()
                findings, _ = check_event(file, {**good, **cells, column: answer})
                errors = [f for f in findings if f.severity == "error"]
                say_findings(errors)
                if not errors:
                    cells[column] = answer
    except EOFError:
        raise ConfigError("the questions were not answered to the end; nothing was added") from None
    return {column: answer for column, answer in cells.items() if answer}
