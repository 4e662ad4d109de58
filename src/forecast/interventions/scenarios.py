"""What if: forecasts under changes to the calendar, or with a figure that has only leaked.

Models with events are fitted again with the design of the scenario. Over rows made without events the size of
the effect is laid once: the change of the weights times the shrunken estimates of one ARIMA model. Ranges add
the doubt about the effect to that of the forecast. A scenario is no prediction and carries no probability.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.backtesting.folds import FoldSource
from forecast.config.settings import Knowledge, ScenarioSpec
from forecast.data.panel import least_on_logs
from forecast.data.parse import whole_day
from forecast.errors import ConfigError, DataError, ForecastError
from forecast.events.build import make_design
from forecast.events.changes import is_leak
from forecast.events.design import Design
from forecast.events.notes import Note, SizeSource
from forecast.models.base import Fitted, FittedSeries, Model
from forecast.models.series import series_data
from forecast.tables import forecasts
from forecast.tables.columns import FORECAST_COLUMNS
from forecast.tables.known_errors import in_order, widen
from forecast.tables.quantiles import MEDIAN, Floats

if TYPE_CHECKING:
    from forecast.data.panel import Panel
    from forecast.models.arima import Arima

Z80 = 1.2815515655
#: Key of the model whose estimates are laid over rows made without events.
SIZE = "\0size"
#: What scenarios take as known of the events that they leave as they are.
KNOWN: Knowledge = "at_origin"
NOTE_COLUMNS: tuple[str, ...] = (
    "scenario",
    "model",
    "series_id",
    "status",
    *(field.name for field in dataclasses.fields(Note)),
)


@dataclass(frozen=True)
class Scenarios:
    """Forecasts of each scenario, and what they stand on.

    Attributes
    ----------
    forecasts : DataFrame
        A forecast table, ``scenario`` filled in every row.
    notes : DataFrame
        ``scenario, model, series_id, status (ok | failed)`` and the columns of a `Note`: what a scenario
        takes as its size, one row each, or why there is no forecast.
    """

    forecasts: pd.DataFrame
    notes: pd.DataFrame


@dataclass(frozen=True)
class _Setting:
    """What all scenarios of one call share."""

    source: FoldSource
    base: pd.DataFrame
    as_of: pd.Timestamp
    horizon: int

    def panel(self, series_id: str, leaks: bool | None = None) -> Panel:
        made = self.source.settings
        fill = made.include_leaks if leaks is None else leaks
        return self.source.obs.as_of(self.as_of, [series_id], include_leaks=fill).window(made.window)

    def design(
        self, panel: Panel, changes: Sequence[Mapping[str, object]] | None, always: Sequence[str]
    ) -> Design:
        spec = self.source.settings.events
        return make_design(
            self.source.events, panel, spec, self.horizon, KNOWN, scenario=changes, always=always
        )


def run_scenarios(
    base: pd.DataFrame,
    models: Mapping[str, Model],
    source: FoldSource,
    scenarios: Mapping[str, ScenarioSpec],
    as_of: dt.date | str,
    lay_over: Sequence[str] | Mapping[str, Sequence[str]] = (),
    size_model: Arima | None = None,
) -> Scenarios:
    """Forecast under each scenario.

    Parameters
    ----------
    base : DataFrame
        The forecasts at `as_of` with their ranges (`Run.forecasts`); they give the widths.
    models : mapping
        Name -> model. Those that use events are fitted again with each scenario's design.
    source : FoldSource
        Figures, calendar, and the settings by which the base was made.
    scenarios : mapping of str to ScenarioSpec
        As in `forecast.events.scenario`; a scenario whose only change is ``{with_leak: true}`` lets the press
        figure fill its month.
    as_of : date
        The origin.
    lay_over : sequence of str, or mapping of str to sequence of str
        Rows of `base` made without events (the headline) over which the effect is laid; with their members,
        which say how they move when a leak is in the fit (all models when not given).
    size_model : Arima, optional
        The model whose shrunken estimates are laid over them; the airline model by default.

    Returns
    -------
    Scenarios

    Raises
    ------
    ConfigError
        For a scenario that cannot be: an unknown event, a date that is over, a mixed leak.

    Examples
    --------
    >>> import forecast as fc
    >>> from forecast.backtesting.folds import FoldSettings
    >>> obs, events = fc.load_observations(), fc.load_events()
    >>> origins = fc.monthly_origins("2024-03", "2024-03", obs, series=["southwest.usbp"])
    >>> models = {"arima": fc.make_model("arima")}
    >>> base = fc.backtest(models, obs, events, ["southwest.usbp"], origins, horizon=3).forecasts
    >>> closure = {"new": "closure", "starts": "2024-05-01", "shape": "step", "percent": -50}
    >>> half, source = ScenarioSpec(changes=(closure,)), FoldSource(obs, events, FoldSettings())
    >>> made = run_scenarios(base, models, source, {"half": half}, origins[0]).forecasts
    >>> sorted(set(made["model"])), set(made["scenario"])
    (['arima'], {'half'})
    """
    day = whole_day(as_of, "as_of")
    members = dict(lay_over) if isinstance(lay_over, Mapping) else {m: tuple(models) for m in lay_over}
    rows = base[(pd.to_datetime(base["origin"]) == day) & (base["scenario"].fillna("") == "")]
    missing = [m for m in members if m not in set(rows["model"])]
    if missing or not len(rows):
        raise ConfigError(
            f"scenarios: the forecasts of {day:%Y-%m-%d} hold no '{', '.join(missing) or 'row'}'"
            f" ({', '.join(dict.fromkeys(rows['model'])) or 'none'})"
        )
    setting = _Setting(source, rows, day, int(rows["horizon"].max()))
    tables: list[pd.DataFrame] = []
    notes: list[dict[str, Any]] = []
    for name, spec in scenarios.items():
        for series_id in dict.fromkeys(rows["series_id"]):
            made, told = (
                _leaked(setting, name, str(series_id), models, members)
                if is_leak(name, spec)
                else _changed(setting, name, spec, str(series_id), models, tuple(members), size_model)
            )
            tables += made
            notes += told
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(FORECAST_COLUMNS))
    return Scenarios(table[list(FORECAST_COLUMNS)], pd.DataFrame(notes, columns=list(NOTE_COLUMNS)))


# --------------------------------------------------------------------------- events changed


def _changed(
    setting: _Setting,
    name: str,
    spec: ScenarioSpec,
    series_id: str,
    models: Mapping[str, Model],
    lay_over: Sequence[str],
    size_model: Arima | None,
) -> tuple[list[pd.DataFrame], list[dict[str, Any]]]:
    from forecast.events.scenario import events_needed, parse_changes
    from forecast.models.arima import Arima

    panel = setting.panel(series_id)
    changes = parse_changes(spec.changes)
    given = all(change.new and not change.like and not change.mechanism for change in changes)
    # the events of a scenario stand in the base design too, so that only what changes makes a difference
    always = events_needed(changes, setting.source.events, panel, KNOWN)
    before, after = setting.design(panel, None, always), setting.design(panel, spec.changes, always)
    if np.array_equal(
        before.future.to_numpy(), after.future.reindex(columns=before.columns).to_numpy()
    ) and len(before.columns) == len(after.columns):
        return [], [_row(name, "", series_id, "failed", Note("unchanged"))]
    tables, notes = [], []
    fitted: dict[str, tuple[Floats, Floats]] = {}
    wanted = {m: model for m, model in models.items() if model.uses_events and not model.pooled}
    if lay_over:
        wanted[SIZE] = size_model or Arima()
    for label, model in wanted.items():
        try:
            fitted[label] = _shift(model, panel, series_id, before, after, setting.horizon)
        except (ForecastError, ValueError, np.linalg.LinAlgError) as error:
            failure = Note("failed", text=str(error))
            notes.append(_row(name, label.replace(SIZE, "arima"), series_id, "failed", failure))
    for label in dict.fromkeys([*models, *lay_over]):
        own = label if label in fitted and label not in lay_over else SIZE if label in lay_over else ""
        if own not in fitted:
            continue
        table = _move(_base_rows(setting, label, series_id), name, *fitted[own], _floor(panel))
        if table is not None:
            if any(note.note == "joint" for note in after.notes):
                table = _none_to_all(_base_rows(setting, label, series_id), table)
            tables.append(table)
            source: SizeSource = "given" if given else "adjustment" if own == SIZE else "own_fit"
            size = _size(table, *fitted[own], source)
            notes += [_row(name, label, series_id, "ok", note) for note in (*after.notes, size)]
    return tables, notes


def _size(table: pd.DataFrame, shift: Floats, sd: Floats, source: SizeSource) -> Note:
    """Return by what the median is multiplied where the scenario moves it most, and from where that comes."""
    # the first of nearly equal ones, on any machine
    at = int(np.argmax(np.abs(shift) >= 0.999 * np.abs(shift).max()))
    low, high = np.exp(shift[at] - Z80 * sd[at]), np.exp(shift[at] + Z80 * sd[at])
    month = str(table.loc[table["horizon"] == at + 1, "month"].iloc[0])
    factor = float(np.exp(shift[at]))
    return Note("factor", month=month, factor=factor, low=float(low), high=float(high), source=source)


def _row(scenario: str, model: str, series_id: str, status: str, note: Note) -> dict[str, Any]:
    head = {"scenario": scenario, "model": model, "series_id": series_id, "status": status}
    return {**head, **dataclasses.asdict(note)}


def _shift(
    model: Model, panel: Panel, series_id: str, before: Design, after: Design, horizon: int
) -> tuple[Floats, Floats]:
    """Return what a scenario changes on logs at each horizon, and the sd of what is not known of it."""
    fits = [model.fit(panel, design) for design in (before, after)]
    paths = [fit.forecast(horizon, (0.5,)).table["value"].to_numpy(dtype=float) for fit in fits]
    floor = _floor(panel)
    shift = np.log(np.maximum(paths[1], floor)) - np.log(np.maximum(paths[0], floor))
    own = after.of(series_id)
    old = before.of(series_id)
    change = own.future.to_numpy(dtype=float).copy()
    for j, column in enumerate(own.columns):
        if column in old.columns:
            change[:, j] -= old.future[column].to_numpy(dtype=float)
    covariance = _covariance(fits[1], own, panel, series_id)
    return shift, np.sqrt(np.maximum(np.einsum("hi,ij,hj->h", change, covariance, change), 0.0))


def _floor(panel: Panel) -> float:
    """Return the least figure on logs of a panel of one series."""
    values = panel.values.to_numpy(dtype=float)
    if (values <= 0).any() and not panel.counts:
        raise DataError(f"{panel.series[0]}: a scenario multiplies figures, and some are at or below 0")
    return least_on_logs(values)


def _covariance(fitted: Fitted, design: Design, panel: Panel, series_id: str) -> Floats:
    """Return the covariance of the sizes of the columns: as the fit
    knows them, by the prior those that it does not.
    """
    prior = series_data(panel, design, series_id, "log", None).prior
    sd = prior["sd"].to_numpy(dtype=float)
    made = pd.DataFrame(
        np.diag(np.where(np.isfinite(sd), sd, 0.0) ** 2), list(prior.index), list(prior.index)
    )
    fit = fitted.fits.get(series_id) if isinstance(fitted, FittedSeries) else None
    if fit is not None and fit.covariance is not None:
        known = fit.covariance()
        terms = [c for c in made.index if c in known.index]
        made.loc[terms, terms] = known.loc[terms, terms].to_numpy()
    elif fit is not None and fit.coefficients is not None:
        rows = fit.coefficients()
        rows = rows[rows["kind"] == ("shrunken" if "shrunken" in set(rows["kind"]) else "plain")]
        for term, se in zip(rows["term"], rows["se"], strict=True):
            if term in made.index and np.isfinite(se):
                made.loc[term, term] = float(se) ** 2
    return made.loc[list(design.columns), list(design.columns)].to_numpy(dtype=float)


def _move(
    rows: pd.DataFrame | None,
    name: str,
    shift: Floats,
    sd: Floats,
    floor: float,
    leaks: pd.DataFrame | None = None,
) -> pd.DataFrame | None:
    """Return the base rows of a model, moved and widened on logs.

    A leaked month has the leak as its middle; later months are as wide as if the leaked ones had been
    counted.
    """
    if rows is None:
        return None
    wide = forecasts.wide(rows, "horizon")
    levels = wide.columns.to_numpy(dtype=float)
    scaled = np.log(np.maximum(wide.to_numpy(dtype=float), floor))
    at = wide.index.to_numpy(dtype=np.int64) - 1
    middle = scaled[:, [int(np.argmin(np.abs(levels - 0.5)))]]
    centre, spread = middle + shift[at, None], scaled - middle
    knowledge: str = KNOWN
    changed = (np.abs(shift[at]) > 1e-9) | (sd[at] > 1e-9)
    if leaks is not None:
        ahead = len(leaks)
        centre[:ahead, 0] = np.log(leaks["value"].to_numpy(dtype=float))
        exact = np.where(np.isfinite(spread[:ahead]), 0.0, np.nan)
        spread = np.vstack([exact, spread[: len(spread) - ahead]])
        changed[:] = True
        knowledge = str(rows["knowledge"].iloc[0])
    moved = in_order(np.exp(centre + widen(spread, sd[at], levels)), levels)
    values = np.where(changed[:, None], moved, wide.to_numpy(dtype=float))
    return _long(rows, wide, values, name, knowledge)


def _none_to_all(rows: pd.DataFrame | None, moved: pd.DataFrame) -> pd.DataFrame:
    """Return ranges from none to all of a joint effect: without a middle, since nobody knows its part."""
    if rows is None:
        return moved
    none = rows.set_index(["horizon", "level"])["value"]
    both = moved.set_index(["horizon", "level"])["value"].to_frame("all").join(none.rename("none"))
    level = moved["level"].to_numpy(dtype=float)
    ends = np.where(level < MEDIAN, both.min(axis=1), both.max(axis=1))
    known = ~np.isclose(level, MEDIAN) | np.isclose(both["all"], both["none"], rtol=1e-9)
    made: pd.DataFrame = moved.assign(value=ends)[known].reset_index(drop=True)
    return made


def _base_rows(setting: _Setting, model: str, series_id: str) -> pd.DataFrame | None:
    """Return the base rows of a model: with the events known if it has them, else without."""
    rows = setting.base[(setting.base["model"] == model) & (setting.base["series_id"] == series_id)]
    for word in (KNOWN, "none"):
        found = rows[rows["knowledge"] == word]
        if len(found):
            return found
    return None


def _long(rows: pd.DataFrame, wide: pd.DataFrame, values: Floats, name: str, knowledge: str) -> pd.DataFrame:
    """Return a forecast table like the rows of one model, with other values."""
    months = rows.drop_duplicates("horizon").set_index("horizon")["month"].loc[wide.index]
    levels = wide.columns.to_numpy(dtype=float)
    made = pd.DataFrame(
        {
            **{name: rows[name].iloc[0] for name in ("model", "series_id", "origin")},
            "month": pd.PeriodIndex(months).repeat(len(levels)),
            "horizon": np.repeat(wide.index.to_numpy(dtype=np.int64), len(levels)),
            "knowledge": knowledge,
            "scenario": name,
            "level": np.tile(levels, len(wide)),
            "value": values.ravel(),
        }
    )
    return made[made["value"].notna()].reset_index(drop=True)


# --------------------------------------------------------------------------- the press figure


def _leaked(
    setting: _Setting,
    name: str,
    series_id: str,
    models: Mapping[str, Model],
    lay_over: Mapping[str, Sequence[str]],
) -> tuple[list[pd.DataFrame], list[dict[str, Any]]]:
    """Forecast with the leak in the fit; a row laid over moves by the mean of the models' moves."""
    panel = setting.panel(series_id, leaks=True)
    plain = setting.panel(series_id, leaks=False)
    leaks = panel.leaks[panel.leaks["series_id"] == series_id]
    if not len(leaks):
        return [], [_row(name, "", series_id, "failed", Note("no_leak"))]
    tables: list[pd.DataFrame] = []
    notes: list[dict[str, Any]] = []
    shifts: dict[str, Floats] = {}
    figures = [(str(month), float(value)) for month, value in leaks[["month", "value"]].to_numpy()]
    # later months carry the doubt of the last leaked one
    error = leaks["log_sd"].to_numpy(dtype=float)
    sd = np.pad(error, (0, max(setting.horizon - len(error), 0)), mode="edge")
    for label, model in models.items():
        if model.pooled:
            continue
        try:
            shift = _leak_shift(setting, model, panel, plain)
        except (ForecastError, ValueError, np.linalg.LinAlgError) as error:
            notes.append(_row(name, label, series_id, "failed", Note("failed", text=str(error))))
            continue
        shifts[label] = shift
        table = _move(_base_rows(setting, label, series_id), name, shift, sd, _floor(panel), leaks)
        if table is not None:
            tables.append(table)
            told = [Note("leak", month=month, value=value) for month, value in figures]
            notes += [_row(name, label, series_id, "ok", note) for note in told]
    for label, names in lay_over.items():
        mine = [shifts[n] for n in names if n in shifts and label not in models]
        table = (
            _move(
                _base_rows(setting, label, series_id), name, np.mean(mine, axis=0), sd, _floor(panel), leaks
            )
            if mine
            else None
        )
        if table is not None:
            tables.append(table)
            told = [Note("leak_of_members", month=month, value=value) for month, value in figures]
            notes += [_row(name, label, series_id, "ok", note) for note in told]
    return tables, notes


def _leak_shift(setting: _Setting, model: Model, panel: Panel, plain: Panel) -> Floats:
    paths = []
    for one in (plain, panel):
        design = setting.design(one, None, ()) if model.uses_events else Design.none(one, setting.horizon)
        path = model.fit(one, design).forecast(setting.horizon, (0.5,)).table["value"].to_numpy(dtype=float)
        paths.append(np.log(np.maximum(path, _floor(panel))))
    return np.asarray(paths[1] - paths[0])
