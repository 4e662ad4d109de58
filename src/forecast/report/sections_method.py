"""What a reader should know about the figures, how the report was made, and what can be taken away."""

from __future__ import annotations

import pandas as pd

from forecast.report import evidence, facts, names, sentences
from forecast.report import wording as w
from forecast.report._rows import pick, records
from forecast.report.content import Command, Download, Head, Note, Row, Section, Table
from forecast.report.sections_forecast import Report


def data_section(r: Report) -> Section:
    """Return "What should a reader know about the figures?"."""
    notes = [_counted(r), _vintage(r), *_provisional(r), *_breaks(r), *_leaks(r), _events(r), _rounding(r)]
    early = evidence.early_table(r.run, r.view.series_id)
    blocks = (tuple(notes), *((early,) if early is not None else ()))
    return Section("data", "What should a reader know about the figures?", "About the figures", "", blocks)


def _counted(r: Report) -> Note:
    text = r.view.name.counted
    if r.view.name.unit == "encounters":
        text += " They are events, not persons; one person may be counted several times."
    return Note("What is counted.", text)


def _vintage(r: Report) -> Note:
    known = pick(r.run.observations, series_id=r.view.series_id).sort_values("month")
    text = f"Each forecast uses the last figure public on its date. Figures here are as known on {w.day_long(r.run.as_of)}."
    if "release_basis" in known:
        dated = int((known["release_basis"] == "day").sum())
        share = w.hits(dated, len(known)).replace(" of ", " of the ") if dated else "none of the"
        text += f" The day of release is on record for {share} months"
        last = known.iloc[-1]
        name = w.month_name(last["month"])
        if last["release_basis"] == "day":
            text += f"; the {name} figures came out on {w.day_long(last['released'])}."
        else:
            text += (
                f"; the {name} figures came out {w.half_of_month(last['released'])}, the day is not recorded."
            )
    if "value_basis" in known:
        later = int((known["value_basis"] == "backfilled").sum())
        if later:
            months = "all" if later == len(known) else w.hits(later, len(known)).replace(" of ", " of the ")
            text += f" For {months} months the value on record is from a later document, so revisions are understated."
    return Note("Vintage.", text)


def _provisional(r: Report) -> list[Note]:
    known = pick(r.run.observations, series_id=r.view.series_id).sort_values("month")
    if "status" not in known:
        return []
    open_rows = known[known["status"].isin(["provisional", "flash"])]
    recent = open_rows[open_rows["month"] > r.view.last - 12]
    if not len(recent):
        return []
    flash = int((recent["status"] == "flash").sum())
    text = f"Of the last twelve months {w.number_word(len(recent))} stand as first published and may be revised when the fiscal year closes."
    if flash:
        text += f" {w.capital(w.word_plural(flash, 'month'))} {'is' if flash == 1 else 'are'} known from a first statement only."
    return [Note("Revisions.", text)]


def _breaks(r: Report) -> list[Note]:
    table = r.run.breaks
    if not len(table):
        return []
    rows = table[table["kind"].isin(["definition", "scope"])].sort_values("month")
    months = pd.PeriodIndex(rows["month"].astype(str), freq="M")
    rows = rows[(months > r.view.counts.index[0]) & (months <= r.view.last)]
    told = [
        f"{w.month_long(row.month)}: {sentences.first_sentence(row.what_changed)}" for row in records(rows)
    ]
    return [Note("Breaks.", " ".join(told[-6:]))] if told else []


def _leaks(r: Report) -> list[Note]:
    rows = pick(r.run.leaks, series_id=r.view.series_id) if len(r.run.leaks) else r.run.leaks
    rows = rows[rows["month"] > r.view.last] if len(rows) else rows
    if not len(rows):
        return []
    used = r.run.experiment.data.include_leaks
    parts = [
        f"about {w.count(row.value)} for {w.month_long(row.month)} (in the press on {w.day_long(row.released)})"
        for row in records(rows)
    ]
    fate = (
        "It fills its month here, with its error added to every range."
        if used
        else "It is left out of the forecast."
    )
    past = evidence.early_words(r.run, r.view.series_id)
    return [Note("Unofficial figures.", f"Not yet official on this date: {w.joined(parts)}. {fate} {past}")]


def _events(r: Report) -> Note:
    table = r.run.events
    if not len(table):
        return Note("Events.", "No event of the calendar touches these figures.")
    newest = pd.to_datetime(table["announced_date"]).max()
    n = f"{w.plural(len(table), 'event')} that {'touches' if len(table) == 1 else 'touch'}"
    return Note(
        "Events.",
        f"The calendar as known on this date has {n} these figures; the latest was announced on {w.day_long(newest)}. Nothing after that date should be read as “no event”.",
    )


def _rounding(r: Report) -> Note:
    return Note(
        "Rounding.",
        "Published counts are printed as published. Forecasts are rounded so that no digit is finer than the uncertainty.",
    )


# --------------------------------------------------------------------------- how


def how_section(r: Report, hashes: dict[str, str]) -> Section:
    """Return "How was this made, and how can it be repeated?"."""
    notes = [_paragraph(r), _looking(r), *_dates(r), _refusals(r), _chosen(r), *_fits(r)]
    table = Table(
        "What is needed to get the same bytes",
        (Head("Item"), Head("Value")),
        tuple(Row((item, value)) for item, value in hashes.items()),
    )
    return Section(
        "how",
        "How was this made, and how can it be repeated?",
        "Method",
        r.run.experiment.question,
        (tuple(notes), Command(r.command), table),
    )


def _paragraph(r: Report) -> Note:
    run = r.run
    first = r.view.counts.index[0]
    headline = names.model_name(run.headline)
    spec = run.experiment.combination.get(run.headline)
    if spec is not None:
        members = w.joined([f"“{names.model_name(m)}”" for m in spec.members])
        how = (
            "weighted by how small their past errors were"
            if spec.method == "inverse_error"
            else "by their middle"
        )
        text = f"The headline, “{headline}”, combines {w.word_plural(len(spec.members), 'model')} fitted without events, {how}: {members}."
    else:
        rows = pick(run.models, model=run.headline)
        told = str(rows["description"].iloc[0]).rstrip(".") if len(rows) else ""
        text = f"The headline is the model “{headline}”{f' ({told[:1].lower() + told[1:]})' if told else ''}."
    text += f" Figures go back to {w.month_long(first)}. {_range_rule(r)}{_engine(r)}"
    return Note("In one paragraph.", text)


def _engine(r: Report) -> str:
    """Name the engine that fitted the ARIMA models, where there are any."""
    engines = {
        s.parameters.get("engine", "exact") for s in r.run.experiment.model.values() if s.kind == "arima"
    }
    told = {"exact": "this package’s own exact-likelihood engine", "statsmodels": "statsmodels"}
    named = [words for word, words in told.items() if word in engines]
    return f" ARIMA models are fitted by {w.joined(named)}; times are in the manifest." if named else ""


def _range_rule(r: Report) -> str:
    from forecast.postprocess.intervals import METHODS

    method = METHODS.get(r.run.experiment.intervals.method)
    return (
        f"Ranges are made {method.words}, from this forecast’s own past errors on the log scale."
        if method
        else ""
    )


def _looking(r: Report) -> Note:
    n = int(r.replay["origin"].nunique()) if len(r.replay) else 0
    text = f"The replay makes the forecast again on {w.plural(n, 'earlier date')}; each sees only figures released and events announced by then. Ranges for a date use only misses already known on it."
    return Note("No looking ahead.", text)


def _dates(r: Report) -> list[Note]:
    """Say why the counts of dates on the page differ."""
    if not len(r.replay):
        return []
    replay, run = r.replay, r.run
    made = facts.headline_rows(run.backtest, run.headline, r.view.series_id)["origin"].nunique()
    scored = int(replay["origin"].nunique())
    known = replay.dropna(subset=["truth"]).groupby("horizon")["origin"].nunique()
    text = ""
    if made > scored:
        text += f"The headline was made on {w.plural(int(made), 'date')}; the first {w.count(made - scored)} only feed weights and ranges. "
    text += f"Of the {w.count(scored)} dates of the replay"
    told = [f"{w.count(known[h])} {w.ahead(int(h))}" for h in facts.SHOWN_HORIZONS if h in known.index]
    text += (
        f", an outcome is known for {w.joined(told)}: the further ahead, the later it comes."
        if told
        else ", no outcome is known yet."
    )
    same = {f"{w.count(v.n)} {w.ahead(h)}" for h in (1,) if (v := evidence.verdict(run, r.view.series_id, run.headline, h)) is not None}  # fmt: skip
    if same:
        text += f" Models are compared only on dates on which every one of them has a forecast with all three ranges: {same.pop()}."
    return [Note("Why counts of dates differ.", text)]


def _refusals(r: Report) -> Note:
    parts = [f"{facts.need(r.run, level, 1)} for {w.level_name(level)}" for level in (0.8, 0.95, 0.98)]
    return Note(
        "Refusals.",
        f"A range is printed only if enough past misses of one month ahead exist: {w.joined(parts)}. Otherwise the cell says how many there are.",
    )


def _chosen(r: Report) -> Note:
    text = "The headline is named in the configuration and never picked by its score in the same run."
    if r.bundled:
        text += " The settings were found by people who had seen how such forecasts did on these figures, and the events were listed by people who know which ones mattered. Both flatter the replay shown here."
    return Note("What was chosen after looking.", text)


def _fits(r: Report) -> list[Note]:
    table = r.run.diagnostics
    if not len(table) or "p_value" not in table:
        return []
    rows = pick(table, series_id=r.view.series_id)
    low = rows[pd.to_numeric(rows["p_value"], errors="coerce") < 0.05]
    if not len(rows):
        return []
    if not len(low):
        return [
            Note(
                "Residuals.",
                f"None of {w.plural(len(rows), 'check')} of the residuals stands out at the 5% level.",
            )
        ]
    told = w.joined(sorted({names.model_name(str(model)) for model in low["model"]}))
    return [
        Note(
            "Residuals.",
            f"{w.capital(w.number_word(len(low)))} of {w.plural(len(rows), 'check')} of the residuals stand out at the 5% level, in {told}. Ranges do not rest on these models’ own formulas but on past misses.",
        )
    ]


# --------------------------------------------------------------------------- downloads

FILES: tuple[tuple[str, str, str], ...] = (
    (
        "forecasts.csv",
        "Forecast quantiles (CSV)",
        "model, month, horizon, level, value; refused levels have no row",
    ),
    ("observations.csv", "Counts as known (CSV)", "month, value, day of release and its basis"),
    ("backtest.csv.gz", "Replayed forecasts (CSV, compressed)", "all models, dates, months and levels"),
    ("scores.csv", "Scores (CSV)", "all models, distances, eras and metrics"),
    ("calibration.csv", "How often ranges held (CSV)", "by model, distance and era"),
    ("comparison.csv", "Models compared in pairs (CSV)", "skill with its interval, tests"),
    ("confidence_set.csv", "Models that cannot be told apart (CSV)", "at one month and over all distances"),
    ("weights.csv", "Weights of the members (CSV)", "of each combination, at every date and distance"),
    ("reconciliation.csv", "Parts that add up (CSV)", "score before and after, with its interval"),
    ("others.csv", "Forecasts by others (CSV)", "theirs, ours, what was counted, the source"),
    ("early.csv", "Early figures (CSV)", "leaks and first statements beside what became official"),
    ("folds.csv", "Every forecast attempted (CSV)", "made, failed or skipped, with the reason"),
    ("effects.csv", "Estimated jumps (CSV)", "estimate, ranges, ordinary months"),
    ("response.csv", "With and without (CSV)", "months and sums of each effect, counterfactual and range"),
    ("specification.csv", "Other choices (CSV)", "effects that stand out, under every choice of model"),
    ("fading.csv", "Fading and anticipation (CSV)", "likelihood ranges of the effects that stand out"),
    ("estimability.csv", "What could be estimated (CSV)", "events used, merged, refused, and why"),
    ("knowledge.csv", "Worth of knowing events (CSV)", "none, as known, hindsight"),
    ("scenarios.csv", "Scenarios (CSV)", "forecasts under each “if”"),
    ("track_record.csv", "Track record (CSV)", "published or replayed, forecast, outcome"),
    ("changes.csv", "What changed (CSV)", "steps from the last issue to this one"),
    ("report.json", "Everything on this page (JSON)", "one machine-readable file"),
    ("report.md", "This report as text (Markdown)", "headline, facts and tables"),
    ("experiment.yaml", "Settings (YAML)", "everything that decides a result"),
    ("manifest.json", "Manifest (JSON)", "versions, hashes, command, durations"),
)


def get_section(r: Report, empty: set[str]) -> Section:
    """Return the downloads; tables that are empty in this run are said to be so, and stand last."""
    files = tuple(
        Download(path, words, "empty in this report" if path in empty else holds)
        for path, words, holds in sorted(FILES, key=lambda file: file[0] in empty)
    )
    return Section("get", "Downloads", "Downloads", "", (files,))
