"""Findings and titles of the sections on trust and models, from numbers; rules as in `sentences`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecast.report import codes
from forecast.report import format as w
from forecast.report.catalogue import t
from forecast.report.prose import prose
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
    rows = _of_level(held, nominal)
    first, rest = (rows[0], rows[1:]) if rows else (None, [])
    failed = next((h for h in rest if not h.fair), None)
    return prose("sure").title(nominal, first, failed or (rest[-1] if rest else None), failed is not None)


def _of_level(held: Sequence[Held], nominal: float) -> list[Held]:
    return [h for h in held if abs(h.nominal - nominal) < 1e-9]


def sure_find(held: Sequence[Held], months: dict[int, pd.Period]) -> str:
    """Return the finding of "How sure can one be?": near and far,
    and what a range is nearer to where it failed.
    """
    rows = _of_level(held, 0.8)
    first, rest = (rows[0], rows[1:]) if rows else (None, [])
    wrong = next((h for h in rest if not h.fair), None)
    last = rest[-1] if rest else None
    independent = max(round(last.independent), 1) if last else 0
    return prose("sure").find(first, wrong, last, independent, months.get(wrong.horizon) if wrong else None)


class Hits(NamedTuple):
    """How often a range held, of how many months."""

    held: int
    n: int

    @property
    def hits(self) -> tuple[int, int]:
        """Both, as a sentence tells them."""
        return self.held, self.n

    @property
    def share(self) -> float:
        """Share of the months inside the range."""
        return self.held / self.n


def shock_words(calm: tuple[int, int], shock: tuple[int, int]) -> str:
    """Return how often one-month ranges held with and without a new event of first priority."""
    if not shock[1] or not calm[1]:
        return ""
    a, b = Hits(*calm), Hits(*shock)
    lower = coverage_interval(a.share, float(a.n), 0.9)[0]
    clear = coverage_interval(b.share, float(b.n), 0.9)[1] < lower
    return prose("sure").shock(a, b, clear, abs(b.share - a.share) > 0.02)


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
        (
            "the headline forecast scores {size} better than “same as last month” since {year}"
            if one > 0.005
            else (
                "the headline forecast scores {size} worse than “same as last month” since {year}"
                if one < -0.005
                else "the headline forecast scores the same as “same as last month” since {year}"
            )
        ),
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
            " {ahead}, no model here has beaten that simple guess {since}. This is why the ranges matter more"
            " than the middle line.",
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
