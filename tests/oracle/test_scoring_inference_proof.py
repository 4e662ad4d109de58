"""Simulated forecasters of equal skill: how often an interval or test calls one of them better."""

from __future__ import annotations

import numpy as np
import pytest

from forecast.scoring.inference import Bootstrap, cosine_test, diebold_mariano, enough_origins, skill_interval

PAIRS, HORIZON = 1000, 12
PERSISTENCE = {"persistent": 0.9, "independent": 0.0}


def equal_forecasters(rng, origins: int, persistence: float, changing: bool):
    """Losses of two random walks on logs, each with a signal of its own that tells nothing."""
    n = origins + HORIZON
    shocks = rng.standard_t(5, n) / np.sqrt(5 / 3)
    log_sd = np.zeros(n)
    if changing:
        log_sd = walk(rng, n, 0.95, 0.1)
        log_sd[n // 2 :] += np.log(2.25)
    y = np.cumsum(0.15 * shocks * np.exp(log_sd))
    losses = []
    for _ in range(2):
        signal = walk(rng, n, persistence, 0.05 if persistence else 0.1)
        each = [
            np.abs(np.exp(y[h : origins + h]) - np.exp(y[:origins] + signal[:origins] * np.sqrt(h)))
            for h in range(1, HORIZON + 1)
        ]
        losses.append(np.stack(each, axis=1))
    return losses


def walk(rng, n: int, persistence: float, sd: float):
    """A first-order autoregression."""
    steps, path = sd * rng.standard_normal(n), np.zeros(n)
    for t in range(1, n):
        path[t] = persistence * path[t - 1] + steps[t]
    return path


@pytest.mark.proof
@pytest.mark.parametrize("changing", [False, True], ids=["constant volatility", "changing volatility"])
@pytest.mark.parametrize("kind", list(PERSISTENCE))
@pytest.mark.parametrize(("origins", "spacing"), [(127, 1), (48, 1), (32, 12)])
def test_equal_forecasters_are_rarely_called_better(origins, spacing, kind, changing):
    """Lower bound above 0: promised 5 %, held to 7.5; two-sided p below .10: held to 15."""
    rng = np.random.default_rng(20240507)
    better, small_p = {}, {}
    for _ in range(PAIRS):
        every = equal_forecasters(rng, (origins - 1) * spacing + 1, PERSISTENCE[kind], changing)
        mine, other = (x[::spacing] for x in every)
        for name, columns in {"1": [0], "12": [11], "all": list(range(HORIZON))}.items():
            a, b = mine[:, columns].mean(axis=1), other[:, columns].mean(axis=1)
            assert enough_origins(len(a), columns[-1] + 1, spacing)
            for method, bootstrap in {"cosines": None, "bootstrap": Bootstrap(draws=400)}.items():
                lower = skill_interval(a, b, bootstrap, spacing)[0]
                better.setdefault((method, name), []).append(lower > 0)
            small_p.setdefault(("cosines", name), []).append(cosine_test(a, b)[1] < 0.1)
            lags = max(1, round((columns[-1] + 1) / spacing))
            small_p.setdefault(("R's test", name), []).append(diebold_mariano(a, b, lags)[1] < 0.1)
    print(f"\n{origins} origins {spacing} months apart, {kind}, {'changing' if changing else 'constant'}")
    for what, shares in (("lower bound above 0", better), ("p below .10", small_p)):
        told = "; ".join(f"{m} at {h}: {100 * np.mean(x):.1f}" for (m, h), x in shares.items())
        print(f"  {what}, %: {told}")
    for (method, _), x in better.items():
        assert method != "cosines" or np.mean(x) <= 0.075
    for (method, _), x in small_p.items():
        assert method != "cosines" or np.mean(x) <= 0.15
