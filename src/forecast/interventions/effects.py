"""What each event seemed to do: plain estimates with their doubt, and what may be said of them.

An effect is an association in time: the change that came with an event in one regression with ARIMA errors.
Whatever else happened in the same months is in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from forecast.arima import ArimaFailure, ArimaFit
from forecast.config.settings import Coding, EventsSpec, Knowledge
from forecast.errors import ConfigError
from forecast.interventions.placebo import AT_LEAST, Placebo, placebo_of
from forecast.interventions.prepare import Setup
from forecast.interventions.regression import (
    ENOUGH_MONTHS,
    TOO_ALIKE,
    Group,
    Regression,
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
    "verdict",
    "detectable",
    "detectable_fall",
    "detectable_rise",
)
#: What may be said of an effect.
Verdict = Literal["stands_out", "ordinary", "too_short", "not_testable", "not_compared", "not_estimated"]
#: A change of so many standard errors is found (80 % range without zero, p below 0.05) in four of five cases.
DETECTABLE_SE = 2.8
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
        and the loss of degrees of freedom); the same in percent; the estimate drawn towards its prior beside it; placebo counts; and words.

    Raises
    ------
    ConfigError, DataError
        For a model that is no regression with ARIMA errors, or figures that it cannot be fitted to.

    Examples
    --------
    >>> import forecast as fc
    >>> panel = fc.load_observations().as_of("2024-05-07", ["southwest.usbp"])
    >>> table = effects(panel, fc.load_events(), placebo=False, max_columns=3)
    >>> sorted(set(table["level"])), table["words"].str.contains("cannot be told apart|too short").all()
    ([0.8, 0.95], np.True_)
    """
    check_model(model)
    if base <= 0 or base == 1:
        raise ConfigError(f"base: {base} is not the base of a logarithm")
    spec = EventsSpec(coding=coding, max_columns=max_columns, priority=priority)
    asked = Setup(panel, events, model, spec, knowledge=knowledge, beside=beside, bound=bound)
    names = series if series is not None else panel.series
    return effect_table([replace(asked, series_id=one).regression for one in names], placebo, base, name)


def effect_table(
    regressions: Iterable[Regression], placebo: bool = True, base: float = math.e, name: str | None = None
) -> pd.DataFrame:
    """Return the table of `effects` for series that stand beside their events already."""
    rows = [row for one in regressions for row in _series_rows(one, placebo, base, name or one.model_name)]
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _series_rows(regression: Regression, placebo: bool, base: float, name: str) -> list[dict[str, Any]]:
    """Return the rows of one regression; a fit that failed leaves rows without numbers, with its reason."""
    if not regression.groups:
        return []
    plain, shrunk = regression.fit(
        [regression.job(regression.groups), regression.job(regression.groups, shrink=True)]
    )
    unit = math.log(base) if regression.scale.kind == "log" else 1.0
    rows = []
    for group in regression.groups:
        trial = placebo_of(regression, group) if placebo else None
        rows += _rows(regression, group, (plain, shrunk), trial, unit, name)
    return rows


def _rows(
    regression: Regression,
    group: Group,
    fits: tuple[ArimaFit | ArimaFailure, ArimaFit | ArimaFailure],
    trial: Placebo | None,
    unit: float,
    name: str,
) -> list[dict[str, Any]]:
    estimate, se, failure = effect_of(fits[0], group)
    has_prior = bool(np.isfinite(group.prior[:, 1]).all())
    shrunken, shrunken_se, _ = effect_of(fits[1], group) if has_prior else (np.nan, np.nan, "")
    ranges = {level: half_width(fits[0], se, level, group) for level in LEVELS_TOLD}
    narrow = ranges[LEVELS_TOLD[0]]
    apart = bool(abs(estimate) > narrow)
    verdict = judge(len(group.active), apart, trial, failure)
    percents = (
        regression.percent(estimate, group),
        regression.percent(estimate - narrow, group),
        regression.percent(estimate + narrow, group),
    )
    seen = DETECTABLE_SE * se
    falls, rises = regression.percent(-seen, group), regression.percent(seen, group)
    words = failure or say(verdict, percents, len(group.active), trial, falls if estimate < 0 else rises)
    first, last = int(group.active[0]), int(group.active[-1])
    before = regression.y[first - 1] if first > 0 else np.nan
    head = {
        "series_id": regression.series_id,
        "model": name,
        "event": group.name,
        "group": group.label,
        "estimate": estimate / unit,
        "se": se / unit,
        "shrunken": shrunken / unit,
        "shrunken_se": shrunken_se / unit,
        **_placebo_cells(trial, unit),
        "active_months": len(group.active),
        "note": _note(group, trial, failure),
        "coding": regression.design.coding,
        "first_active": regression.months[first],
        "last_active": regression.months[last],
        "before": float(regression.scale.inverse(np.array([before]))[0]) if np.isfinite(before) else np.nan,
        "clear": verdict == "stands_out",
        "why_group": group.why,
        "words": words,
        "verdict": verdict,
        "detectable": seen / unit,
        "detectable_fall": falls,
        "detectable_rise": rises,
    }
    rows = []
    for level, half in ranges.items():
        low, high = estimate - half, estimate + half
        told = {"level": level, "lower": low / unit, "upper": high / unit, "percent": percents[0]}
        ends = {
            "percent_lower": regression.percent(low, group),
            "percent_upper": regression.percent(high, group),
        }
        rows.append({**head, **told, **ends})
    return rows


def judge(months: int, apart: bool, trial: Placebo | None, failure: str = "") -> Verdict:
    """Return what may be said of an effect; the last ten years must agree where they can be asked.

    Parameters
    ----------
    months : int
        Active months.
    apart : bool
        Whether the 80 % range leaves out zero.
    trial : Placebo, optional
        Comparison with ordinary months, if there was one.
    failure : str
        Why there is no estimate.
    """
    if failure:
        return "not_estimated"
    if months < ENOUGH_MONTHS:
        return "too_short"
    if trial is None:
        return "not_compared"
    if not np.isfinite(trial.p):
        return "not_testable"
    recent = trial.p_recent < SMALL_P or not np.isfinite(trial.p_recent)
    return "stands_out" if apart and trial.p < SMALL_P and recent else "ordinary"


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


def _note(group: Group, trial: Placebo | None, failure: str) -> str:
    """Say beside the number what limits it."""
    parts = [failure] if failure else []
    months = len(group.active)
    if months < ENOUGH_MONTHS:
        parts.append(f"too short to tell: {months} active month{'s' if months > 1 else ''}")
    if len(group.members) > 1:
        parts.append(f"{len(group.members)} measures together, one joint effect: {group.why}")
    if group.columns.shape[1] > 1:
        parts.append("they differ in shape or months, so the effect is their mean sum over the active months")
    if trial is not None and trial.n < AT_LEAST:
        parts.append("too few ordinary months to compare with")
    return "; ".join(parts)


def say(
    verdict: Verdict, percents: tuple[float, float, float], months: int, trial: Placebo | None, seen: float
) -> str:
    """Put an effect into words: percent with its 80 % range, months, placebo, and what could have been seen.

    Parameters
    ----------
    verdict : str
        What may be said of it, see `judge`.
    percents : tuple of float
        Estimate and its 80 % range.
    months : int
        Active months.
    trial : Placebo, optional
        Comparison with ordinary months.
    seen : float
        Smallest change in percent, of the direction of the estimate, that these months could have shown.

    Examples
    --------
    >>> say("too_short", (-50.0, -60.0, -35.0), 2, None, -40.0)
    'Too short to tell: 2 active months. The figures moved by -50% (80% range -60% to -35%).'
    """
    value, low, high = (round(x) for x in percents)
    size = f"{_percent(value)} (80% range {_percent(low)} to {_percent(high)})"
    compared = f" {_capital(trial.words)}." if trial is not None else ""
    if verdict == "too_short":
        plural = "s" if months > 1 else ""
        return f"Too short to tell: {months} active month{plural}. The figures moved by {size}.{compared}"
    if verdict == "stands_out":
        return f"It came with a change of {size}.{compared}"
    if verdict == "not_testable":
        told = f"A change of {size}; not testable.{compared}"
    elif verdict == "not_compared":
        told = f"A change of {size}; not compared with ordinary months, so it cannot be told apart from them."
    else:
        doubt = "cannot be told apart from ordinary change, which is not the same as no effect"
        told = f"A change of {size} {doubt}.{compared}"
        if trial is not None and trial.p < SMALL_P <= trial.p_recent:
            told += " Against the last ten years alone it does not stand out."
    size = f"{'fall' if seen < 0 else 'rise'} of less than {abs(seen):.0f}%"
    return f"{told} A {size} would not be seen in these months." if np.isfinite(seen) else told


def _percent(value: float) -> str:
    return f"{value:+.0f}%".replace("+0%", "0%").replace("-0%", "0%")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
