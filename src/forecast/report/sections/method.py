"""How the report was made, and what can be taken away."""

from __future__ import annotations

import pandas as pd

from forecast.report import codes, labels, view
from forecast.report import format as w
from forecast.report.blocks import Command, Download, Head, Note, Row, Section, Table
from forecast.report.catalogue import mark, shipped, t
from forecast.report.rows import records
from forecast.report.sections import evidence
from forecast.report.sections.top import Report
from forecast.tables.forecasts import select

# --------------------------------------------------------------------------- how


def how_section(r: Report, hashes: dict[str, str]) -> Section:
    """Return "How was this made, and how can it be repeated?"."""
    notes = [_paragraph(r), _looking(r), *_dates(r), _refusals(r), _chosen(r), *_fits(r)]
    table = Table(
        t("What is needed to get the same bytes"),
        (Head(t("Item")), Head(t("Value"))),
        tuple(Row((item, value)) for item, value in hashes.items()),
    )
    return Section(
        "how",
        t("How was this made, and how can it be repeated?"),
        t("Method"),
        shipped(r.run.experiment.question),
        (tuple(notes), Command(r.command), table),
    )


def _paragraph(r: Report) -> Note:
    run = r.run
    first = r.view.counts.index[0]
    headline = labels.model_name(run.headline)
    spec = run.experiment.combination.get(run.headline)
    if spec is not None:
        members = w.joined([f"“{labels.model_name(m)}”" for m in spec.members])
        how = (
            t("weighted by how small their past errors were")
            if spec.method == "inverse_error"
            else t("by their middle")
        )
        text = t(
            "The headline, “{headline}”, combines {models} fitted without events, {how}: {members}.",
            headline=headline,
            models=w.word_plural(len(spec.members), "model"),
            how=how,
            members=members,
        )
    else:
        rows = select(run.models, model=run.headline)
        row = next(iter(records(rows)), None)
        told = codes.model_words(row.kind, row.description).rstrip(".") if row else ""
        text = t(
            "The headline is the model “{headline}”{description}.",
            headline=headline,
            description=f" ({told[:1].lower() + told[1:]})" if told else "",
        )
    text += t(
        " Figures go back to {first}. {range_rule}{engine}",
        first=w.month_long(first),
        range_rule=_range_rule(r),
        engine=_engine(r),
    )
    return Note(t("In one paragraph."), text)


def _engine(r: Report) -> str:
    """Name the engine that fitted the ARIMA models, where there are any."""
    engines = {
        s.parameters.get("engine", "exact") for s in r.run.experiment.model.values() if s.kind == "arima"
    }
    told = {"exact": t("this package’s own exact-likelihood engine"), "statsmodels": "statsmodels"}
    named = [words for word, words in told.items() if word in engines]
    return (
        t(" ARIMA models are fitted by {named}; times are in the manifest.", named=w.joined(named))
        if named
        else ""
    )


def _range_rule(r: Report) -> str:
    from forecast.postprocess.intervals import METHODS

    spec = r.run.experiment.intervals
    if spec.method not in METHODS:
        return t("Ranges are the models’ own, averaged like the forecasts; past errors do not widen them.")
    method = "power" if spec.method == "square_root" and spec.exponent != 0.5 else spec.method
    return t(
        "Ranges are made {words}, from this forecast’s own past errors on the log scale.",
        words=codes.told("ranges", method, {"exponent": f"{spec.exponent:g}"}),
    )


def _looking(r: Report) -> Note:
    n = int(r.replay["origin"].nunique()) if len(r.replay) else 0
    text = t(
        "The replay makes the forecast again on {dates}; each sees only figures released and events announced"
        " by then. Ranges for a date use only misses already known on it.",
        dates=w.plural(n, "earlier date"),
    )
    return Note(t("No looking ahead."), text)


def _dates(r: Report) -> list[Note]:
    """Say why the counts of dates on the page differ."""
    if not len(r.replay):
        return []
    replay, run = r.replay, r.run
    made = view.headline_rows(run.backtest, run.headline, r.view.series_id)["origin"].nunique()
    scored = int(replay["origin"].nunique())
    known = replay.dropna(subset=["truth"]).groupby("horizon")["origin"].nunique()
    text = ""
    if made > scored:
        text += t(
            "The headline was made on {dates}; the first {count} only feed weights and ranges. ",
            dates=w.plural(int(made), "date"),
            count=w.count(made - scored),
        )
    text += t("Of the {scored} dates of the replay", scored=w.count(scored))
    told = [f"{w.count(known[h])} {w.ahead(int(h))}" for h in view.SHOWN_HORIZONS if h in known.index]
    text += (
        t(", an outcome is known for {told}: the further ahead, the later it comes.", told=w.joined(told))
        if told
        else t(", no outcome is known yet.")
    )
    same = {
        f"{w.count(v.n)} {w.ahead(h)}"
        for h in (1,)
        if (v := evidence.verdict(run, r.view.series_id, run.headline, h)) is not None
    }
    if same:
        text += t(
            " Models are compared only on dates on which every one of them has a forecast with all three"
            " ranges: {number}.",
            number=same.pop(),
        )
    return [Note(t("Why counts of dates differ."), text)]


def _refusals(r: Report) -> Note:
    spec = r.run.experiment.combination.get(r.run.headline)
    if spec is not None and spec.ranges == "model":
        return Note(
            t("Refusals."),
            t("The headline’s ranges are by the models alone; none is refused for want of past misses."),
        )
    parts = [
        t("{need} for {level}", need=view.need(r.run, level, 1), level=w.level_name(level))
        for level in (0.8, 0.95, 0.98)
    ]
    return Note(
        t("Refusals."),
        t(
            "A range is printed only if enough past misses of one month ahead exist: {parts}. Otherwise the"
            " cell says how many there are.",
            parts=w.joined(parts),
        ),
    )


def _chosen(r: Report) -> Note:
    text = t("The headline is named in the configuration and never picked by its score in the same run.")
    if r.bundled:
        text += t(
            " The settings were found by people who had seen how such forecasts did on these figures, and the"
            " events were listed by people who know which ones mattered. Both flatter the replay shown here."
        )
    return Note(t("What was chosen after looking."), text)


def _fits(r: Report) -> list[Note]:
    table = r.run.diagnostics
    if not len(table) or "p_value" not in table:
        return []
    rows = select(table, series_id=r.view.series_id)
    low = rows[pd.to_numeric(rows["p_value"], errors="coerce") < 0.05]
    if not len(rows):
        return []
    if not len(low):
        return [
            Note(
                t("Residuals."),
                t(
                    "None of {checks} of the residuals stands out at the 5% level.",
                    checks=w.plural(len(rows), "check"),
                ),
            )
        ]
    told = w.joined(sorted({labels.model_name(str(model)) for model in low["model"]}))
    return [
        Note(
            t("Residuals."),
            t(
                "{number} of {checks} of the residuals stand out at the 5% level, in {models}. Ranges do not"
                " rest on these models’ own formulas but on past misses.",
                number=w.capital(w.number_word(len(low))),
                checks=w.plural(len(rows), "check"),
                models=told,
            ),
        )
    ]


# --------------------------------------------------------------------------- downloads

FILES: tuple[tuple[str, str, str], ...] = (
    (
        "forecasts.csv",
        mark("Forecast quantiles (CSV)"),
        mark("model, month, horizon, level, value; refused levels have no row"),
    ),
    ("observations.csv", mark("Counts as known (CSV)"), mark("month, value, day of release and its basis")),
    (
        "backtest.csv.gz",
        mark("Replayed forecasts (CSV, compressed)"),
        mark("all models, dates, months and levels"),
    ),
    ("scores.csv", mark("Scores (CSV)"), mark("all models, distances, eras and metrics")),
    ("calibration.csv", mark("How often ranges held (CSV)"), mark("by model, distance and era")),
    ("comparison.csv", mark("Models compared in pairs (CSV)"), mark("skill with its interval, tests")),
    (
        "confidence_set.csv",
        mark("Models that cannot be told apart (CSV)"),
        mark("at one month and over all distances"),
    ),
    (
        "weights.csv",
        mark("Weights of the members (CSV)"),
        mark("of each combination, at every date and distance"),
    ),
    (
        "reconciliation.csv",
        mark("Parts that add up (CSV)"),
        mark("score before and after, with its interval"),
    ),
    ("others.csv", mark("Forecasts by others (CSV)"), mark("theirs, ours, what was counted, the source")),
    (
        "early.csv",
        mark("Early figures (CSV)"),
        mark("leaks and first statements beside what became official"),
    ),
    ("totals.csv", mark("Totals and levels (CSV)"), mark("years and the months ahead, with ranges")),
    (
        "totals_past.csv",
        mark("Totals forecast before (CSV)"),
        mark("at every earlier date, beside what they came to"),
    ),
    ("totals_calibration.csv", mark("How often totals held (CSV)"), mark("by kind and months to come")),
    ("chances.csv", mark("Chances (CSV)"), mark("each beside what such chances came to")),
    ("reliability.csv", mark("Chances against frequencies (CSV)"), mark("by distance and class")),
    ("brier.csv", mark("Brier scores (CSV)"), mark("with their parts")),
    ("pit.csv", mark("Where outcomes fell (CSV)"), mark("PIT values in ten bins, by distance")),
    (
        "nowcast.csv",
        mark("Unofficial figures weighed (CSV)"),
        mark("against the forecast of their month"),
    ),
    (
        "compared.csv",
        mark("Effects beside untouched series (CSV)"),
        mark("size, rank among placebos, donors used and left out"),
    ),
    (
        "gaps.csv",
        mark("Months beside untouched series (CSV)"),
        mark("each figure and what the donors make of it"),
    ),
    ("volatility.csv", mark("Monthly surprises (CSV)"), mark("and their spread over three years")),
    (
        "volatility_breaks.csv",
        mark("When surprises changed (CSV)"),
        mark("dates with ranges, spread before and after"),
    ),
    ("season.csv", mark("The season over time (CSV)"), mark("by calendar month, for each five years")),
    (
        "leads_lags.csv",
        mark("Months around an event (CSV)"),
        mark("one estimate for each month before and after its start"),
    ),
    ("folds.csv", mark("Every forecast attempted (CSV)"), mark("made, failed or skipped, with the reason")),
    ("effects.csv", mark("Estimated jumps (CSV)"), mark("estimate, ranges, ordinary months")),
    (
        "response.csv",
        mark("With and without (CSV)"),
        mark("months and sums of each effect, counterfactual and range"),
    ),
    (
        "specification.csv",
        mark("Other choices (CSV)"),
        mark("effects that stand out, under every choice of model"),
    ),
    (
        "fading.csv",
        mark("Fading and anticipation (CSV)"),
        mark("likelihood ranges of the effects that stand out"),
    ),
    (
        "estimability.csv",
        mark("What could be estimated (CSV)"),
        mark("events used, merged, refused, and why"),
    ),
    ("knowledge.csv", mark("Worth of knowing events (CSV)"), mark("none, as known, hindsight")),
    ("scenarios.csv", mark("Scenarios (CSV)"), mark("forecasts under each “if”")),
    ("track_record.csv", mark("Track record (CSV)"), mark("published or replayed, forecast, outcome")),
    ("changes.csv", mark("What changed (CSV)"), mark("steps from the last issue to this one")),
    ("report.json", mark("Everything on this page (JSON)"), mark("one machine-readable file")),
    ("report.md", mark("This report as text (Markdown)"), mark("headline, facts and tables")),
    ("experiment.yaml", mark("Settings (YAML)"), mark("everything that decides a result")),
    ("manifest.json", mark("Manifest (JSON)"), mark("versions, hashes, command, durations")),
)


def get_section(r: Report, empty: set[str]) -> Section:
    """Return the downloads; tables that are empty in this run are said to be so, and stand last."""
    files = tuple(
        Download(path, t(words), t("empty in this report") if path in empty else t(holds))
        for path, words, holds in sorted(FILES, key=lambda file: file[0] in empty)
    )
    return Section("get", t("Downloads"), t("Downloads"), "", (files,))
