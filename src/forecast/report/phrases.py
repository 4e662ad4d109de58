"""Sentences of lower rooms in the language of the page.

Scores, models and effects write English, into tables as well as to the command line. What of it reaches the
page is known here by its template and is told in the page's language; what is not known (failures, notes of a
calendar or a source) stays as it is.
"""

from __future__ import annotations

import re
from functools import cache

from forecast.report.catalogue import formats, mark, t

PHRASES: tuple[str, ...] = (
    # comparisons of scores, names and eras already in the words of the page
    mark("better than {model}"),
    mark("worse than {model}"),
    mark("cannot be told apart from {model}"),
    mark("ahead of {model}, but {objections}"),
    mark("too few dates to say"),
    mark("not compared"),
    mark("not in {lost} of {counted} eras ({eras}) and one date carries {share}% of the gain"),
    mark("not in {lost} of {counted} eras ({eras})"),
    mark("fewer than two eras have {needed} dates and one date carries {share}% of the gain"),
    mark("fewer than two eras have {needed} dates"),
    mark("one date carries {share}% of the gain"),
    # notes of scores and models
    mark("no fold here"),
    mark("no fold here is common to all models"),
    mark("a horizon has no common fold here"),
    mark("{scored} of {due} forecasts scored, {missing} missing from this model, {apart} not common to all models or without ranges"),
    mark("{scored} of {due} forecasts scored, {missing} missing from this model"),
    mark("{scored} of {due} forecasts scored, {apart} not common to all models or without ranges"),
    mark("{scored} of {due} forecasts scored"),
    mark("parameters kept for {number} origins"),
    # what models are
    mark("Elastic net on the change to each horizon; penalty chosen inside the fold on its last years"),
    mark("Exponential smoothing by maximum likelihood, its form chosen by AICc among additive ones"),
    mark("Gradient boosted trees on the change to each horizon (scikit-learn's histogram booster)"),
    mark("The last figure, drawn slowly back to the mean of a long window"),
    mark("The last figure moved by a discounted, clipped profile of monthly changes"),
    mark("A moving level with a slowly changing season, by maximum likelihood (statsmodels)"),
    mark("The Theta method, deseasonalised where a test finds a season"),
    mark("the combination, with shrunken effects of events laid over it"),
    # terms and checks of fits
    mark("intercept"),
    mark("trend (years)"),
    mark("month {number}"),
    mark("plain"),
    mark("shrunken"),
    mark("nuisance"),
    mark("residuals"),
    mark("{number} residuals are too few"),
    mark("Ljung-Box, {number} lags"),
    mark("autocorrelation at lag {number}"),
    mark("95 % bound {number}"),
    mark("normality (Jarque-Bera)"),
    mark("skewness {skewness}, kurtosis {kurtosis}"),
    mark("heteroscedasticity (ARCH LM)"),
    # forecasts by others
    mark("Forecasts by others are those that were found in print. Who prints a forecast, and whose forecast is found again, is a selection: this is not a fair contest, and small numbers say little."),
    mark("not scored, no single figure was given: {note}"),
    mark("not scored: {note}"),
)  # fmt: skip


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return every template with what it looks like once its places are filled."""
    made = []
    for template in PHRASES:
        parts = re.split(r"\{(\w+)\}", template)
        pattern = "".join(f"(?P<{part}>.+?)" if k % 2 else re.escape(part) for k, part in enumerate(parts))
        made.append((template, re.compile(pattern)))
    return tuple(made)


def phrase(text: str) -> str:
    """Return a sentence of a lower room in the language of the page, or as it is where it is not known.

    Examples
    --------
    >>> phrase("parameters kept for 12 origins")
    'parameters kept for 12 origins'
    """
    if formats()["code"] == "en":
        return text
    for template, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found:
            return t(template, **{name: phrase(value) for name, value in found.groupdict().items()})
    return text
