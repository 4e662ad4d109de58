"""The contract that every model keeps, as functions for anybody's tests.

`check_model` runs all of them on simulated figures and, for the trial of look-ahead, on the bundled ones::

    from forecast.testing import check_model

    def test_my_model():
        check_model(MyModel())
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

from forecast.backtesting.lookahead import check_no_lookahead
from forecast.backtesting.origins import monthly_origins
from forecast.config.settings import LEVELS
from forecast.data.load import load_observations
from forecast.data.observations import Observations
from forecast.data.panel import Panel
from forecast.errors import counted
from forecast.events.calendar import load_events
from forecast.events.design import Design
from forecast.models.base import FoldFailure, Model
from forecast.models.series_model import set_starts

H = 6


@cache
def figures(months: int = 96, seed: int = 1) -> Observations:
    """Return two simulated monthly counts ``a`` and ``b``, each figure public 20 days after its month."""
    rng = np.random.default_rng(seed)
    index = pd.period_range("2015-01", periods=months, freq="M")
    season = 0.2 * np.sin(2 * np.pi * np.arange(months) / 12)
    tables = [
        pd.DataFrame(
            {
                "series_id": name,
                "month": index,
                "value": np.round(np.exp(np.cumsum(rng.normal(0, 0.08, months)) + 9 + season)).astype(int),
                "released": index.to_timestamp(how="end").normalize() + pd.Timedelta(days=20),
            }
        )
        for name in ("a", "b")
    ]
    return load_observations(pd.concat(tables, ignore_index=True))


def step(panel: Panel, month: str, horizon: int = H) -> Design:
    """Return a design made by hand: one column, 0 before a month and 1 from it on."""
    past = pd.DataFrame({"rule": (panel.values.index >= month).astype(float)}, index=panel.values.index)
    ahead = pd.period_range(panel.values.index[-1] + 1, periods=horizon, freq="M")
    return Design.from_frames(past, pd.DataFrame({"rule": np.ones(horizon)}, index=ahead))


def _panel() -> Panel:
    return figures().as_of("latest", ["a", "b"])


def _table(model: Model, panel: Panel, design: Design | None = None) -> pd.DataFrame:
    return model.fit(panel, design or Design.none(panel, H)).forecast(H).table


def _need(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def declares_itself(model: Model) -> None:
    """A frozen dataclass with a docstring, `min_months`, `pooled` and `uses_events`."""
    cls = type(model)
    frozen = getattr(getattr(cls, "__dataclass_params__", None), "frozen", False)
    _need(frozen, "it is not a frozen dataclass")
    _need(isinstance(cls.min_months, int), "min_months is not a whole number")
    _need(isinstance(cls.pooled, bool), "pooled is neither True nor False")
    _need(isinstance(model.uses_events, bool), "uses_events is neither True nor False")
    first = (cls.__doc__ or "").strip().splitlines()[:1]
    _need(first and first[0].endswith("."), "its docstring does not begin with a sentence")


def forecasts_every_month(model: Model) -> None:
    """A forecast has every series, month and level once, from the month after the last official one."""
    panel = _panel()
    table = _table(model, panel)
    _need(
        list(table.columns) == ["series_id", "month", "horizon", "level", "value"],
        f"the columns of its forecast are {list(table.columns)}",
    )
    _need(
        len(table) == 2 * H * len(LEVELS),
        f"its forecast has {counted(len(table), 'row')}, not {2 * H * len(LEVELS)}",
    )
    _need(not table.duplicated(["series_id", "month", "level"]).any(), "a row of its forecast stands twice")
    after = panel.last_official["a"] + 1
    _need(table["month"].min() == after, f"its first month is {table['month'].min()}, not {after}")


def quantiles_increase(model: Model) -> None:
    """Quantiles are finite, increase with the level, and those of counts are never below zero."""
    wide = _table(model, _panel()).pivot(index=["series_id", "horizon"], columns="level", values="value")
    _need(np.isfinite(wide.to_numpy()).all(), "a quantile is not a finite number")
    _need((np.diff(wide.to_numpy(), axis=1) >= 0).all(), "quantiles fall with the level")
    _need((wide.to_numpy() >= 0).all(), "a quantile of counts is below zero")


def repeats_itself(model: Model) -> None:
    """The same fit twice gives the same bits, whatever was fitted between."""
    panel = _panel()
    first = _table(model, panel)
    _table(model, panel.of("b"))
    _need(first.equals(_table(model, panel)), "the same fit gave another forecast the second time")


def leaves_inputs_alone(model: Model) -> None:
    """Panel and design are as they were after a fit."""
    panel = _panel()
    design = step(panel, "2020-03")
    before = panel.values.copy(), design.past.copy()
    _table(model, panel, design)
    _need(panel.values.equals(before[0]), "it changed the panel")
    _need(design.past.equals(before[1]), "it changed the design")


def survives_constant_column(model: Model) -> None:
    """An event column that never changes is no obstacle."""
    panel = _panel()
    _need(
        np.isfinite(_table(model, panel, step(panel, "2000-01"))["value"]).all(), "a constant column broke it"
    )


def tells_of_events(model: Model) -> None:
    """An event column moves the forecast exactly if the model says that it uses events."""
    panel = _panel()
    plain = _table(model, panel)["value"]
    moved = not np.allclose(
        plain, _table(model, panel, step(panel, str(panel.values.index[-8])))["value"], rtol=1e-9
    )
    told = (
        f"uses_events is {model.uses_events}, but an event column {'moves' if moved else 'does not move'} it"
    )
    _need(model.uses_events == moved, told)


def refuses_too_few_months(model: Model) -> None:
    """Two months are a failed fold that says why, not an exception."""
    tiny = _panel().of("a").window(2)
    (result,) = model.fit_many([(tiny, Design.none(tiny, H))])
    if not isinstance(result, FoldFailure):
        raise AssertionError("it fitted two months")
    _need("months" in result.message, f"the failure does not speak of months: {result.message}")


def keeps_the_order_of_folds(model: Model) -> None:
    """`fit_many` returns the folds in their order, each as `fit` would make it."""
    model = set_starts(model, "full")
    panels = [figures().as_of(day, ["a", "b"]) for day in ("2021-06-30", "2022-06-30")]
    for panel, fitted in zip(panels, model.fit_many([(p, Design.none(p, 3)) for p in panels]), strict=True):
        if isinstance(fitted, FoldFailure):
            raise AssertionError(f"a fold failed: {fitted.message}")
        alone = model.fit(panel, Design.none(panel, 3)).forecast(3).table
        _need(alone.equals(fitted.forecast(3).table), "a fold of fit_many is not what fit makes of it")


def cannot_look_ahead(model: Model) -> None:
    """Garbage in place of all that was not public at an origin changes nothing."""
    obs, name = load_observations(), "southwest.usbp"
    origins = monthly_origins("2018-06", "2024-06", obs, series=[name], step=12)
    check_no_lookahead(model, obs, load_events(), series=[name], origins=origins, horizon=3)


#: The clauses of the contract, in the order in which they are tried.
CLAUSES: tuple[Callable[[Model], None], ...] = (
    declares_itself,
    forecasts_every_month,
    quantiles_increase,
    repeats_itself,
    leaves_inputs_alone,
    survives_constant_column,
    tells_of_events,
    refuses_too_few_months,
    keeps_the_order_of_folds,
    cannot_look_ahead,
)


def check_model(model: Model) -> None:
    """Raise an error that names every clause of the contract that a model breaks.

    Parameters
    ----------
    model : Model
        A model with the parameters that are to be tried.

    Raises
    ------
    AssertionError
        With one line for each broken clause; a clause that ends in another error is broken too.

    Examples
    --------
    >>> import forecast as fc
    >>> from forecast.testing import check_model
    >>> check_model(fc.make_model("drift"))
    """
    broken = []
    for clause in CLAUSES:
        try:
            clause(model)
        except Exception as error:
            reason = str(error) if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}"
            broken.append(f"{clause.__name__}: {reason}")
    if broken:
        raise AssertionError(f"{type(model).__name__} breaks its contract:\n  " + "\n  ".join(broken))
