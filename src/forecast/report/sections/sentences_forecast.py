"""Sentences on the forecast: titles and notes of its chart, what comes next, what happened afterwards."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from forecast.report import format as w
from forecast.report.catalogue import mark, t


def forecast_title(
    last: pd.Period,
    last_value: float,
    end: pd.Period,
    middles: Sequence[float],
    first_ratio: float | None,
    end_ratio: float | None,
    whole: bool = True,
) -> str:
    """Return the title of the first chart: where the middle goes, and whether the range widens fast."""
    middle = middles[-1]
    move = middle / last_value - 1 if last_value else float(round(middle) != 0)
    same = w.month_name(last) == w.month_name(end)
    name = w.possessive(w.month_long(last) if same else w.month_name(last))
    if end_ratio is None or first_ratio is None:
        widening = ""
    elif end_ratio >= 1.5 * first_ratio:
        widening = t("; the range around it widens fast")
    else:
        widening = t("; the range around it widens slowly")
    if last_value and max(abs(m / last_value - 1) for m in middles) >= 0.2 and abs(move) < 0.1:
        return t(
            "The middle of the forecast moves between {low} and {high} and ends close to {month}"
            " count{widening}",
            low=w.rounded(min(middles), whole),
            high=w.rounded(max(middles), whole),
            month=name,
            widening=widening,
        )
    if abs(move) < 0.1:
        return t(
            "The middle of the forecast stays close to {month} level{widening}", month=name, widening=widening
        )
    if last_value:
        return t(
            (
                "By {end} the middle of the forecast is {change} above {month} count{widening}"
                if move > 0
                else "By {end} the middle of the forecast is {change} below {month} count{widening}"
            ),
            end=w.month_long(end),
            change=w.plain_change(middle, last_value),
            month=name,
            widening=widening,
        )
    return t("The counts to {last} and the forecast to {end}", last=w.month_long(last), end=w.month_long(end))


def range_words(method: str, errors: float | None, exponent: float = 0.5) -> str:
    """Return what the width of the ranges rests on."""
    number = w.count(int(errors)) if errors else ""
    if method == "model":
        return t(
            "The ranges are by the models alone, not from past misses; how often they held is told below."
        )
    if method == "square_root" and exponent != 0.5:
        return t(
            (
                "The ranges rest on {number} past one-step misses of this forecast and widen with the"
                " distance to the power {power}."
                if number
                else (
                    "The ranges rest on past one-step misses of this forecast and widen with the distance to"
                    " the power {power}."
                )
            ),
            number=number,
            power=w.count(exponent),
        )
    if method == "square_root":
        return t(
            (
                "The ranges rest on {number} past one-step misses of this forecast and widen with the square"
                " root of the distance."
                if number
                else (
                    "The ranges rest on past one-step misses of this forecast and widen with the square root"
                    " of the distance."
                )
            ),
            number=number,
        )
    return t(
        (
            "The ranges are as wide as {number} past misses of this forecast at the same distance."
            if number
            else "The ranges are as wide as past misses of this forecast at the same distance."
        ),
        number=number,
    )


def forecast_note(ranges: Sequence[str], rests: str, source: str) -> str:
    """Return how to read the fan chart."""
    if not ranges:
        reading = t("No range is given: there are too few past misses.")
    else:
        eight = t("Eight outcomes in ten should fall inside the 80% range") if "80" in ranges else ""
        five = t("five in ten inside the 50% range") if "50" in ranges else ""
        reading = ", ".join(part for part in (eight, five) if part)
        reading = t(
            "{reading}. A wide range does not mean that the count is going to swing; it means that less is"
            " known. {rests}",
            reading=w.capital(reading),
            rests=rests,
        )
    return f"{reading} {source}"


def forecast_label(
    noun: str,
    low: float,
    high: float,
    last: float,
    middles: tuple[float, float],
    end: pd.Period,
    first: tuple[float, float] | None,
    final: tuple[float, float] | None,
    whole: bool,
) -> str:
    """Return the fan chart in one sentence, for those who do not see it."""
    text = t(
        "Line chart. Monthly {noun} moved between {low} and {high}, last {last}. The middle of the forecast"
        " stays between {lowest} and {highest} to {end}",
        noun=noun or t("figures"),
        low=w.count(low),
        high=w.count(high),
        last=w.count(last),
        lowest=w.rounded(middles[0], whole),
        highest=w.rounded(middles[1], whole),
        end=w.month_long(end),
    )
    if first is None:
        return t("{text}; no 80% range is given.", text=text)
    if final is None:
        return t(
            "{text}; the 80% range begins at {span} and is refused later.",
            text=text,
            span=w.span(*first, whole),
        )
    return t(
        "{text}; the 80% range widens from {first_range} to {last_range}.",
        text=text,
        first_range=w.span(*first, whole),
        last_range=w.span(*final, whole),
    )


def next_find(
    rows: Sequence[tuple[pd.Period, float, tuple[float, float] | None]],
    far: tuple[pd.Period, float, tuple[float, float] | None] | None,
    no_skill_from: int | None,
    whole: bool = True,
    since: str = "",
) -> str:
    """Return the finding of "What comes next?".

    Parameters
    ----------
    rows : sequence of (month, middle, 80% range)
        The next months, first and last are told.
    far : (month, middle, 80% range), optional
        A year ahead.
    no_skill_from : int, optional
        The first distance from which the middle line has been no better than the simple guess.
    whole : bool
        Whether the figures are whole numbers.
    since : str
        The era in which that was found, ``since 2020``.
    """
    (first, start, _), (last, end, ends) = rows[0], rows[-1]
    if len(rows) == 1:
        text = t(
            "The middle of the forecast for {first} is {start}.",
            first=w.month_long(first),
            start=w.rounded(start, whole),
        )
    elif start and abs(end / start - 1) < 0.05:
        text = t(
            "The middle of the forecast stays near {start} from {first} to {last}.",
            start=w.rounded(start, whole),
            first=w.month_name(first),
            last=w.month_long(last),
        )
    else:
        text = t(
            "The middle of the forecast goes from {start} in {first} to {end} in {last}.",
            start=w.rounded(start, whole),
            first=w.month_name(first),
            end=w.rounded(end, whole),
            last=w.month_long(last),
        )
    if ends is not None:
        low, high = w.rounded(ends[0], whole), w.rounded(ends[1], whole)
        text += t(
            " By {last} 8 in 10 outcomes should lie between {low} and {high}",
            last=w.month_name(last),
            low=low,
            high=high,
        )
        if far is not None and far[2] is not None:
            wide = far[2][0] <= 0 or far[2][1] / far[2][0] > 6
            text += t(
                (
                    "; {ahead} the range ({span}) is too wide to plan by"
                    if wide
                    else "; {ahead} the range ({span}) is wider still"
                ),
                ahead=w.ahead((pd.Period(far[0], "M") - pd.Period(first, "M")).n + 1),
                span=w.span(*far[2], whole),
            )
        text += "."
    else:
        text += t(" No 80% range is given for {last}: too few past misses.", last=w.month_name(last))
    return text + no_skill(no_skill_from, since)


def no_skill(distance: int | None, since: str = "") -> str:
    """Return the warning that the middle line is no better than the simple guess from a distance on."""
    if distance is None or distance > 6:
        return ""
    if distance <= 1:
        return t(
            (
                " At no distance has the middle line been better than repeating the latest count {since}."
                if since
                else " At no distance has the middle line been better than repeating the latest count."
            ),
            since=since,
        )
    return t(
        (
            " Beyond {months} the middle line has been no better than repeating the latest count {since}."
            if since
            else " Beyond {months} the middle line has been no better than repeating the latest count."
        ),
        months=w.word_plural(distance - 1, "month"),
        since=since,
    )


def never_beaten(distance: int | None, since: str) -> str:
    """Return the warning that no model at all has beaten the simple guess at a distance."""
    if distance is None:
        return ""
    return t(
        " {ahead}, no model here has done better than repeating the latest count {since}.",
        ahead=w.capital(w.ahead(distance)),
        since=since,
    )


#: How forecasts are rounded: where this step is the only one on the page, and beside others.
_STEPS = {
    1: (mark("to whole numbers"), mark("to whole numbers below 100")),
    10: (mark("to the nearest 10"), mark("to the nearest 10 below 2,000")),
    100: (mark("to the nearest 100"), mark("to the nearest 100 below 20,000")),
    1000: (mark("to the nearest 1,000"), mark("to the nearest 1,000 above")),
}


def rounding_note(refused: Sequence[tuple[str, int, int]], highest: float | None, steps: set[float]) -> str:
    """Return the note below the forecast table: the steps of rounding
    that occur in it; each refusal explained once.
    """
    parts = [t(words[len(steps) > 1]) for step, words in _STEPS.items() if step in steps]
    if finer := sorted(step for step in steps if step < 1):
        parts.append(t("to the nearest {step}", step=w.count(finer[0])))
    if any(step > 1000 for step in steps):
        parts.append(t("to three digits above a million"))
    text = t(
        "Forecasts are rounded {how}; chances to the nearest 5%.",
        how=w.joined(parts) or t("to three digits"),
    )
    if refused:
        name, have, need = refused[0]
        text += t(
            " “Refused: {have} of {need} errors” means that a {name}% range would need {need} past misses and"
            " only {have} exist, so none is printed.",
            have=have,
            need=need,
            name=name,
        )
    if highest is not None:
        text += t(" No range above {highest} can be supported.", highest=w.level_name(highest))
    return text


def afterwards_find(inside: int, n: int, months: int) -> str:
    """Return the finding of "What happened afterwards"."""
    known = t(
        (
            "One count became public after the date of this report."
            if months == 1
            else "{counts} became public after the date of this report."
        ),
        counts=w.capital(w.word_plural(months, "count")),
    )
    number = w.number_word(n)
    if n == 0:
        return t("{known} No 80% range was given for them.", known=known)
    if inside == n == 1:
        return t("{known} It fell inside the 80% range.", known=known)
    if inside == n:
        return t("{known} All {number} fell inside the 80% range.", known=known, number=number)
    if inside == 0:
        return t(
            (
                "{known} It fell outside the 80% range."
                if n == 1
                else "{known} All {number} fell outside the 80% range."
            ),
            known=known,
            number=number,
        )
    return t(
        "{known} The 80% range held in {inside} of {number}.",
        known=known,
        inside=w.number_word(inside),
        number=number,
    )
