"""The same backtest by every engine: serial, pandas by group, Fugue, Dask, Spark, Ray; are the bytes the same?

`make proof` runs it in an environment of its own, since Fugue wants pandas before 3. What is not installed is
said and left out; a difference ends it with 1.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from importlib import metadata

import numpy as np
import pandas as pd

import forecast as fc

WORDS = {"models": ["drift", "seasonal_naive"], "horizon": 6, "origins": 12, "level": [80, 95]}
KEYS = ["unique_id", "cutoff", "ds"]


def panel(series: int, months: int = 96) -> pd.DataFrame:
    rng = np.random.default_rng(11)
    ds = pd.date_range("2015-01-01", periods=months, freq="MS")
    walks = np.cumsum(rng.normal(0, 0.1, (series, months)), axis=1)
    parts = [
        pd.DataFrame({"unique_id": f"s{i:04d}", "ds": ds, "y": np.round(np.exp(7 + walk))})
        for i, walk in enumerate(walks)
    ]
    return pd.concat(parts, ignore_index=True)


def digest(made: pd.DataFrame) -> str:
    """The bits of every number and the words of every key, rows sorted by key."""
    rows = made.sort_values(KEYS, ignore_index=True)
    total = hashlib.sha256(",".join(map(str, rows.columns)).encode())
    for column in rows:
        if column == "unique_id":
            total.update("\n".join(rows[column].astype(str)).encode())
        elif column in KEYS:
            total.update(pd.to_datetime(rows[column]).to_numpy("datetime64[ns]").tobytes())
        else:
            total.update(rows[column].to_numpy(float).tobytes())
    return total.hexdigest()[:16]


def scores(made: pd.DataFrame) -> str:
    """Scores by series of utilsforecast, joined and sorted by key."""
    from utilsforecast.evaluation import evaluate
    from utilsforecast.losses import mae, scaled_crps

    plain = made.astype(dict.fromkeys(made.columns[3:], float))
    plain = plain.assign(unique_id=plain["unique_id"].astype(str)).sort_values(KEYS, ignore_index=True)
    found = evaluate(plain, [mae, scaled_crps], level=[80, 95])
    found = found.sort_values(["unique_id", "cutoff", "metric"], ignore_index=True)
    return hashlib.sha256(found.iloc[:, 3:].to_numpy(float).tobytes()).hexdigest()[:16]


# --------------------------------------------------------------------------- engines


def by_group(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([fc.backtest_frame(rows, **WORDS) for _, rows in frame.groupby("unique_id")])


def by_fugue(frame: pd.DataFrame, engine: object = None) -> pd.DataFrame:
    from fugue import transform
    from triad import Schema

    schema = Schema(fc.backtest_frame(frame.head(0), **WORDS))
    words = {"schema": schema, "partition": {"by": "unique_id"}, "params": WORDS, "as_local": True}
    return transform(frame, fc.backtest_frame, engine=engine, **words)


def by_fugue_dask(frame: pd.DataFrame) -> pd.DataFrame:
    from distributed import Client, LocalCluster

    local = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with local, Client(local) as client:
        return by_fugue(frame, client)


def by_spark(frame: pd.DataFrame) -> pd.DataFrame:
    from pyspark.sql import SparkSession

    spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        schema = spark.createDataFrame(fc.backtest_frame(frame.head(24).tail(24), **{**WORDS, "origins": 1}))
        work = lambda rows: fc.backtest_frame(rows, **WORDS)  # noqa: E731
        return spark.createDataFrame(frame).groupby("unique_id").applyInPandas(work, schema.schema).toPandas()
    finally:
        spark.stop()


def by_ray(frame: pd.DataFrame) -> pd.DataFrame:
    import ray

    ray.init(num_cpus=2, include_dashboard=False, logging_level="ERROR")
    try:
        work = ray.remote(lambda rows: fc.backtest_frame(rows, **WORDS))
        return pd.concat(ray.get([work.remote(rows) for _, rows in frame.groupby("unique_id")]))
    finally:
        ray.shutdown()


def by_address(frame: pd.DataFrame, workers: int = 2, kill: bool = False) -> str:
    """The long backtest by a scheduler's address, one worker killed in the middle; the digest of its table."""
    from distributed import LocalCluster
    from joblib import parallel_config

    from forecast.experiment.cluster import cluster

    obs = fc.from_nixtla(frame)
    days = fc.monthly_origins("2019-01", "2021-12", obs, [obs.series_ids[0]])
    models = {name: fc.make_model(name) for name in WORDS["models"]}

    def run() -> pd.DataFrame:
        return fc.backtest(models, obs, None, obs.series_ids, days, 6, "none").forecasts

    if not workers:
        return long_digest(run())
    local = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
    with local, cluster(local.scheduler_address) as backend, parallel_config(backend=backend):
        if kill:
            pid = next(iter(local.workers.values())).pid
            threading.Timer(1.5, os.kill, (pid, signal.SIGKILL)).start()
        return long_digest(run())


def long_digest(table: pd.DataFrame) -> str:
    total = hashlib.sha256(table["value"].to_numpy(float).tobytes())
    total.update(table["series_id"].astype(str).str.cat(table["model"].astype(str)).str.cat(sep=",").encode())
    return total.hexdigest()[:16]


ENGINES: dict[str, tuple[str, Callable[[pd.DataFrame], pd.DataFrame]]] = {
    "pandas, by group": ("pandas", by_group),
    "Fugue, pandas engine": ("fugue", by_fugue),
    "Fugue, Dask engine": ("fugue", by_fugue_dask),
    "Spark, applyInPandas": ("pyspark", by_spark),
    "Ray, a task a group": ("ray", by_ray),
}


def missing(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return True
    return False


def main() -> int:
    asked = sys.argv[1:]  # words of the names of engines; all of them without one
    frame = panel(6)
    whole = fc.backtest_frame(frame, **WORDS)
    wanted = digest(whole), scores(whole)
    print(f"{'engine':<34} {'forecasts':<18} {'scores':<18} seconds")
    print(f"{'one call':<34} {wanted[0]:<18} {wanted[1]:<18}")
    wrong = 0
    for name, (package, run) in ENGINES.items():
        if asked and not any(word.lower() in name.lower() for word in asked):
            continue
        if missing(package):
            print(f"{name:<34} {package} is not installed")
            continue
        began = time.perf_counter()
        made = run(frame)
        found = digest(made), scores(made)
        wrong += found != wanted
        told = "" if found == wanted else "  DIFFERS"
        print(f"{name:<34} {found[0]:<18} {found[1]:<18} {time.perf_counter() - began:.1f}{told}", flush=True)
    if missing("distributed") or (asked and "scheduler" not in asked):
        return int(wrong > 0)
    serial = by_address(frame, workers=0)
    print(f"\n{'fc.backtest, serial':<34} {serial}")
    for workers, kill in ((1, False), (2, False), (2, True)):
        found, told = by_address(frame, workers, kill), f"scheduler, {workers} workers{', one killed' * kill}"
        wrong += found != serial
        print(f"{told:<34} {found}{'' if found == serial else '  DIFFERS'}", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
