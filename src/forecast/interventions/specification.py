"""The specification curve: one effect under every reasonable choice, fixed before looking."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from forecast.arima import ArimaFailure, ArimaFit
from forecast.interventions.fading import DECAY_GRID, reshape
from forecast.interventions.groups import Group
from forecast.interventions.study import Study, check_model, effect_of, half_width, make_study, settle_order
from forecast.models.transform import Scale
from forecast.spec import Coding, ConfigError, ForecastError, nearest

if TYPE_CHECKING:
    from forecast.data.panel import Panel
    from forecast.events.calendar import EventCalendar
    from forecast.models.arima import Arima

AIRLINE = ((0, 1, 1), (0, 1, 1))
SPECIFICATION_COLUMNS: tuple[str, ...] = (
    "series_id", "event", "group", "rank", "order", "transform", "window", "shape", "beside", "orders", "decay",
    "n_months", "active_months", "estimate", "se", "percent", "percent_lower_80", "percent_upper_80",
    "percent_lower_95", "percent_upper_95", "aicc", "note",
)  # fmt: skip
#: The choices that make a specification, as columns of the table.
FACTORS: tuple[str, ...] = ("order", "transform", "window", "shape", "beside")


@dataclass(frozen=True)
class Choices:
    """What is varied; plain values, to be fixed in configuration before anything is run."""

    order: tuple[str, ...] = ("given", "airline", "auto")  #: of the ARIMA errors
    transform: tuple[Scale, ...] = ("log", "none")
    window: tuple[int | None, ...] = (None, 120)  #: months; null = all
    shape: tuple[str, ...] = ("step", "decay", "ramp")  #: the decay's factor is profiled on a grid
    beside: tuple[str, ...] = ("all", "each", "none")  #: all other events; all but each overlapping one; none
    ramp_months: int = 12

    def __post_init__(self) -> None:
        known = {
            "order": ("given", "airline", "auto"), "transform": ("log", "none", "box-cox"),
            "shape": ("own", "step", "decay", "ramp", "pulse"), "beside": ("all", "each", "none"),
        }  # fmt: skip
        problems = []
        for key, words in known.items():
            chosen = getattr(self, key)
            if not chosen:
                problems.append(f"{key}: name at least one of {', '.join(words)}")
            for word in chosen:
                if word not in words:
                    problems.append(
                        f"{key}: '{word}' is not one of {', '.join(words)}.{nearest(word, words)}"
                    )
        if not self.window or any(w is not None and w < 48 for w in self.window):
            problems.append(f"window: {list(self.window)}; give null (all) or at least 48 months")
        if problems:
            raise ConfigError("\n".join(problems))


@dataclass(frozen=True, eq=False)
class Curve:
    """A specification curve.

    Attributes
    ----------
    series_id, event : str
    table : DataFrame
        `SPECIFICATION_COLUMNS`, one row a specification, ascending in percent; those that failed last, with a note.
    words : str
        Whether sign and size depend on the choice, and on which.
    """

    series_id: str
    event: str
    table: pd.DataFrame
    words: str


def specification_curve(
    panel: Panel,
    events: EventCalendar,
    event: str,
    series_id: str | None = None,
    choices: Choices | None = None,
    model: str | Arima = "arima",
    coding: Coding = "judged",
    max_columns: int = 10,
    beside: Any = None,
) -> Curve:
    """Estimate one effect under every combination of choices.

    Parameters
    ----------
    panel, events, series_id, model, coding, max_columns, beside
        As in `make_study`; the orders of `model` are the given ones.
    event : str
        The event, or a group of events by one of its members.
    choices : Choices, optional
        What is varied.

    Returns
    -------
    Curve

    Examples
    --------
    >>> import forecast as fc
    >>> panel = fc.load_observations().as_of("2024-05-07", ["southwest.usbp"])
    >>> few = Choices(order=("airline",), window=(None,), shape=("step", "ramp"), beside=("all",))
    >>> curve = specification_curve(panel, fc.load_events(), "title42_end", choices=few, max_columns=3)
    >>> len(curve.table)
    4
    """
    chosen = choices or Choices()
    events.check_ids([event])
    _, given = check_model(model)
    rows: list[dict[str, Any]] = []
    for transform, window in itertools.product(chosen.transform, chosen.window):
        try:
            study = make_study(
                panel, events, series_id, replace(given, transform=transform, window=window, order=AIRLINE[0], seasonal_order=AIRLINE[1]),
                coding, max_columns=max_columns, beside=beside, always=[event],
            )  # fmt: skip
            rows += _rows(study, study.group(event), chosen, given)
        except ForecastError as error:
            head = {"transform": transform, "window": window, "event": event, "note": str(error)}
            rows.append({**dict.fromkeys(FACTORS, "any"), **head})
    table = pd.DataFrame(rows, columns=list(SPECIFICATION_COLUMNS))
    table["window"] = [_window_text(w) for w in table["window"]]
    table["series_id"] = series_id or panel.series[0]
    table = table.sort_values("percent", kind="stable", na_position="last", ignore_index=True)
    table["rank"] = np.where(table["percent"].notna(), np.arange(1, len(table) + 1), 0)
    return Curve(series_id or panel.series[0], event, table, say(table))


def _window_text(window: Any) -> str:
    return "all months" if window is None or pd.isna(window) else f"last {int(window)} months"


def _rows(study: Study, group: Group, chosen: Choices, given: Arima) -> list[dict[str, Any]]:
    """Return the rows of one scale and window: orders x shapes x what stands beside."""
    sets = _beside_sets(study, group, chosen)
    rows = []
    same = (given.order, given.seasonal_order, given.mean) == (*AIRLINE, None)
    for word in [w for w in chosen.order if not (w == "airline" and same and "given" in chosen.order)]:
        try:
            ordered = _ordered(study, word, given)
        except ForecastError as error:
            rows.append({**_head(study, group, word, "any", "any"), "note": str(error)})
            continue
        for shape in chosen.shape:
            shaped = _shapes(study, group, shape, chosen.ramp_months)
            for name, others in sets.items():
                fits = ordered.fit([ordered.job([*others, g]) for _, g in shaped])
                rows.append({**_head(ordered, group, word, shape, name), **_row(ordered, shaped, fits)})
    return rows


def _head(study: Study, group: Group, order: str, shape: str, beside: str) -> dict[str, Any]:
    return {
        "event": group.name, "group": group.label, "order": order, "transform": study.scale.kind,
        "window": study.model.window, "shape": shape, "beside": beside, "n_months": int(np.isfinite(study.y).sum()),
        "orders": _orders_text(study),
    }  # fmt: skip


def _orders_text(study: Study) -> str:
    order, seasonal = study.order
    text = "".join(map(str, order)), "".join(map(str, seasonal[:3]))
    return f"({', '.join(text[0])})" + (f"({', '.join(text[1])})" if any(seasonal[:3]) else "")


def _row(
    study: Study, shaped: Sequence[tuple[float, Group]], fits: Sequence[ArimaFit | ArimaFailure]
) -> dict[str, Any]:
    """Return the estimates of the best of the shapes tried (one, unless the decay is profiled)."""
    logliks = [-np.inf if isinstance(f, ArimaFailure) else f.loglik for f in fits]
    best = int(np.argmax(logliks))
    (decay, group), fit = shaped[best], fits[best]
    estimate, se, note = effect_of(fit, group)
    cells = {
        "decay": decay, "active_months": len(group.active), "estimate": estimate, "se": se, "note": note,
        "percent": study.percent(estimate, group), "aicc": np.nan if isinstance(fit, ArimaFailure) else fit.aicc,
    }  # fmt: skip
    for level in (80, 95):
        half = half_width(fit, se, level / 100.0)
        cells[f"percent_lower_{level}"] = study.percent(estimate - half, group)
        cells[f"percent_upper_{level}"] = study.percent(estimate + half, group)
    return cells


def _ordered(study: Study, word: str, given: Arima) -> Study:
    """Return the study with other orders; ``auto`` is chosen once for each scale and window."""
    if word == "airline":
        order, seasonal = AIRLINE
        return replace(study, model=replace(study.model, order=order, seasonal_order=seasonal, mean=None))
    orders: Any = "auto" if word == "auto" else given.order
    changed = replace(study.model, order=orders, seasonal_order=given.seasonal_order, mean=given.mean)
    if orders == "auto":
        changed = settle_order(replace(study, model=changed))
    return replace(study, model=changed)


def _shapes(study: Study, group: Group, shape: str, ramp_months: int) -> list[tuple[float, Group]]:
    if shape == "own":
        return [(np.nan, group)]
    if shape == "decay":
        return [(d, reshape(study, group, "decay", decay=d)) for d in DECAY_GRID if d < 1.0]
    return [(np.nan, reshape(study, group, shape, ramp_months=ramp_months))]


def _beside_sets(study: Study, group: Group, chosen: Choices) -> dict[str, list[Group]]:
    """Return the sets of other events: all, all without each one that overlaps, none."""
    others = [g for g in study.groups if g is not group]
    made: dict[str, list[Group]] = {}
    if "all" in chosen.beside:
        made["all"] = others
    if "each" in chosen.beside:
        mine = set(group.active.tolist())
        for other in others:
            if mine & set(other.active.tolist()):
                made[f"without {other.name}"] = [g for g in others if g is not other]
    if "none" in chosen.beside:
        made["none"] = []
    return made or {"all": others}


def say(table: pd.DataFrame) -> str:
    """Say whether sign and size depend on the choice, and on which choice most."""
    done = table[np.isfinite(table["percent"].to_numpy(dtype=float))]
    if not len(done):
        return "No specification could be fitted."
    percent = done["percent"].to_numpy(dtype=float)
    negative = int((percent < 0).sum())
    most, side = max((negative, "a fall"), (len(done) - negative, "a rise"))
    low, middle, high = (round(float(x)) for x in (percent.min(), np.median(percent), percent.max()))
    size = f"from {low:+d}% to {high:+d}%, half of them below {middle:+d}%"
    count = f"{most} of {len(done)} choices"
    clear = ((done["percent_lower_95"] > 0) | (done["percent_upper_95"] < 0)).to_numpy(dtype=bool)
    apart = f"The 95% range leaves out zero in {int(clear.sum())} of {len(done)}."
    factor, gap = _widest(done)
    if most == len(done):
        text = f"Every choice shows {side}, {size}. {apart}"
    elif most >= 0.9 * len(done):
        text = f"Nearly every choice shows {side} ({count}), {size}. {apart}"
    else:
        text = f"The sign depends on the choice: {count} show {side}; {size}. {apart}"
    return f"{text} The size depends most on {factor} ({gap:.0f} points between the means of its options)." if factor else text  # fmt: skip


def _widest(done: pd.DataFrame) -> tuple[str, float]:
    words: Mapping[str, str] = {
        "order": "the orders of the model", "transform": "the scale", "window": "the window", "shape": "the shape",
        "beside": "which other events stand beside",
    }  # fmt: skip
    gaps = {}
    for factor in FACTORS:
        means = done.groupby(factor, sort=False)["percent"].mean()
        if len(means) > 1:
            gaps[factor] = float(means.max() - means.min())
    if not gaps:
        return "", 0.0
    widest = max(gaps, key=lambda f: gaps[f])
    return words[widest], gaps[widest]
