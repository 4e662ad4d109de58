"""A first experiment for a file of one's own: what `forecast new` writes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from forecast.config import guard
from forecast.errors import ConfigError
from forecast.files import path_problem, write_file

#: Words that YAML reads as something else than text.
_NOT_TEXT = ("true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf")
_HEAD = """\
# @package _global_
# A first experiment, written by `forecast new`; every key may be changed, docs/reference has them all.
#   forecast experiment={name}
# data.path starts where the command is run; release_lag_days: days from a month's end to its figure.
# backtest: months before score_from only feed weights and ranges. report.eras: spans that are scored alone.
defaults:
  - override /data: file
{events}  - override /model: [random_walk, seasonal_naive, arima]
  - override /combination: general   # for series with a season and a trend; its row is the headline
  - override /report: own
"""


def write_experiment(
    name: str, figures: str, events: str | None = None, series: str | None = None, lag: int = 15
) -> Path:
    """Write `conf/experiment/NAME.yaml` for a file of figures, and return it; a file that is there stays.

    Parameters
    ----------
    name : str
        Name of the experiment.
    figures, events : str
        Files of one's own; both are read and checked before anything is written.
    series : str, optional
        Which series of the file; needed when it holds several.
    lag : int
        Days after a month's end at which a figure without `released` became public.

    Raises
    ------
    ConfigError
        If the name cannot be one, is taken, or the series is unknown or too short.
    DataError
        With every problem of a file.
    """
    from forecast.config.compose import list_group
    from forecast.data.load import load_observations
    from forecast.errors import nearest
    from forecast.events.calendar import load_events

    if not re.fullmatch(r"[A-Za-z]\w*", name):
        raise ConfigError(f"'{name}': a name is made of letters, digits and _")
    if problem := path_problem(name):
        raise ConfigError(f"'{name}': no experiment may be called so ({problem})")
    target = Path("conf/experiment") / f"{name}.yaml"
    if name in list_group("experiment") or target.exists():
        raise ConfigError(f"'{name}': there is such an experiment already; take another name")
    obs = load_observations(figures, release_lag_days=lag)
    known = list(obs.series.index)
    if series is None and len(known) > 1:
        raise ConfigError(f"{figures} holds {len(known)} series; name one: --series {known[0]}")
    chosen = series or str(known[0])
    if chosen not in known:
        raise ConfigError(f"{figures}: there is no series '{chosen}'.{nearest(chosen, known)}")
    if events:
        load_events(events)
    months = obs.as_of("latest", [chosen]).y(chosen).index
    if len(months) < 60:
        raise ConfigError(f"{chosen}: {len(months)} months; a backtest with ranges needs at least 60")
    first = max(36, len(months) // 3)
    start, score_from = months[first], months[first + 12]
    middle = months[(len(months) + first + 12) // 2]
    values: dict[str, Any] = {
        "name": name,
        "question": f"What comes next for {chosen}?",
        "data": {"path": figures, "release_lag_days": lag},
        "target": {"series": [chosen], "total": None},
        "events": {"path": events} if events else {"effects": None},
        "backtest": {"start": str(start), "score_from": str(score_from)},
        "report": {
            "eras": {
                f"until {middle}": [str(start), str(middle)],
                f"since {middle + 1}": [str(middle + 1), "9999-12"],
            }
        },
    }
    head = _HEAD.format(name=name, events="  - override /events: file\n" if events else "")
    write_file(target, head + _yaml(escaped(values)))
    return target


def escaped(value: Any) -> Any:
    """Return nested values in which every text stands for itself, ``${`` included."""
    if isinstance(value, dict):
        return {key: escaped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [escaped(inner) for inner in value]
    return guard.escape(value) if isinstance(value, str) else value


def _yaml(values: dict[str, Any]) -> str:
    """Return plain values as YAML; a text that a reader could take for something else stands in quotes."""
    import yaml

    quoting: Any = type("QuotingDumper", (yaml.SafeDumper,), {})

    def text(dumper: Any, value: str) -> Any:
        plain = re.fullmatch(r"[A-Za-z][\w ./?-]*", value) and value.lower() not in _NOT_TEXT
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else "'")

    quoting.add_representer(str, text)
    return str(
        yaml.dump(
            values, Dumper=quoting, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None
        )
    )
