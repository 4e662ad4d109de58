"""Print the two traps of statsmodels' SARIMAX with numbers: ``python benchmarks/statsmodels_traps.py``.

Trap 1: with differences, the default start is an informative prior for series of thousands.
Trap 2: the default standard errors (outer product of gradients) are not those of the observed information.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.tsa.statespace.sarimax import SARIMAX

from forecast.arima import arima

SERIES = Path(__file__).parents[1] / "tests" / "oracle" / "data" / "arima_series"


def sarimax(y, x=None, **options):
    """Fit with statsmodels as it comes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SARIMAX(y, x, **options).fit(disp=False, maxiter=500)


def first_trap():
    """USAccDeaths, airline model, in deaths and in thousands of deaths."""
    y = pd.read_csv(SERIES / "usaccdeaths.csv")["y"].to_numpy(float)
    model = {"order": (0, 1, 1), "seasonal_order": (0, 1, 1, 12)}
    print("Trap 1: USAccDeaths, ARIMA(0,1,1)(0,1,1)12, the same series in other units")
    print(f"{'':44} {'ma1':>8} {'sma1':>8} {'log-lik. in deaths':>19} {'next month':>11}")
    for name, factor in (("statsmodels default, deaths", 1.0), ("statsmodels default, deaths x 100", 100.0)):
        fit = sarimax(y * factor, **model)
        log_scale = (len(y) - 13) * np.log(factor)
        nxt = float(fit.forecast(1)[0]) / factor
        print(f"{name:44} {fit.params[0]:8.4f} {fit.params[1]:8.4f} {fit.llf + log_scale:19.3f} {nxt:11.1f}")
    for factor in (1.0, 100.0):
        fit = arima(y * factor, model["order"], model["seasonal_order"])
        nxt = fit.forecast(1)[0][0] / factor
        loglik = fit.loglik + fit.nobs * np.log(factor)
        name = f"forecast.arima, deaths x {factor:g}"
        print(f"{name:44} {fit.params.iloc[0]:8.4f} {fit.params.iloc[1]:8.4f} {loglik:19.3f} {nxt:11.1f}")
    r = json.loads((SERIES.parent / "arima_cases.json").read_text())["usaccdeaths"]["expected"]
    name, coefficients = "R 4.2.2, forecast 8.20", r["coef"]
    print(
        f"{name:44} {coefficients['ma1']:8.4f} {coefficients['sma1']:8.4f} {r['loglik']:19.3f} "
        f"{r['forecast']['mean'][0]:11.1f}"
    )


def second_trap():
    """Standard errors of event terms in a simulated series with steps and pulses."""
    rng, n = np.random.default_rng(3), 150
    x = np.zeros((n, 4))
    x[40:, 0], x[70, 1], x[90:96, 2], x[120:, 3] = 1, 1, 1, 1
    e = rng.standard_normal(n)
    y = np.cumsum(e) + x @ [2.0, 3.0, -2.0, 1.0]
    ours = arima(y, (0, 1, 1), None, x, engine="numpy").bse.to_numpy()
    fit = sarimax(y, x, order=(0, 1, 1), concentrate_scale=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = fit.model
        approx = model.smooth(fit.params, cov_type="approx").bse[:4]
        opg = model.smooth(fit.params, cov_type="opg").bse[:4]
    print("\nTrap 2: standard errors of four event columns (step, pulse, window, step)")
    for name, values in (
        ("forecast.arima, observed information", ours[1:]),
        ("statsmodels cov_type='approx'", approx),
        ("statsmodels cov_type='opg' (the default)", opg),
        ("ratio opg / observed information", opg / ours[1:]),
    ):
        print(f"{name:44} " + " ".join(f"{v:8.3f}" for v in values))


if __name__ == "__main__":
    first_trap()
    second_trap()
