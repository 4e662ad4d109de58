"""Templates of what other rooms write in English; `retold` tells them in the language of the page."""

from __future__ import annotations

from forecast.report.catalogue import mark

#: Questions and labels that come with the package (`conf/experiment`, `conf/report`, `conf/scenario`).
SHIPPED = (
    mark("April 2019: families in rising numbers"),
    mark("March 2021: a change of government"),
    mark("November 2022: Title 42 before the courts"),
    mark("December 2023: the highest count on record"),
    mark("December 2024: a change of government"),
    mark("The asylum rule of May 2023 ends on 30 June 2024"),
    mark("The asylum rule of May 2023 is half as strong"),
    mark("Claims are closed in June 2024, with the size of past asylum rules"),
    mark("A measure of June 2024 halves the count, give or take"),
    mark("The unofficial figure is right"),
    mark(
        "As known on 7 May 2024, when talks on migration were held in Guatemala: what comes next for 12 months, how sure can one be, what did each policy seem to do, and would we have known the turns before it?"
    ),
    mark(
        "As known on 20 January 2025, the day of the emergency measures, what comes next, and how sure can one be?"
    ),
    mark("What do the newest figures say about the next 12 months?"),
    mark("What comes next, now that a new month is out, and how did the last forecast do?"),
    mark("What did the seat-belt law of 1983 seem to do to road casualties, and what comes next?"),
    mark("What comes next at the ports of entry of the southwest border?"),
    mark("What comes next? (a short backtest, for trying things)"),
    mark("What comes next in each of the nine southwest sectors, and in their sum?"),
    mark("As known on 11 May 2023, the last day of Title 42, what comes next, and how sure can one be?"),
)
PHRASES: tuple[str, ...] = (
    # forecast.archive.changes: steps and the sentence of the site
    mark("last issue"),
    mark("software"),
    mark("revised figures"),
    mark("new figure"),
    mark("events"),
    mark("settings"),
    mark("this issue"),
    mark("The forecast of {month} is what it was in the last issue, {number}."),
    mark("The forecast of {month} went from {before} to {after}: {steps}."),
    mark("software {number}"),
    mark("revised figures {number}"),
    mark("new figure {number}"),
    mark("events {number}"),
    mark("settings {number}"),
    # forecast.publish.reruns: why each step was what it was
    mark("none changed"),
    mark("the settings of the experiment were changed"),
    mark("made by the same software"),
    mark("the last issue, run again today, is the same"),
    mark("the last issue, run again today, differs"),
    mark("no figure was revised"),
    mark("the figure of {month} was revised"),
    mark("{number} figures were revised, from {month} on"),
    mark("{number} figure was revised, from {month} on"),
    mark("no new month"),
    mark("the figure of {month} is new"),
    mark("no event became usable"),
    mark("became usable: {names} and others"),
    mark("became usable: {names}"),
    mark("the end of an event became usable, or the calendar was corrected"),
    mark("could not be run again: {message}"),
    # forecast.archive.track_record: the worst miss, behind its first words
    mark(
        ": the forecast of {day} for {month}, one month ahead, was {middle}; {count} were counted, so it was {size}"
    ),
    mark(
        ": the forecast of {day} for {month}, {months} months ahead, was {middle}; {count} were counted, so it was {size}"
    ),
    mark("{told}; no 80% range had been given."),
    mark("{told} and the count fell inside the 80% range, {low} to {high}."),
    mark("{told} and the count fell outside the 80% range, {low} to {high}."),
    mark("{share} too high"),
    mark("{share} too low"),
    mark("less than 1%"),
    mark("{factor} times the count"),
    mark(
        "Forecasts by others are those that were found in print. Who prints a forecast, and whose forecast is found again, is a selection: this is not a fair contest, and small numbers say little."
    ),
    # forecast.events: what became of an event
    mark("used"),
    mark("prior only"),
    mark("not yet usable"),
    mark("usable, not yet active"),
    mark("no active month in window"),
    mark("constant in window"),
    mark("over the limit"),
    mark("merged with {event}"),
    mark("{why}; one column with the rest of '{bundle}'"),
    mark("{why}; with the rest of '{bundle}' in force in all months with figures"),
    mark("{why}; nearly the same months, so the two cannot be told apart"),
    mark("{why}; one begins as the other ends, so only the difference of the two shows"),
    mark("{why}; 1 later column come first"),
    mark("{why}; {number} later columns come first"),
    mark("announced on {said}, but too vague or uncertain to use on {origin}"),
    mark("its shape is 'none': context, never a column"),
    mark("{when}, but no month of it has a figure yet; left out as asked"),
    mark("{when}, but no month of it has a figure yet: it enters by its prior"),
    mark("{when}: no active month in the window; kept because it was asked for"),
    mark("{when}, after the last month of the forecast"),
    mark("{when}: none of it lies in the months with figures or in the forecast"),
    mark("{when}: in force in all {number} months with figures, nothing to compare"),
    mark("{when}: in force in all {number} months with figures; kept because it changes in the forecast"),
    mark("{when}: in force in all {number} months with figures; kept because it was asked for"),
    mark("{when}: 1 active month with a figure"),
    mark("{when}: {number} active months with a figure"),
    mark("from {first} to {last} (assumed: its end is not known)"),
    mark("from {first} to {last}"),
    mark("from {first}"),
    mark("one column of the design"),
    mark("of one bundle ({bundle})"),
    # forecast.events.scenario and forecast.interventions.scenarios: what a scenario takes as its size
    mark("Scenario: {event} {changes}."),
    mark("starts on {first}, ends on {last}"),
    mark("starts on {first}"),
    mark("ends on {last}"),
    mark("is {factor} times as strong"),
    mark("ends on {last}, is {factor} times as strong"),
    mark("starts on {first}, is {factor} times as strong"),
    mark(
        "Its effect cannot be told from that of the rest of '{events}': an equal share is taken, and no range holds the doubt about that."
    ),
    mark("In {month} it multiplies the middle by {factor} (80% range {low} to {high}), from {whose}."),
    mark("the model's own fit"),
    mark("the shrunken estimates of one ARIMA model with events, laid over this row"),
    mark("The press figure is in the fit ({figures})."),
    mark("Moved as its members move on average when the press figure ({figures}) is in the fit."),
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
    # forecast.postprocess.intervals
    mark("by the square-root rule"),
    mark("by growth with the horizon to the power {exponent}"),
    mark("by signed errors of the same horizon"),
    mark("by mirrored errors of the same horizon"),
    mark("by errors of the same horizon, scaled to recent volatility"),
    mark("by adaptive conformal ranges"),
    mark("by a Student t of the same horizon"),
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
    # forecast.publish.__init__: the banner of late figures
    mark(
        "Figures are late: {month} was expected by {days} days after the month’s end and is not in. The reports below rest on figures up to {last}."
    ),
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
    mark(
        "{scored} of {due} forecasts scored, {missing} missing from this model, {apart} not common to all models or without ranges"
    ),
    mark("{scored} of {due} forecasts scored, {missing} missing from this model"),
    mark("{scored} of {due} forecasts scored, {apart} not common to all models or without ranges"),
    mark("{scored} of {due} forecasts scored"),
    mark("parameters kept for {number} origins"),
    # what models are
    mark("Elastic net on the change to each horizon; penalty chosen inside the fold on its last years."),
    mark("Exponential smoothing by maximum likelihood, its form chosen by AICc."),
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
)
