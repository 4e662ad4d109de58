"""The banner of a corrected report: what it gave before, what it
gives now, and where the first page is kept.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pandas as pd

from forecast.report import format as w
from forecast.report import view as facts
from forecast.report.blocks import Banner, Link
from forecast.report.catalogue import t
from forecast.report.rows import ForecastRow, records

if TYPE_CHECKING:
    from forecast.experiment.run import Correction, Run

#: A forecast as the page gives it: its middle, and its 80% range unless it was refused.
Given = tuple[float, tuple[float, float] | None]


def banner(run: Run, view: facts.View, horizon: int) -> Banner | None:
    """Return the banner of a corrected report; None for one that corrects nothing.

    `view`: The series of the headline; `horizon`: The distance of the headline.
    """
    one = run.correction
    if one is None:
        return None
    now = view.numbers(horizon)
    month = view.last + horizon if now is None else now.month
    table = facts.quantiles(facts.headline_rows(one.before, one.headline, view.series_id))
    was = next(iter(records(table[table["month"] == month], ForecastRow)), None) if len(table) else None
    before, after = (
        None if row is None else (float(row.middle), view.range(row, "80")) for row in (was, now)
    )
    return Banner(
        t("Correction"),
        t("Corrected on {day}.", day=w.day_long(one.day)),
        what_was_wrong(month, before, after, one.same, view.whole),
        links(one),
    )


def links(one: Correction) -> tuple[Link, ...]:
    """Return where the earlier pages are, told relative to the folder of this one."""
    out = [(t("The page as first published is kept at"), one.first)]
    if one.last:
        out.append((t("The correction before this one is kept at"), one.last))
    return tuple(
        Link(words, f"../{PurePosixPath(path).name}/index.html", f"{path}/index.html") for words, path in out
    )


def what_was_wrong(
    month: pd.Period, before: Given | None, after: Given | None, same: bool = False, whole: bool = True
) -> str:
    """Return what was wrong: the old and the new forecast of the headline's month.

    `month`: The month of the headline; `before`, `after`: What the page before gave and what this one
    gives; None where it gave nothing; `same`: Whether no number of any forecast changed; `whole`: Whether
    the figures are whole numbers.
    """
    when = w.month_long(month)
    if after is None:
        if before is None:
            return t("Neither the report before nor this one gives a forecast for {month}.", month=when)
        return t(
            "The report gave {old} for {month}; now there is no forecast.",
            old=given(before, whole),
            month=when,
        )
    new = given(after, whole)
    if before is None:
        return t("The report gave no forecast for {month}; it is {new} now.", month=when, new=new)
    old = given(before, whole)
    if same:
        return t(
            "No figure of the forecast changed: for {month} it is {new}, as before.", month=when, new=new
        )
    if old == new:
        return t(
            "The headline did not change: for {month} it is {new}, as before. Other figures did, or digits"
            " that are not printed.",
            month=when,
            new=new,
        )
    if before[1] and after[1] and w.rounded(before[0], whole) == w.rounded(after[0], whole):
        return t(
            "The middle of the forecast for {month} is about {about}, as before; its 80% range was {old} and"
            " is {new} now.",
            month=when,
            about=w.rounded(after[0], whole),
            old=w.span(*before[1], whole),
            new=w.span(*after[1], whole),
        )
    return t("The report gave {old} for {month}; it gives {new} now.", old=old, month=when, new=new)


def given(one: Given, whole: bool = True) -> str:
    """Return a forecast with its range.

    Examples
    --------
    >>> given((9312.0, (6480.0, 13420.0)))
    'about 9,300 (80% range 6,500 to 13,400)'
    """
    middle, ends = one
    about = w.rounded(middle, whole)
    if ends is None:
        return t("about {about} (no 80% range)", about=about)
    return t("about {about} (80% range {ends})", about=about, ends=w.span(*ends, whole))
