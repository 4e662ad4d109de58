"""Findings and titles of the sections on effects, knowledge and scenarios, from numbers; rules as in `sentences`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecast.report import format as w
from forecast.report.catalogue import mark, t
from forecast.report.prose import prose


@dataclass(frozen=True)
class Varied:
    """An effect under other choices of model: how many have the sign of the estimate, of how many; extremes in percent."""

    same: int
    n: int
    low: float
    high: float

    @property
    def firm(self) -> bool:
        """Whether at least nine in ten choices agree on the sign."""
        return self.same >= 0.9 * self.n

    @property
    def span(self) -> str:
        """The extremes as text."""
        return t("{low}% to {high}%", low=w.signed(self.low), high=w.signed(self.high))


def varied_cell(varied: Varied | None) -> str:
    """Return the cell of an effect under other choices of model."""
    return (
        t("not tried")
        if varied is None
        else t("{span}, same sign in {same}", span=varied.span, same=w.hits(varied.same, varied.n))
    )


@dataclass(frozen=True)
class Jump:
    """An estimated jump: name, first month, estimate and 80% range on logs, told apart or not, other choices."""

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
        return "fall" if self.estimate < 0 else "rise"


def changed_find(month: str, before: float, after: float, steps: Sequence[tuple[str, float]]) -> str:
    """Return how the forecast moved since the last issue, and which step moved it most."""
    if w.rounded(before) == w.rounded(after):
        moved = [name for name, change in steps if w.rounded(abs(change)) != "0"]
        rest = t(" Its steps cancel.") if moved else ""
        return t(
            "The forecast for {month} stays at {after}.{rest}", month=month, after=w.rounded(after), rest=rest
        )
    text = t(
        "The forecast for {month} fell from {before} to {after}."
        if after < before
        else "The forecast for {month} rose from {before} to {after}.",
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
        "{text} All of the change comes from one step: {step}."
        if 0.95 <= share <= 1.05
        else "{text} Most of the change comes from one step: {step}."
        if share > 0.5
        else "{text} The largest part comes from one step: {step}.",
        text=text,
        step=name[:1].lower() + name[1:],
    )


def effects_title(clear: int, total: int, shaky: int = 0) -> str:
    """Return the title of the effects chart, counted; `shaky` of the clear ones change sign with the model."""
    rest = total - clear
    if total == 1:
        if not clear:
            text = t("The one date does not stand out from ordinary months")
        else:
            text = t("The one date stands out from ordinary months")
        return t("{text}, but its sign depends on the choice of model", text=text) if shaky else text
    number = w.number_word(total)
    if clear == 0:
        return t("None of {total} dates stands out from ordinary months", total=number)
    if rest == 0:
        text = t("All {total} dates stand out from ordinary months", total=number)
    else:
        text = t(
            "One of {total} dates stands out from ordinary months"
            if clear == 1
            else "{clear} of {total} dates stand out from ordinary months",
            clear=w.capital(w.number_word(clear)),
            total=number,
        )
    if shaky:
        return t(
            "{text}, but its sign depends on the choice of model"
            if clear == 1
            else "{text}, but the sign of each depends on the choice of model"
            if shaky == clear
            else "{text}, but the sign of one of them depends on the choice of model"
            if shaky == 1
            else "{text}, but the sign of {shaky} of them depends on the choice of model",
            text=text,
            shaky=w.number_word(shaky),
        )
    if not rest:
        return text
    return t(
        "{text}; the other does not" if rest == 1 else "{text}; the other {rest} do not",
        text=text,
        rest=w.number_word(rest),
    )


def effects_find(jumps: Sequence[Jump]) -> str:
    """Return the largest jump that stands out whatever the model, one whose sign hangs on it, the latest that does not."""
    clear = [jump for jump in jumps if jump.clear]
    firm = [jump for jump in clear if jump.varied is None or jump.varied.firm]
    shaky = [jump for jump in clear if jump not in firm]
    vague = [jump for jump in jumps if not jump.clear]
    parts = []
    if firm:
        big = max(firm, key=lambda jump: abs(jump.estimate))
        parts.append(_largest(big, bool(shaky)))
    if shaky:
        parts.append(_shaky(max(shaky, key=lambda jump: abs(jump.estimate)), bool(firm)))
    if vague:
        last = vague[-1]
        parts.append(prose("effects").vague(last.label, last.month, last.estimate, last.words, last.unseen))
    return " ".join(parts)


#: The jump that is told first, by its direction and by whether it is the largest of those that keep their sign.
LARGEST = {
    ("fall", True): mark(
        "The largest fall that keeps its sign under other choices of model came with “{label}”{month}: {estimate} (80% range {low} to {high}){unexpected}{choices}."
    ),
    ("fall", False): mark(
        "The largest fall came with “{label}”{month}: {estimate} (80% range {low} to {high}){unexpected}{choices}."
    ),
    ("rise", True): mark(
        "The largest rise that keeps its sign under other choices of model came with “{label}”{month}: {estimate} (80% range {low} to {high}){unexpected}{choices}."
    ),
    ("rise", False): mark(
        "The largest rise came with “{label}”{month}: {estimate} (80% range {low} to {high}){unexpected}{choices}."
    ),
}
#: A jump whose sign hangs on the model, by its direction and by whether another one stands out as well.
SHAKY = {
    ("fall", True): mark(
        "The fall of “{label}”{month}, {estimate}{unexpected}, stands out from ordinary months too, but its sign depends on the choice of model: {hits} choices show a fall, and the mean change over its months ranges from {span}."
    ),
    ("fall", False): mark(
        "The fall of “{label}”{month}, {estimate}{unexpected}, stands out from ordinary months, but its sign depends on the choice of model: {hits} choices show a fall, and the mean change over its months ranges from {span}."
    ),
    ("rise", True): mark(
        "The rise of “{label}”{month}, {estimate}{unexpected}, stands out from ordinary months too, but its sign depends on the choice of model: {hits} choices show a rise, and the mean change over its months ranges from {span}."
    ),
    ("rise", False): mark(
        "The rise of “{label}”{month}, {estimate}{unexpected}, stands out from ordinary months, but its sign depends on the choice of model: {hits} choices show a rise, and the mean change over its months ranges from {span}."
    ),
}


def _largest(big: Jump, among_firm: bool) -> str:
    """Return the sentence on the largest jump; `among_firm`: others change sign with the model."""
    return t(
        LARGEST[big.kind, among_firm],
        label=big.label,
        month=_of(big.month),
        estimate=w.effect(big.estimate),
        low=w.effect(big.low),
        high=w.effect(big.high),
        unexpected=_unexpected(big),
        choices=_held(big),
    )


def _shaky(big: Jump, too: bool) -> str:
    """Return the sentence on a jump whose sign hangs on the model; `too`: another one stands out as well."""
    assert big.varied is not None
    return t(
        SHAKY[big.kind, too],
        label=big.label,
        month=_of(big.month),
        estimate=w.effect(big.estimate),
        unexpected=_unexpected(big),
        hits=w.hits(big.varied.same, big.varied.n),
        span=big.varied.span,
    )


def _unexpected(jump: Jump) -> str:
    """Return that the calendar expected the other direction."""
    if jump.expected * jump.estimate >= 0:
        return ""
    return t(
        ", though a rise was expected of it" if jump.kind == "fall" else ", though a fall was expected of it"
    )


def _held(jump: Jump) -> str:
    """Return what other choices of model say of a jump that keeps its sign, and whether they differ by more than its range."""
    v = jump.varied
    if v is None:
        return ""
    fall = jump.kind == "fall"
    if v.same == v.n:
        text = t(
            "; each of {n} choices of model shows a fall, on the mean of its months from {span}"
            if fall
            else "; each of {n} choices of model shows a rise, on the mean of its months from {span}",
            n=v.n,
            span=v.span,
        )
    else:
        text = t(
            "; {hits} choices of model show a fall, on the mean of its months from {span}"
            if fall
            else "; {hits} choices of model show a rise, on the mean of its months from {span}",
            hits=w.hits(v.same, v.n),
            span=v.span,
        )
    wide = np.diff(np.log1p(np.maximum([v.low, v.high], -99.9) / 100))[0]
    if wide <= jump.high - jump.low:
        return text
    return t("{text}, so the choice of model matters more than its range says", text=text)


def specification_title(label: str, varied: Varied, estimate: float) -> str:
    """Return the title of a specification curve: whether the sign holds."""
    fall = estimate < 0
    if varied.same == varied.n:
        return t(
            "“{label}”: every choice of model that fits about as well shows a fall, from {span}"
            if fall
            else "“{label}”: every choice of model that fits about as well shows a rise, from {span}",
            label=label,
            span=varied.span,
        )
    hits = w.hits(varied.same, varied.n)
    if varied.firm:
        return t(
            "“{label}”: nearly every choice of model that fits about as well shows a fall ({hits}), from {span}"
            if fall
            else "“{label}”: nearly every choice of model that fits about as well shows a rise ({hits}), from {span}",
            label=label,
            hits=hits,
            span=varied.span,
        )
    return t(
        "“{label}”: the sign depends on the choice of model; {hits} show a fall"
        if fall
        else "“{label}”: the sign depends on the choice of model; {hits} show a rise",
        label=label,
        hits=hits,
    )


def widest(percent: pd.Series, options: Sequence[tuple[str, Sequence[tuple[str, NDArray[np.bool_]]]]]) -> str:
    """Return on which choice the size depends most: the largest gap between the medians of a factor's options."""
    gaps = []
    for title, rows in options:
        middles = sorted((float(percent[mask].median()), option) for option, mask in rows)
        gaps.append((middles[-1][0] - middles[0][0], title, middles[0], middles[-1]))
    if not gaps:
        return ""
    _, title, low, high = max(gaps, key=lambda gap: gap[0])
    return t(
        " The size depends most on “{title}”: half of the estimates are below {low}% with “{low_option}” and below {high}% with “{high_option}”.",
        title=title,
        low=w.signed(low[0]),
        low_option=low[1],
        high=w.signed(high[0]),
        high_option=high[1],
    )


def _of(month: pd.Period) -> str:
    return t(" in {month}", month=w.month_long(month)) if month is not None else ""


def known_title(cases: int, held: int, total: int) -> str:
    """Return the title of the cases, counted."""
    at = (
        t("At {cases} turning points", cases=w.number_word(cases)) if cases > 1 else t("At one turning point")
    )
    if total == 0:
        return t("{at}, what three states of knowledge would have given", at=at)
    return t(
        "{at} the 80% ranges held in only {hits} months"
        if held < 0.7 * total
        else "{at} the 80% ranges held in {hits} months",
        at=at,
        hits=w.hits(held, total),
    )


def known_find(horizon: int, none: float, known: float, hindsight: float) -> str:
    """Return whether knowing events helped, from typical misses on logs."""
    a, b, c = (float(np.exp(value)) for value in (none, known, hindsight))
    start = t("In part.") if b <= 0.9 * a else t("Knowing the events helped little.")
    text = t(
        "{start} {ahead}, the typical forecast was off by a factor of {without} without events and {known} with the events known at the time",
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
