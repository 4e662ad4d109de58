"""Sentences from numbers: one small function each, every branch decided by a computed condition.

The functions take plain values, never tables, so that each branch can be tested alone. None of them claims
more than its range holds, none names a cause. Titles end in a neutral branch: a report never fails for a
title.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from forecast.report import format as w
from forecast.report import labels
from forecast.report.catalogue import t
from forecast.report.sections.sentences_forecast import afterwards_find as afterwards_find
from forecast.report.sections.sentences_forecast import forecast_label as forecast_label
from forecast.report.sections.sentences_forecast import forecast_note as forecast_note
from forecast.report.sections.sentences_forecast import forecast_title as forecast_title
from forecast.report.sections.sentences_forecast import never_beaten as never_beaten
from forecast.report.sections.sentences_forecast import next_find as next_find
from forecast.report.sections.sentences_forecast import range_words as range_words
from forecast.report.sections.sentences_forecast import rounding_note as rounding_note
from forecast.report.sections.sentences_past import past_find as past_find
from forecast.report.sections.sentences_past import past_note as past_note
from forecast.report.sections.sentences_past import past_title as past_title
from forecast.report.view import Held, needed

# --------------------------------------------------------------------------- top of the page


def status(last: pd.Period, expected: pd.Timestamp | None, late: Sequence[pd.Period] = ()) -> str:
    """Return the status line: latest month and when the next figure is expected, or what is late."""
    if late:
        return t(
            (
                "Late: the {months} count was due and is not in; {last} is the latest month"
                if len(late) == 1
                else "Late: the {months} counts were due and are not in; {last} is the latest month"
            ),
            months=w.joined([w.month_name(month) for month in late]),
            last=w.month_long(last),
        )
    text = t("Up to date: {last} is the latest month published", last=w.month_long(last))
    return (
        t("{text}; the next is expected {expected}", text=text, expected=w.half_of_month(expected))
        if expected is not None
        else text
    )


def late_banner(last: pd.Period, late: Sequence[pd.Period]) -> tuple[str, str]:
    """Return head and text of the banner of late figures."""
    text = t(
        (
            "The count for {months} was expected by now and is not in our data. The figure for {first} is"
            " therefore {ahead}, and its range is wider than usual."
            if len(late) == 1
            else (
                "The counts for {months} were expected by now and are not in our data. The figure for {first}"
                " is therefore {ahead}, and its range is wider than usual."
            )
        ),
        months=w.joined([w.month_name(month) for month in late]),
        first=w.month_name(pd.Period(late[-1], "M") + 1),
        ahead=w.ahead(len(late) + 1),
    )
    return t("This forecast starts from {last}.", last=w.month_name(last)), text


def headline(
    noun: str,
    place: str,
    label: str,
    month: pd.Period,
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
        if errors is None or errors >= need:
            return t(
                "{start}. No 80% range is given: it would need {need} independent past misses and there are"
                " too few.",
                start=start,
                need=need,
            )
        return t(
            (
                "{start}. No 80% range is given: it would need {need} independent past misses and there is"
                " {have}."
                if int(errors) == 1
                else (
                    "{start}. No 80% range is given: it would need {need} independent past misses and there"
                    " are {have}."
                )
            ),
            start=start,
            need=need,
            have=w.count(int(errors)),
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


def no_forecast(month: pd.Period, value: float) -> str:
    """Return the headline where no model gave a forecast."""
    return t(
        "There is no forecast this month; the latest count is {value}, for {month}",
        value=w.count(value),
        month=w.month_long(month),
    )


def comparison(
    middle: float,
    before: float | None,
    month_before: pd.Period,
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
    start = _relative(middle, before, w.month_long(month_before))
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
        odds = "" if chance is None else t(" with a chance of about {chance}", chance=w.chance(1 - chance))
        rest = t(
            ". Last year’s figure lies above the range: a lower count than last year is forecast{odds}",
            odds=odds,
        )
    return f"{start}{rest}. {counted}"


def _relative(new: float, old: float, month: str) -> str:
    """Return how a forecast compares with an earlier count."""
    before = w.count(old)
    if old == 0:
        return t("That is against the {before} of {month}", before=before, month=month)
    if abs(new / old - 1) < 0.005:
        return t("That is about the same as the {before} of {month}", before=before, month=month)
    if new > 2.5 * old:
        times = w.decimal(new / old, 1)
        return t("That is {times} times the {before} of {month}", times=times, before=before, month=month)
    return t(
        (
            "That is {change} more than the {before} of {month}"
            if new > old
            else "That is {change} less than the {before} of {month}"
        ),
        change=w.plain_change(new, old),
        before=before,
        month=month,
    )


def description(
    noun: str, label: str, month: pd.Period, middle: float, low_high: tuple[float, float] | None, whole: bool
) -> str:
    """Return the one line that search engines and link previews show."""
    ends = t("no 80% range") if low_high is None else t("80% range {span}", span=w.span(*low_high, whole))
    return t(
        "{subject}: about {middle} forecast for {month}, {ends}.",
        subject=w.capital(noun or label),
        middle=w.rounded(middle, whole),
        month=w.month_long(month),
        ends=ends,
    )


def latest_changes(value: float, month: pd.Period, before: float | None, year_before: float | None) -> str:
    """Return both comparisons of the latest count, the month before and the same month a year before."""
    parts = []
    if before is not None:
        parts.append(t("{change} on {month}", change=w.change(value, before), month=w.month_name(month - 1)))
    if year_before is not None:
        parts.append(
            t("{change} on {month}", change=w.change(value, year_before), month=w.month_short(month - 12))
        )
    return ", ".join(parts) or t("no earlier figure to compare with")


def where_it_fell(value: float, ranges: dict[str, tuple[float, float] | None]) -> str:
    """Return where a count fell in its ranges: inside, near an end, above or below."""
    wide = ranges.get("80")
    if wide is None:
        return t("no 80% range was given")
    if value > wide[1]:
        return t("above|of a count and its range")
    if value < wide[0]:
        return t("below|of a count and its range")
    narrow = ranges.get("50")
    if narrow is not None and value < narrow[0]:
        return t("inside, near the low end")
    if narrow is not None and value > narrow[1]:
        return t("inside, near the high end")
    return t("inside|of a count and its range")


def earlier_forecast(value: float, ranges: dict[str, tuple[float, float] | None], whole: bool = True) -> str:
    """Return the words below the third fact: the range of an earlier forecast and where the count fell."""
    wide = ranges.get("80")
    if wide is None:
        return t("No 80% range was given")
    return t(
        "8 in 10: {span}. The count came in {where}",
        span=w.span(*wide, whole),
        where=where_it_fell(value, ranges),
    )


def held_words(held: Held, since: pd.Period, replayed: bool = True) -> str:
    """Return the words below the fourth fact: how many, at which distance, since when."""
    return t(
        (
            "{held} months, {ahead}, replayed since {year}"
            if replayed
            else "{held} months, {ahead}, published since {year}"
        ),
        held=w.hits(held.held, held.n),
        ahead=w.ahead(held.horizon),
        year=pd.Period(since, "M").year,
    )


# --------------------------------------------------------------------------- sources


def sources_line(publisher: str, as_of: pd.Timestamp) -> str:
    """Return the source line that goes with every chart."""
    who = labels.source_words(publisher) if publisher else t("figures supplied by the user")
    return t("Source: {who}, as known on {as_of}; forecasts: this report.", who=who, as_of=w.day_long(as_of))


def first_sentence(text: str) -> str:
    """Return the first statement of a longer note from a source, ending in a full stop."""
    first = str(text).split(". ")[0].split("; ")[0].rstrip(".")
    return f"{first}."
