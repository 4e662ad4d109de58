"""A first experiment for a file of one's own: what `forecast new` writes."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.config import guard
from forecast.config.bounds import is_pattern
from forecast.config.convert import Group, Plain, group, texts
from forecast.errors import ConfigError, ForecastError, counted, nearest
from forecast.files import path_problem, write_file

if TYPE_CHECKING:
    import pandas as pd

    from forecast.config.settings import Experiment
    from forecast.data.figures import ReadAs
    from forecast.data.observations import Observations
    from forecast.data.panel import Panel

#: Words that YAML reads as something else than text.
_NOT_TEXT = ("true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf")
_HEAD = """\
# @package _global_
# A first experiment, written by `forecast new`; every key may be changed, docs/reference has them all.
#   forecast experiment={name}
# data.path starts where the command is run; release_lag_days: days from a month's end to its figure;
# expected_by: days from a month's end after which a missing figure is late.
# backtest: months before score_from only feed weights and ranges. report.eras: spans that are scored alone.
{why}defaults:
  - override /data: file
{events}  - override /model: [{models}]
  - override /combination: {combination}
  - override /report: own
"""
_GENERAL = "general   # for series with a season and a trend; its row is the headline"
#: Events act on logs, so a row with them stands beside where the figures have logs.
_GENERAL_EVENTS = (
    "general_events   # as general, and beside it the same with your events; `general` is the headline"
)
#: For small counts; conf/combination/counts.yaml brings the model and makes it the headline.
_COUNTS = "counts   # for small counts and many zeros: whole numbers; its row is the headline"
_COUNTS_EVENTS = (
    "counts_events   # as counts, and beside it the same with your events; `counts` is the headline"
)
#: Models of a first experiment, and those that are tried where some of `general` cannot take the figures.
_MODELS = ("random_walk", "seasonal_naive", "arima")
_ROBUST = (*_MODELS, "structural")
#: Models of many series: the last is the headline. So many dates are replayed at most.
_QUICK, _MOST_DATES = ("random_walk", "seasonal_naive", "theta"), 24
#: Months of a series: fewer are refused, with fewer than enough no replay says how good a forecast is.
_LEAST, _ENOUGH, _NOT_ZERO = 24, 60, 12
#: Counts are small where so many months are zero, or where half of the months are below so many.
_ZEROS, _SMALL = 0.2, 10
#: Days that a figure may be late before `publish` says so.
_LATE = 20


@dataclass(frozen=True)
class Naming:
    """What the page calls a series: label, unit, and what its figures are; empty = found in the figures."""

    label: str = ""
    unit: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Draft:
    """An experiment that is not written yet.

    Attributes
    ----------
    name : str
        Of the experiment.
    target : Path
        The file it will be.
    text : str
        Its content.
    said : tuple of str
        What was chosen, and why.
    """

    name: str
    target: Path
    text: str
    said: tuple[str, ...]

    def write(self) -> Path:
        """Write the file, and return it."""
        write_file(self.target, self.text)
        return self.target


def name_for(figures: str) -> str:
    """Return a name for the experiment of a file of figures.

    Examples
    --------
    >>> name_for("data/2024 visits.csv")
    'visits_2024'
    """
    words = re.findall(r"\w+", Path(figures).stem.lower())
    letters = [word for word in "_".join(words).split("_") if not word[:1].isdigit()]
    digits = [word for word in "_".join(words).split("_") if word[:1].isdigit()]
    name = "_".join(filter(None, [*letters, *digits]))
    return name if letters and any(letters) else f"own_{name}"


def draft_experiment(
    name: str,
    figures: str,
    events: str | None = None,
    series: str | None = None,
    lag: int = 15,
    read_as: ReadAs | None = None,
    naming: Naming | None = None,
) -> Draft:
    """Return a first experiment for a file of figures; only what runs on them is chosen.

    Parameters
    ----------
    name : str
        Name of the experiment.
    figures, events : str
        Files of one's own; both are read and checked.
    series : str, optional
        Which series of the file, or a pattern such as ``AZ*``; all of them unless one is named.
    lag : int
        Days after a month's end at which a figure without `released` became public.
    read_as : ReadAs, optional
        What the file leaves open: columns, layout.
    naming : Naming, optional
        What the page calls the series; without it the series' own name, and the kind that the figures show.

    Raises
    ------
    ConfigError
        If the name cannot be one, is taken, or the series is unknown or too short.
    DataError
        With every problem of a file.
    """
    from forecast.data.load import load_observations
    from forecast.events.calendar import load_events

    target = _target(name)
    columns, layout = (None, None) if read_as is None else (read_as.columns, read_as.layout)
    obs = load_observations(figures, release_lag_days=lag, allow_gaps=True, columns=columns, layout=layout)
    if events:
        load_events(events)
    if several := _several(obs, series):
        return _of_many(name, figures, obs, several, lag, read_as)
    chosen = _series(obs, figures, series)
    panel = obs.as_of("latest", [chosen])
    y = panel.y(chosen)
    _refuse_too_few(chosen, y)
    values = _values(name, figures, chosen, y.index, lag)
    words = named(y, naming or Naming())
    group(values, "target").update({key: word for key, word in asdict(words).items() if word})
    values["question"] = f"What comes next for {words.label or chosen}?"
    values["events"] = {"path": events} if events else {"effects": None}
    gaps = [str(month) for month in y.index[y.isna()]]
    said = []
    if len(y) < _ENOUGH:
        said.append(f"{counted(len(y), 'month')}: no replay is long enough to judge models or ranges by it")
    if gaps:
        group(values, "data")["allow_gaps"] = True
        shown = ", ".join(gaps[:6]) + (f" and {len(gaps) - 6} more" if len(gaps) > 6 else "")
        said.append(f"{len(gaps)} {'month is' if len(gaps) == 1 else 'months are'} missing: {shown}")
    if read_as is not None:
        group(values, "data").update(_stated(read_as))
    if are_small_counts(y, words.kind):
        text = _counting(values, y, bool(events), said)
    else:
        text = _fitting(values, panel, bool(events), said)
    return Draft(name, target, text, tuple(said))


def named(figures: pd.Series, given: Naming) -> Naming:
    """Return what was given, and the kind that the figures show where none was.

    Examples
    --------
    >>> import pandas as pd
    >>> named(pd.Series([3.0, 0.0]), Naming(unit="deaths")).kind
    'count'
    """
    known = figures.dropna()
    whole = bool((known == known.round()).all() and (known >= 0).all())
    share = given.unit == "%" or bool((known >= 0).all() and (known <= 1).all())
    return replace(given, kind=given.kind or ("count" if whole else "rate" if share else "index"))


def are_small_counts(figures: pd.Series, kind: str) -> bool:
    """Tell whether figures are counts so small that averages on logs say nothing of them.

    Examples
    --------
    >>> import pandas as pd
    >>> are_small_counts(pd.Series([3.0, 0.0, 1.0]), "count"), are_small_counts(pd.Series([3000.0]), "count")
    (True, False)
    """
    known = figures.dropna()
    whole = bool((known >= 0).all() and (known % 1 == 0).all())
    return kind == "count" and whole and bool((known == 0).mean() >= _ZEROS or known.median() < _SMALL)


def _target(name: str) -> Path:
    from forecast.config.compose import list_group

    if not re.fullmatch(r"[A-Za-z]\w*", name):
        proposal = f"; for example '{name_for(name)}'" if re.fullmatch(r"\w+", name) else ""
        raise ConfigError(f"'{name}': a name is made of letters, digits and _, a letter first{proposal}")
    if problem := path_problem(name):
        raise ConfigError(f"'{name}': no experiment may be called so ({problem})")
    target = Path("conf/experiment") / f"{name}.yaml"
    if name in list_group("experiment") or target.exists():
        raise ConfigError(f"'{name}': there is such an experiment already; take another name")
    return target


def _several(obs: Observations, series: str | None) -> str:
    """Return the word for several series: `all` where none is named and there are more, or a pattern."""
    if series is None:
        return "all" if len(obs.series_ids) > 1 else ""
    return series if series not in obs.series_ids and is_pattern(series) else ""


def _of_many(
    name: str, figures: str, obs: Observations, series: str, lag: int, read_as: ReadAs | None
) -> Draft:
    """Return an experiment of many series: models that are quick, dates that all of them have.

    Raises
    ------
    ConfigError
        If no series is called so, or they have too few months in common.
    """
    import pandas as pd

    from forecast.experiment.named import matching

    names = matching(series, obs.series_ids)
    if not names:
        raise ConfigError(f"{figures}: no series is called like '{series}'")
    spans = [obs.first_released(one).index for one in names]
    months = pd.period_range(max(s[0] for s in spans), min(s[-1] for s in spans), freq="M")
    if len(months) < _LEAST:
        raise ConfigError(
            f"{figures}: its {len(names)} series have {counted(len(months), 'month')} in common; at"
            f" least {_LEAST} are"
            " needed. Take fewer with --series 'PATTERN*'"
        )
    values = _values(name, figures, series, months, lag)
    values["question"] = f"What comes next in each of {len(names)} series?"
    values["events"] = {"effects": None}
    group(values, "report")["headline"] = _QUICK[-1]
    group(values, "backtest")["start"] = str(max(months[0] + _LEAST, months[-1] - _MOST_DATES))
    group(values, "backtest")["score_from"] = None
    values["intervals"] = {"method": "model"}  # past errors of so few dates support no wide range
    group(values, "report")["eras"] = {}
    if read_as is not None:
        group(values, "data").update(_stated(read_as))
    said = [f"{len(names)} series, each forecast by itself; one alone: --series {names[0]}"]
    return Draft(name, _target(name), _text(values, _QUICK, "none", False, said), tuple(said))


def _series(obs: Observations, figures: str, series: str | None) -> str:
    known = list(obs.series_ids)
    chosen = series or str(known[0])
    if chosen not in known:
        raise ConfigError(f"{figures}: there is no series '{chosen}'.{nearest(chosen, known)}")
    return chosen


def _refuse_too_few(series: str, figures: pd.Series) -> None:
    """Refuse a series on which nothing can be based."""
    if len(figures) < _LEAST:
        raise ConfigError(f"{series}: {counted(len(figures), 'month')}; a forecast needs at least {_LEAST}")
    if (some := int((figures.dropna() != 0).sum())) < _NOT_ZERO:
        raise ConfigError(
            f"{series}: {counted(some, 'month', 'are')} not zero; a forecast needs at least"
            f" {_NOT_ZERO}. Sum the months to"
            " quarters, or several series to one"
        )


def _values(name: str, figures: str, series: str, months: pd.Index, lag: int) -> Group:
    # a short series is replayed over its last months, and none of them is kept for weights alone
    short = len(months) < _ENOUGH
    first = max(_LEAST, len(months) - 12) if short else max(36, len(months) // 3)
    start = months[min(first, len(months) - 1)]
    score_from = start if short else months[first + 12]
    middle = months[(len(months) + first + 12) // 2] if not short else start
    eras: Group = {
        f"until {middle}": [str(start), str(middle)],
        f"since {middle + 1}": [str(middle + 1), "9999-12"],
    }
    if short:
        eras = {f"since {start}": [str(start), "9999-12"]}
    return {
        "name": name,
        "question": f"What comes next for {series}?",
        "data": {"path": figures, "release_lag_days": lag, "expected_by": lag + _LATE},
        "target": {"series": [series], "total": None},
        "events": {},
        "backtest": {"start": str(start), "score_from": str(score_from)},
        "report": {"eras": eras},
    }


def _stated(read_as: ReadAs) -> Group:
    parts = {"columns": asdict(read_as.columns), "layout": asdict(read_as.layout)}
    kept = {key: {k: v for k, v in part.items() if v is not None} for key, part in parts.items()}
    return {key: part for key, part in kept.items() if part}


def _counting(values: Group, figures: pd.Series, events: bool, said: list[str]) -> str:
    """Return the text of a model of counts beside the baselines; `said` learns the reason."""
    zeros = int((figures == 0).sum())
    said.append(
        f"small counts ({zeros} of {len(figures)} months are zero, half are below"
        f" {figures.median() + 1:,.0f}): a model of counts, its ranges whole numbers"
    )
    if events:
        said.append(
            "events: `counts_events` is the same model with your events, beside `counts`, which leads"
        )
    models = (
        "random_walk",
        *(("seasonal_naive",) if len(figures) > 25 else ()),
        *(("arima",) if events else ()),
    )
    return _text(values, models, _COUNTS_EVENTS if events else _COUNTS, events, said)


def _fitting(values: Group, panel: Panel, events: bool, said: list[str]) -> str:
    """Return the text of models that can take gaps and figures at or below 0; `said` learns the reasons."""
    name, y = str(values["name"]), panel.y(texts(group(values, "target"), "series")[0])
    combination = _GENERAL_EVENTS if events and not (y < 0).any() else _GENERAL
    text = _text(values, _MODELS, combination, events, said)
    if not (y.isna().any() or (y <= 0).any() or len(y) < _ENOUGH):
        return text
    failed = _failures(text, name, panel)
    plain = bool(failed) and bool((y <= 0).any())
    if plain:
        said.append("figures at or below 0: models work on the figures as they are, not on logs")
        if events:
            group(values, "events")["effects"] = None
            said.append("no effects of events are estimated: they are changes in percent")
        values["model"] = {model: {"transform": "none"} for model in _logged(text, name)}
        text = _text(values, _MODELS, combination, events, said)
        failed = _failures(text, name, panel)
    if not failed:
        return text
    if plain:
        values["model"] = {model: {"transform": "none"} for model in _ROBUST}
    cannot = _failures(_text(values | {"report": {}}, _ROBUST, "none", events, ()), name, panel)
    models = [model for model in _ROBUST if model not in cannot]
    said.append(f"left out since they cannot take these figures: {', '.join({**failed, **cannot})}")
    if plain:
        values["model"] = {model: {"transform": "none"} for model in models}
    group(values, "report")["headline"] = "arima" if "arima" in models else models[0]
    return _text(values, models, "none", events, said)


def _text(values: Group, models: Sequence[str], combination: str, events: bool, said: Sequence[str]) -> str:
    head = _HEAD.format(
        name=values["name"],
        why="".join(f"# {line}\n" for line in said),
        events="  - override /events: file\n" if events else "",
        models=", ".join(models),
        combination=combination,
    )
    return head + _yaml(escaped(values))


def _draft_of(text: str, name: str) -> Experiment:
    """Return the experiment of a text, read as its file would be."""
    from forecast.experiment.load import load_experiment

    with tempfile.TemporaryDirectory() as folder:
        write_file(Path(folder) / "experiment" / f"{name}.yaml", text)
        return load_experiment(name, config_dir=[folder])


def _logged(text: str, name: str) -> list[str]:
    specs = _draft_of(text, name).model
    return [model for model, spec in specs.items() if spec.parameters.get("transform") == "log"]


def _failures(text: str, name: str, panel: Panel) -> dict[str, str]:
    """Return the models of an experiment that cannot be fitted to the figures, each with the reason."""
    from forecast.events.design import Design
    from forecast.models.registry import make_models

    failed = {}
    for model, made in make_models(_draft_of(text, name).model).items():
        try:
            made.fit(panel, Design.none(panel, 1)).forecast(1)
        except ForecastError as error:
            failed[model] = str(error).splitlines()[0]
    return failed


def escaped(values: Group) -> Group:
    """Return nested values in which every text stands for itself, ``${`` included."""
    return {key: _escaped(inner) for key, inner in values.items()}


def _escaped(value: Plain) -> Plain:
    if isinstance(value, dict):
        return escaped(value)
    if isinstance(value, list):
        return [_escaped(inner) for inner in value]
    return guard.escape(value) if isinstance(value, str) else value


def _yaml(values: Group) -> str:
    """Return plain values as YAML; a text that a reader could take for something else stands in quotes."""
    import yaml

    quoting: type[yaml.SafeDumper] = type("QuotingDumper", (yaml.SafeDumper,), {})

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        plain = re.fullmatch(r"[A-Za-z][\w ./?-]*", value) and value.lower() not in _NOT_TEXT
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else "'")

    quoting.add_representer(str, text)
    return str(
        yaml.dump(
            values, Dumper=quoting, sort_keys=False, allow_unicode=True, width=100, default_flow_style=None
        )
    )
