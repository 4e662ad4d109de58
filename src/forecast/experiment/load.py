"""From the words of a command or a notebook to a validated
`Experiment`, and what makes two of them the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from forecast.arguments import checked
from forecast.config import compose
from forecast.config.convert import Group, Made, from_plain, group, made_of, to_plain
from forecast.config.settings import BacktestSpec, Experiment, ModelSpec, ScenarioSpec
from forecast.errors import ConfigError, nearest
from forecast.events.changes import LEAK, is_leak, parse_changes
from forecast.models.registry import list_models, make_models

#: Keys that never change a result and therefore no run folder.
NEUTRAL = ("parallel", "publish", "overrides", "name", "question")


@checked
def load_experiment(name: str | None = None, *overrides: str, config_dir: Sequence[str] = ()) -> Experiment:
    """Return one experiment, composed from conf/, with overrides as on the command line, and validated.

    Parameters
    ----------
    name : str, optional
        A file of ``conf/experiment`` without its ending; None for the defaults.
    *overrides : str
        ``key=value`` words, for example ``"backtest=quick"``.
    config_dir : sequence of str
        Further folders with configuration of one's own.

    Returns
    -------
    Experiment
        Frozen and validated.

    Raises
    ------
    ConfigError
        For an unknown key, experiment, model or value; the nearest valid one is named.

    Examples
    --------
    >>> import forecast as fc
    >>> exp = fc.load_experiment("guatemala_2024", "backtest=quick")
    >>> exp.as_of, exp.horizon
    ('2024-05-07', 12)
    """
    words = [*([f"experiment={name}"] if name else []), *overrides]
    return to_experiment(compose.compose(words, config_dir), overrides)


def to_experiment(plain: Group, overrides: Sequence[str] = ()) -> Experiment:
    """Turn composed plain values into a validated `Experiment`, its models checked against the registry.

    Raises
    ------
    ConfigError
        With every problem of the values and of the models, a line each.
    """
    problems: list[str] = []
    exp: Experiment | None = None
    with _collected(problems):
        exp = from_plain(Experiment, plain)
    problems += _beyond_settings(plain)
    if problems or exp is None:
        raise ConfigError("\n".join(problems))
    return replace(
        exp, overrides=tuple(w for w in result_words(overrides) if not w.startswith("experiment="))
    )


@contextmanager
def _collected(problems: list[str], where: str = "") -> Iterator[None]:
    """Add what is refused in a block to the problems."""
    try:
        yield
    except ConfigError as error:
        problems += [where + line for line in str(error).splitlines()]


def _beyond_settings(plain: Group) -> list[str]:
    """Return what is wrong with models, names and changes that the rooms above the settings know."""
    problems: list[str] = []
    specs = _named(ModelSpec, plain, "model")
    with _collected(problems):
        make_models(specs)
    backtest = made_of(BacktestSpec, plain.get("backtest", {}), "backtest", [])
    known = dict.fromkeys([*specs, *list_models()])
    if backtest is not None and backtest.baseline not in known:
        problems.append(
            f"backtest.baseline: {backtest.baseline!r} is neither a model of this experiment nor a kind of"
            f" model ({', '.join(known)}).{nearest(backtest.baseline, known)}"
        )
    for name, scenario in _named(ScenarioSpec, plain, "scenario").items():
        if not scenario.changes:
            problems.append(f"scenario.{name}.changes: nothing changes; give at least one change")
        leaks = any(LEAK in change for change in scenario.changes)  # told with its name
        with _collected(problems, "" if leaks else f"scenario.{name}: "):
            if not is_leak(name, scenario):
                parse_changes(scenario)
    return problems


def _named(cls: type[Made], plain: Group, key: str) -> dict[str, Made]:
    """Return the settings under the names of a group that can be made; what is wrong is told already."""
    made = {name: made_of(cls, one, f"{key}.{name}", []) for name, one in group(plain, key).items()}
    return {name: one for name, one in made.items() if one is not None}


def result_words(words: Sequence[str]) -> list[str]:
    """Return the words of a command that can change a result:
    without workers, the folder and the form of files.
    """
    return [
        w
        for w in words
        if not re.match(r"[+~]*((parallel|publish)[.=]|hydra[./]|report\.(folder|png|pdf)=)", w)
    ]


def as_written(exp: Experiment, extra_dirs: Sequence[str] = ()) -> bool:
    """Tell whether the overrides leave the experiment's result as its file has it."""
    if not exp.overrides:
        return True
    if exp.name not in compose.list_group("experiment", extra_dirs):
        return False
    return same_result(exp, load_experiment(exp.name, config_dir=extra_dirs))


def same_result(a: Experiment, b: Experiment) -> bool:
    """Tell whether two experiments differ only in keys that never change a result."""
    return _essence(a) == _essence(b)


def _essence(exp: Experiment) -> dict[str, object]:
    plain = {k: v for k, v in to_plain(exp).items() if k not in NEUTRAL}
    for key, without in (("report", ("folder", "png", "pdf")), ("data", ("allow_http",))):
        plain[key] = {k: v for k, v in group(plain, key).items() if k not in without}
    return plain


def digest(exp: Experiment) -> str:
    """Return 8 hex digits of the resolved configuration, as run folders carry them."""
    return hashlib.sha256(json.dumps(_essence(exp), sort_keys=True).encode()).hexdigest()[:8]
