"""Findings and titles of the sections on trust, models and causes, from numbers; rules as in `sentences`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecast.report import wording as w
from forecast.report.facts import Held
from forecast.scoring.metrics import coverage_interval

# --------------------------------------------------------------------------- how sure


def coverage_title(held: Sequence[Held], nominal: float = 0.8) -> str:
    """Return the title of the coverage chart."""
    rows = [h for h in held if abs(h.nominal - nominal) < 1e-9]
    name = w.level_name(nominal)
    if not rows:
        return "How often the ranges held"
    first, last = rows[0], rows[-1]
    start = f"The {name} range held {w.percent(first.share)} of the time {w.ahead(first.horizon)}"
    worst = next((h for h in rows[1:] if not h.fair), None)
    if worst is not None:
        only = "only " if worst.share < first.share else ""
        return f"{start}, but {only}{w.percent(worst.share)} {w.ahead(worst.horizon)}"
    if len(rows) == 1:
        return start
    return f"{start} and {w.percent(last.share)} {w.ahead(last.horizon)}"


def sure_find(held: Sequence[Held], months: dict[int, Any]) -> str:
    """Return the finding of "How sure can one be?": near and far, and what a range is nearer to where it failed."""
    rows = [h for h in held if abs(h.nominal - 0.8) < 1e-9]
    if not rows:
        return "There is no replay long enough to say how often the ranges held."
    first, rest = rows[0], rows[1:]
    count = w.hits(first.held, first.n)
    text = f"{w.capital(w.ahead(first.horizon))}, {_judged(first)}: the 80% range held in {count} replayed months."
    wrong = [h for h in rest if not h.fair]
    if wrong:
        last = wrong[0]
        narrow = "narrow" if last.share < last.nominal else "wide"
        text += f" {w.capital(w.ahead(last.horizon))} the ranges have been too {narrow}: {w.hits(last.held, last.n)}."
        if last.horizon in months:
            text += f" Read the 80% range for {w.month_long(months[last.horizon])} as nearer to a {w.nearest_tenth(last.share)} range."  # fmt: skip
    elif rest:
        text += f" {w.capital(w.ahead(rest[-1].horizon))} it held in {w.hits(rest[-1].held, rest[-1].n)}: these overlap and are worth about {w.plural(max(round(rest[-1].n / rest[-1].horizon), 1), 'independent month')}, too few to tell it from the promise."  # fmt: skip
    return text


def _judged(held: Held) -> str:
    if held.fair:
        return "about as promised"
    return "less than promised" if held.share < held.nominal else "more than promised"


def shock_words(calm: tuple[int, int], shock: tuple[int, int]) -> str:
    """Return how often one-month ranges held with and without a new event of first priority."""
    if not shock[1] or not calm[1]:
        return ""
    a, b = calm[0] / calm[1], shock[0] / shock[1]
    told = (
        f"One month ahead, the 80% range held {w.hits(*calm)} times ({w.percent(a)}) when no major measure began in that"
        f" month and {w.hits(*shock)} ({w.percent(b)}) when one did"
    )
    lower = coverage_interval(a, float(calm[1]), 0.9)[0]
    if coverage_interval(b, float(shock[1]), 0.9)[1] < lower:
        return f"Misses are more common when a major measure begins. {told}."
    return f"{told}{'; with so few cases the difference may be chance' if abs(b - a) > 0.02 else ''}."


# --------------------------------------------------------------------------- models


def models_find(found: Any, one_since: float | None, since: str, first: Any, none_beats: int | None) -> str:
    """Return whether the headline beats the simple guess, in the words that the one rule of claims allows.

    Parameters
    ----------
    found : named tuple, optional
        Comparison one month ahead over the whole replay: ``skill lower upper n words``; None without one.
    one_since : float, optional
        Skill one month ahead since the last era began.
    since : str
        ``since 2020``.
    first : Period
        First month of the replay.
    none_beats : int, optional
        The shortest distance at which no model has beaten the guess since then.
    """
    if found is None:
        return "There are too few replayed forecasts to compare the models."
    one, words, guess = float(found.skill), str(found.words), "“same as last month”"
    year = pd.Period(first, "M").year
    side = "better than" if one > 0.005 else "worse than" if one < -0.005 else "the same as"
    size = "" if side == "the same as" else f"{w.percent(abs(one))} "
    scored = f"the headline forecast scores {size}{side} {guess} since {year}"
    if np.isfinite(found.lower):
        scored += f" (90% range {w.skill(found.lower)} to {w.skill(found.upper)})"
    if words.startswith("better"):
        text = f"Yes, one month ahead: {scored}"
    elif words.startswith("worse"):
        text = f"No: one month ahead {scored}"
    elif words.startswith("ahead"):
        objection = words.partition(", but ")[2].replace("origin", "date")
        text = f"Ahead one month ahead, but not shown to be better: {scored}; {objection}"
    elif words.startswith("cannot"):
        text = f"Not shown: one month ahead the two cannot be told apart; {scored}"
    else:
        text = f"There are too few dates to say: one month ahead {scored}, on {w.count(found.n)} dates"
    if one_since is not None and since:
        if abs(one_since) < 0.005:
            text += f", and no better {since}"
        elif one_since < 0:
            text += f"{', but' if one > 0 else ' and'} {w.percent(-one_since)} worse {since}"
        elif one_since < one / 2:
            text += f", but only {w.percent(one_since)} better {since}"
        else:
            text += f" and {w.percent(one_since)} better {since}"
    text += "."
    if none_beats is not None:
        far = w.capital(w.ahead(none_beats))
        text += f" {far}, no model here has beaten that simple guess {since or f'since {year}'}. This is why the ranges matter more than the middle line."  # fmt: skip
    return text


def weights_title(largest: str, share: float, members: int) -> str:
    """Return the title of the picture of weights: spread or not."""
    if share < 1.5 / members:
        return (
            f"The weight is spread: none of {w.number_word(members)} members has more than {w.percent(share)}"
        )
    return f"“{largest}” has the largest weight, {w.percent(share)} of the whole"


def failed_note(failed: int, when: Any, message: str) -> str:
    """Return the note of a model some of whose forecasts failed."""
    reason = f": {message.strip().rstrip('.')}" if message else ""
    return f"failed on {w.plural(failed, 'date')}, last {w.day_short(when)}{reason}"


# --------------------------------------------------------------------------- causes


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
        return f"{w.signed(self.low)}% to {w.signed(self.high)}%"


def varied_cell(varied: Varied | None) -> str:
    """Return the cell of an effect under other choices of model."""
    return "not tried" if varied is None else f"{varied.span}, same sign in {w.hits(varied.same, varied.n)}"


@dataclass(frozen=True)
class Jump:
    """An estimated jump: name, first month, estimate and 80% range on logs, told apart or not, other choices."""

    label: str
    month: Any
    estimate: float
    low: float
    high: float
    clear: bool
    varied: Varied | None = None
    expected: float = 0.0  #: sign that the calendar expects

    @property
    def kind(self) -> str:
        """``fall`` or ``rise``."""
        return "fall" if self.estimate < 0 else "rise"


def changed_find(month: str, before: float, after: float, steps: Sequence[tuple[str, float]]) -> str:
    """Return how the forecast moved since the last issue, and which step moved it most."""
    if w.rounded(before) == w.rounded(after):
        moved = [name for name, change in steps if w.rounded(abs(change)) != "0"]
        rest = " Its steps cancel." if moved else ""
        return f"The forecast for {month} stays at {w.rounded(after)}.{rest}"
    verb = "fell" if after < before else "rose"
    text = f"The forecast for {month} {verb} from {w.rounded(before)} to {w.rounded(after)}."
    if not steps:
        return text
    name, change = max(steps, key=lambda step: abs(step[1]))
    same = (change < 0) == (after < before)
    share = abs(change) / abs(after - before)
    if not same:
        return text
    much = "All of the change comes" if 0.95 <= share <= 1.05 else "Most of the change comes" if share > 0.5 else "The largest part comes"  # fmt: skip
    return f"{text} {much} from one step: {name[:1].lower() + name[1:]}."


def effects_title(clear: int, total: int, shaky: int = 0) -> str:
    """Return the title of the effects chart, counted; `shaky` of the clear ones change sign with the model."""
    rest = total - clear
    if total == 1:
        text = f"The one date {'stands' if clear else 'does not stand'} out from ordinary months"
        return f"{text}, but its sign depends on the choice of model" if shaky else text
    dates = f"{w.number_word(total)} dates"
    if clear == 0:
        return f"None of {dates} stands out from ordinary months"
    many = w.capital(w.number_word(clear)) if rest else "All"
    text = f"{many} of {dates}" if rest else f"All {dates}"
    text += f" {'stands' if clear == 1 else 'stand'} out from ordinary months"
    if shaky:
        which = "its sign depends" if clear == 1 else "the sign of each depends" if shaky == clear else f"the sign of {w.number_word(shaky)} of them depends"  # fmt: skip
        return f"{text}, but {which} on the choice of model"
    if not rest:
        return text
    other = "the other does not" if rest == 1 else f"the other {w.number_word(rest)} do not"
    return f"{text}; {other}"


def effects_find(jumps: Sequence[Jump]) -> str:
    """Return the largest jump that stands out whatever the model, one whose sign hangs on it, the latest that does not."""
    clear = [jump for jump in jumps if jump.clear]
    firm = [jump for jump in clear if jump.varied is None or jump.varied.firm]
    shaky = [jump for jump in clear if jump not in firm]
    vague = [jump for jump in jumps if not jump.clear]
    parts = []
    if firm:
        big = max(firm, key=lambda jump: abs(jump.estimate))
        keeps = " that keeps its sign under other choices of model" if shaky else ""
        parts.append(f"The largest {big.kind}{keeps} came with “{big.label}”{_of(big.month)}: {w.effect(big.estimate)} (80% range {w.effect(big.low)} to {w.effect(big.high)}){_unexpected(big)}{_held(big)}.")  # fmt: skip
    if shaky:
        big = max(shaky, key=lambda jump: abs(jump.estimate))
        assert big.varied is not None
        parts.append(f"The {big.kind} of “{big.label}”{_of(big.month)}, {w.effect(big.estimate)}{_unexpected(big)}, stands out from ordinary months{' too' if firm else ''}, but its sign depends on the choice of model: {w.hits(big.varied.same, big.varied.n)} choices show a {big.kind}, and the mean change over its months ranges from {big.varied.span}.")  # fmt: skip
    if vague:
        last = vague[-1]
        parts.append(f"The jump of “{last.label}”{_of(last.month)}, {w.effect(last.estimate)}, cannot be told apart from ordinary change in this model, which is not the same as no effect.")  # fmt: skip
    return " ".join(parts)


def _unexpected(jump: Jump) -> str:
    """Return that the calendar expected the other direction."""
    other = "rise" if jump.estimate < 0 else "fall"
    return f", though a {other} was expected of it" if jump.expected * jump.estimate < 0 else ""


def _held(jump: Jump) -> str:
    """Return what other choices of model say of a jump that keeps its sign, and whether they differ by more than its range."""
    v = jump.varied
    if v is None:
        return ""
    count = f"each of {v.n}" if v.same == v.n else f"{w.hits(v.same, v.n)}"
    text = f"; {count} choices of model {'shows' if v.same == v.n else 'show'} a {jump.kind}, on the mean of its months from {v.span}"
    wide = np.diff(np.log1p(np.maximum([v.low, v.high], -99.9) / 100))[0]
    return (
        f"{text}, so the choice of model matters more than its range says"
        if wide > jump.high - jump.low
        else text
    )


def specification_title(label: str, varied: Varied, estimate: float) -> str:
    """Return the title of a specification curve: whether the sign holds."""
    kind = "fall" if estimate < 0 else "rise"
    if varied.same == varied.n:
        return f"“{label}”: every choice of model shows a {kind}, from {varied.span}"
    count = w.hits(varied.same, varied.n)
    if varied.firm:
        return f"“{label}”: nearly every choice of model shows a {kind} ({count}), from {varied.span}"
    return f"“{label}”: the sign depends on the choice of model; {count} show a {kind}"


def widest(percent: pd.Series, options: Sequence[tuple[str, Sequence[tuple[str, Any]]]]) -> str:
    """Return on which choice the size depends most: the largest gap between the medians of a factor's options."""
    gaps = []
    for title, rows in options:
        middles = sorted((float(percent[mask].median()), option) for option, mask in rows)
        gaps.append((middles[-1][0] - middles[0][0], title, middles[0], middles[-1]))
    if not gaps:
        return ""
    _, title, low, high = max(gaps, key=lambda gap: gap[0])
    return f" The size depends most on “{title}”: half of the estimates are below {w.signed(low[0])}% with “{low[1]}” and below {w.signed(high[0])}% with “{high[1]}”."


def _of(month: Any) -> str:
    return f" in {w.month_long(month)}" if month is not None else ""


def known_title(cases: int, held: int, total: int) -> str:
    """Return the title of the cases, counted."""
    at = f"At {w.number_word(cases)} turning points" if cases > 1 else "At one turning point"
    if total == 0:
        return f"{at}, what three states of knowledge would have given"
    only = "only " if held < 0.7 * total else ""
    return f"{at} the 80% ranges held in {only}{w.hits(held, total)} months"


def known_find(horizon: int, none: float, known: float, hindsight: float) -> str:
    """Return whether knowing events helped, from typical misses on logs."""
    a, b, c = (float(np.exp(value)) for value in (none, known, hindsight))
    start = "In part." if b <= 0.9 * a else "Knowing the events helped little."
    text = f"{start} {w.capital(w.ahead(horizon))}, the typical forecast was off by a factor of {a:.2f} without events and {b:.2f} with the events known at the time"  # fmt: skip
    if np.isfinite(c):
        text += f"; {c:.2f} had dates, shapes and ends of the same kind of measures been known in advance"
    return f"{text}. Measures are those of first priority by rule. An announcement gives a date, not a size."


def if_question(policy: bool, figure: bool) -> str:
    """Return the question of the scenarios: what they are about, policy or an unofficial figure."""
    asked = ["policy changes"] if policy or not figure else []
    asked += ["the unofficial figure is right"] if figure else []
    return f"What if {', or if '.join(asked)}?"


def if_title(base: float, ends: Sequence[float], season: Sequence[float], figure: bool = False) -> str:
    """Return the title of the scenarios: whether they move the end more than the season does.

    `figure` tells that one of them asks about an unofficial figure, which is no change of policy.
    """
    swing = max(season) / min(season) if min(season) > 0 else 1.0
    moves = [max(end / base, base / end) for end in ends if end > 0 and base > 0]
    if len(moves) > 1 and min(moves) > swing:
        return f"{'Either' if len(moves) == 2 else 'Each'} kind of change would matter more than the season"
    if moves and max(moves) < 1.05:
        return "None of the changes asked about would move the middle of the forecast much"
    return f"What the forecast would be if policy changed{', or if the unofficial figure were right' if figure else ''}"


def if_find(month: Any, base: float, told: Sequence[tuple[str, float]], whole: bool = True) -> str:
    """Return the answers to the questions asked, at the last month shown."""
    text = f"With nothing new, {w.month_long(month)} is forecast at {w.rounded(base, whole)}."
    answers = [f"“{words}”: {w.rounded(value, whole)}" for words, value in told]
    return f"{text} If not: {'; '.join(answers)}." if answers else text
