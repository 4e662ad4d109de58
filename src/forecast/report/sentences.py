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
from forecast.report.catalogue import mark, t
from forecast.report.facts import Held, needed

# --------------------------------------------------------------------------- top of the page


def status(last: Any, expected: pd.Timestamp | None, late: Sequence[Any] = ()) -> str:
    """Return the status line: latest month and when the next figure is expected, or what is late."""
    if late:
        months = w.joined([w.month_name(month) for month in late])
        were = t("count was") if len(late) == 1 else t("counts were")
        are = "is" if len(late) == 1 else "are"
        return t(
            "Late: the {months} {were} due and {are} not in; {last} is the latest month",
            months=months,
            were=were,
            are=are,
            last=w.month_long(last),
        )
    text = t("Up to date: {last} is the latest month published", last=w.month_long(last))
    return (
        t("{text}; the next is expected {expected}", text=text, expected=w.half_of_month(expected))
        if expected is not None
        else text
    )


def late_banner(last: Any, late: Sequence[Any]) -> tuple[str, str]:
    """Return head and text of the banner of late figures."""
    months = w.joined([w.month_name(month) for month in late])
    what = (
        t("count for {} was expected by now and is")
        if len(late) == 1
        else t("counts for {} were expected by now and are")
    )
    first = w.month_name(pd.Period(late[-1], "M") + 1)
    text = t(
        "The {months} not in our data. The figure for {first} is therefore {ahead}, and its range is wider than usual.",
        months=what.format(months),
        first=first,
        ahead=w.ahead(len(late) + 1),
    )
    return t("This forecast starts from {last}.", last=w.month_name(last)), text


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
        start = t(
            "About {about} {noun} are forecast for {month}", about=about, noun=noun, month=w.month_long(month)
        )
    else:
        start = t(
            "{label}: about {about} is forecast for {month}",
            label=w.capital(label),
            about=about,
            month=w.month_long(month),
        )
    if low_high is None:
        need = needed(0.8)
        have = t("too few") if errors is None or errors >= need else w.count(int(errors))
        verb = "is" if have == "1" else "are"
        return t(
            "{start}. No 80% range is given: it would need {need} independent past misses and there {verb} {have}.",
            start=start,
            need=need,
            verb=verb,
            have=have,
        )
    ends = w.span(*low_high, whole)
    if held is not None and not held.fair:
        return t(
            "{start}; a range that has held {share} of the time is {ends}",
            start=start,
            share=w.percent(held.share),
            ends=ends,
        )
    return t("{start}; the 80% range is {ends}", start=start, ends=ends)


def no_forecast(month: Any, value: float) -> str:
    """Return the headline where no model gave a forecast."""
    return t(
        "There is no forecast this month; the latest count is {value}, for {month}",
        value=w.count(value),
        month=w.month_long(month),
    )


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
        return t(
            "No figure for {month_before} is known, so there is no comparison with a year before. {counted}",
            month_before=w.month_long(month_before),
            counted=counted,
        )
    start = t(
        "That is {middle} the {before} of {month_before}",
        middle=_relative(middle, before),
        before=w.count(before),
        month_before=w.month_long(month_before),
    )
    odds = "" if chance is None else t(" with a chance of about {chance}", chance=w.chance(chance))
    if low_high is None:
        rest = t("; without a range nothing is said on whether that is a real difference")
    elif low_high[0] <= before <= low_high[1]:
        rest = t(", but last year’s figure lies inside the range, so the direction is open")
        if chance is not None:
            rest += t(
                ": we put the chance of a higher count than last year at about {chance}",
                chance=w.chance(chance),
            )
    elif before < low_high[0]:
        rest = t(
            ". Last year’s figure lies below the range: a higher count than last year is forecast{odds}",
            odds=odds,
        )
    else:
        lower = "" if chance is None else t(" with a chance of about {chance}", chance=w.chance(1 - chance))
        rest = t(
            ". Last year’s figure lies above the range: a lower count than last year is forecast{lower}",
            lower=lower,
        )
    return f"{start}{rest}. {counted}"


def _relative(new: float, old: float) -> str:
    if old == 0 or abs(new / old - 1) < 0.005:
        return t("about the same as") if old else "against"
    if new > 2.5 * old:
        return t("{value} times", value=f"{new / old:.1f}")
    return t("{new} {which} than", new=w.plain_change(new, old), which=t("more") if new > old else t("less"))


def description(noun: str, label: str, month: Any, middle: float, low_high: tuple[float, float] | None, whole: bool) -> str:  # fmt: skip
    """Return the one line that search engines and link previews show."""
    ends = t("no 80% range") if low_high is None else t("80% range {span}", span=w.span(*low_high, whole))
    return t(
        "{capital}: about {middle} forecast for {month}, {ends}.",
        capital=w.capital(noun or label),
        middle=w.rounded(middle, whole),
        month=w.month_long(month),
        ends=ends,
    )


def latest_changes(value: float, month: Any, before: float | None, year_before: float | None) -> str:
    """Return both comparisons of the latest count, the month before and the same month a year before."""
    parts = []
    if before is not None:
        parts.append(
            t("{value} on {month_name}", value=w.change(value, before), month_name=w.month_name(month - 1))
        )
    if year_before is not None:
        parts.append(
            t(
                "{value} on {month_short}",
                value=w.change(value, year_before),
                month_short=w.month_short(month - 12),
            )
        )
    return ", ".join(parts) or t("no earlier figure to compare with")


def where_it_fell(value: float, ranges: dict[str, tuple[float, float] | None]) -> str:
    """Return where a count fell in its ranges: inside, near an end, above or below."""
    wide = ranges.get("80")
    if wide is None:
        return t("no 80% range was given")
    if value > wide[1]:
        return "above"
    if value < wide[0]:
        return "below"
    narrow = ranges.get("50")
    if narrow is not None and value < narrow[0]:
        return t("inside, near the low end")
    if narrow is not None and value > narrow[1]:
        return t("inside, near the high end")
    return "inside"


def earlier_forecast(value: float, ranges: dict[str, tuple[float, float] | None], whole: bool = True) -> str:
    """Return the words below the third fact: the range of an earlier forecast and where the count fell."""
    wide = ranges.get("80")
    if wide is None:
        return t("No 80% range was given")
    return t(
        "8 in 10: {span}. The count came in {value}",
        span=w.span(*wide, whole),
        value=where_it_fell(value, ranges),
    )


def held_words(held: Held, since: Any, replayed: bool = True) -> str:
    """Return the words below the fourth fact: how many, at which distance, since when."""
    word = "replayed" if replayed else "published"
    return t(
        "{held} months, {horizon}, {word} since {year}",
        held=w.hits(held.held, held.n),
        horizon=w.ahead(held.horizon),
        word=word,
        year=pd.Period(since, "M").year,
    )


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
        widening = t("; the range around it widens fast")
    else:
        widening = t("; the range around it widens slowly")
    if last_value and max(abs(m / last_value - 1) for m in middles) >= 0.2 and abs(move) < 0.1:
        swing = t(
            "{rounded} and {rounded_2}",
            rounded=w.rounded(min(middles), whole),
            rounded_2=w.rounded(max(middles), whole),
        )
        return t(
            "The middle of the forecast moves between {swing} and ends close to {name} count{widening}",
            swing=swing,
            name=name,
            widening=widening,
        )
    if abs(move) < 0.1:
        return t(
            "The middle of the forecast stays close to {name} level{widening}", name=name, widening=widening
        )
    if last_value:
        way = "above" if move > 0 else "below"
        return t('By {end} the middle of the forecast is {middle} {way} {name} count{widening}', end=w.month_long(end), middle=w.plain_change(middle, last_value), way=way, name=name, widening=widening)  # fmt: skip
    return t("The counts to {last} and the forecast to {end}", last=w.month_long(last), end=w.month_long(end))


def range_words(method: str, errors: float | None) -> str:
    """Return what the width of the ranges rests on."""
    number = f"{w.count(int(errors))} " if errors else ""
    if method == "square_root":
        return t(
            "The ranges rest on {number}past one-step misses of this forecast and widen with the square root of the distance.",
            number=number,
        )
    return t(
        "The ranges are as wide as {number}past misses of this forecast at the same distance.", number=number
    )


def forecast_note(ranges: Sequence[str], rests: str, source: str) -> str:
    """Return how to read the fan chart."""
    if not ranges:
        reading = t("No range is given: there are too few past misses.")
    else:
        eight = t("Eight outcomes in ten should fall inside the 80% range") if "80" in ranges else ""
        five = t("five in ten inside the 50% range") if "50" in ranges else ""
        reading = ", ".join(part for part in (eight, five) if part)
        reading = t('{reading}. A wide range does not mean that the count is going to swing; it means that less is known. {rests}', reading=w.capital(reading), rests=rests)  # fmt: skip
    return f"{reading} {source}"


def forecast_label(noun: str, low: float, high: float, last: float, middles: tuple[float, float], end: Any, first: tuple[float, float] | None, final: tuple[float, float] | None, whole: bool) -> str:  # fmt: skip
    """Return the fan chart in one sentence, for those who do not see it."""
    text = t(
        "Line chart. Monthly {value} moved between {low} and {high}, last {last}. The middle of the forecast stays between {middles} and {middles_2} to {end}",
        value=noun or "figures",
        low=w.count(low),
        high=w.count(high),
        last=w.count(last),
        middles=w.rounded(middles[0], whole),
        middles_2=w.rounded(middles[1], whole),
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
        "{text}; the 80% range widens from {span} to {span_2}.",
        text=text,
        span=w.span(*first, whole),
        span_2=w.span(*final, whole),
    )


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
        text = t(
            "The middle of the forecast for {first} is {start}.",
            first=w.month_long(first),
            start=w.rounded(start, whole),
        )
    elif start and abs(end / start - 1) < 0.05:
        text = t('The middle of the forecast stays near {start} from {first} to {last}.', start=w.rounded(start, whole), first=w.month_name(first), last=w.month_long(last))  # fmt: skip
    else:
        text = t('The middle of the forecast goes from {start} in {first} to {end} in {last}.', start=w.rounded(start, whole), first=w.month_name(first), end=w.rounded(end, whole), last=w.month_long(last))  # fmt: skip
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
            judged = t("is too wide to plan by") if wide else t("is wider still")
            text += t('; {word_plural} ahead the range ({span}) {judged}', word_plural=w.word_plural((pd.Period(far[0], 'M') - pd.Period(first, 'M')).n + 1, 'month'), span=w.span(*far[2], whole), judged=judged)  # fmt: skip
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
            " At no distance has the middle line been better than repeating the latest count{value}{since}.",
            value=since and " ",
            since=since,
        )
    before = w.word_plural(distance - 1, "month")
    return t(
        " Beyond {before} the middle line has been no better than repeating the latest count{value}{since}.",
        before=before,
        value=since and " ",
        since=since,
    )


def never_beaten(distance: int | None, since: str) -> str:
    """Return the warning that no model at all has beaten the simple guess at a distance."""
    if distance is None:
        return ""
    return t(
        " {capital}, no model here has done better than repeating the latest count {since}.",
        capital=w.capital(w.ahead(distance)),
        since=since,
    )


_STEPS = {1: (mark('whole numbers'), mark('below 100')), 10: (mark('the nearest 10'), mark('below 2,000')), 100: (mark('the nearest 100'), mark('below 20,000')), 1000: (mark('the nearest 1,000'), "above")}  # fmt: skip


def rounding_note(refused: Sequence[tuple[str, int, int]], highest: float | None, steps: set[int]) -> str:
    """Return the note below the forecast table: the steps of rounding that occur in it; each refusal explained once."""
    told = [_STEPS[step] for step in sorted(steps)]
    parts = (
        [t("to {how} {where}", how=how, where=where) for how, where in told]
        if len(told) > 1
        else [t("to {how}", how=how) for how, _ in told]
    )
    text = t(
        "Forecasts are rounded {value}; chances to the nearest 5%.",
        value=w.joined(parts) or "to three digits",
    )
    if refused:
        name, have, need = refused[0]
        text += t(' “Refused: {have} of {need} errors” means that a {name}% range would need {need} past misses and only {have} exist, so none is printed.', have=have, need=need, name=name)  # fmt: skip
    if highest is not None:
        text += t(" No range above {highest} can be supported.", highest=w.level_name(highest))
    return text


def afterwards_find(inside: int, n: int, months: int) -> str:
    """Return the finding of "What happened afterwards"."""
    known = t(
        "{capital} became public after the date of this report.",
        capital=w.capital(w.word_plural(months, "count")),
    )
    if n == 0:
        return t("{known} No 80% range was given for them.", known=known)
    if inside == n:
        fell = t("It fell") if n == 1 else t("All {number_word} fell", number_word=w.number_word(n))
        return t("{known} {fell} inside the 80% range.", known=known, fell=fell)
    if inside == 0:
        fell = t("It fell") if n == 1 else t("All {number_word} fell", number_word=w.number_word(n))
        return t("{known} {fell} outside the 80% range.", known=known, fell=fell)
    return t(
        "{known} The 80% range held in {inside} of {number_word}.",
        known=known,
        inside=w.number_word(inside),
        number_word=w.number_word(n),
    )


# --------------------------------------------------------------------------- past


def past_find(last: Any, value: float, record: float, record_month: Any, first: Any, enlarged: bool) -> str:
    """Return how the latest count compares with the highest of the whole series."""
    name = w.possessive(w.month_name(last))
    since = w.month_long(first)
    if record_month == last:
        text = t(
            "{name} {value} is the highest count since {since}.", name=name, value=w.count(value), since=since
        )
    else:
        text = t('{name} {value} is {value_2} below the highest count since {since}, {record} in {record_month}.', name=name, value=w.count(value), value_2=w.plain_change(value, record), since=since, record=w.count(record), record_month=w.month_long(record_month))  # fmt: skip
    if enlarged:
        text += t(' Because the recent counts are so much smaller, the forecast is drawn on its own scale at the top of this page, and in place below.')  # fmt: skip
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
            t("in {end}", end=w.month_long(end))
            if months == 1
            else t("in the {months} months to {end}", months=w.number_word(months), end=w.month_long(end))
        )
        verb = "fell" if way == "below" else "rose"
        past = t("every month of the {years} before", years=w.word_plural(years, "year"))
        return t(
            "Counts {verb} {change} {span} and have since been {way} {past}",
            verb=verb,
            change=change,
            span=span,
            way=way,
            past=past,
        )
    jump = _largest_jump(values)
    if jump is not None:
        month, before, after = jump
        verb = "fell" if after < before else "rose"
        rest = values[values.index > month]
        text = t(
            "Counts {verb} {after} in {month}",
            verb=verb,
            after=w.plain_change(after, before),
            month=w.month_long(month),
        )
        if len(rest) >= 2:
            text += t(
                " and have since been between {count} and {count_2}",
                count=w.count(rest.min()),
                count_2=w.count(rest.max()),
            )
        return text
    return t(
        "Monthly counts, {index} to {index_2}, and the forecast",
        index=w.month_long(values.index[0]),
        index_2=w.month_long(values.index[-1]),
    )


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
        text = t('Lines mark the month in which a measure or event took effect. A line beside a change does not show that the measure brought it about')  # fmt: skip
        parts.append(
            t("{text}: see “What did each policy seem to do?”.", text=text) if with_effects else f"{text}."
        )
    parts.extend(breaks)
    return " ".join([*parts, source])


# --------------------------------------------------------------------------- sources


def sources_line(bundled: bool, as_of: Any) -> str:
    """Return the source line that goes with every chart."""
    who = t("US Customs and Border Protection") if bundled else t("figures supplied by the user")
    return t("Source: {who}, as known on {as_of}; forecasts: this report.", who=who, as_of=w.day_long(as_of))


def first_sentence(text: Any) -> str:
    """Return the first statement of a longer note from a source, ending in a full stop."""
    first = str(text).split(". ")[0].split("; ")[0].rstrip(".")
    return f"{first}."
