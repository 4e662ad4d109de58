"""What each event seemed to do: plain estimates with their doubt, and what may be said of them.

An effect is an association in time: the change that came with an event in one regression with ARIMA errors.
Whatever else happened in the same months is in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
import pandas as pd

from forecast.arguments import checked
from forecast.arima import ArimaFailure, ArimaFit
from forecast.config.bounds import Bounds
from forecast.config.convert import check_arguments
from forecast.config.settings import Coding, EventsSpec, Knowledge
from forecast.data.panel import Panel
from forecast.interventions.placebo import AT_LEAST, Placebo, placebo_of
from forecast.interventions.prepare import Setup
from forecast.interventions.raw_change import group_change
from forecast.interventions.regression import (
    ENOUGH_MONTHS,
    NOT_TOLD,
    TOO_ALIKE,
    Group,
    Regression,
    check_model,
    effect_of,
    half_width,
)
from forecast.models.base import plausible

if TYPE_CHECKING:
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
    "detectable",
    "detectable_fall",
    "detectable_rise",
    "members",
    "starts",
    "raw_change",
    "raw_months",
    "usual_change",
    "usual_years",
    "test_years",
    "test_recent",
    "test_models",
)
#: What a reader of an effect must know.
NoteCode = Literal["failed", "too_short", "joint", "differ_in_shape", "few_placebos"]
#: What may be said of an effect; ``not_recently``: it stands out of all years, not of the last ten.
#: ``not_together``: its events have no single effect; ``implausible``: too large or uncertain to be told.
VerdictCode = Literal[
    "failed",
    "not_together",
    "implausible",
    "too_short",
    "not_testable",
    "not_compared",
    "not_apart",
    "not_recently",
    "not_other_models",
    "stands_out",
]
#: Outcome of one test of an effect.
TestCode = Literal["passed", "failed", "not_testable", "not_run"]
#: What other models say of an effect, as the outcome of a test.
_MODELS: Mapping[str, TestCode] = {
    "robust": "passed",
    "not_compared": "passed",  # the sign holds, and no other dates were asked for
    "sign_depends": "failed",
    "as_much_elsewhere": "failed",
    "not_testable": "not_testable",
}
#: A change of so many standard errors is found (80 % range without zero, p below 0.05) in four of five cases.
DETECTABLE_SE = 2.8
LEVELS_TOLD = (0.8, 0.95)
#: An effect is told apart from ordinary change below this placebo p.
SMALL_P = 0.05


@checked
def effects(
    panel: Panel,
    events: EventCalendar | Design,
    model: str | Arima = "arima",
    coding: Coding = "judged",
    placebo: bool = True,
    *,
    series: str | Sequence[str] | None = None,
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
    series : str or sequence of str, optional
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
        `EFFECT_COLUMNS`, two rows an effect (80 and 95 %): estimate, standard error and range (with
        Student's t and the loss of degrees of freedom); the same in percent; the estimate drawn towards its
        prior beside it; placebo counts; codes of what may be said; and the smallest change that these months
        could have shown.

    Raises
    ------
    ConfigError, DataError
        For a model that is no regression with ARIMA errors, or figures that it cannot be fitted to.

    Examples
    --------
    >>> import forecast as fc
    >>> panel = fc.load_observations().as_of("2024-05-07", ["southwest.usbp"])
    >>> table = effects(panel, fc.load_events(), placebo=False, max_columns=4)
    >>> sorted(set(table["level"])), sorted(set(table["words"]))
    ([0.8, 0.95], ['not_compared', 'not_together'])
    """
    check_model(model)
    check_arguments(
        bound=(bound, Annotated[float, Bounds(above=0, high=1)]),
        base=(base, Annotated[float, Bounds(above=0, without=(1.0,))]),
    )
    spec = EventsSpec(coding=coding, max_columns=max_columns, priority=priority)
    asked = Setup(panel, events, model, spec, knowledge=knowledge, beside=beside, bound=bound)
    names = [series] if isinstance(series, str) else series if series is not None else panel.series
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
        trial = placebo_of(regression, group) if placebo and group.separable else None
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
    """Return the rows of one group of events, one for each level."""
    estimate, se, failure, fails = _estimate(regression, group, fits[0])
    has_prior = bool(np.isfinite(group.prior[:, 1]).all())
    shrunken, shrunken_se, _ = effect_of(fits[1], group) if has_prior else (np.nan, np.nan, "")
    ranges = {level: half_width(fits[0], se, level, group) for level in LEVELS_TOLD}
    apart = bool(abs(estimate) > ranges[LEVELS_TOLD[0]])
    verdict = judge(len(group.active), apart, trial, fails if failure else "")
    years, recent = rarity(len(group.active), apart, trial if not failure else None)
    seen = DETECTABLE_SE * se
    cells = {
        **_group_cells(regression, group),
        **_placebo_cells(trial, unit),
        "model": name,
        "estimate": estimate / unit,
        "se": se / unit,
        "shrunken": shrunken / unit,
        "shrunken_se": shrunken_se / unit,
        "percent": regression.percent(estimate, group),
        "note": ";".join(_notes(group, trial, failure)),
        "clear": verdict == "stands_out",
        "words": verdict,
        "message": failure,
        "detectable": seen / unit,
        "detectable_fall": regression.percent(-seen, group),
        "detectable_rise": regression.percent(seen, group),
        "test_years": years,
        "test_recent": recent,
        "test_models": "not_run",
    }
    return [
        {
            **cells,
            "level": level,
            "lower": (estimate - half) / unit,
            "upper": (estimate + half) / unit,
            "percent_lower": regression.percent(estimate - half, group),
            "percent_upper": regression.percent(estimate + half, group),
        }
        for level, half in ranges.items()
    ]


def _estimate(
    regression: Regression, group: Group, fit: ArimaFit | ArimaFailure
) -> tuple[float, float, str, VerdictCode]:
    """Return the effect of a group, its standard error, why there is none, and the code of that."""
    estimate, se, failure = effect_of(fit, group)
    if regression.scale.kind == "log" and not plausible(estimate, se):
        return np.nan, np.nan, NOT_TOLD, "implausible"
    return estimate, se, failure, "failed" if group.separable else "not_together"


def _group_cells(regression: Regression, group: Group) -> dict[str, Any]:
    """Return what a row says of its events, before anything was estimated."""
    first, last = int(group.active[0]), int(group.active[-1])
    before = regression.y[first - 1] if first > 0 else np.nan
    starts = group.starts(regression.calendar)
    raw = group_change(regression, group)
    return {
        "series_id": regression.series_id,
        "event": group.name,
        "group": group.label,
        "active_months": len(group.active),
        "coding": regression.design.coding,
        "first_active": regression.months[first],
        "last_active": regression.months[last],
        "before": float(regression.scale.inverse(np.array([before]))[0]) if np.isfinite(before) else np.nan,
        "why_group": ";".join(reason.code for reason in group.why),
        "group_values": ";".join(reason.value.replace(";", ",") for reason in group.why),
        "members": ";".join(group.members),
        "starts": ";".join(f"{day:%Y-%m-%d}" if pd.notna(day) else "" for day in starts),
        "raw_change": raw.change,
        "raw_months": raw.months,
        "usual_change": raw.usual,
        "usual_years": raw.years,
    }


def judge(
    months: int, apart: bool, trial: Placebo | None, failure: VerdictCode | Literal[""] = ""
) -> VerdictCode:
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
        Why there is no estimate, as a code.

    Examples
    --------
    >>> judge(2, True, None), judge(12, True, None)
    ('too_short', 'not_compared')
    """
    if failure:
        return failure
    if months < ENOUGH_MONTHS:
        return "too_short"
    if trial is None:
        return "not_compared"
    years, recent = rarity(months, apart, trial)
    if years == "not_testable":
        return "not_testable"
    if years == "failed":
        return "not_apart"
    return "not_recently" if recent == "failed" else "stands_out"


def rarity(months: int, apart: bool, trial: Placebo | None) -> tuple[TestCode, TestCode]:
    """Return whether an effect is rare: among all ordinary months, and among those of the last ten years.

    Rare is an 80 % range without zero and fewer than 1 in 20 ordinary months with as much. A test for which
    there are too few months is not testable, which is not failed.

    Examples
    --------
    >>> rarity(12, True, None), rarity(2, True, None)
    (('not_run', 'not_run'), ('not_testable', 'not_testable'))
    """
    if months < ENOUGH_MONTHS:
        return "not_testable", "not_testable"
    if trial is None:
        return "not_run", "not_run"

    def outcome(p: float) -> TestCode:
        if not np.isfinite(p):
            return "not_testable"
        return "passed" if apart and p < SMALL_P else "failed"

    return outcome(trial.p), outcome(trial.p_recent)


def with_other_models(table: pd.DataFrame, specification: pd.DataFrame) -> pd.DataFrame:
    """Return effects with the outcome of the third test, that of other models, where it was made.

    An effect stands out if it passes every test that was made of it.

    Parameters
    ----------
    table : DataFrame
        Of `effects`.
    specification : DataFrame
        Curves of some of its events, `robustness.SPECIFICATION_COLUMNS`.
    """
    said = dict(zip(specification["event"], specification["robust"], strict=True))
    made = table.copy()
    made["test_models"] = [_MODELS.get(str(said.get(event)), "not_run") for event in made["event"]]
    fails = made["clear"].astype(bool) & (made["test_models"] == "failed")
    made.loc[fails, "words"] = "not_other_models"
    made["clear"] = made["clear"].astype(bool) & ~fails
    return made


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
