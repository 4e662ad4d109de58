"""Templates of what scores, models and fits write in English; `retold` tells them in the language of the page."""

from __future__ import annotations

from forecast.report.catalogue import mark

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
    mark("Elastic net on the change to each horizon; penalty chosen inside the fold on its last years."),
    mark("Exponential smoothing by maximum likelihood, its form chosen by AICc among additive ones."),
    mark("Gradient boosted trees on the change to each horizon (scikit-learn's histogram booster)."),
    mark("A moving level with a slowly changing season, by maximum likelihood (statsmodels)."),
    mark("The Theta method, deseasonalised where a test finds a season."),
    # terms and checks of fits
    mark("intercept"),
    mark("trend (years)"),
    mark("month {number}"),
    mark("lag{number}"),
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
    mark("not scored, no single figure was given: {note}"),
    mark("not scored: {note}"),
)  # fmt: skip
