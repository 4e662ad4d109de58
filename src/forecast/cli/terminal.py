"""How the command speaks: text, colours, JSON and the completion of words. Imports nothing heavy."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from forecast.errors import Finding
from forecast.files import Json, printable

if TYPE_CHECKING:
    import argparse

    import pandas as pd

_COLOURS = {"error": "31", "warning": "33", "strong": "1"}


def say(text: str = "", head: str = "", how: str = "") -> None:
    """Print a line, control characters of data written out; its head may be in colour."""
    print(paint(head, how) + printable(text), flush=True)  # noqa: T201


def complain(error: BaseException | str, traced: bool = False) -> None:
    """Print an error where errors go; with its way through the code if that was asked for (`-v`)."""
    way = f"{traceback.format_exc().rstrip()}\n" if traced else ""
    told = f"{printable(way)}{paint('forecast:', 'error', sys.stderr)} {printable(str(error))}"
    print(told, file=sys.stderr)  # noqa: T201


def paint(text: str, how: str, stream: TextIO | None = None) -> str:
    """Return a text in colour, if the stream is a terminal that
    takes colours and NO_COLOR is unset or empty.
    """
    where = sys.stdout if stream is None else stream
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not where.isatty()
    return printable(text) if plain or not how else f"\x1b[{_COLOURS[how]}m{printable(text)}\x1b[0m"


def say_findings(findings: Iterable[Finding]) -> None:
    """Print findings, a line each, with the word of their severity in colour."""
    for finding in findings:
        say(str(finding).removeprefix(finding.severity), finding.severity, finding.severity)


def say_json(value: object) -> None:
    """Print a value as JSON; what JSON does not know, such as a path, is told as a text."""
    say(json.dumps(value, indent=1, ensure_ascii=False, default=str, allow_nan=False))


def records(table: pd.DataFrame) -> list[dict[str, Json]]:
    """Return a table as records of plain values: months and days as texts, missing cells as None."""
    plain = table.astype({c: str for c in table if str(table[c].dtype).startswith("period")})  # 2024-05
    made: list[dict[str, Json]] = json.loads(
        plain.to_json(orient="records", date_format="iso", date_unit="s")
    )
    return [
        {
            k: v.removesuffix("T00:00:00").removesuffix("T00:00:00Z") if isinstance(v, str) else v
            for k, v in r.items()
        }
        for r in made
    ]


# --------------------------------------------------------------------------- completion

BASH = """\
# completion of `forecast` for bash:  eval "$(forecast completion bash)"
_forecast() {
  local line="${COMP_LINE:0:COMP_POINT}" cur cut
  cur="${line##*[[:space:]]}"
  mapfile -t COMPREPLY < <(forecast completion words "$line" 2>/dev/null)
  if [ ${#COMPREPLY[@]} -eq 0 ]; then
    [[ "$cur" == *=* ]] && cur="${cur#*=}"
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    return
  fi
  # bash replaces only what follows the last = or : of the word
  cut="${cur%"${cur##*[=:]}"}"
  COMPREPLY=("${COMPREPLY[@]#"$cut"}")
  [[ ${#COMPREPLY[@]} -eq 1 && "${COMPREPLY[0]}" == *[=.] ]] && compopt -o nospace 2>/dev/null
}
complete -o nosort -F _forecast forecast
"""

ZSH = """\
# completion of `forecast` for zsh:  eval "$(forecast completion zsh)"
_forecast() {
  local -a found open closed
  found=(${(f)"$(forecast completion words "$LBUFFER" 2>/dev/null)"})
  if (( ! $#found )); then
    compset -P '*='
    _files
    return
  fi
  # no space behind a key or a group that goes on
  open=(${(M)found:#*[=.]}) closed=(${found:#*[=.]})
  (( $#open )) && compadd -S '' -- $open
  (( $#closed )) && compadd -- $closed
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _forecast forecast
"""

FISH = """\
# completion of `forecast` for fish:  forecast completion fish | source
function __forecast_words
    set -l found (forecast completion words (commandline -cp | string collect) 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
        return
    end
    set -l word (commandline -ct)
    set -l key (string match -r '^[^=]*=' -- $word)
    for path in (__fish_complete_path (string replace -r '^[^=]*=' '' -- $word))
        printf '%s%s\\n' "$key" $path
    end
end
complete -c forecast -f -a '(__forecast_words)'
"""

#: Shell -> its script.
SHELLS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def candidates(line: str, parsers: dict[str, argparse.ArgumentParser]) -> list[str]:
    """Return the words that may stand where a command line ends.

    Parameters
    ----------
    line : str
        The line as typed, up to the cursor.
    parsers : dict
        Verb -> its parser.
    """
    words = line.split()
    current = "" if not words or line[-1].isspace() else words[-1]
    before = words[1:] if current == "" else words[1:-1]
    verb = next((w for w in before if w in parsers), "")
    options, names = _of_parser(parsers[verb or "run"], before)
    if current.startswith("-"):
        found = options
    elif "=" in current:
        found = _values(current)
    else:
        takes_keys = verb in ("", "run", "publish", "track-record", "archive")
        found = [*names, *([] if verb else parsers), *(_keys(current) if takes_keys and not names else [])]
    return sorted({w for w in found if w.startswith(current)})


def _of_parser(parser: argparse.ArgumentParser, before: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the options of a parser, or of the sub-verb that was typed, and the sub-verbs still open."""
    options = [o for action in parser._actions for o in action.option_strings]
    for action in parser._actions:
        if isinstance(action.choices, dict):
            typed = next((w for w in before if w in action.choices), None)
            if typed is None:
                return options, list(action.choices)
            return _of_parser(action.choices[typed], before)
    return options, []


def _values(current: str) -> list[str]:
    from forecast.config.compose import list_group

    key = current.split("=", 1)[0]
    typed = current.rpartition("[" if "[" in current else "=")[2].rsplit(",", 1)[-1]
    stem = current.removesuffix(typed)
    return [stem + name for name in list_group(key)]


def _keys(current: str) -> list[str]:
    """Return groups and keys of the configuration; the part behind a dot only when the dot is typed."""
    import dataclasses
    import typing

    from forecast.config.compose import conf_dir
    from forecast.config.settings import Experiment

    groups = [f"{p.name}=" for p in conf_dir().iterdir() if p.is_dir()]
    own: list[str] = []
    for name, hint in typing.get_type_hints(Experiment).items():
        if not dataclasses.is_dataclass(hint):
            own.append(f"{name}=")
        elif current.startswith(f"{name}."):
            own += [f"{name}.{f.name}=" for f in dataclasses.fields(hint)]
        else:
            own.append(f"{name}.")
    return [*groups, *own]


def writable(folder: Path) -> str:
    """Return why nothing can be written into a folder that may not exist yet; empty when it can."""
    import tempfile

    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            return ""
    except OSError as error:
        return f"{place}: {error.strerror}"
