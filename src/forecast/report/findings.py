"""Findings and titles of the sections on trust, models and causes, from numbers; rules as in `sentences`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from forecast.report import wording as w
from forecast.report.catalogue import t
from forecast.report.facts import Held
from forecast.scoring.metrics import coverage_interval

# --------------------------------------------------------------------------- how sure


def coverage_title(held: Sequence[Held], nominal: float = 0.8) -> str:
    """Return the title of the coverage chart."""
    rows = [h for h in held if abs(h.nominal - nominal) < 1e-9]
    name = w.level_name(nominal)
    if not rows:
        return t("How often the ranges held")
    first, last = rows[0], rows[-1]
    start = t(
        "The {name} range held {share} of the time {horizon}",
        name=name,
        share=w.percent(first.share),
        horizon=w.ahead(first.horizon),
    )
    worst = next((h for h in rows[1:] if not h.fair), None)
    if worst is not None:
        only = t("only ") if worst.share < first.share else ""
        return t(
            "{start}, but {only}{share} {horizon}",
            start=start,
            only=only,
            share=w.percent(worst.share),
            horizon=w.ahead(worst.horizon),
        )
    if len(rows) == 1:
        return start
    return t(
        "{start} and {share} {horizon}",
        start=start,
        share=w.percent(last.share),
        horizon=w.ahead(last.horizon),
    )


def sure_find(held: Sequence[Held], months: dict[int, Any]) -> str:
    """Return the finding of "How sure can one be?": near and far, and what a range is nearer to where it failed."""
    rows = [h for h in held if abs(h.nominal - 0.8) < 1e-9]
    if not rows:
        return t("There is no replay long enough to say how often the ranges held.")
    first, rest = rows[0], rows[1:]
    count = w.hits(first.held, first.n)
    text = t(
        "{capital}, {first}: the 80% range held in {count} replayed months.",
        capital=w.capital(w.ahead(first.horizon)),
        first=_judged(first),
        count=count,
    )
    wrong = [h for h in rest if not h.fair]
    if wrong:
        last = wrong[0]
        narrow = "narrow" if last.share < last.nominal else "wide"
        text += t(
            " {capital} the ranges have been too {narrow}: {held}.",
            capital=w.capital(w.ahead(last.horizon)),
            narrow=narrow,
            held=w.hits(last.held, last.n),
        )
        if last.horizon in months:
            text += t(' Read the 80% range for {months} as nearer to a {share} range.', months=w.month_long(months[last.horizon]), share=w.nearest_tenth(last.share))  # fmt: skip
    elif rest:
        text += t(' {capital} it held in {held}: these overlap and are worth about {plural}, too few to tell it from the promise.', capital=w.capital(w.ahead(rest[-1].horizon)), held=w.hits(rest[-1].held, rest[-1].n), plural=w.plural(max(round(rest[-1].n / rest[-1].horizon), 1), 'independent month'))  # fmt: skip
    return text


def _judged(held: Held) -> str:
    if held.fair:
        return t("about as promised")
    return t("less than promised") if held.share < held.nominal else t("more than promised")


def shock_words(calm: tuple[int, int], shock: tuple[int, int]) -> str:
    """Return how often one-month ranges held with and without a new event of first priority."""
    if not shock[1] or not calm[1]:
        return ""
    a, b = calm[0] / calm[1], shock[0] / shock[1]
    told = t(
        "One month ahead, the 80% range held {hits} times ({percent}) when no major measure began in that month and {hits_2} ({percent_2}) when one did",
        hits=w.hits(*calm),
        percent=w.percent(a),
        hits_2=w.hits(*shock),
        percent_2=w.percent(b),
    )
    lower = coverage_interval(a, float(calm[1]), 0.9)[0]
    if coverage_interval(b, float(shock[1]), 0.9)[1] < lower:
        return t("Misses are more common when a major measure begins. {told}.", told=told)
    return f"{told}{t('; with so few cases the difference may be chance') if abs(b - a) > 0.02 else ''}."


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
        return t("There are too few replayed forecasts to compare the models.")
    one, words, guess = float(found.skill), str(found.words), t("“same as last month”")
    year = pd.Period(first, "M").year
    side = t("better than") if one > 0.005 else t("worse than") if one < -0.005 else t("the same as")
    size = "" if side == "the same as" else f"{w.percent(abs(one))} "
    scored = t(
        "the headline forecast scores {size}{side} {guess} since {year}",
        size=size,
        side=side,
        guess=guess,
        year=year,
    )
    if np.isfinite(found.lower):
        scored += t(" (90% range {lower} to {upper})", lower=w.skill(found.lower), upper=w.skill(found.upper))
    if words.startswith("better"):
        text = t("Yes, one month ahead: {scored}", scored=scored)
    elif words.startswith("worse"):
        text = t("No: one month ahead {scored}", scored=scored)
    elif words.startswith("ahead"):
        objection = words.partition(", but ")[2].replace("origin", "date")
        text = t(
            "Ahead one month ahead, but not shown to be better: {scored}; {objection}",
            scored=scored,
            objection=objection,
        )
    elif words.startswith("cannot"):
        text = t("Not shown: one month ahead the two cannot be told apart; {scored}", scored=scored)
    else:
        text = t(
            "There are too few dates to say: one month ahead {scored}, on {count} dates",
            scored=scored,
            count=w.count(found.n),
        )
    if one_since is not None and since:
        if abs(one_since) < 0.005:
            text += t(", and no better {since}", since=since)
        elif one_since < 0:
            text += t(
                "{which} {percent} worse {since}",
                which=t(", but") if one > 0 else t(" and"),
                percent=w.percent(-one_since),
                since=since,
            )
        elif one_since < one / 2:
            text += t(", but only {one_since} better {since}", one_since=w.percent(one_since), since=since)
        else:
            text += t(" and {one_since} better {since}", one_since=w.percent(one_since), since=since)
    text += "."
    if none_beats is not None:
        far = w.capital(w.ahead(none_beats))
        text += t(' {far}, no model here has beaten that simple guess {value}. This is why the ranges matter more than the middle line.', far=far, value=since or t('since {year}', year=year))  # fmt: skip
    return text


def weights_title(largest: str, share: float, members: int) -> str:
    """Return the title of the picture of weights: spread or not."""
    if share < 1.5 / members:
        return t(
            "The weight is spread: none of {members} members has more than {share}",
            members=w.number_word(members),
            share=w.percent(share),
        )
    return t(
        "“{largest}” has the largest weight, {share} of the whole", largest=largest, share=w.percent(share)
    )


def failed_note(failed: int, when: Any, message: str) -> str:
    """Return the note of a model some of whose forecasts failed."""
    reason = f": {message.strip().rstrip('.')}" if message else ""
    return t(
        "failed on {failed}, last {when}{reason}",
        failed=w.plural(failed, "date"),
        when=w.day_short(when),
        reason=reason,
    )


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
        rest = t(" Its steps cancel.") if moved else ""
        return t(
            "The forecast for {month} stays at {after}.{rest}", month=month, after=w.rounded(after), rest=rest
        )
    verb = "fell" if after < before else "rose"
    text = t(
        "The forecast for {month} {verb} from {before} to {after}.",
        month=month,
        verb=verb,
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
    much = t('All of the change comes') if 0.95 <= share <= 1.05 else t('Most of the change comes') if share > 0.5 else t('The largest part comes')  # fmt: skip
    return t("{text} {much} from one step: {value}.", text=text, much=much, value=name[:1].lower() + name[1:])


def effects_title(clear: int, total: int, shaky: int = 0) -> str:
    """Return the title of the effects chart, counted; `shaky` of the clear ones change sign with the model."""
    rest = total - clear
    if total == 1:
        text = t(
            "The one date {which} out from ordinary months",
            which=t("stands") if clear else t("does not stand"),
        )
        return t("{text}, but its sign depends on the choice of model", text=text) if shaky else text
    dates = t("{total} dates", total=w.number_word(total))
    if clear == 0:
        return t("None of {dates} stands out from ordinary months", dates=dates)
    many = w.capital(w.number_word(clear)) if rest else "All"
    text = t("{many} of {dates}", many=many, dates=dates) if rest else t("All {dates}", dates=dates)
    text += t(" {which} out from ordinary months", which=t("stands") if clear == 1 else t("stand"))
    if shaky:
        which = t('its sign depends') if clear == 1 else t('the sign of each depends') if shaky == clear else t('the sign of {shaky} of them depends', shaky=w.number_word(shaky))  # fmt: skip
        return t("{text}, but {which} on the choice of model", text=text, which=which)
    if not rest:
        return text
    other = t("the other does not") if rest == 1 else t("the other {rest} do not", rest=w.number_word(rest))
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
        keeps = t(" that keeps its sign under other choices of model") if shaky else ""
        parts.append(t('The largest {kind}{keeps} came with “{label}”{month}: {estimate} (80% range {low} to {high}){big}{big_2}.', kind=big.kind, keeps=keeps, label=big.label, month=_of(big.month), estimate=w.effect(big.estimate), low=w.effect(big.low), high=w.effect(big.high), big=_unexpected(big), big_2=_held(big)))  # fmt: skip
    if shaky:
        big = max(shaky, key=lambda jump: abs(jump.estimate))
        assert big.varied is not None
        parts.append(t('The {kind} of “{label}”{month}, {estimate}{big}, stands out from ordinary months{which}, but its sign depends on the choice of model: {same} choices show a {kind}, and the mean change over its months ranges from {span}.', kind=big.kind, label=big.label, month=_of(big.month), estimate=w.effect(big.estimate), big=_unexpected(big), which=t(' too') if firm else '', same=w.hits(big.varied.same, big.varied.n), span=big.varied.span))  # fmt: skip
    if vague:
        last = vague[-1]
        parts.append(t('The jump of “{label}”{month}, {estimate}, cannot be told apart from ordinary change in this model, which is not the same as no effect.', label=last.label, month=_of(last.month), estimate=w.effect(last.estimate)))  # fmt: skip
    return " ".join(parts)


def _unexpected(jump: Jump) -> str:
    """Return that the calendar expected the other direction."""
    other = "rise" if jump.estimate < 0 else "fall"
    return (
        t(", though a {other} was expected of it", other=other) if jump.expected * jump.estimate < 0 else ""
    )


def _held(jump: Jump) -> str:
    """Return what other choices of model say of a jump that keeps its sign, and whether they differ by more than its range."""
    v = jump.varied
    if v is None:
        return ""
    count = t("each of {n}", n=v.n) if v.same == v.n else f"{w.hits(v.same, v.n)}"
    text = t(
        "; {count} choices of model {which} a {kind}, on the mean of its months from {span}",
        count=count,
        which=t("shows") if v.same == v.n else t("show"),
        kind=jump.kind,
        span=v.span,
    )
    wide = np.diff(np.log1p(np.maximum([v.low, v.high], -99.9) / 100))[0]
    return (
        t("{text}, so the choice of model matters more than its range says", text=text)
        if wide > jump.high - jump.low
        else text
    )


def specification_title(label: str, varied: Varied, estimate: float) -> str:
    """Return the title of a specification curve: whether the sign holds."""
    kind = "fall" if estimate < 0 else "rise"
    if varied.same == varied.n:
        return t(
            "“{label}”: every choice of model shows a {kind}, from {span}",
            label=label,
            kind=kind,
            span=varied.span,
        )
    count = w.hits(varied.same, varied.n)
    if varied.firm:
        return t(
            "“{label}”: nearly every choice of model shows a {kind} ({count}), from {span}",
            label=label,
            kind=kind,
            count=count,
            span=varied.span,
        )
    return t(
        "“{label}”: the sign depends on the choice of model; {count} show a {kind}",
        label=label,
        count=count,
        kind=kind,
    )


def widest(percent: pd.Series, options: Sequence[tuple[str, Sequence[tuple[str, Any]]]]) -> str:
    """Return on which choice the size depends most: the largest gap between the medians of a factor's options."""
    gaps = []
    for title, rows in options:
        middles = sorted((float(percent[mask].median()), option) for option, mask in rows)
        gaps.append((middles[-1][0] - middles[0][0], title, middles[0], middles[-1]))
    if not gaps:
        return ""
    _, title, low, high = max(gaps, key=lambda gap: gap[0])
    return t(
        " The size depends most on “{title}”: half of the estimates are below {low}% with “{low_2}” and below {high}% with “{high_2}”.",
        title=title,
        low=w.signed(low[0]),
        low_2=low[1],
        high=w.signed(high[0]),
        high_2=high[1],
    )


def _of(month: Any) -> str:
    return t(" in {month}", month=w.month_long(month)) if month is not None else ""


def known_title(cases: int, held: int, total: int) -> str:
    """Return the title of the cases, counted."""
    at = (
        t("At {cases} turning points", cases=w.number_word(cases)) if cases > 1 else t("At one turning point")
    )
    if total == 0:
        return t("{at}, what three states of knowledge would have given", at=at)
    only = t("only ") if held < 0.7 * total else ""
    return t("{at} the 80% ranges held in {only}{held} months", at=at, only=only, held=w.hits(held, total))


def known_find(horizon: int, none: float, known: float, hindsight: float) -> str:
    """Return whether knowing events helped, from typical misses on logs."""
    a, b, c = (float(np.exp(value)) for value in (none, known, hindsight))
    start = t("In part.") if b <= 0.9 * a else t("Knowing the events helped little.")
    text = t('{start} {capital}, the typical forecast was off by a factor of {a} without events and {b} with the events known at the time', start=start, capital=w.capital(w.ahead(horizon)), a=f'{a:.2f}', b=f'{b:.2f}')  # fmt: skip
    if np.isfinite(c):
        text += t(
            "; {c} had dates, shapes and ends of the same kind of measures been known in advance",
            c=f"{c:.2f}",
        )
    return t(
        "{text}. Measures are those of first priority by rule. An announcement gives a date, not a size.",
        text=text,
    )


def if_question(policy: bool, figure: bool) -> str:
    """Return the question of the scenarios: what they are about, policy or an unofficial figure."""
    asked = [t("policy changes")] if policy or not figure else []
    asked += [t("the unofficial figure is right")] if figure else []
    return t("What if {asked}?", asked=", or if ".join(asked))


def if_title(base: float, ends: Sequence[float], season: Sequence[float], figure: bool = False) -> str:
    """Return the title of the scenarios: whether they move the end more than the season does.

    `figure` tells that one of them asks about an unofficial figure, which is no change of policy.
    """
    swing = max(season) / min(season) if min(season) > 0 else 1.0
    moves = [max(end / base, base / end) for end in ends if end > 0 and base > 0]
    if len(moves) > 1 and min(moves) > swing:
        return t(
            "{which} kind of change would matter more than the season",
            which=t("Either") if len(moves) == 2 else t("Each"),
        )
    if moves and max(moves) < 1.05:
        return t("None of the changes asked about would move the middle of the forecast much")
    return t(
        "What the forecast would be if policy changed{which}",
        which=t(", or if the unofficial figure were right") if figure else "",
    )


def if_find(month: Any, base: float, told: Sequence[tuple[str, float]], whole: bool = True) -> str:
    """Return the answers to the questions asked, at the last month shown."""
    text = t(
        "With nothing new, {month} is forecast at {base}.",
        month=w.month_long(month),
        base=w.rounded(base, whole),
    )
    answers = [f"“{words}”: {w.rounded(value, whole)}" for words, value in told]
    return t("{text} If not: {answers}.", text=text, answers="; ".join(answers)) if answers else text
