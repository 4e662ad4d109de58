"""What readers ask of the months ahead together: totals, the level, chances; each with what it was worth."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from forecast.config.settings import Experiment
from forecast.data.observations import Observations
from forecast.experiment.named import pair_with_events
from forecast.postprocess.chances import chances
from forecast.postprocess.nowcast import nowcast
from forecast.postprocess.totals import totals, with_outcomes
from forecast.scoring.reliability import (
    brier,
    chance_outcomes,
    pit,
    reliability,
    total_outcomes,
    with_reliability,
)
from forecast.scoring.totals import calibrate_totals
from forecast.tables.forecasts import headline, median_rows, select


@dataclass(frozen=True)
class Outlook:
    """Totals and chances at the last origin, and how those of earlier origins came out.

    Attributes
    ----------
    totals : DataFrame
        Of every row at the last origin.
    totals_past, totals_calibration : DataFrame
        Of the headline at the scored origins, with what they came to; coverage of their ranges.
    chances : DataFrame
        Of the headline (and of the same with events), each beside what such chances came to.
    reliability, brier, pit : DataFrame
        Said chances against frequencies, their Brier score with its parts, where outcomes fell.
    nowcast : DataFrame
        The headline with unofficial figures as evidence; where they fill their month already, nothing.
    """

    totals: pd.DataFrame
    totals_past: pd.DataFrame
    totals_calibration: pd.DataFrame
    chances: pd.DataFrame
    reliability: pd.DataFrame
    brier: pd.DataFrame
    pit: pd.DataFrame
    nowcast: pd.DataFrame


def outlook(
    exp: Experiment, forecasts: pd.DataFrame, obs: Observations, as_of: pd.Timestamp, score_from: pd.Timestamp
) -> Outlook:
    """Tell totals and chances at `as_of`, and what they were worth at the origins from `score_from` on.

    Parameters
    ----------
    forecasts : DataFrame
        All rows, all origins, the last one included.
    obs : Observations
        Figures public at `as_of`.
    """
    fiscal, spec = exp.data.layout.fiscal_start, exp.outlook
    now = pd.concat(
        [median_rows(forecasts[forecasts["origin"] < as_of]), forecasts[forecasts["origin"] == as_of]]
    )
    found = totals(now, obs, fiscal, [as_of], spec.paths, exp.seed)
    main = headline(forecasts, exp.report.headline)
    days = main.loc[(main["origin"] >= score_from) & (main["origin"] < as_of), "origin"].unique()
    past = with_outcomes(totals(main, obs, fiscal, days, spec.paths, exp.seed), obs, as_of)
    pair = pair_with_events(exp)
    laid = select(forecasts, model=pair[1], scenario="") if pair and pair[0] == exp.report.headline else None
    told = main if laid is None else pd.concat([main, laid])
    said = chances(told[told["origin"] >= score_from], obs, spec.levels)
    came = chance_outcomes(said[said["origin"] < as_of], obs, as_of)
    yearly = total_outcomes(past)
    table = _joined(reliability(came), reliability(yearly))
    scores = _joined(brier(came), brier(yearly))
    evidence = nowcast(main, obs, as_of, exp.nowcast)
    scored = main[(main["origin"] >= score_from) & (main["origin"] < as_of)]
    return Outlook(
        totals=found,
        totals_past=past,
        totals_calibration=calibrate_totals(past),
        chances=with_reliability(said[said["origin"] == as_of].reset_index(drop=True), table),
        reliability=table,
        brier=scores,
        pit=pit(scored, obs, as_of),
        nowcast=evidence.iloc[:0] if exp.data.include_leaks else evidence,
    )


def _joined(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Put two tables together; one without rows has no types of its own."""
    return pd.concat([t for t in (first, second) if len(t)] or [first], ignore_index=True)
