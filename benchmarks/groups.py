"""What a series costs in `fc.backtest_frame`: ARIMA and the random walk at 60 origins, by the size of a group."""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pandas as pd

import forecast as fc


def panel(series: int, months: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    ds = pd.date_range("2004-01-01", periods=months, freq="MS")
    season = rng.normal(0, 0.2, (series, 12))[:, np.arange(months) % 12]
    walks = np.cumsum(rng.normal(0, 0.08, (series, months)), axis=1) + season
    return pd.concat(
        [
            pd.DataFrame({"unique_id": f"s{i:05d}", "ds": ds, "y": np.round(np.exp(7 + w))})
            for i, w in enumerate(walks)
        ],
        ignore_index=True,
    )


def main() -> None:
    models = {"arima": fc.make_model("arima", order=(0, 1, 1), seasonal_order=(0, 1, 1))}
    words = {"models": models, "horizon": 12, "origins": 60, "level": [80, 95]}
    fc.backtest_frame(panel(2), **words)  # imports and kernel
    for size in map(int, sys.argv[1:] or ("10", "40", "160")):
        frame = panel(size)
        began = time.process_time()
        made = fc.backtest_frame(frame, **words)
        cpu = time.process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{size:>5} series {cpu:8.2f} s CPU {1e3 * cpu / size:8.1f} ms a series {peak:6.0f} MB {len(made):>7} rows"
        )


if __name__ == "__main__":
    main()
