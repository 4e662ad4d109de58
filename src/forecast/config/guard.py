"""What a configuration may say: plain values; nothing in it starts a program, loads an object or reads the
environment.

A file of a stranger may be an experiment, and Hydra's own block can name any callable. So the composed block
is held against the shipped one, and what differs must be on a short list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import yaml

from forecast.config.convert import Group, Plain, group, texts

#: Keys that hold a path: the only ones that may read a variable of the environment.
PATH_KEYS = (
    "data.path",
    "events.path",
    "report.folder",
    "publish.archive",
    "publish.figures",
    "publish.site",
    "publish.hub",
)
#: Keys of Hydra's block that an experiment or a command may set.
_FREE = ("hydra.mode", "hydra.sweep.dir", "hydra.sweeper.params")
#: Groups of Hydra of which an installed package may be chosen, on the command line; below them plain values.
_PLUGINS = ("hydra/launcher", "hydra/sweeper")
#: What Hydra writes there by itself when it composes.
_RECORDS = (
    "hydra.overrides",
    "hydra.runtime.choices",
    "hydra.runtime.config_sources",
    "hydra.job.override_dirname",
    "hydra.job.config_name",
)

#: Stands for a variable of the environment where it is asked where its value goes.
MARK = "\x00environment\x00"

_REFERENCE = re.compile(r"(\\*)\$\{([^{}]*)(\})?")
_PLAIN_KEY = re.compile(r"\.*[\w-]+(?:\[?\.?[\w-]+\]?)*")
_VARIABLE = re.compile(r"oc\.env:\s*\w+\s*(?:,[^:{}]*)?")
#: A word of a command that would make Hydra read other folders.
NAMES_SEARCHPATH = re.compile(r"[+~]*hydra\.searchpath\b")
_WHOLE = re.compile(r"-?(0|[1-9]\d*)")
_UNDERSCORES = re.compile(r"(?:^|(?<=[\[,{:]))\s*([+-]?\d+(?:_\d+)+)\s*(?=$|[\],}])")
_NAMES_HYDRA = re.compile(r"[+~]*hydra\b")
#: A key of a sweep that could name a scheduler.
_NAMES_SCHEDULER = re.compile(r"[+~]*parallel(?!\.(n_jobs|backend)$)\b")


def plugin_words(words: Sequence[str]) -> list[str]:
    """Return the words that choose a launcher or a sweeper."""
    return [word for word in words if word.lstrip("+").split("=")[0] in _PLUGINS]


def file_problems(own_dirs: Iterable[Path]) -> list[str]:
    """Return the user's files that cannot be read as text, or hold what YAML would turn into something else.

    A few lines of references to references stand for millions of values; a name such as 007 or 12:30 becomes
    another number.
    """
    found = []
    for path in sorted(path for folder in own_dirs for path in folder.glob("*/*.yaml")):
        try:
            events = list(yaml.parse(path.read_text("utf-8")))
            if any(isinstance(event, yaml.AliasEvent) for event in events):
                found.append(f"{path}: references of YAML (&name, *name) are refused; write the values out")
            found += [f"{path}, line {line}: {text}" for line, text in _other_numbers(events)]
        except UnicodeDecodeError as error:
            found.append(f"{path}: byte {error.start + 1} is no UTF-8; save the file as UTF-8")
        except (yaml.YAMLError, OSError):
            continue  # told by Hydra where the file is chosen
    return found


def _other_numbers(events: Iterable[yaml.Event]) -> Iterator[tuple[int, str]]:
    """Return the unquoted texts that YAML reads as another whole number: 007 as 7, 12:30 as 750."""
    resolve = yaml.SafeLoader("").resolve
    for event in events:
        if not isinstance(event, yaml.ScalarEvent) or event.style or _WHOLE.fullmatch(event.value):
            continue
        if resolve(yaml.ScalarNode, event.value, (True, False)) == "tag:yaml.org,2002:int":
            number = yaml.safe_load(event.value)
            yield (
                event.start_mark.line + 1,
                f"YAML reads {event.value} as {number}; put a name in quotes, or write the number plainly",
            )


def number_problems(words: Iterable[str]) -> list[str]:
    """Return the words of a command in which Hydra would read a name as another number: 1_000 as 1000."""
    return [
        f"{word}: Hydra reads {match[1]} as {match[1].replace('_', '')}; put a name in quotes twice"
        f" ('\"{match[1]}\"'), or write the number plainly"
        for word in words
        for match in _UNDERSCORES.finditer(word.partition("=")[2])
    ]


# --------------------------------------------------------------------------- Hydra's own block


def shadowed(shipped: Group, own_dirs: Iterable[Path]) -> list[str]:
    """Return the user's files that Hydra would read in place of its own, a line each."""
    return [
        f"{folder / group}/{choice}.yaml: groups of Hydra are read from installed packages, never from"
        " ./conf, FORECAST_CONF or --config-dir; remove this file"
        for group, choice in _choices(shipped).items()
        for folder in own_dirs
        if (folder / f"{group}/{choice}.yaml").exists()
    ]


def hydra_problems(
    block: Group,
    shipped: Group,
    searchpath: Sequence[str],
    words: Sequence[str],
) -> list[str]:
    """Return what a composed block of Hydra says that it may not, a line each, and last what it may.

    Parameters
    ----------
    block : mapping
        The composed block, unresolved.
    shipped : mapping
        The same block composed from the shipped files and the installed packages alone.
    searchpath : sequence of str
        The search path that this package set itself.
    words : sequence of str
        All words with which the block was composed.
    """
    chosen, known = _choices(block), _choices(shipped)
    problems = [
        f"{group}={chosen.get(group)}: no file of yours may choose it"
        for group in sorted(chosen.keys() | known.keys())
        if chosen.get(group) != known.get(group)
    ]
    recorded = group(block, "overrides")
    if sorted([*texts(recorded, "task"), *texts(recorded, "hydra")]) != sorted(words):
        problems.append("hydra.overrides: Hydra writes the words of the command there, and no file may")
    here = leaves(block, "hydra")
    there = leaves({**shipped, "searchpath": list(searchpath)}, "hydra")
    typed = [word.lstrip("+~").partition("=")[0] for word in words]
    for key in sorted(here.keys() | there.keys()):
        if not _below(key, _RECORDS) and here.get(key) != there.get(key):
            problems += _changed(key, here.get(key), key in there, typed)
    return [*problems, _ALLOWED] if problems else []


_ALLOWED = (
    "Of Hydra's own block hydra.mode, hydra.sweeper.params and hydra.sweep.dir may be set, and on the command"
    " line hydra/launcher=NAME and hydra/sweeper=NAME of an installed package, with plain values below them"
)


def _changed(key: str, value: Plain, known: bool, typed: Sequence[str]) -> list[str]:
    """Return what is wrong with a leaf of Hydra's block that is not
    the shipped one; `typed` are keys of the command.
    """
    if _below(key, ("hydra.launcher", "hydra.sweeper")) or _below(key, _FREE):
        below = key.split(".", 2)[-1]
        if "_target_" in key.split("."):
            return [f"{key}: `_target_` names a callable, and no configuration file may; remove it"]
        if any(_NAMES_HYDRA.match(part) for part in re.split(r"[.\s]", below)):
            return [f"{key}: a sweep may not set Hydra's own keys"]
        if _NAMES_SCHEDULER.match(below.removeprefix("params.")):
            return [f"{key}: a scheduler sends code that is run; choose it on the command line"]
        if "${" in str(value):  # escaped too: sweepers read a text more than once
            return [f"{key}: {value!r} reads other values, and Hydra's block takes plain ones only"]
        if isinstance(value, str) and not _below(key, _FREE) and not _below(key, typed):
            return [f"{key}: a launcher may start what a text says, so texts come from the command line only"]
        return []
    what = f"is set to {value!r}" if value is not None else "is taken away" if known else "is set"
    return [f"{key} {what}, and may not be"]


def _choices(block: Group) -> Group:
    """Return the choices of Hydra's own groups."""
    choices = group(group(block, "runtime"), "choices")
    return {name: choice for name, choice in choices.items() if name.startswith("hydra/")}


def _below(key: str, heads: Iterable[str]) -> bool:
    return any(key == head or key.startswith((f"{head}.", f"{head}[")) for head in heads)


# --------------------------------------------------------------------------- the other keys


def value_problems(plain: Group) -> list[str]:
    """Return which unresolved values name a callable or read what they may not, a line each."""
    problems = {}
    for key, value in leaves(plain).items():
        if any(re.fullmatch(r"_[a-z]+_", part) for part in re.split(r"[.\[]", key)):
            problems[key] = "keys like `_target_` name callables, and no configuration file may; remove it"
        for what in interpolations(value):
            if _PLAIN_KEY.fullmatch(what):
                continue
            if not _VARIABLE.fullmatch(what):
                problems[key] = (
                    f"${{{what}}} is refused; only ${{key}} of another key may stand there, and"
                    " ${oc.env:NAME} in a path. Where the text itself is meant, write \\${"
                )
            elif key not in PATH_KEYS:
                problems[key] = (
                    f"${{{what}}} reads the environment, and only paths may: {', '.join(PATH_KEYS)}"
                )
    return [f"{key}: {problem}" for key, problem in problems.items()]


def reads_environment(plain: Group) -> list[str]:
    """Return the keys whose values read a variable of the environment."""
    return [
        key for key, value in leaves(plain).items() if any(map(_VARIABLE.fullmatch, interpolations(value)))
    ]


def without_variables(values: Group) -> Group:
    """Return unresolved values in which `MARK` stands for every text that reads the environment."""
    return {name: _without_variables(inner) for name, inner in values.items()}


def _without_variables(value: Plain) -> Plain:
    if isinstance(value, dict):
        return without_variables(value)
    if isinstance(value, list):
        return [_without_variables(inner) for inner in value]
    return MARK if any(map(_VARIABLE.fullmatch, interpolations(value))) else value


def begins_with_variable(value: Plain) -> bool:
    """Tell whether a text is one variable of the environment, with at most a path behind it."""
    return re.fullmatch(r"\$\{oc\.env:\s*\w+\s*\}(/[^${}\\]*)?", str(value)) is not None


def interpolations(value: Plain) -> list[str]:
    r"""Return what stands between ``${`` and ``}`` in a text, where it is not escaped.

    Examples
    --------
    >>> interpolations("${a.b}/${oc.env:HOME}"), interpolations(r"\${a}")
    (['a.b', 'oc.env:HOME'], [])
    """
    if not isinstance(value, str):
        return []
    found = []
    for match in _REFERENCE.finditer(value):
        if len(match[1]) % 2 == 0:
            found.append(match[2] if match[3] else f"{match[2]}...")
    return found


def escape(text: str) -> str:
    r"""Return a text that stands for itself in a configuration: ``${`` is no reference.

    Examples
    --------
    >>> print(escape("${oc.env:HOME}"))
    \${oc.env:HOME}
    """
    return re.sub(r"(\\*)\$\{", lambda found: found[1] * 2 + r"\${", text)


def leaves(value: Plain, key: str = "") -> dict[str, Plain]:
    """Return the values of nested groups and lists by their dotted keys.

    Examples
    --------
    >>> leaves({"a": {"b": 1}, "c": [2, 3]})
    {'a.b': 1, 'c[0]': 2, 'c[1]': 3}
    """
    if isinstance(value, dict):
        inner = [(f"{key}.{name}" if key else str(name), part) for name, part in value.items()]
    elif isinstance(value, list):
        inner = [(f"{key}[{number}]", part) for number, part in enumerate(value)]
    else:
        return {key: value}
    return {path: leaf for name, part in inner for path, leaf in leaves(part, name).items()}
