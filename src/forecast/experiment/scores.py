"""What forecasts of past origins were worth: scores, calibration, comparisons, forecasts by others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from forecast.archive.track_record import OTHERS_COLUMNS, others, track_record
from forecast.config.settings import Experiment, own_path
from forecast.data.beside import read_published
from forecast.data.observations import BUNDLED, Observations
from forecast.events.calendar import EventCalendar
from forecast.experiment.named import is_many, told_closely
from forecast.experiment.pipeline import Inputs
from forecast.scoring.calibration import calibrate
from forecast.scoring.comparison import COMPARISON_COLUMNS, calm_and_break, compare
from forecast.scoring.confidence_set import model_confidence_set
from forecast.scoring.recent import recent_record
from forecast.scoring.scores import score
from forecast.tables.common_folds import Eras
from forecast.tables.forecasts import Forecasts, select


@dataclass(frozen=True)
class Scored:
    """What the scores say."""

    scores: pd.DataFrame
    calibration: pd.DataFrame
    comparison: pd.DataFrame
    confidence_set: pd.DataFrame
    reconciliation: pd.DataFrame
    recent: pd.DataFrame
    others: pd.DataFrame


def score_past(exp: Experiment, x: Inputs, apart: pd.DataFrame, scored: pd.DataFrame) -> Scored:
    """Score, calibrate and compare forecasts of past origins; `apart` is the headline before it adds up."""
    obs, as_of, baseline = x.obs, x.as_of, exp.backtest.baseline
    eras = {} if is_many(exp) else _eras(exp, x.calendar.known(as_of), scored)
    by = ["model"] if is_many(exp) else ["model", "horizon"]
    scores = score(Forecasts.of(scored), obs, baseline, by, eras=eras, as_of=as_of)
    beside, breaks = _by_others(exp, scored, obs, as_of), eras.get("break")
    scored = select(scored, series_id=told_closely(exp))
    checked = Forecasts.of(scored)
    compared = Forecasts.of(_one_row_a_model(exp, checked.frame))
    return Scored(
        scores,
        calibrate(checked, obs, eras=eras, as_of=as_of),
        compare(compared, obs, baseline, eras=eras, as_of=as_of),
        _confidence_set(compared, obs, as_of),
        _worth_of_adding_up(exp, apart, scored, obs, eras, as_of),
        recent_record(
            scored, obs, exp.report.headline, baseline, as_of, breaks if isinstance(breaks, Mapping) else None
        ),
        beside,
    )


def _eras(exp: Experiment, known: EventCalendar, scored: pd.DataFrame) -> Eras:
    """Return the eras of the report, and the origins of each
    series that were calm or stood before a break.
    """
    origins = list(scored["origin"].unique())
    divided = {s: calm_and_break(origins, known, s) for s in exp.target.series}
    eras: Eras = {name: tuple(months) for name, months in exp.report.eras.items()}
    if any(d["break"] for d in divided.values()):
        return {**eras, **{name: {s: d[name] for s, d in divided.items()} for name in ("calm", "break")}}
    return eras


def _one_row_a_model(exp: Experiment, scored: pd.DataFrame) -> pd.DataFrame:
    """Leave of a model that was run with and without events the one
    that the page shows: with, but for the headline.
    """
    pairs = scored[["model", "knowledge"]].drop_duplicates()
    both = set(pairs.loc[pairs["knowledge"] == "none", "model"])
    both &= set(pairs.loc[pairs["knowledge"] == "at_origin", "model"])
    spare = scored["model"].map(lambda m: "at_origin" if m == exp.report.headline else "none") if both else ""
    return scored[~(scored["model"].isin(both) & (scored["knowledge"] == spare))] if both else scored


def _confidence_set(scored: Forecasts, obs: Observations, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return which models cannot be told apart one month ahead and over all distances."""
    found = [model_confidence_set(scored, obs, "log_wis", horizon, as_of=as_of) for horizon in (1, "all")]
    return pd.concat(found, ignore_index=True)


def _worth_of_adding_up(
    exp: Experiment,
    apart: pd.DataFrame,
    scored: pd.DataFrame,
    obs: Observations,
    eras: Eras,
    as_of: pd.Timestamp,
) -> pd.DataFrame:
    """Compare the headline that adds up with the same before, on common folds."""
    before, after = (t[t["model"] == exp.report.headline] for t in (apart, scored))
    before = before[before["origin"].isin(after["origin"].unique())]
    if before.empty or after.empty:
        return pd.DataFrame(columns=list(COMPARISON_COLUMNS))
    both = pd.concat([after.assign(model="adds up"), before.assign(model="as made", knowledge="none")])
    return compare(both, obs, "as made", eras=eras, as_of=as_of, metrics=("mae", "log_wis"))


def _by_others(exp: Experiment, scored: pd.DataFrame, obs: Observations, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return forecasts by others of the same series, beside the headline's."""
    folder = BUNDLED if exp.data.path is None else Path(str(own_path(exp.data.path)))
    file = folder / "published.csv"
    if not file.is_file():
        return pd.DataFrame(columns=list(OTHERS_COLUMNS))
    found = read_published(file)
    found = found[found["series_id"].isin(exp.target.series)]
    rows = scored[
        (scored["model"] == exp.report.headline) & scored["series_id"].isin(found["series_id"].unique())
    ]
    record = track_record(rows.assign(run=0, kind="replayed"), obs, as_of)
    return others(found, obs, record, exp.report.headline, as_of)
