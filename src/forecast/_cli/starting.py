"""A first experiment for a file of one's own: what `forecast new` writes."""

from __future__ import annotations

import re
from pathlib import Path

from forecast.spec import ConfigError

_TEXT = """\
# @package _global_
# {name}: written by `forecast new`; every key may be changed, docs/reference has them all.
#   forecast experiment={name}
defaults:
  - override /data: file
{override}  - override /model: [random_walk, seasonal_naive, arima]
  - override /combination: general   # for series with a season and a trend; its row is the headline
  - override /report: own
name: {name}
question: {question}
data: {{path: {path}, release_lag_days: {lag}}}   # paths start where the command is run; days from a month's end to its figure
target: {{series: [{series}], total: null}}
{events}backtest: {{start: {start}, score_from: {score_from}}}   # earlier months only feed weights and ranges
report:
  eras:   # spans that are scored alone
    until {middle}: [{start}, {middle}]
    since {after}: [{after}, 9999-12]
"""


def _quoted(text: str) -> str:
    """Return a text of data as a scalar of a configuration: no key, no comment, no place to be filled."""
    import yaml

    plain = re.sub(r"(\\*)\$\{", r"\1\1\\${", text)  # as OmegaConf reads what is not to be filled
    return str(yaml.safe_dump(plain, default_style='"', allow_unicode=True, width=float("inf"))).strip()


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
    from forecast.compose import list_group
    from forecast.data.observations import load_observations
    from forecast.events.calendar import load_events
    from forecast.spec import nearest

    if not re.fullmatch(r"[A-Za-z]\w*", name):
        raise ConfigError(f"'{name}': a name is made of letters, digits and _")
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
    text = _TEXT.format(
        name=name,
        question=_quoted(f"What comes next for {chosen}?"),
        path=_quoted(figures),
        lag=lag,
        series=_quoted(chosen),
        override="  - override /events: file\n" if events else "",
        events=f"events: {{path: {_quoted(events)}}}\n"
        if events
        else "events: {effects: null}   # no calendar of events yet\n",
        start=start,
        score_from=score_from,
        middle=middle,
        after=middle + 1,
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    return target
