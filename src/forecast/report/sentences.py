"""Sentences from numbers: one small function each, every branch decided by a computed condition.

The functions take plain values, never tables, so that each branch can be tested alone. None of them claims
more than its range holds, none names a cause. Titles end in a neutral branch: a report never fails for a title.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from forecast.report import wording as w
from forecast.report.facts import Held, needed

# --------------------------------------------------------------------------- top of the page


def status(last: Any, expected: pd.Timestamp | None, late: Sequence[Any] = ()) -> str:
    """Return the status line: latest month and when the next figure is expected, or what is late."""
    if late:
        months = w.joined([w.month_name(month) for month in late])
        were = "count was" if len(late) == 1 else "counts were"
        are = "is" if len(late) == 1 else "are"
        return f"Late: the {months} {were} due and {are} not in; {w.month_long(last)} is the latest month"
    text = f"Up to date: {w.month_long(last)} is the latest month published"
    return f"{text}; the next is expected {w.half_of_month(expected)}" if expected is not None else text


def late_banner(last: Any, late: Sequence[Any]) -> tuple[str, str]:
    """Return head and text of the banner of late figures."""
    months = w.joined([w.month_name(month) for month in late])
    what = (
        "count for {} was expected by now and is"
        if len(late) == 1
        else "counts for {} were expected by now and are"
    )
    first = w.month_name(pd.Period(late[-1], "M") + 1)
    text = (
        f"The {what.format(months)} not in our data. The figure for {first} is therefore"
        f" {w.ahead(len(late) + 1)}, and its range is wider than usual."
    )
    return f"This forecast starts from {w.month_name(last)}.", text


def headline(
    noun: str,
    place: str,
    label: str,
    month: Any,
    middle: float,
    low_high: tuple[float, float] | None,
    held: Held | None = None,
    errors: float | None = None,
    whole: bool = True,
) -> str:
    """Return the headline: forecast, unit, month and 80% range in one sentence.

    Parameters
    ----------
    noun, place, label : str
        How the series is spoken of; a series without a noun is named by its label.
    month : Period
        The month forecast.
    middle : float
        The forecast.
    low_high : tuple of float, optional
        The 80% range; None = refused.
    held : Held, optional
        How often such ranges held; if that share is not what was promised it is said in place of the promise.
    errors : float, optional
        How many past misses there are, for a refused range.
    whole : bool
        Whether the figures are whole numbers.
    """
    about = w.rounded(middle, whole)
    if noun:
        start = f"About {about} {noun} are forecast for {w.month_long(month)}"
    else:
        start = f"{w.capital(label)}: about {about} is forecast for {w.month_long(month)}"
    if low_high is None:
        need = needed(0.8)
        have = "too few" if errors is None or errors >= need else w.count(int(errors))
        verb = "is" if have == "1" else "are"
        return f"{start}. No 80% range is given: it would need {need} independent past misses and there {verb} {have}."
    ends = w.span(*low_high, whole)
    if held is not None and not held.fair:
        return f"{start}; a range that has held {w.percent(held.share)} of the time is {ends}"
    return f"{start}; the 80% range is {ends}"


def no_forecast(month: Any, value: float) -> str:
    """Return the headline where no model gave a forecast."""
    return f"There is no forecast this month; the latest count is {w.count(value)}, for {w.month_long(month)}"


def comparison(
    middle: float,
    before: float | None,
    month_before: Any,
    low_high: tuple[float, float] | None,
    chance: float | None,
    counted: str,
) -> str:
    """Return the standfirst: the change on a year before, whether the direction is open, what is counted."""
    if before is None:
        return f"No figure for {w.month_long(month_before)} is known, so there is no comparison with a year before. {counted}"
    start = f"That is {_relative(middle, before)} the {w.count(before)} of {w.month_long(month_before)}"
    odds = "" if chance is None else f" with a chance of about {w.chance(chance)}"
    if low_high is None:
        rest = "; without a range nothing is said on whether that is a real difference"
    elif low_high[0] <= before <= low_high[1]:
        rest = ", but last year’s figure lies inside the range, so the direction is open"
        if chance is not None:
            rest += f": we put the chance of a higher count than last year at about {w.chance(chance)}"
    elif before < low_high[0]:
        rest = f". Last year’s figure lies below the range: a higher count than last year is forecast{odds}"
    else:
        lower = "" if chance is None else f" with a chance of about {w.chance(1 - chance)}"
        rest = f". Last year’s figure lies above the range: a lower count than last year is forecast{lower}"
    return f"{start}{rest}. {counted}"


def _relative(new: float, old: float) -> str:
    if old == 0 or abs(new / old - 1) < 0.005:
        return "about the same as" if old else "against"
    if new > 2.5 * old:
        return f"{new / old:.1f} times"
    return f"{w.plain_change(new, old)} {'more' if new > old else 'less'} than"


def description(noun: str, label: str, month: Any, middle: float, low_high: tuple[float, float] | None, whole: bool) -> str:  # fmt: skip
    """Return the one line that search engines and link previews show."""
    ends = "no 80% range" if low_high is None else f"80% range {w.span(*low_high, whole)}"
    return f"{w.capital(noun or label)}: about {w.rounded(middle, whole)} forecast for {w.month_long(month)}, {ends}."


def latest_changes(value: float, month: Any, before: float | None, year_before: float | None) -> str:
    """Return both comparisons of the latest count, the month before and the same month a year before."""
    parts = []
    if before is not None:
        parts.append(f"{w.change(value, before)} on {w.month_name(month - 1)}")
    if year_before is not None:
        parts.append(f"{w.change(value, year_before)} on {w.month_short(month - 12)}")
    return ", ".join(parts) or "no earlier figure to compare with"


def where_it_fell(value: float, ranges: dict[str, tuple[float, float] | None]) -> str:
    """Return where a count fell in its ranges: inside, near an end, above or below."""
    wide = ranges.get("80")
    if wide is None:
        return "no 80% range was given"
    if value > wide[1]:
        return "above"
    if value < wide[0]:
        return "below"
    narrow = ranges.get("50")
    if narrow is not None and value < narrow[0]:
        return "inside, near the low end"
    if narrow is not None and value > narrow[1]:
        return "inside, near the high end"
    return "inside"


def earlier_forecast(value: float, ranges: dict[str, tuple[float, float] | None], whole: bool = True) -> str:
    """Return the words below the third fact: the range of an earlier forecast and where the count fell."""
    wide = ranges.get("80")
    if wide is None:
        return "No 80% range was given"
    return f"8 in 10: {w.span(*wide, whole)}. The count came in {where_it_fell(value, ranges)}"


def held_words(held: Held, since: Any, replayed: bool = True) -> str:
    """Return the words below the fourth fact: how many, at which distance, since when."""
    word = "replayed" if replayed else "published"
    return f"{w.hits(held.held, held.n)} months, {w.ahead(held.horizon)}, {word} since {pd.Period(since, 'M').year}"


# --------------------------------------------------------------------------- chart 1 and what comes next


def forecast_title(last: Any, last_value: float, end: Any, middles: Sequence[float], first_ratio: float | None, end_ratio: float | None, whole: bool = True) -> str:  # fmt: skip
    """Return the title of the first chart: where the middle goes, and whether the range widens fast."""
    middle = middles[-1]
    move = middle / last_value - 1 if last_value else 0.0
    same = w.month_name(last) == w.month_name(end)
    name = w.possessive(w.month_long(last) if same else w.month_name(last))
    if end_ratio is None or first_ratio is None:
        widening = ""
    elif end_ratio >= 1.5 * first_ratio:
        widening = "; the range around it widens fast"
    else:
        widening = "; the range around it widens slowly"
    if last_value and max(abs(m / last_value - 1) for m in middles) >= 0.2 and abs(move) < 0.1:
        swing = f"{w.rounded(min(middles), whole)} and {w.rounded(max(middles), whole)}"
        return f"The middle of the forecast moves between {swing} and ends close to {name} count{widening}"
    if abs(move) < 0.1:
        return f"The middle of the forecast stays close to {name} level{widening}"
    if last_value:
        way = "above" if move > 0 else "below"
        return f"By {w.month_long(end)} the middle of the forecast is {w.plain_change(middle, last_value)} {way} {name} count{widening}"  # fmt: skip
    return f"The counts to {w.month_long(last)} and the forecast to {w.month_long(end)}"


def range_words(method: str, errors: float | None) -> str:
    """Return what the width of the ranges rests on."""
    number = f"{w.count(int(errors))} " if errors else ""
    if method == "square_root":
        return (
            f"The ranges rest on {number}past one-step misses of this forecast and widen with the square root of the"
            " distance."
        )
    return f"The ranges are as wide as {number}past misses of this forecast at the same distance."


def forecast_note(ranges: Sequence[str], rests: str, source: str) -> str:
    """Return how to read the fan chart."""
    if not ranges:
        reading = "No range is given: there are too few past misses."
    else:
        eight = "Eight outcomes in ten should fall inside the 80% range" if "80" in ranges else ""
        five = "five in ten inside the 50% range" if "50" in ranges else ""
        reading = ", ".join(part for part in (eight, five) if part)
        reading = f"{w.capital(reading)}. A wide range does not mean that the count is going to swing; it means that less is known. {rests}"  # fmt: skip
    return f"{reading} {source}"


def forecast_label(noun: str, low: float, high: float, last: float, middles: tuple[float, float], end: Any, first: tuple[float, float] | None, final: tuple[float, float] | None, whole: bool) -> str:  # fmt: skip
    """Return the fan chart in one sentence, for those who do not see it."""
    text = (
        f"Line chart. Monthly {noun or 'figures'} moved between {w.count(low)} and {w.count(high)}, last {w.count(last)}."
        f" The middle of the forecast stays between {w.rounded(middles[0], whole)} and {w.rounded(middles[1], whole)}"
        f" to {w.month_long(end)}"
    )
    if first is None:
        return f"{text}; no 80% range is given."
    if final is None:
        return f"{text}; the 80% range begins at {w.span(*first, whole)} and is refused later."
    return f"{text}; the 80% range widens from {w.span(*first, whole)} to {w.span(*final, whole)}."


def next_find(
    rows: Sequence[tuple[Any, float, tuple[float, float] | None]],
    far: tuple[Any, float, tuple[float, float] | None] | None,
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
        text = f"The middle of the forecast for {w.month_long(first)} is {w.rounded(start, whole)}."
    elif start and abs(end / start - 1) < 0.05:
        text = f"The middle of the forecast stays near {w.rounded(start, whole)} from {w.month_name(first)} to {w.month_long(last)}."  # fmt: skip
    else:
        text = f"The middle of the forecast goes from {w.rounded(start, whole)} in {w.month_name(first)} to {w.rounded(end, whole)} in {w.month_long(last)}."  # fmt: skip
    if ends is not None:
        low, high = w.rounded(ends[0], whole), w.rounded(ends[1], whole)
        text += f" By {w.month_name(last)} 8 in 10 outcomes should lie between {low} and {high}"
        if far is not None and far[2] is not None:
            wide = far[2][0] <= 0 or far[2][1] / far[2][0] > 6
            judged = "is too wide to plan by" if wide else "is wider still"
            text += f"; {w.word_plural((pd.Period(far[0], 'M') - pd.Period(first, 'M')).n + 1, 'month')} ahead the range ({w.span(*far[2], whole)}) {judged}"  # fmt: skip
        text += "."
    else:
        text += f" No 80% range is given for {w.month_name(last)}: too few past misses."
    return text + no_skill(no_skill_from, since)


def no_skill(distance: int | None, since: str = "") -> str:
    """Return the warning that the middle line is no better than the simple guess from a distance on."""
    if distance is None or distance > 6:
        return ""
    if distance <= 1:
        return f" At no distance has the middle line been better than repeating the latest count{since and ' '}{since}."
    before = w.word_plural(distance - 1, "month")
    return f" Beyond {before} the middle line has been no better than repeating the latest count{since and ' '}{since}."


def never_beaten(distance: int | None, since: str) -> str:
    """Return the warning that no model at all has beaten the simple guess at a distance."""
    if distance is None:
        return ""
    return f" {w.capital(w.ahead(distance))}, no model here has done better than repeating the latest count {since}."


_STEPS = {1: ("whole numbers", "below 100"), 10: ("the nearest 10", "below 2,000"), 100: ("the nearest 100", "below 20,000"), 1000: ("the nearest 1,000", "above")}  # fmt: skip


def rounding_note(refused: Sequence[tuple[str, int, int]], highest: float | None, steps: set[int]) -> str:
    """Return the note below the forecast table: the steps of rounding that occur in it; each refusal explained once."""
    told = [_STEPS[step] for step in sorted(steps)]
    parts = (
        [f"to {how} {where}" for how, where in told] if len(told) > 1 else [f"to {how}" for how, _ in told]
    )
    text = f"Forecasts are rounded {w.joined(parts) or 'to three digits'}; chances to the nearest 5%."
    if refused:
        name, have, need = refused[0]
        text += f" “Refused: {have} of {need} errors” means that a {name}% range would need {need} past misses and only {have} exist, so none is printed."  # fmt: skip
    if highest is not None:
        text += f" No range above {w.level_name(highest)} can be supported."
    return text


def afterwards_find(inside: int, n: int, months: int) -> str:
    """Return the finding of "What happened afterwards"."""
    known = f"{w.capital(w.word_plural(months, 'count'))} became public after the date of this report."
    if n == 0:
        return f"{known} No 80% range was given for them."
    if inside == n:
        fell = "It fell" if n == 1 else f"All {w.number_word(n)} fell"
        return f"{known} {fell} inside the 80% range."
    if inside == 0:
        fell = "It fell" if n == 1 else f"All {w.number_word(n)} fell"
        return f"{known} {fell} outside the 80% range."
    return f"{known} The 80% range held in {w.number_word(inside)} of {w.number_word(n)}."


# --------------------------------------------------------------------------- past


def past_find(last: Any, value: float, record: float, record_month: Any, first: Any, enlarged: bool) -> str:
    """Return how the latest count compares with the highest of the whole series."""
    name = w.possessive(w.month_name(last))
    since = w.month_long(first)
    if record_month == last:
        text = f"{name} {w.count(value)} is the highest count since {since}."
    else:
        text = f"{name} {w.count(value)} is {w.plain_change(value, record)} below the highest count since {since}, {w.count(record)} in {w.month_long(record_month)}."  # fmt: skip
    if enlarged:
        text += " Because the recent counts are so much smaller, the forecast is drawn on its own scale at the top of this page, and in place below."  # fmt: skip
    return text


def past_title(counts: pd.Series) -> str:
    """Return the title of the ten-year chart, from what the counts show.

    In order: a fall within three years after which every month stayed below all of at least three years
    before it; the same for a rise; a largest one-month change of a third or more within two years; neutral.
    """
    values = counts.dropna()
    level = _new_level(values)
    if level is not None:
        start, end, years, way = level
        at = {month: float(value) for month, value in values.items()}
        change = w.plain_change(at[end], at[start])
        months = (end - start).n
        span = (
            f"in {w.month_long(end)}"
            if months == 1
            else f"in the {w.number_word(months)} months to {w.month_long(end)}"
        )
        verb = "fell" if way == "below" else "rose"
        past = f"every month of the {w.word_plural(years, 'year')} before"
        return f"Counts {verb} {change} {span} and have since been {way} {past}"
    jump = _largest_jump(values)
    if jump is not None:
        month, before, after = jump
        verb = "fell" if after < before else "rose"
        rest = values[values.index > month]
        text = f"Counts {verb} {w.plain_change(after, before)} in {w.month_long(month)}"
        if len(rest) >= 2:
            text += f" and have since been between {w.count(rest.min())} and {w.count(rest.max())}"
        return text
    return f"Monthly counts, {w.month_long(values.index[0])} to {w.month_long(values.index[-1])}, and the forecast"


def _new_level(values: pd.Series) -> tuple[pd.Period, pd.Period, int, str] | None:
    recent = [m for m in values.index if 2 <= (values.index[-1] - m).n < 36]
    found: list[tuple[float, int, int, pd.Period, pd.Period, str]] = []
    for end in recent:
        for months in (1, 2, 3):
            start = end - months
            before, since = values[values.index < start], values[values.index >= end]
            if (
                start not in values.index
                or len(before) < 36
                or float(values[start]) <= 0
                or float(values[end]) <= 0
            ):
                continue
            size = abs(float(np.log(values[end] / values[start])))
            fell = bool(values[end] < values[start])
            years = _clear_years(before, since, fell)
            if size >= 0.5 and years >= 3:
                found.append((size - 0.2 * months, years, -months, start, end, "below" if fell else "above"))
    if not found:
        return None
    # the largest change in few months, then the longest span
    _, years, _, start, end, way = max(found, key=lambda row: row[:3])
    return start, end, years, way


def _clear_years(before: pd.Series, since: pd.Series, below: bool) -> int:
    """Return how many whole years before lie wholly on one side of every month since, at most ten."""
    years = 0
    for n in range(1, min(10, len(before) // 12) + 1):
        past = before.iloc[-12 * n :]
        if not (since.max() < past.min() if below else since.min() > past.max()):
            break
        years = n
    return years


def _largest_jump(values: pd.Series) -> tuple[pd.Period, float, float] | None:
    recent = values.iloc[-25:]
    if len(recent) < 3 or (recent <= 0).any():
        return None
    ratio = (recent / recent.shift(1)).iloc[1:]
    strength = ratio.where(ratio >= 1, 1 / ratio)
    at = int(np.argmax(strength.to_numpy(float)))
    if float(strength.iloc[at]) < 1.5:
        return None
    return recent.index[at + 1], float(recent.iloc[at]), float(recent.iloc[at + 1])


def past_note(with_flags: bool, with_effects: bool, breaks: Sequence[str], source: str) -> str:
    """Return how to read the ten-year chart."""
    parts = []
    if with_flags:
        text = "Lines mark the month in which a measure or event took effect. A line beside a change does not show that the measure brought it about"  # fmt: skip
        parts.append(f"{text}: see “What did each policy seem to do?”." if with_effects else f"{text}.")
    parts.extend(breaks)
    return " ".join([*parts, source])


# --------------------------------------------------------------------------- sources


def sources_line(bundled: bool, as_of: Any) -> str:
    """Return the source line that goes with every chart."""
    who = "US Customs and Border Protection" if bundled else "figures supplied by the user"
    return f"Source: {who}, as known on {w.day_long(as_of)}; forecasts: this report."


def first_sentence(text: Any) -> str:
    """Return the first statement of a longer note from a source, ending in a full stop."""
    first = str(text).split(". ")[0].split("; ")[0].rstrip(".")
    return f"{first}."
