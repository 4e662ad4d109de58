"""The specification curve: one effect under every reasonable choice, fixed before looking.

Shapes are told on one footing: the mean change over the months in which the event was in force. Of a step
that is its effect; of a ramp or a decay, whose effect at full weight may lie outside the figures, what its
months showed.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.arima import ArimaFailure, ArimaFit
from forecast.arima.kernel import same_kernel
from forecast.arima.solved import prepare_covariances
from forecast.config.settings import Coding, EventsSpec, SpecificationSpec
from forecast.errors import ConfigError, ForecastError
from forecast.events.design import Design
from forecast.interventions.choices import AIRLINE, beside_sets, ordered, shaped
from forecast.interventions.placebo import AT_LEAST
from forecast.interventions.placebo_curve import PlaceboCurve, placebo_curve
from forecast.interventions.prepare import Setup
from forecast.interventions.profiles import reshape
from forecast.interventions.regression import Group, Regression, check_model, effect_of, half_width
from forecast.models.base import PLAUSIBLE

if TYPE_CHECKING:
    from forecast.data.panel import Panel
    from forecast.events.calendar import EventCalendar
    from forecast.models.arima import Arima

SPECIFICATION_COLUMNS: tuple[str, ...] = (
    "series_id",
    "event",
    "group",
    "rank",
    "order",
    "transform",
    "window",
    "shape",
    "beside",
    "orders",
    "decay",
    "n_months",
    "active_months",
    "estimate",
    "se",
    "percent",
    "percent_lower_80",
    "percent_upper_80",
    "percent_lower_95",
    "percent_upper_95",
    "aicc",
    "note",
    "words",
    "counted",
    "robust",
    "share_clear",
    "placebo_matched",
    "placebo_n",
)
#: A choice counts if its AICc is at most so far above the best of the same data, and its effect is plausible.
WITHIN_AICC = 10.0
#: Whether the sign depends on the choice; most: nine in ten and more.
SignCode = Literal["not_fitted", "none_counted", "all_fall", "all_rise", "most_fall", "most_rise", "depends"]
SIGN_HOLDS: tuple[SignCode, ...] = ("all_fall", "all_rise", "most_fall", "most_rise")
#: Whether an effect holds whatever the model: the sign does, and other dates seldom show as much.
RobustCode = Literal["robust", "sign_depends", "as_much_elsewhere", "not_testable", "not_compared"]
#: Other dates that show as much must be fewer than this share.
SMALL_SHARE = 0.05
#: The choices that make a specification, as columns of the table.
FACTORS: tuple[str, ...] = ("order", "transform", "window", "shape", "beside")


@dataclass(frozen=True, eq=False)
class Curve:
    """A specification curve.

    Attributes
    ----------
    series_id, event : str
    table : DataFrame
        `SPECIFICATION_COLUMNS`, one row a specification, ascending in percent; those that failed last, with a
        note.
    words : str
        Whether the sign depends on the choice: a code.
    robust : str
        Whether the effect holds whatever the model: a code.
    elsewhere : PlaceboCurve, optional
        The same at other dates, under the choices that `specification.placebo` names.
    """

    series_id: str
    event: str
    table: pd.DataFrame
    words: SignCode
    robust: RobustCode = "not_compared"
    elsewhere: PlaceboCurve | None = None


@checked
def specification_curve(
    panel: Panel,
    events: EventCalendar,
    event: str,
    series_id: str | None = None,
    choices: SpecificationSpec | None = None,
    model: str | Arima = "arima",
    coding: Coding = "judged",
    max_columns: int = 10,
    priority: int = 1,
    beside: Design | None = None,
) -> Curve:
    """Estimate one effect under every combination of choices.

    Parameters
    ----------
    panel, events : Panel, EventCalendar
        Figures and calendar as known on a date.
    event : str
        The event, or a group of events by one of its members.
    series_id : str, optional
        Series of the panel; the first when None.
    choices : SpecificationSpec, optional
        What is varied, as ``load_experiment(...).specification`` holds it.
    model : str or Arima
        Its orders are the given ones.
    coding, max_columns, priority, beside : str, int, int, Design
        As in `effects`.

    Returns
    -------
    Curve
        A table with one row a specification, and whether the sign depends on the choice.

    Examples
    --------
    >>> import forecast as fc
    >>> panel = fc.load_observations().as_of("2024-05-07", ["southwest.usbp"])
    >>> few = SpecificationSpec(order=("airline",), window=(None,), shape=("step", "ramp"), beside=("all",))
    >>> curve = specification_curve(panel, fc.load_events(), "title42_end", choices=few, max_columns=3)
    >>> len(curve.table)
    4
    """
    spec = EventsSpec(coding=coding, max_columns=max_columns, priority=priority)
    asked = Setup(panel, events, model, spec, series_id or panel.series[0], beside=beside)
    (curve,) = specification_curves(asked, [event], choices)
    return curve


def specification_curves(
    asked: Setup, names: Sequence[str], choices: SpecificationSpec | None = None
) -> list[Curve]:
    """Return one curve for each event; orders are chosen once for each scale and window.

    Scales and windows are spread by joblib without a number of workers: wrap the call in
    ``joblib.parallel_config``.
    """
    from joblib import Parallel, delayed

    chosen = choices or SpecificationSpec()
    if isinstance(asked.events, Design):
        raise ConfigError("events: columns given by hand have no dates, so their shape cannot be varied")
    asked.events.check_ids(names)
    _, given = check_model(asked.model)
    asked = replace(asked, always=tuple(names))
    parts = Parallel()(
        delayed(same_kernel(_one_scale))(asked, replace(given, transform=t, window=n), chosen)
        for t, n in itertools.product(chosen.transform, chosen.window)
    )
    rows = {name: [row for part in parts for row in part[name]] for name in names}
    return [_curve(asked, name, mine, chosen) for name, mine in rows.items()]


def _one_scale(asked: Setup, given: Arima, chosen: SpecificationSpec) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each event on one scale and window."""
    head = {**dict.fromkeys(FACTORS, "any"), "transform": given.transform, "window": given.window}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in asked.always}
    first = replace(given, order=AIRLINE[0], seasonal_order=AIRLINE[1])
    try:
        made, failed = ordered(replace(asked, model=first).regression, chosen, given)
    except ForecastError as error:
        made, failed = {}, [{"note": str(error)}]
    for name, mine in rows.items():
        mine += [{**head, "event": name, **cells} for cells in failed]
        try:
            for word, one in made.items():
                mine += _rows(one, word, one.group(name), chosen)
        except ForecastError as error:
            mine.append({**head, "event": name, "note": str(error)})
    return rows


def _curve(asked: Setup, name: str, rows: list[dict[str, Any]], chosen: SpecificationSpec) -> Curve:
    table = pd.DataFrame(rows, columns=list(SPECIFICATION_COLUMNS))
    table["window"] = [_window_code(w) for w in table["window"]]
    table["series_id"] = asked.series
    table = table.sort_values("percent", kind="stable", na_position="last", ignore_index=True)
    table["rank"] = np.where(table["percent"].notna(), np.arange(1, len(table) + 1), 0)
    table["counted"] = counted(table)
    words = sign_of(table)
    # Other dates say nothing of an effect whose sign depends on the choice.
    elsewhere = placebo_curve(asked, name, chosen) if words in SIGN_HOLDS else None
    robust = judge_robustness(words, elsewhere)
    table["words"], table["robust"] = words, robust
    table["share_clear"] = np.nan if elsewhere is None else elsewhere.share
    table["placebo_matched"] = 0 if elsewhere is None else elsewhere.matched
    table["placebo_n"] = 0 if elsewhere is None else elsewhere.n
    return Curve(asked.series, name, table, words, robust, elsewhere)


def judge_robustness(words: SignCode, elsewhere: PlaceboCurve | None) -> RobustCode:
    """Return whether an effect holds whatever the model.

    Choices share all their months, so they agree by construction; agreement counts where other dates lack it.

    Examples
    --------
    >>> judge_robustness("all_fall", None), judge_robustness("depends", None)
    ('not_compared', 'sign_depends')
    """
    if words not in SIGN_HOLDS:
        return "sign_depends"
    if elsewhere is None:
        return "not_compared"
    if elsewhere.n < AT_LEAST:
        return "not_testable"
    return "robust" if elsewhere.matched < SMALL_SHARE * elsewhere.n else "as_much_elsewhere"


def _window_code(window: Any) -> str:
    return "all" if window is None or pd.isna(window) else f"last_{int(window)}"


def counted(table: pd.DataFrame) -> pd.Series:
    """Tell which choices fit about as well as the best of the same data and show an effect that can be.

    AICc can be compared where scale, window and differences are the same.
    """
    percent, aicc = (table[c].to_numpy(dtype=float) for c in ("percent", "aicc"))
    scale, window, orders = (table[c].astype(str) for c in ("transform", "window", "orders"))
    keys = [scale, window, orders.str.replace(r"(?<=\()\d+,(\d+),\d+(?=\))", r"\1", regex=True)]
    best = pd.Series(aicc, index=table.index).groupby(keys).transform("min").to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        plausible = np.abs(np.log1p(percent / 100.0)) <= PLAUSIBLE
    return pd.Series(np.isfinite(percent) & (aicc <= best + WITHIN_AICC) & plausible, index=table.index)


def _rows(regression: Regression, word: str, group: Group, chosen: SpecificationSpec) -> list[dict[str, Any]]:
    """Return the rows of one scale, window and order: shapes x what stands beside, fitted together."""
    head = {
        "event": group.name,
        "group": group.label,
        "order": word,
        "transform": regression.scale.kind,
        "window": regression.model.window,
        "n_months": int(np.isfinite(regression.y).sum()),
        "orders": _orders_text(regression),
    }
    shapes = {shape: shaped(regression, group, shape, chosen) for shape in chosen.shape}
    sets = beside_sets(regression, group, chosen)
    cells = list(itertools.product(shapes, sets))
    jobs = [regression.job([*sets[name], g]) for shape, name in cells for _, g in shapes[shape]]
    fits = iter(regression.fit(jobs, "modes"))
    days = float(reshape(regression, group, "step").reach[group.active].sum())
    best = []
    for shape, _ in cells:  # of a decay the likeliest factor
        tried = [
            (fit, *one)
            for one, fit in zip(shapes[shape], itertools.islice(fits, len(shapes[shape])), strict=True)
        ]
        best.append(max(tried, key=lambda t: -np.inf if isinstance(t[0], ArimaFailure) else t[0].loglik))
    prepare_covariances([fit for fit, *_ in best])
    return [
        {**head, "shape": shape, "beside": name, "decay": decay, **_row(regression, group, days, shaped, fit)}
        for (shape, name), (fit, decay, shaped) in zip(cells, best, strict=True)
    ]


def _orders_text(regression: Regression) -> str:
    order, seasonal = regression.order
    return f"({','.join(map(str, order))})" + (
        f"({','.join(map(str, seasonal[:3]))})" if any(seasonal[:3]) else ""
    )


def _row(
    regression: Regression, asked: Group, days: float, group: Group, fit: ArimaFit | ArimaFailure
) -> dict[str, Any]:
    """Return the estimate of one specification."""
    estimate, se, note = effect_of(fit, group)
    cells = {
        "active_months": len(asked.active),
        "estimate": estimate,
        "se": se,
        "note": note,
        "percent": _percent(regression, asked, group, days, estimate),
        "aicc": np.nan if isinstance(fit, ArimaFailure) else fit.aicc,
    }
    for level in (80, 95):
        half = half_width(fit, se, level / 100.0, group)
        cells[f"percent_lower_{level}"] = _percent(regression, asked, group, days, estimate - half)
        cells[f"percent_upper_{level}"] = _percent(regression, asked, group, days, estimate + half)
    return cells


def _percent(regression: Regression, asked: Group, group: Group, days: float, effect: float) -> float:
    """Return the mean change in percent over the months in which the event asked for was in force."""
    at = asked.active
    if not np.isfinite(effect):
        return float("nan")
    if regression.scale.kind == "log":
        return float(100.0 * np.expm1(effect * group.reach[at].sum() / days))
    with_it = float(np.nansum(regression.scale.inverse(regression.y[at])))
    without = float(np.nansum(regression.scale.inverse(regression.y[at] - effect * group.reach[at])))
    return 100.0 * (with_it / without - 1.0) if without > 0.0 else float("inf")


def sign_of(table: pd.DataFrame) -> SignCode:
    """Return whether the sign of an effect depends on the choice, of the choices that count."""
    percent = table["percent"].to_numpy(dtype=float)
    if not np.isfinite(percent).any():
        return "not_fitted"
    percent = percent[table["counted"].to_numpy(dtype=bool)]
    if not len(percent):
        return "none_counted"
    negative = int((percent < 0).sum())
    most, falls = max((negative, True), (len(percent) - negative, False))
    if most == len(percent):
        return "all_fall" if falls else "all_rise"
    if most >= 0.9 * len(percent):
        return "most_fall" if falls else "most_rise"
    return "depends"
