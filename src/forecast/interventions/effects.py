"""What each event seemed to do: plain estimates with their doubt, and what may be said of them.

An effect is an association in time: the change that came with an event in one regression with ARIMA errors.
Whatever else happened in the same months is in it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from forecast.arima import ArimaFailure, ArimaFit
from forecast.config.settings import Coding, Knowledge
from forecast.errors import ConfigError
from forecast.interventions.placebo import AT_LEAST, Placebo, placebo_of
from forecast.interventions.prepare import make_study
from forecast.interventions.study import (
    ENOUGH_MONTHS,
    TOO_ALIKE,
    Group,
    Study,
    check_model,
    effect_of,
    half_width,
)

if TYPE_CHECKING:
    from forecast.data.panel import Panel
    from forecast.events.calendar import EventCalendar
    from forecast.events.design import Design
    from forecast.models.arima import Arima

EFFECT_COLUMNS: tuple[str, ...] = (
    "series_id",
    "model",
    "event",
    "group",
    "level",
    "estimate",
    "se",
    "lower",
    "upper",
    "percent",
    "percent_lower",
    "percent_upper",
    "shrunken",
    "shrunken_se",
    "placebo_p",
    "placebo_n",
    "active_months",
    "note",
    "coding",
    "first_active",
    "last_active",
    "before",
    "placebo_larger",
    "placebo_p_recent",
    "placebo_n_recent",
    "placebo_lower",
    "placebo_upper",
    "clear",
    "why_group",
    "words",
    "group_values",
    "message",
)
#: What a reader of an effect must know.
NoteCode = Literal["failed", "too_short", "joint", "differ_in_shape", "few_placebos"]
#: What may be said of an effect; ``stands_out_once``: the last ten years cannot be asked alone.
VerdictCode = Literal[
    "failed",
    "too_short",
    "not_apart",
    "not_compared",
    "stands_out",
    "stands_out_once",
    "calm_years_flatter",
]
LEVELS_TOLD = (0.8, 0.95)
#: An effect is told apart from ordinary change below this placebo p.
SMALL_P = 0.05


def effects(
    panel: Panel,
    events: EventCalendar | Design,
    model: str | Arima = "arima",
    coding: Coding = "judged",
    placebo: bool = True,
    *,
    series: Sequence[str] | None = None,
    knowledge: Knowledge = "at_origin",
    max_columns: int = 10,
    priority: int = 1,
    beside: Design | None = None,
    bound: float = TOO_ALIKE,
    base: float = math.e,
    name: str | None = None,
) -> pd.DataFrame:
    """Estimate what came with each event, by plain maximum likelihood, and say what may be said.

    Events that cannot be told apart are one group with one joint effect: one column of the design, members of
    one bundle, columns of which one is a sum of others, and columns whose correlation (differenced like the
    figures) is above `bound`.

    Parameters
    ----------
    panel : Panel
        Figures as known on a date.
    events : EventCalendar or Design
        The calendar, read as of the panel's date; or columns made by hand.
    model : str or Arima
        ``"arima"``, or a model from ``make_model("arima", ...)`` with other orders or another scale.
    coding : {"judged", "rule"}
        Which shapes, priorities and expected signs.
    placebo : bool
        Compare each effect with the same dummy at ordinary months.
    series : sequence of str, optional
        Default: all of the panel.
    knowledge, max_columns, priority : str, int, int
        As in `EventCalendar.design`.
    beside : Design, optional
        Other regressors in the same fit, from `Design.from_frames`.
    bound : float
        Correlation above which columns are one group.
    base : float
        Base of the logarithm in which estimates are told; percent = base^estimate - 1 whatever it is.
    name : str, optional
        Name of the model in the table.

    Returns
    -------
    DataFrame
        `EFFECT_COLUMNS`, two rows an effect (80 and 95 %): estimate, standard error and range (with Student's t
        and the loss of degrees of freedom); the same in percent; the estimate drawn towards its prior beside it; placebo counts; codes of what may be said.

    Raises
    ------
    ConfigError, DataError
        For a model that is no regression with ARIMA errors, or figures that it cannot be fitted to.

    Examples
    --------
    >>> import forecast as fc
    >>> panel = fc.load_observations().as_of("2024-05-07", ["southwest.usbp"])
    >>> table = effects(panel, fc.load_events(), placebo=False, max_columns=3)
    >>> sorted(set(table["level"])), sorted(set(table["words"]))
    ([0.8, 0.95], ['not_apart', 'not_compared'])
    """
    label, _ = check_model(model)
    if base <= 0 or base == 1:
        raise ConfigError(f"base: {base} is not the base of a logarithm")
    rows: list[dict[str, Any]] = []
    for one in series if series is not None else panel.series:
        study = make_study(panel, events, one, model, coding, knowledge, max_columns, priority, beside, bound)
        rows += effect_rows(study, placebo, base, name or label)
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def effect_rows(study: Study, placebo: bool, base: float, name: str) -> list[dict[str, Any]]:
    """Return the rows of one study; a fit that failed leaves rows without numbers, with its reason."""
    if not study.groups:
        return []
    plain, shrunk = study.fit([study.job(study.groups), study.job(study.groups, shrink=True)])
    unit = math.log(base) if study.scale.kind == "log" else 1.0
    rows = []
    for group in study.groups:
        trial = placebo_of(study, group) if placebo else None
        rows += _rows(study, group, (plain, shrunk), trial, unit, name)
    return rows


def _rows(
    study: Study,
    group: Group,
    fits: tuple[ArimaFit | ArimaFailure, ArimaFit | ArimaFailure],
    trial: Placebo | None,
    unit: float,
    name: str,
) -> list[dict[str, Any]]:
    estimate, se, failure = effect_of(fits[0], group)
    has_prior = bool(np.isfinite(group.prior[:, 1]).all())
    shrunken, shrunken_se, _ = effect_of(fits[1], group) if has_prior else (np.nan, np.nan, "")
    ranges = {level: half_width(fits[0], se, level) for level in LEVELS_TOLD}
    narrow = ranges[LEVELS_TOLD[0]]
    apart = bool(abs(estimate) > narrow)
    clear = apart and len(group.active) >= ENOUGH_MONTHS and trial is not None and trial.p < SMALL_P
    percent = study.percent(estimate, group)
    first, last = int(group.active[0]), int(group.active[-1])
    before = study.y[first - 1] if first > 0 else np.nan
    head = {
        "series_id": study.series_id,
        "model": name,
        "event": group.name,
        "group": group.label,
        "estimate": estimate / unit,
        "se": se / unit,
        "shrunken": shrunken / unit,
        "shrunken_se": shrunken_se / unit,
        **_placebo_cells(trial, unit),
        "active_months": len(group.active),
        "note": ";".join(_notes(group, trial, failure)),
        "coding": study.design.coding,
        "first_active": study.months[first],
        "last_active": study.months[last],
        "before": float(study.scale.inverse(np.array([before]))[0]) if np.isfinite(before) else np.nan,
        "clear": clear,
        "why_group": ";".join(reason.code for reason in group.why),
        "words": "failed" if failure else verdict(len(group.active), apart, trial),
        "group_values": ";".join(reason.value.replace(";", ",") for reason in group.why),
        "message": failure,
    }
    rows = []
    for level, half in ranges.items():
        low, high = estimate - half, estimate + half
        told = {"level": level, "lower": low / unit, "upper": high / unit, "percent": percent}
        ends = {"percent_lower": study.percent(low, group), "percent_upper": study.percent(high, group)}
        rows.append({**head, **told, **ends})
    return rows


def _placebo_cells(trial: Placebo | None, unit: float) -> dict[str, Any]:
    if trial is None:
        empty = ("placebo_p", "placebo_p_recent", "placebo_lower", "placebo_upper")
        return {**dict.fromkeys(empty, np.nan), "placebo_n": 0, "placebo_n_recent": 0, "placebo_larger": 0}
    return {
        "placebo_p": trial.p,
        "placebo_n": trial.n,
        "placebo_larger": trial.larger,
        "placebo_p_recent": trial.p_recent,
        "placebo_n_recent": trial.n_recent,
        "placebo_lower": trial.lower / unit,
        "placebo_upper": trial.upper / unit,
    }


def _notes(group: Group, trial: Placebo | None, failure: str) -> list[NoteCode]:
    """Return what a reader of an effect must know."""
    found: list[tuple[NoteCode, bool]] = [
        ("failed", bool(failure)),
        ("too_short", len(group.active) < ENOUGH_MONTHS),
        ("joint", len(group.members) > 1),
        ("differ_in_shape", group.columns.shape[1] > 1),
        ("few_placebos", trial is not None and trial.n < AT_LEAST),
    ]
    return [code for code, holds in found if holds]


def verdict(months: int, apart: bool, trial: Placebo | None) -> VerdictCode:
    """Return what may be said of an effect.

    Examples
    --------
    >>> verdict(2, True, None), verdict(12, True, None), verdict(12, False, None)
    ('too_short', 'not_compared', 'not_apart')
    """
    if months < ENOUGH_MONTHS:
        return "too_short"
    if not apart:
        return "not_apart"
    if trial is None:
        return "not_compared"
    if not trial.p < SMALL_P:
        return "not_apart"
    if not np.isfinite(trial.p_recent):
        return "stands_out_once"
    return "stands_out" if trial.p_recent < SMALL_P else "calm_years_flatter"
