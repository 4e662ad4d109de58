"""The forecasts of one origin and nothing else: what re-runs and replays need of an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from forecast.config.settings import Experiment
from forecast.experiment.pipeline import make_folds, make_rows, read_inputs
from forecast.tables.columns import FOLD_COLUMNS


@dataclass(frozen=True)
class Forecasts:
    """The part of a run that the archive keeps of a replay."""

    as_of: pd.Timestamp
    forecasts: pd.DataFrame
    folds: pd.DataFrame
    headline: str
    digests: Mapping[str, str]
    scores: pd.DataFrame = field(default_factory=pd.DataFrame)
    scenarios: pd.DataFrame = field(default_factory=pd.DataFrame)


def forecast_only(exp: Experiment, cache: Path | None = None, progress: bool = False) -> Forecasts:
    """Return the forecasts of an experiment's day, the same as `experiment.run` makes.

    Raises
    ------
    ConfigError, DataError
        For words or files that are wrong.
    FitError
        When the headline has no forecast.
    """
    x = read_inputs(exp)
    bt = make_folds(exp, x, cache, progress)
    made = make_rows(exp, x, bt, newest_only=True).forecasts
    newest = made[made["origin"] == x.as_of].reset_index(drop=True)
    digests = {"figures": x.everything.digest, "events": x.calendar.digest}
    return Forecasts(x.as_of, newest, bt.folds[list(FOLD_COLUMNS)], exp.report.headline, digests)
