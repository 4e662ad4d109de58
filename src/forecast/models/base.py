"""What a model is: it turns a `Panel` and a `Design` into a `Forecast`, and knows nothing of origins or
files.

A model is a frozen dataclass of its parameters and holds no state between calls. Most models treat each
series by itself; they derive from `SeriesModel` and write one method, `fit_series`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.arima.residuals import CHECK_COLUMNS
from forecast.config.bounds import Horizon, Levels
from forecast.config.convert import check_arguments
from forecast.config.settings import LEVELS
from forecast.data.panel import Panel
from forecast.data.parse import month_range
from forecast.errors import ConfigError, DataError, ForecastError, counted, need, shown
from forecast.events.design import Design
from forecast.models.transform import Array, Transform
from forecast.notebook import fitted_html, forecast_html, plot_forecast, some
from forecast.tables import forecasts
from forecast.tables.forecasts import ROUNDING
from forecast.tables.quantiles import as_counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Job = tuple[Panel, Design]

COEFFICIENT_COLUMNS = ("series_id", "term", "estimate", "se", "lower", "upper", "kind")
DIAGNOSTIC_COLUMNS = ("series_id", *CHECK_COLUMNS)
#: An effect on logs that is larger, or less certain, is no measure's work: a change by the factor seven.
PLAUSIBLE, PLAUSIBLE_SE = 2.0, 1.0


def plausible(estimate: float, se: float = 0.0) -> bool:
    """Tell whether an estimate on logs may be printed.

    Examples
    --------
    >>> plausible(-1.98, 0.4), plausible(-11.8, 2.0), plausible(0.3, 1.2)
    (True, False, False)
    """
    return not (abs(estimate) > PLAUSIBLE or se > PLAUSIBLE_SE)


@dataclass(frozen=True)
class Forecast:
    """A forecast of one or many series.

    Attributes
    ----------
    table : DataFrame
        Columns ``series_id, month, horizon, level, value``; horizon counts from the last official month.
    notes : tuple of str
        What a reader should know of this forecast.

    Examples
    --------
    >>> import forecast as fc
    >>> panel = fc.load_observations().as_of("2024-05-07", ["southwest.usbp"])
    >>> made = fc.make_model("seasonal_naive").fit(panel, fc.Design.none(panel, 2)).forecast(2)
    >>> made.median["southwest.usbp"].round().tolist()
    [183921.0, 171382.0]
    """

    table: pd.DataFrame
    notes: tuple[str, ...] = ()

    @property
    def median(self) -> pd.DataFrame:
        """The middle of the forecast, months x series."""
        return forecasts.median(self.table)

    @checked
    def quantile(self, level: float) -> pd.DataFrame:
        """Return one quantile, months x series.

        Raises
        ------
        ConfigError
            If the level was not asked for.
        """
        return forecasts.quantile(self.table, level)

    @checked
    def interval(self, coverage: float = 0.8) -> pd.DataFrame:
        """Return the central range that should hold the given share: ``series_id, month, lower, upper``."""
        if not 0 < coverage < 1:
            raise ConfigError(f"interval: {coverage:g} is no share between 0 and 1, such as 0.8")
        ends = {"lower": (1 - coverage) / 2, "upper": (1 + coverage) / 2}
        columns = {name: self.quantile(level).unstack() for name, level in ends.items()}
        return pd.DataFrame(columns).rename_axis(["series_id", "month"]).reset_index()

    def to_frame(self) -> pd.DataFrame:
        """Return one row a series and month: the levels as columns."""
        key = ["series_id", "month", "horizon"]
        return self.table.pivot(index=key, columns="level", values="value").reset_index()

    def __repr__(self) -> str:
        months, levels = self.table["month"], self.table["level"].nunique()
        names = some(self.table["series_id"].unique())
        return f"<Forecast: {names}; {months.min()} to {months.max()}, {counted(levels, 'level')}>"

    _repr_html_ = forecast_html
    plot = plot_forecast


@dataclass(frozen=True)
class FoldFailure:
    """A fit that could not be made, with its reason, and the error where one was raised."""

    message: str
    error: ForecastError | None = field(default=None, compare=False, repr=False)


@runtime_checkable
class Fitted(Protocol):
    """A fitted model."""

    def forecast(self, horizon: int, levels: Sequence[float] = LEVELS) -> Forecast:
        """Return the forecast of the next `horizon` months after the last official one."""
        ...


@runtime_checkable
class Model(Protocol):
    """The contract that every registered model keeps (`tests/contract` holds it)."""

    pooled: ClassVar[bool]
    min_months: ClassVar[int]

    @property
    def uses_events(self) -> bool:
        """Whether event columns change this model's forecast."""
        ...

    def fit(self, panel: Panel, design: Design | None = None) -> Fitted:
        """Fit to what the panel and the design say, and to nothing else; without a design to no event."""
        ...

    def fit_many(self, jobs: Sequence[Job]) -> list[Fitted | FoldFailure]:
        """Fit one chain of folds, in the order given."""
        ...


#: A forecast on logs ends at so many times the largest figure known.
HIGHEST = 1000
#: Quantiles of one series: its name, the number of its first month, values (horizon, level).
ForecastPath = tuple[str, int, Array]

#: Steps ahead of one series on the model's scale: `steps(h)` returns centre and standard deviation.
Steps = Callable[[int], tuple[Array, Array]]


@dataclass(frozen=True)
class SeriesFit:
    """What `fit_series` returns: the steps ahead and what can be told of the fit.

    Attributes
    ----------
    steps : callable
        ``steps(h)``: centre and standard deviation of the next h months, on the model's scale.
    coefficients, diagnostics : callable, optional
        Tables with the columns of `COEFFICIENT_COLUMNS` and `DIAGNOSTIC_COLUMNS` but ``series_id``.
    notes : tuple of str
        What a reader should know.
    covariance : callable, optional
        Covariance of the event coefficients, by term, at the volatility of their months.
    quantiles : callable, optional
        ``quantiles(h, levels)``: an array (h, levels) on the scale of the figures, where a model knows more
        of the months ahead than centre and standard deviation.

    Examples
    --------
    >>> import numpy as np
    >>> import forecast as fc
    >>> fit = fc.SeriesFit(lambda h: (np.zeros(h), np.ones(h)))
    >>> fit.steps(2)[1].tolist()
    [1.0, 1.0]
    """

    steps: Steps
    coefficients: Callable[[], pd.DataFrame] | None = None
    diagnostics: Callable[[], pd.DataFrame] | None = None
    notes: tuple[str, ...] = ()
    covariance: Callable[[], pd.DataFrame] | None = None
    quantiles: Callable[[int, Array], Array] | None = None

    def __post_init__(self) -> None:
        need(self.notes, (tuple, list), "SeriesFit: notes", "a tuple of texts")
        if not callable(self.steps):
            raise ConfigError(f"SeriesFit: steps: {shown(self.steps)} is given; expected a function")


@dataclass(frozen=True)
class FittedSeries:
    """A fit of each series by itself.

    Quantiles are those of a normal distribution on the model's scale, carried back by the inverse
    transformation, or the model's own (`SeriesFit.quantiles`); the backtest replaces them by ranges from past
    errors, unless `intervals.method` is ``model``.
    """

    fits: Mapping[str, SeriesFit]
    transforms: Mapping[str, Transform]
    panel: Panel = field(repr=False)

    @checked
    def forecast(self, horizon: int, levels: Sequence[float] = LEVELS) -> Forecast:
        """Return quantiles at `levels` for the `horizon` months after each series' last official month."""
        check_arguments(horizon=(horizon, Horizon), levels=(levels, Levels))
        made = self.paths(horizon, levels)
        if wrong := broken_paths(made, horizon, levels):
            raise DataError(wrong)
        parts = [
            forecast_rows(name, month_range(first, first + horizon - 1), levels, values)
            for name, first, values in made
        ]
        return Forecast(pd.concat(parts, ignore_index=True), self.told(made))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know of these fits."""
        return tuple(f"{name}: {note}" for name, fit in self.fits.items() for note in fit.notes)

    def paths(self, horizon: int, levels: Sequence[float]) -> list[ForecastPath]:
        """Return the same quantiles as arrays (horizon, level) by
        series: what a backtest gathers by the thousand.
        """
        from scipy.special import ndtri

        p = np.asarray(levels, dtype=float)
        z = ndtri(p)
        out = []
        for name, fit in self.fits.items():
            centre, sd, first = self._path(name, fit, horizon)
            with np.errstate(over="ignore"):  # what has no end is capped
                values = self.transforms[name].inverse(centre[:, None] + sd[:, None] * z)
            filled = self._filled(name)
            if fit.quantiles is not None and horizon > filled:
                values[filled:] = fit.quantiles(horizon - filled, p)
            out.append((name, first, np.minimum(values, self._highest(name))))
        return out

    @staticmethod
    def paths_of(
        fits: Sequence[FittedSeries], horizon: int, levels: Sequence[float]
    ) -> list[list[ForecastPath] | None]:
        """Return `paths` of many fits, those on logs in one operation; None where one must be asked alone."""
        from scipy.special import ndtri

        z = ndtri(np.asarray(levels, dtype=float))
        made: list[list[ForecastPath] | None] = [None] * len(fits)
        steps: dict[int, list[tuple[Array, Array, int]]] = {}
        for i, fitted in enumerate(fits):
            if all(fitted.fits[n].quantiles is None and fitted.transforms[n].on_logs for n in fitted.fits):
                with suppress(Exception):  # told where it is asked alone
                    found = [fitted._path(name, fit, horizon) for name, fit in fitted.fits.items()]
                    if all(len(centre) == horizon for centre, _, _ in found):
                        steps[i] = found
        cells = [(fits[i], name) for i in steps for name in fits[i].fits]
        if not cells:
            return made
        centre, sd = (np.stack([one[k] for found in steps.values() for one in found]) for k in (0, 1))
        with np.errstate(over="ignore"):  # what has no end is capped
            values = as_counted(np.exp(centre[..., None] + sd[..., None] * z))
        zero = np.array([fitted.transforms[name].zero_up_to for fitted, name in cells])
        highest = np.array([fitted._highest(name) for fitted, name in cells])
        values = np.minimum(np.where(values <= zero[:, None, None], 0.0, values), highest[:, None, None])
        rows = iter(values)
        for i, found in steps.items():
            made[i] = [
                (name, first, next(rows)) for name, (_, _, first) in zip(fits[i].fits, found, strict=True)
            ]
        return made

    def _filled(self, name: str) -> int:
        """Return how many months after the last official one unofficial figures fill."""
        cells = self.panel.cells
        return int(cells.first + cells.column(name)[1].stop - 1 - cells.last_official(name))

    def told(self, made: Sequence[ForecastPath]) -> tuple[str, ...]:
        """Return what a reader should know of these fits and of a forecast of theirs."""
        capped = [name for name, _, values in made if (values >= self._highest(name)).any()]
        notes = [f"{name}: capped at {HIGHEST:,} times the largest figure known" for name in capped]
        return (*self.notes, *notes)

    def _highest(self, name: str) -> float:
        """The largest value of a forecast: on logs a break or an outlier is multiplied without end."""
        largest = float(self.panel.cells.largest[self.panel.cells.column(name)[0]])
        return math.inf if self.transforms[name].kind == "none" or largest == 0.0 else HIGHEST * largest

    def _path(self, name: str, fit: SeriesFit, horizon: int) -> tuple[Array, Array, int]:
        cells = self.panel.cells
        last_official = cells.last_official(name)
        ahead = self._filled(name)
        centre, sd = _two_arrays(fit.steps(max(horizon - ahead, 1)), name)
        if ahead:
            # months filled by unofficial figures: taken as known, their own error carried by every later
            # month
            leaks = self.panel.leaks[self.panel.leaks["series_id"] == name].set_index("month")
            months = month_range(last_official + 1, last_official + ahead)
            scale = self.transforms[name]
            filled = scale.forward(leaks.loc[months, "value"].to_numpy(dtype=float))
            error = leaks.loc[months, "log_sd"].to_numpy(dtype=float)
            centre = np.concatenate([filled, centre])[:horizon]
            sd = np.concatenate([error, np.sqrt(sd**2 + error[-1] ** 2)])[:horizon]
        return centre, sd, last_official + 1

    def __repr__(self) -> str:
        return f"<FittedSeries: {some(self.fits)}; {self._span()}>"

    def _span(self) -> str:
        months = self.panel.values.index
        return (
            f"{counted(len(months), 'month')}, {months[0]} to {months[-1]}, as of {self.panel.as_of:%Y-%m-%d}"
        )

    def _repr_html_(self) -> str:
        return fitted_html(some(self.fits), self._span(), self.coefficients(), self.notes)

    def plot(self, horizon: int = 12, series_id: str | None = None, ax: Axes | None = None) -> Axes:
        """Draw the forecast of one series after its last five years, and return the matplotlib axes."""
        return plot_forecast(self.forecast(horizon), series_id, self.panel, ax)

    def coefficients(self) -> pd.DataFrame:
        """Coefficient table: series_id, term, estimate, se, lower, upper, kind."""
        return _stack({n: f.coefficients for n, f in self.fits.items()}, COEFFICIENT_COLUMNS)

    def diagnostics(self) -> pd.DataFrame:
        """Residual checks: `DIAGNOSTIC_COLUMNS`."""
        return _stack({n: f.diagnostics for n, f in self.fits.items()}, DIAGNOSTIC_COLUMNS)


def _two_arrays(given: object, name: str) -> tuple[Array, Array]:
    """Return centre and standard deviation as a model of somebody's own gives them."""
    made = [np.asarray(part) for part in given] if isinstance(given, (tuple, list)) else []
    if len(made) != 2 or any(part.ndim != 1 or part.dtype.kind not in "fiuc" for part in made):
        raise DataError(
            f"{name}: steps(h) gave {shown(given)}; expected two arrays of h numbers, centre and sd"
        )
    if len(made[0]) != len(made[1]):
        raise DataError(
            f"{name}: steps(h) gave {len(made[0])} centres and {len(made[1])} standard deviations"
        )
    return made[0], made[1]


def broken_paths(made: Sequence[ForecastPath], horizon: int, levels: Sequence[float]) -> str:
    """Return what no forecast may be: of other months than asked for, no numbers, quantiles that cross."""
    order = np.argsort(levels)
    for name, _, values in made:
        if len(values) != horizon:
            return f"the forecast of {name} has {counted(len(values), 'month')}; expected {horizon}"
        if np.iscomplexobj(values) or not np.isfinite(values).all():
            return "the forecast is not finite"
        rows = values[:, order]
        if (np.diff(rows, axis=1) < -ROUNDING * np.maximum(np.abs(rows[:, 1:]), 1.0)).any():
            return f"the quantiles of the forecast of {name} cross; expected them ascending"
    return ""


def _stack(parts: Mapping[str, Callable[[], pd.DataFrame] | None], columns: Sequence[str]) -> pd.DataFrame:
    made = {name: make() for name, make in parts.items() if make is not None}
    # a fit without coefficients, such as a random walk that a search chose, has an empty table
    frames = [frame.assign(series_id=name) for name, frame in made.items() if len(frame)]
    if not frames:
        return pd.DataFrame(columns=list(columns))
    return pd.concat(frames, ignore_index=True)[list(columns)]


def forecast_rows(name: str, months: pd.PeriodIndex, levels: Sequence[float], values: Array) -> pd.DataFrame:
    """Return a forecast of one series, an array horizon x level, as a tidy table."""
    h, k = values.shape
    return pd.DataFrame(
        {
            "series_id": np.repeat(name, h * k),
            "month": months.repeat(k),
            "horizon": np.repeat(np.arange(1, h + 1), k),
            "level": np.tile(np.asarray(levels, dtype=float), h),
            "value": values.ravel(),
        }
    )
