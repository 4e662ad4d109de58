"""Sentences on the past: how the latest counts compare with earlier ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report.catalogue import t


def past_find(
    last: pd.Period, value: float, record: float, record_month: pd.Period, first: pd.Period, enlarged: bool
) -> str:
    """Return how the latest count compares with the highest of the whole series."""
    name = w.possessive(w.month_name(last))
    since = w.month_long(first)
    if record_month == last:
        text = t(
            "{month} {value} is the highest count since {since}.",
            month=name,
            value=w.count(value),
            since=since,
        )
    else:
        text = t(
            "{month} {value} is {change} below the highest count since {since}, {record} in {record_month}.",
            month=name,
            value=w.count(value),
            change=w.plain_change(value, record),
            since=since,
            record=w.count(record),
            record_month=w.month_long(record_month),
        )
    if enlarged:
        text += t(
            " Because the recent counts are so much smaller, the forecast is drawn on its own scale at the"
            " top of this page, and in place below."
        )
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
        return t(
            (
                "Counts fell {change} {span} and have since been below every month of the {years} before"
                if way == "below"
                else "Counts rose {change} {span} and have since been above every month of the {years} before"
            ),
            change=change,
            span=span,
            years=w.word_plural(years, "year"),
        )
    jump = _largest_jump(values)
    if jump is not None:
        month, before, after = jump
        rest = values[values.index > month]
        text = t(
            "Counts fell {change} in {month}" if after < before else "Counts rose {change} in {month}",
            change=w.plain_change(after, before),
            month=w.month_long(month),
        )
        if len(rest) >= 2:
            text += t(
                " and have since been between {lowest} and {highest}",
                lowest=w.count(rest.min()),
                highest=w.count(rest.max()),
            )
        return text
    return t(
        "Monthly counts, {first} to {last}, and the forecast",
        first=w.month_long(values.index[0]),
        last=w.month_long(values.index[-1]),
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
        text = t(
            "Lines mark the month in which a measure or event took effect. A line beside a change does not"
            " show that the measure brought it about"
        )
        parts.append(
            t("{text}: see “What did each policy seem to do?”.", text=text) if with_effects else f"{text}."
        )
    parts.extend(breaks)
    return " ".join([*parts, source])
