"""Findings and titles of the sections on trust and models, from numbers; rules as in `sentences`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from forecast.report import codes
from forecast.report import format as w
from forecast.report.catalogue import t
from forecast.report.rows import ComparisonRow
from forecast.report.sections.findings_causes import Jump as Jump
from forecast.report.sections.findings_causes import Varied as Varied
from forecast.report.sections.findings_causes import changed_find as changed_find
from forecast.report.sections.findings_causes import effects_find as effects_find
from forecast.report.sections.findings_causes import effects_title as effects_title
from forecast.report.sections.findings_causes import if_find as if_find
from forecast.report.sections.findings_causes import if_question as if_question
from forecast.report.sections.findings_causes import if_title as if_title
from forecast.report.sections.findings_causes import known_find as known_find
from forecast.report.sections.findings_causes import known_title as known_title
from forecast.report.sections.findings_causes import specification_title as specification_title
from forecast.report.sections.findings_causes import varied_cell as varied_cell
from forecast.report.sections.findings_causes import widest as widest
from forecast.report.view import Held
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
        "The {level} range held {share} of the time {ahead}",
        level=name,
        share=w.percent(first.share),
        ahead=w.ahead(first.horizon),
    )
    worst = next((h for h in rows[1:] if not h.fair), None)
    if worst is not None:
        return t(
            "{start}, but only {share} {ahead}"
            if worst.share < first.share
            else "{start}, but {share} {ahead}",
            start=start,
            share=w.percent(worst.share),
            ahead=w.ahead(worst.horizon),
        )
    if len(rows) == 1:
        return start
    return t(
        "{start} and {share} {ahead}",
        start=start,
        share=w.percent(last.share),
        ahead=w.ahead(last.horizon),
    )


def sure_find(held: Sequence[Held], months: dict[int, pd.Period]) -> str:
    """Return the finding of "How sure can one be?": near and far, and what a range is nearer to where it failed."""
    rows = [h for h in held if abs(h.nominal - 0.8) < 1e-9]
    if not rows:
        return t("There is no replay long enough to say how often the ranges held.")
    first, rest = rows[0], rows[1:]
    text = t(
        "{ahead}, {judged}: the 80% range held in {hits} replayed months.",
        ahead=w.capital(w.ahead(first.horizon)),
        judged=_judged(first),
        hits=w.hits(first.held, first.n),
    )
    wrong = [h for h in rest if not h.fair]
    if wrong:
        last = wrong[0]
        text += t(
            " {ahead} the ranges have been too narrow: {hits}."
            if last.share < last.nominal
            else " {ahead} the ranges have been too wide: {hits}.",
            ahead=w.capital(w.ahead(last.horizon)),
            hits=w.hits(last.held, last.n),
        )
        if last.horizon in months:
            text += t(
                " Read the 80% range for {month} as nearer to a {share} range.",
                month=w.month_long(months[last.horizon]),
                share=w.nearest_tenth(last.share),
            )
    elif rest:
        text += t(
            " {ahead} it held in {hits}: these overlap and are worth about {independent_months}, too few to tell it from the promise.",
            ahead=w.capital(w.ahead(rest[-1].horizon)),
            hits=w.hits(rest[-1].held, rest[-1].n),
            independent_months=w.plural(max(round(rest[-1].n / rest[-1].horizon), 1), "independent month"),
        )
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
        "One month ahead, the 80% range held {hits} times ({share}) when no major measure began in that month and {hits_with} ({share_with}) when one did",
        hits=w.hits(*calm),
        share=w.percent(a),
        hits_with=w.hits(*shock),
        share_with=w.percent(b),
    )
    lower = coverage_interval(a, float(calm[1]), 0.9)[0]
    if coverage_interval(b, float(shock[1]), 0.9)[1] < lower:
        return t("Misses are more common when a major measure begins. {told}.", told=told)
    return f"{told}{t('; with so few cases the difference may be chance') if abs(b - a) > 0.02 else ''}."


# --------------------------------------------------------------------------- models


def models_find(
    found: ComparisonRow | None,
    one_since: float | None,
    since: str,
    first: pd.Period,
    none_beats: int | None,
    era_names: Mapping[str, str],
) -> str:
    """Return whether the headline beats the simple guess, in the words that the one rule of claims allows.

    Parameters
    ----------
    found : ComparisonRow, optional
        Comparison one month ahead over the whole replay; None without one.
    one_since : float, optional
        Skill one month ahead since the last era began.
    since : str
        ``since 2020``.
    first : Period
        First month of the replay.
    none_beats : int, optional
        The shortest distance at which no model has beaten the guess since then.
    era_names : mapping
        Era -> its name on the page.
    """
    if found is None:
        return t("There are too few replayed forecasts to compare the models.")
    one = float(found.skill)
    year = pd.Period(first, "M").year
    scored = t(
        "the headline forecast scores {size} better than “same as last month” since {year}"
        if one > 0.005
        else "the headline forecast scores {size} worse than “same as last month” since {year}"
        if one < -0.005
        else "the headline forecast scores the same as “same as last month” since {year}",
        size=w.percent(abs(one)),
        year=year,
    )
    if np.isfinite(found.lower):
        scored += t(" (90% range {lower} to {upper})", lower=w.skill(found.lower), upper=w.skill(found.upper))
    if found.words == "better":
        text = t("Yes, one month ahead: {scored}", scored=scored)
    elif found.words == "worse":
        text = t("No: one month ahead {scored}", scored=scored)
    elif found.words == "ahead_but":
        objection = codes.objection_words(found, era_names)
        text = t(
            "Ahead one month ahead, but not shown to be better: {scored}; {objection}",
            scored=scored,
            objection=objection,
        )
    elif found.words == "not_apart":
        text = t("Not shown: one month ahead the two cannot be told apart; {scored}", scored=scored)
    else:
        text = t(
            "There are too few dates to say: one month ahead {scored}, on {dates} dates",
            scored=scored,
            dates=w.count(found.n),
        )
    if one_since is not None and since:
        text += _since(one, one_since, since)
    text += "."
    if none_beats is not None:
        text += t(
            " {ahead}, no model here has beaten that simple guess {since}. This is why the ranges matter more than the middle line.",
            ahead=w.capital(w.ahead(none_beats)),
            since=since or t("since {year}", year=year),
        )
    return text


def _since(one: float, recent: float, since: str) -> str:
    """Return how the skill of the last era compares with that of the whole replay."""
    size = w.percent(abs(recent))
    if abs(recent) < 0.005:
        return t(", and no better {since}", since=since)
    if recent < 0:
        return t(
            ", but {size} worse {since}" if one > 0 else " and {size} worse {since}", size=size, since=since
        )
    if recent < one / 2:
        return t(", but only {size} better {since}", size=size, since=since)
    return t(" and {size} better {since}", size=size, since=since)


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


def failed_note(failed: int, when: w.Day, message: str) -> str:
    """Return the note of a model some of whose forecasts failed."""
    reason = f": {message.strip().rstrip('.')}" if message else ""
    return t(
        "failed on {dates}, last {day}{reason}",
        dates=w.plural(failed, "date"),
        day=w.day_short(when),
        reason=reason,
    )
