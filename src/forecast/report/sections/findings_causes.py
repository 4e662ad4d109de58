"""Findings and titles of the sections on effects, knowledge and
scenarios, from numbers; rules as in `sentences`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.report import format as w
from forecast.report.catalogue import t
from forecast.report.prose import prose


@dataclass(frozen=True)
class Varied:
    """An effect under other choices of model: how many have the sign of
    the estimate, of how many; extremes in percent.
    """

    same: int
    n: int
    low: float
    high: float

    @property
    def firm(self) -> bool:
        """Whether at least nine in ten choices agree on the sign."""
        return self.same >= 0.9 * self.n


def varied_cell(varied: Varied | None) -> str:
    """Return the cell of an effect under other choices of model."""
    return prose("effects").tried(varied)


@dataclass(frozen=True)
class Jump:
    """An estimated jump: name, first month, estimate and 80% range
    on logs, told apart or not, other choices.
    """

    label: str
    month: pd.Period
    estimate: float
    low: float
    high: float
    clear: bool
    varied: Varied | None = None
    expected: float = 0.0  #: sign that the calendar expects
    words: str = "not_apart"  #: code of what may be said
    unseen: str = ""  #: which changes these months could not have shown

    @property
    def kind(self) -> str:
        """``fall`` or ``rise``."""
        return kind_of(self.estimate)

    @property
    def unexpected(self) -> bool:
        """Whether the calendar expects the other direction."""
        return self.expected * self.estimate < 0

    @property
    def matters(self) -> bool:
        """Whether other choices of model differ by more than its range is wide."""
        if self.varied is None:
            return False
        low, high = np.log1p(np.maximum([self.varied.low, self.varied.high], -99.9) / 100)
        return bool(high - low > self.high - self.low)


def kind_of(estimate: float) -> str:
    """Return ``fall`` or ``rise``."""
    return "fall" if estimate < 0 else "rise"


def changed_find(month: str, before: float, after: float, steps: Sequence[tuple[str, float]]) -> str:
    """Return how the forecast moved since the last issue, and which step moved it most."""
    if w.rounded(before) == w.rounded(after):
        moved = [name for name, change in steps if w.rounded(abs(change)) != "0"]
        rest = t(" Its steps cancel.") if moved else ""
        return t(
            "The forecast for {month} stays at {after}.{rest}", month=month, after=w.rounded(after), rest=rest
        )
    text = t(
        (
            "The forecast for {month} fell from {before} to {after}."
            if after < before
            else "The forecast for {month} rose from {before} to {after}."
        ),
        month=month,
        before=w.rounded(before),
        after=w.rounded(after),
    )
    if not steps:
        return text
    name, change = max(steps, key=lambda step: abs(step[1]))
    same = (change < 0) == (after < before)
    share = abs(change) / abs(after - before)
    if not same:
        return text
    return t(
        (
            "{text} All of the change comes from one step: {step}."
            if 0.95 <= share <= 1.05
            else (
                "{text} Most of the change comes from one step: {step}."
                if share > 0.5
                else "{text} The largest part comes from one step: {step}."
            )
        ),
        text=text,
        step=name[:1].lower() + name[1:],
    )


def effects_title(clear: int, total: int, shaky: int = 0) -> str:
    """Return the title of the effects chart, counted; `shaky` of
    the clear ones change sign with the model.
    """
    return prose("effects").title(clear, total, total - clear, shaky)


def effects_find(jumps: Sequence[Jump]) -> str:
    """Return the largest jump that stands out whatever the model, one
    whose sign hangs on it, the latest that does not.
    """
    text = prose("effects")
    firm = [jump for jump in jumps if jump.clear and (jump.varied is None or jump.varied.firm)]
    shaky = [jump for jump in jumps if jump.clear and jump not in firm]
    vague = [jump for jump in jumps if not jump.clear]
    parts = []
    if firm:
        parts.append(text.largest(max(firm, key=_size), bool(shaky)))
    if shaky:
        parts.append(text.shaky(max(shaky, key=_size), bool(firm)))
    if vague:
        last = vague[-1]
        parts.append(text.vague(last.label, last.month, last.estimate, last.words, last.unseen))
    return " ".join(parts)


def _size(jump: Jump) -> float:
    return abs(jump.estimate)


def specification_title(label: str, varied: Varied, estimate: float) -> str:
    """Return the title of a specification curve: whether the sign holds."""
    return prose("effects").curve(label, varied, kind_of(estimate))


def widest(percent: pd.Series, options: Sequence[tuple[str, Sequence[tuple[str, NDArray[np.bool_]]]]]) -> str:
    """Return on which choice the size depends most: the largest
    gap between the medians of a factor's options.
    """
    gaps = []
    for title, rows in options:
        middles = sorted((float(percent[mask].median()), option) for option, mask in rows)
        gaps.append((middles[-1][0] - middles[0][0], title, middles[0], middles[-1]))
    if not gaps:
        return ""
    _, title, low, high = max(gaps, key=lambda gap: gap[0])
    return t(
        " The size depends most on “{title}”: half of the estimates are below {low}% with “{low_option}” and"
        " below {high}% with “{high_option}”.",
        title=title,
        low=w.signed(low[0]),
        low_option=low[1],
        high=w.signed(high[0]),
        high_option=high[1],
    )


def known_title(cases: int, held: int, total: int) -> str:
    """Return the title of the cases, counted."""
    at = (
        t("At {cases} turning points", cases=w.number_word(cases)) if cases > 1 else t("At one turning point")
    )
    if total == 0:
        return t("{at}, what three states of knowledge would have given", at=at)
    return t(
        (
            "{at} the 80% ranges held in only {hits} months"
            if held < 0.7 * total
            else "{at} the 80% ranges held in {hits} months"
        ),
        at=at,
        hits=w.hits(held, total),
    )


def known_find(horizon: int, none: float, known: float, hindsight: float) -> str:
    """Return whether knowing events helped, from typical misses on logs."""
    a, b, c = (float(np.exp(value)) for value in (none, known, hindsight))
    start = t("In part.") if b <= 0.9 * a else t("Knowing the events helped little.")
    text = t(
        "{start} {ahead}, the typical forecast was off by a factor of {without} without events and {known}"
        " with the events known at the time",
        start=start,
        ahead=w.capital(w.ahead(horizon)),
        without=w.decimal(a, 2),
        known=w.decimal(b, 2),
    )
    if np.isfinite(c):
        text += t(
            "; {hindsight} had dates, shapes and ends of the same kind of measures been known in advance",
            hindsight=w.decimal(c, 2),
        )
    return t(
        "{text}. Measures are those of first priority by rule. An announcement gives a date, not a size.",
        text=text,
    )


def if_question(policy: bool, figure: bool) -> str:
    """Return the question of the scenarios: what they are about, policy or an unofficial figure."""
    if not figure:
        return t("What if policy changes?")
    return t(
        "What if policy changes, or if the unofficial figure is right?"
        if policy
        else "What if the unofficial figure is right?"
    )


def if_title(base: float, ends: Sequence[float], season: Sequence[float], figure: bool = False) -> str:
    """Return the title of the scenarios: whether they move the end more than the season does.

    `figure` tells that one of them asks about an unofficial figure, which is no change of policy.
    """
    swing = max(season) / min(season) if min(season) > 0 else 1.0
    moves = [max(end / base, base / end) for end in ends if end > 0 and base > 0]
    if len(moves) > 1 and min(moves) > swing:
        return t(
            "Either kind of change would matter more than the season"
            if len(moves) == 2
            else "Each kind of change would matter more than the season"
        )
    if moves and max(moves) < 1.05:
        return t("None of the changes asked about would move the middle of the forecast much")
    return t(
        "What the forecast would be if policy changed, or if the unofficial figure were right"
        if figure
        else "What the forecast would be if policy changed"
    )


def if_find(month: pd.Period, base: float, told: Sequence[tuple[str, float]], whole: bool = True) -> str:
    """Return the answers to the questions asked, at the last month shown."""
    text = t(
        "With nothing new, {month} is forecast at {number}.",
        month=w.month_long(month),
        number=w.rounded(base, whole),
    )
    answers = [f"“{words}”: {w.rounded(value, whole)}" for words, value in told]
    return t("{text} If not: {answers}.", text=text, answers="; ".join(answers)) if answers else text
