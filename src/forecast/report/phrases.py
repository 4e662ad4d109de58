"""Templates of what other rooms write in English; `retold` tells them in the language of the page."""

from __future__ import annotations

from forecast.report.catalogue import mark

PHRASES: tuple[str, ...] = (
    # forecast.interventions.profiles, .specification
    mark("The figures do not tell how fast it faded: every factor from {low} to {high} fits about as well."),
    mark(
        "At the largest likelihood {size}; 95% range of the factor {low} to {high}; a lasting step fits about as well."
    ),
    mark("At the largest likelihood {size}; 95% range of the factor {low} to {high}."),
    mark("it did not fade (a step fits best)"),
    mark("{factor} of it was left a month later (half-life {months} months)"),
    mark("It was not usable before it began, so there is no anticipation to look for."),
    mark("Of 0 to {most} months of anticipation none at all fits best; 95% range {low} to {high}."),
    mark("Of 0 to {most} months of anticipation {best} months fits best; 95% range {low} to {high}."),
    mark("Of 0 to {most} months of anticipation {best} month fits best; 95% range {low} to {high}."),
    mark("all months"),
    mark("last {number} months"),
    # descriptions of models
    mark("Every month ahead equals the last known one."),
    mark("The last value moved on by the average change of the window."),
    mark("Each month ahead equals the same month a year before."),
    mark("Linear regression on trend, month dummies, lags and events, told with HAC standard errors."),
    mark(
        "Regression with seasonal ARIMA errors by exact maximum likelihood; event columns shrunken by their prior."
    ),
    mark("Ridge regression of the change to each horizon on recent changes, month and events."),
    mark("The last figure moved by a discounted, clipped profile of monthly changes."),
    mark("The last figure, drawn slowly back to the mean of a long window."),
    mark("the combination, with shrunken effects of events laid over it"),
    mark("{members}: weighted by inverse past errors"),
    # forecast.arima: a check of the fit
    mark("fit"),
    mark("another optimum lies only {gap} below this one in log-likelihood"),
    # notes of scores and models
    mark("no fold here"),
    mark("no fold here is common to all models"),
    mark("a horizon has no common fold here"),
    mark(
        "{scored} of {due} forecasts scored, {missing} missing from this model, {apart} not common to all models or without ranges"
    ),
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
)
