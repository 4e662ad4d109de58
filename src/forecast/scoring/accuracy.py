"""Accuracy in one row a model, as a first look; `scores` has every metric, horizon and era."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from forecast.arguments import checked
from forecast.scoring.scores import score
from forecast.tables.forecasts import HasQuantiles
from forecast.tables.quantiles import QuantileTable

if TYPE_CHECKING:
    from forecast.data.observations import Observations

#: What `accuracy` tells.
_ACCURACY = ("bias", "rmse", "mae", "mape", "mase", "wis", "coverage_80")


@checked
def accuracy(
    backtest: pd.DataFrame | QuantileTable | HasQuantiles,
    obs: Observations,
    baseline: str = "random_walk",
    truth: str = "latest",
) -> pd.DataFrame:
    """Return one row a model: its errors over all horizons, each series by itself; `score` has them all.

    Parameters
    ----------
    backtest : Backtest, DataFrame or QuantileTable
        Of `forecast.backtest`, or its table of forecasts.
    obs : Observations
        Figures.
    baseline : str
        Model against which skill is taken.
    truth : {"latest", "first"}
        Latest or first official figures as the outcome.

    Returns
    -------
    DataFrame
        Sorted by WIS; ``skill`` is that of WIS against the baseline, ``n`` the origins that all models have.

    Examples
    --------
    >>> import forecast as fc
    >>> obs, name = fc.load_observations(), "southwest.usbp"
    >>> origins = fc.monthly_origins("2023-01", "2023-06", obs, series=[name])
    >>> table = fc.accuracy(fc.backtest("drift", obs, series=name, origins=origins, horizon=2), obs)
    >>> table["model"].tolist(), table.columns[-2:].tolist()
    (['random_walk', 'drift'], ['skill', 'n'])
    """
    scores = score(backtest, obs, baseline, by=("model",), truth=truth)
    scores = scores[scores["scale"] == "natural"]
    key = ["series_id", "model", "knowledge"]
    values = scores[scores["metric"].isin(_ACCURACY)].pivot(index=key, columns="metric", values="value")
    wis = scores[scores["metric"] == "wis"].set_index(key)
    made = values.reindex(columns=list(_ACCURACY)).assign(skill=wis["skill"], n=wis["n_ok"])
    return made.rename_axis(columns=None).reset_index().sort_values(["series_id", "wis"], ignore_index=True)
