"""How objects show themselves in a notebook: a small table of HTML, a plain chart in the colours of the
report.

Nothing is computed here but layout. The objects are taken as they come, so that every room may show its own.
"""

from __future__ import annotations

import html
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.errors import ConfigError, counted, nearest, need
from forecast.files import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

#: Colours of `forecast.report.figures.style`, which lies above this room; a test holds them equal.
COLOURS = {
    "ink": "#16191d",
    "muted": "#57606a",
    "grid": "#e3e6ea",
    "fc": "#0a5ea8",
    "b50": "#9fc5e4",
    "b80": "#d5e4f2",
    "ev": "#a3470b",
}
#: Central ranges of a fan, the widest first, with their colour.
FAN = ((0.1, 0.9, "b80"), (0.25, 0.75, "b50"))


class _Panel(Protocol):
    """What is shown of a panel."""

    @property
    def values(self) -> pd.DataFrame: ...
    @property
    def as_of(self) -> pd.Timestamp: ...
    @property
    def series(self) -> tuple[str, ...]: ...


class _Design(Protocol):
    """What is shown of a design."""

    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def past(self) -> pd.DataFrame: ...
    @property
    def future(self) -> pd.DataFrame: ...
    @property
    def estimability(self) -> pd.DataFrame: ...
    @property
    def knowledge(self) -> str: ...
    @property
    def as_of(self) -> pd.Timestamp: ...


class _Forecast(Protocol):
    """What is shown of a forecast."""

    @property
    def table(self) -> pd.DataFrame: ...
    @property
    def notes(self) -> tuple[str, ...]: ...


class _Backtest(Protocol):
    """What is shown of the settings of a backtest."""

    @property
    def baseline(self) -> str: ...


class _Experiment(Protocol):
    """What is shown of an experiment."""

    @property
    def name(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def backtest(self) -> _Backtest: ...


class _Run(Protocol):
    """What is shown of a run."""

    @property
    def experiment(self) -> _Experiment: ...
    @property
    def as_of(self) -> pd.Timestamp: ...
    @property
    def headline(self) -> str: ...
    @property
    def series(self) -> pd.DataFrame: ...
    @property
    def observations(self) -> pd.DataFrame: ...
    @property
    def afterwards(self) -> pd.DataFrame: ...
    @property
    def headline_forecasts(self) -> pd.DataFrame: ...
    @property
    def backtest(self) -> pd.DataFrame: ...
    @property
    def scores(self) -> pd.DataFrame: ...
    @property
    def models(self) -> pd.DataFrame: ...


class _Problem(Protocol):
    """What is shown of the figures of a fit."""

    @property
    def y(self) -> NDArray[np.float64]: ...


class _Fit(Protocol):
    """What is shown of a fit of an ARIMA model."""

    @property
    def problem(self) -> _Problem: ...
    @property
    def params(self) -> pd.Series: ...
    @property
    def bse(self) -> pd.Series: ...
    @property
    def aic(self) -> float: ...
    @property
    def aicc(self) -> float: ...
    @property
    def bic(self) -> float: ...
    @property
    def sigma2(self) -> float: ...
    @property
    def innovations(self) -> NDArray[np.float64]: ...
    @property
    def warnings(self) -> tuple[str, ...]: ...
    def moments(
        self, h: int, xreg: ArrayLike | pd.DataFrame | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]: ...


class _History(Protocol):
    """Figures by series, as a panel has them."""

    def y(self, series_id: str) -> pd.Series: ...


def some(names: Iterable[Hashable], none: str = "none", most: int = 6) -> str:
    """Return the first names, and how many there are more.

    Examples
    --------
    >>> some("abc", most=2)
    'a, b and 1 more'
    """
    all_names = [printable(str(name)) for name in names]
    more = f" and {len(all_names) - most} more" if len(all_names) > most else ""
    return (", ".join(all_names[:most]) or none) + more


def calendar_html(title: str, events: pd.DataFrame) -> str:
    """Return the last ten events of a calendar: when announced, when begun, in which shape."""
    columns = ["announced_date", "effective_start", "end_date", "shape"]
    shown = events.sort_values("effective_start", kind="stable").tail(10).set_index("id")[columns]
    for name in columns[:3]:
        shown[name] = shown[name].dt.strftime("%Y-%m-%d").fillna("")
    return table_html(title, shown.rename_axis(index=None), ["The last ten."] if len(events) > 10 else [])


def backtest_html(title: str, folds: pd.DataFrame) -> str:
    """Return how the folds of each model went."""
    went = folds.groupby(["model", "status"], sort=False).size().unstack(fill_value=0)
    return table_html(title, went.astype(object).rename_axis(index=None, columns=None))


def fitted_html(names: str, span: str, coefficients: pd.DataFrame, notes: Iterable[str]) -> str:
    """Return the first coefficients of a fit, where its model has some."""
    shown = coefficients.head(12).set_index("term")[["estimate", "se"]] if len(coefficients) else coefficients
    return table_html(f"Fit of {names}: {span}", shown.rename_axis(index=None), list(notes)[:6])


def table_html(title: str, table: pd.DataFrame, notes: Iterable[str] = ()) -> str:
    """Return a table with a bold line above and quiet lines below, all of it escaped."""
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in ("", *table.columns))
    rows = "".join(
        f"<tr><th>{html.escape(str(name))}</th>{''.join(f'<td>{_cell(v)}</td>' for v in row)}</tr>"
        for name, row in zip(table.index, table.astype(object).to_numpy(), strict=True)
    )
    below = "".join(f"<p>{html.escape(note)}</p>" for note in notes)
    body = f"<table><tr>{head}</tr>{rows}</table>" if len(table) else ""
    return f"<p><b>{html.escape(title)}</b></p>{body}{below}"


def _cell(value: str | float) -> str:
    if isinstance(value, float):
        whole = value == round(value, 0) or abs(value) >= 1000
        return "" if np.isnan(value) else f"{value:,.0f}" if whole else f"{value:,.3g}"
    return html.escape(str(value))


def _wide(rows: pd.DataFrame) -> pd.DataFrame:
    """Forecast rows of one series with months down, levels across."""
    return rows.assign(level=rows["level"].round(4)).pivot(index="month", columns="level", values="value")


def fan_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the middle and the ranges of one series' forecast rows, months down."""
    words = {
        0.05: "9 in 10 from",
        0.1: "8 in 10 from",
        0.25: "half from",
        0.5: "middle",
        0.75: "half to",
        0.9: "8 in 10 to",
        0.95: "9 in 10 to",
    }
    wide = _wide(rows)
    wide = wide[[level for level in words if level in wide.columns]].rename(columns=words)
    return wide.rename_axis(index=None, columns=None)


def axes(title: str = "", ax: Axes | None = None, height: float = 3.6) -> Axes:
    """Return a quiet plot: no frame, pale horizontal lines, the title above on the left."""
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes

    need(ax, (Axes, type(None)), "plot: ax", "axes of matplotlib")
    if ax is None:
        _, ax = plt.subplots(figsize=(9, height), layout="constrained")
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.spines["bottom"].set_color(COLOURS["grid"])
    ax.grid(axis="y", color=COLOURS["grid"], linewidth=0.8)
    ax.set_axisbelow(True)
    ax.tick_params(colors=COLOURS["muted"], length=0)
    ax.set_title(printable(title), loc="left", fontsize=11, color=COLOURS["ink"], parse_math=False)
    return ax


def _finish(ax: Axes) -> None:
    """A quiet legend, few dates, thousands apart, and zero at the foot of an axis that comes near it."""
    from matplotlib.dates import AutoDateLocator
    from matplotlib.ticker import StrMethodFormatter

    ax.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=7))
    low, high = ax.get_ylim()
    if 0 <= low < 0.5 * high:
        ax.set_ylim(bottom=0, auto=True)
    if high >= 1000:
        ax.yaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    for text in ax.legend(frameon=False, fontsize=9, labelcolor=COLOURS["ink"]).get_texts():
        text.set_parse_math(False)


def _dates(index: pd.Index) -> pd.DatetimeIndex:
    return pd.PeriodIndex(index).to_timestamp()


def one_of(names: Sequence[str], asked: str | None, what: str, kind: str = "series") -> str:
    """Return the series (or model) asked for, or the first."""
    if asked is not None and asked not in names:
        raise ConfigError(f"the {what} has no {kind} '{asked}'.{nearest(asked, names)}")
    if not names:
        raise ConfigError(f"the {what} has no forecast; its folds tell why")
    return asked or names[0]


def draw_fan(ax: Axes, rows: pd.DataFrame, history: pd.Series | None = None) -> None:
    """Draw the forecast of one series, its past before it where given."""
    wide = _wide(rows)
    x = _dates(wide.index)
    for low, high, colour in FAN:
        if low in wide and high in wide:
            told = f"{high - low:.0%} range"
            ax.fill_between(x, wide[low], wide[high], color=COLOURS[colour], linewidth=0, label=told)
    if history is not None:
        ax.plot(_dates(history.index), history, color=COLOURS["ink"], linewidth=1.3, label="figures")
    ax.plot(x, wide[0.5], color=COLOURS["fc"], linewidth=1.8, label="middle of the forecast")
    _finish(ax)


@checked
def plot_panel(panel: _Panel, ax: Axes | None = None) -> Axes:
    """Draw the first eight series of a panel as lines and return the matplotlib axes."""
    ax = axes(f"As known on {panel.as_of:%Y-%m-%d}", ax)
    x, names = _dates(panel.values.index), [printable(name) for name in panel.series[:8]]
    lines = ax.plot(x, panel.values.iloc[:, :8], linewidth=1.3, label=names)
    if len(panel.series) == 1:
        lines[0].set_color(COLOURS["ink"])
    _finish(ax)
    return ax


def _short(name: str) -> str:
    return printable(name if len(name) <= 40 else f"{name[:37]}...")


def design_html(design: _Design) -> str:
    """Return a design in short: its columns, the months in which they act, what became of the candidates."""
    names, past = list(design.columns), design.past > 0
    table = pd.DataFrame(
        {
            "first active": [str(past.index[past[c]][0]) if past[c].any() else "" for c in names],
            "active months": [int(past[c].sum()) for c in names],
            "months ahead": [int((design.future[c] > 0).sum()) for c in names],
        },
        index=pd.Index(names),
    )
    actions = design.estimability["action"].value_counts()
    told = ", ".join(f"{str(action).replace('_', ' ')} {n}" for action, n in actions.items())
    title = f"{len(names)} event columns, knowledge {design.knowledge}, as of {design.as_of:%Y-%m-%d}"
    return table_html(title, table, [f"Candidates: {told}"] if told else [])


@checked
def plot_design(design: _Design, ax: Axes | None = None) -> Axes:
    """Draw each column of a design as a strip, the horizon shaded, and return the matplotlib axes."""
    from matplotlib.dates import date2num

    names = list(design.columns)
    ax = axes(
        f"Event columns as known on {design.as_of:%Y-%m-%d}", ax, height=0.8 + 0.42 * max(len(names), 1)
    )
    ahead = design.future.loc[~design.future.index.isin(design.past.index)]
    every = pd.concat([design.past, ahead])
    x = _dates(every.index)
    for place, name in enumerate(reversed(names)):
        weight = every[name].to_numpy(dtype=float)
        top = place + 0.8 * weight / max(np.abs(weight).max(), 1.0)
        ax.fill_between(x, place, top, step="post", color=COLOURS["ev"], linewidth=0)
    if len(ahead):
        ax.xaxis.axis_date()
        first, last = date2num([_dates(ahead.index)[0], x[-1]])
        ax.axvspan(first, last, color=COLOURS["b80"], alpha=0.5, linewidth=0)
    ax.set_yticks(
        np.arange(len(names)) + 0.4, [_short(name) for name in reversed(names)], fontsize=9, parse_math=False
    )
    ax.grid(visible=False)
    return ax


def forecast_html(forecast: _Forecast) -> str:
    """Return the forecast of the first series as a table, months down."""
    names = list(dict.fromkeys(forecast.table["series_id"]))
    more = f" and {len(names) - 1} more series" if len(names) > 1 else ""
    shown = fan_table(forecast.table[forecast.table["series_id"] == names[0]])
    return table_html(f"Forecast of {names[0]}{more}", shown, forecast.notes)


@checked
def plot_forecast(
    forecast: _Forecast,
    series_id: str | None = None,
    history: _History | pd.Series | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the fan of one series, after five years of `history` (a panel or a series); return the axes."""
    table = forecast.table
    name = one_of(list(dict.fromkeys(table["series_id"])), series_id, "forecast")
    past = history if history is None or isinstance(history, pd.Series) else history.y(name)
    ax = axes(name, ax)
    draw_fan(ax, table[table["series_id"] == name], None if past is None else past.iloc[-60:])
    return ax


@checked
def plot_run(run: _Run, series_id: str | None = None, months: int = 60, ax: Axes | None = None) -> Axes:
    """Draw the headline after so many months of figures, and what came afterwards; return the axes."""
    rows = run.headline_forecasts
    name = one_of(list(dict.fromkeys(rows["series_id"])), series_id, "run")
    rows = rows[rows["series_id"] == name]
    known = run.observations[run.observations["series_id"] == name].set_index("month")["value"]
    label = str(run.series.loc[name, "name"])
    ax = axes(f"{label}, as known on {run.as_of:%Y-%m-%d}", ax)
    draw_fan(ax, rows, known.iloc[-months:])
    later = run.afterwards[run.afterwards["series_id"] == name].set_index("month")["value"]
    later = later[later.index <= rows["month"].max()]
    if len(later):
        ax.plot(
            _dates(later.index), later, "o", color=COLOURS["ev"], markersize=4, label="what came afterwards"
        )
        _finish(ax)
    return ax


def plot_backtest(
    forecasts: pd.DataFrame,
    history: _History | pd.Series | None = None,
    series_id: str | None = None,
    model: str | None = None,
    horizon: int = 1,
    ax: Axes | None = None,
) -> Axes:
    """Draw the past forecasts of one row at one horizon over the figures; return the axes."""
    name = one_of(list(dict.fromkeys(forecasts["series_id"])), series_id, "backtest")
    rows = forecasts[forecasts["series_id"] == name]
    names = sorted(dict.fromkeys(rows["model"]), key=lambda one: one == "random_walk")
    chosen = one_of(names, model, "backtest", "model")
    rows = rows[rows["model"] == chosen]
    knowledge = rows["knowledge"].iloc[0]
    rows = rows[(rows["knowledge"] == knowledge) & (rows["horizon"] == horizon)].sort_values("origin")
    if not len(rows):
        last = int(forecasts["horizon"].max())
        raise ConfigError(f"the backtest has no forecast at horizon {horizon}; expected 1 to {last}")
    wide = _wide(rows.drop_duplicates(["month", "level"], keep="last"))
    wide = wide.reindex(pd.period_range(wide.index.min(), wide.index.max(), freq="M"))
    known = "" if knowledge == "none" else f", events {str(knowledge).replace('_', ' ')}"
    ax = axes(f"{name}: {chosen}, {horizon} month{'' if horizon == 1 else 's'} ahead{known}", ax)
    x = _dates(wide.index)
    for low, high, colour in FAN:  # a bar a month: it is seen without a neighbour, too
        if low in wide and high in wide:
            told, size = f"{high - low:.0%} range", wide[high] - wide[low]
            ax.bar(x, size, width=31, bottom=wide[low], color=COLOURS[colour], label=told)
    if history is not None:
        past = history if isinstance(history, pd.Series) else history.y(name)
        ax.plot(x, past.reindex(wide.index), color=COLOURS["ink"], linewidth=1.3, label="figures")
    ax.plot(
        x, wide[0.5], "o-", color=COLOURS["fc"], markersize=2.5, linewidth=1.4, label="middle of the forecast"
    )
    _finish(ax)
    return ax


def plot_calendar(events: pd.DataFrame, title: str, last: int = 30, ax: Axes | None = None) -> Axes:
    """Draw when events were announced (rings), began and ended, the newest above; return the axes."""
    begun = events["effective_start"].fillna(events["announced_date"])  # announced, and never in effect
    shown = events.loc[begun.sort_values(kind="stable").index].tail(last)
    more = f" (the last {last} of {len(events)})" if len(events) > last else ""
    ax = axes(title + more, ax, height=0.9 + 0.22 * max(len(shown), 1))
    told, start, end = (shown[name] for name in ("announced_date", "effective_start", "end_date"))
    place, bar = np.arange(len(shown)), start.notna().to_numpy()
    open_end = shown[["announced_date", "effective_start", "end_date"]].max().max() + pd.Timedelta(days=90)
    ax.hlines(place[bar], told[bar], start[bar], color=COLOURS["b50"])
    ax.hlines(place[bar], start[bar], end[bar].fillna(open_end), color=COLOURS["ev"], linewidth=4)
    ax.plot(told, place, "o", color=COLOURS["b50"], markersize=4, markerfacecolor="white")
    ax.set_yticks(range(len(shown)), [_short(name) for name in shown["id"]], fontsize=8, parse_math=False)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x", color=COLOURS["grid"], linewidth=0.8)
    return ax


def run_html(run: _Run) -> str:
    """Return a run in short: the question, the headline's next months, its skill against the baseline."""
    rows = run.headline_forecasts
    names = list(dict.fromkeys(rows["series_id"]))
    notes = [
        f"Headline {run.headline}; {counted(len(run.models), 'model')};"
        f" {counted(run.backtest['origin'].nunique(), 'origin')}."
    ]
    scores = run.scores
    wanted = {"model": run.headline, "metric": "mae", "era": "all", "scale": "natural", "horizon": "all"}
    told = scores[(scores[list(wanted)] == pd.Series(wanted)).all(axis=1) & (scores["series_id"] == names[0])]
    if len(told) and np.isfinite(told["skill"].iloc[0]):
        skill = f"{100 * told['skill'].iloc[0]:+.1f}"
        notes.append(f"Mean absolute error against {run.experiment.backtest.baseline}: skill {skill} %.")
    title = f"{run.experiment.question or run.experiment.name} ({names[0]}, as known on {run.as_of:%Y-%m-%d})"
    return table_html(title, fan_table(rows[rows["series_id"] == names[0]]).head(6), notes)


def arima_html(fit: _Fit) -> str:
    """Return a fit in short: estimates, standard errors, criteria, warnings."""
    table = pd.DataFrame({"estimate": fit.params, "std. err.": fit.bse})
    table["z"] = table["estimate"] / table["std. err."]
    criteria = f"AIC {fit.aic:.2f}, AICc {fit.aicc:.2f}, BIC {fit.bic:.2f}; sigma2 {fit.sigma2:.4g}"
    return table_html(repr(fit)[1:-1], table, [criteria, *fit.warnings])


def plot_arima(fit: _Fit, h: int = 12, xreg: ArrayLike | pd.DataFrame | None = None) -> NDArray[np.object_]:
    """Draw the values with the next `h`, and the autocorrelation of the residuals; return both axes."""
    import matplotlib.pyplot as plt

    _, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), width_ratios=(2, 1), layout="constrained")
    y = np.asarray(fit.problem.y, dtype=float)
    mean, se = fit.moments(h, xreg=xreg)
    ahead = len(y) + np.arange(h)
    axes("Values and forecast", left)
    for z, colour, told in ((1.2816, "b80", "80% range"), (0.6745, "b50", "50% range")):
        left.fill_between(ahead, mean - z * se, mean + z * se, color=COLOURS[colour], linewidth=0, label=told)
    left.plot(y, color=COLOURS["ink"], linewidth=1.1)
    left.plot(ahead, mean, color=COLOURS["fc"], linewidth=1.6)
    left.legend(frameon=False, fontsize=9)
    e = fit.innovations[np.isfinite(fit.innovations)]
    e = e - e.mean()
    lags = np.arange(1, min(25, len(e) // 2))
    right.vlines(lags, 0, [float(e[k:] @ e[:-k] / (e @ e)) for k in lags], color=COLOURS["fc"])
    right.axhspan(-1.96 / len(e) ** 0.5, 1.96 / len(e) ** 0.5, color=COLOURS["b80"], alpha=0.6, linewidth=0)
    axes("Autocorrelation of residuals", right)
    right.set_ylim(-1, 1)
    return np.array([left, right])
