"""Accuracy of the default forecast on the bundled figures: skill against the random walk, coverage, gain of events.

python benchmarks/accuracy.py [--quick] prints Markdown tables: by period, by era, by horizon, the gain of events under
four codings, achieved coverage, and the nine sectors. All rows have the same interval rule. Origins are the release
days of every month from October 2002 on; the first years only feed weights and widths. Nothing is tuned here.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import platform
import time

import numpy as np
import pandas as pd

import forecast as fc
from forecast.config.settings import IntervalsSpec
from forecast.events.calendar import replace_events
from forecast.experiment.intervals import lay_events, postprocess
from forecast.models.registry import make_models
from forecast.scoring.calibration import calibrate
from forecast.scoring.comparison import compare

SERIES = "southwest.usbp"
PERIODS = {
    "2006-15": ("2006-01", "2014-12"),
    "2016-26": ("2016-01", "9999-12"),
    "2006-26": ("2006-01", "9999-12"),
}
ERAS = {
    "2006-13": ("2006-01", "2013-12"),
    "2014-19": ("2014-01", "2019-12"),
    "2020-24": ("2020-01", "2024-12"),
    "2025-26": ("2025-01", "9999-12"),
}
#: Coding, priority, and whether the judged shapes stand in the place of those by rule.
CODINGS = {
    "rule, priority 1": ("rule", 1, False),
    "rule but for judged shapes, priority 1": ("rule", 1, True),
    "judged, priority 1": ("judged", 1, False),
    "rule, priority 1 and 2": ("rule", 2, False),
}


def forecasts(
    series: list[str], more: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame, fc.Experiment, fc.Observations]:
    """Return the ranges of all rows at all origins, for one panel of series, and two of them by the rule before.

    Until November 2026 errors were measured on logs, grew with the root of the distance, and quantiles were averaged.
    """
    exp = fc.load_experiment(
        "latest",
        f"model=[random_walk,{','.join(more)}]" if more else "model=random_walk",
        f"target.series=[{','.join(series)}]",
    )
    obs = fc.load_observations()
    origins = fc.monthly_origins("2002-10", None, obs, series=series[:1])
    bt = fc.backtest(
        make_models(exp.model),
        obs,
        fc.load_events(),
        series,
        origins,
        exp.horizon,
        levels=(0.5,),
        refit_every={n: s.refit_every for n, s in exp.model.items()},
    )
    table, _, _ = postprocess(exp, bt.forecasts, obs, obs.newest_release())
    earlier = dataclasses.replace(
        exp,
        intervals=IntervalsSpec(),
        combination={"border": dataclasses.replace(exp.combination["border"], average="quantiles")},
    )
    before, _, _ = postprocess(earlier, bt.forecasts, obs, obs.newest_release())
    before = before[before["model"].isin(["random_walk", "border"])]
    return table, before, exp, obs


def with_events(table: pd.DataFrame, exp: fc.Experiment, obs: fc.Observations) -> pd.DataFrame:
    """Return the combination with events laid over it, under each coding."""
    rows = []
    for label, (coding, priority, judged_shapes) in CODINGS.items():
        events = fc.load_events()
        if judged_shapes:
            events = replace_events(events, events.table.assign(shape=events.table["judged_shape"]))
        changed = dataclasses.replace(
            exp, events=dataclasses.replace(exp.events, coding=coding, priority=priority)
        )
        moved, _ = lay_events(changed, table, obs, events)
        rows.append(moved.assign(model=f"border + events ({label})"))
    return pd.concat(rows, ignore_index=True)


def skills(table: pd.DataFrame, obs: fc.Observations, eras: dict) -> pd.DataFrame:
    scores = fc.score(table, obs, by=["model", "horizon", "era"], eras=eras)
    wanted = {
        ("mae", "natural", 1): "MAE h=1",
        ("mae", "natural", 3): "MAE h=3",
        ("mae", "natural", 6): "MAE h=6",
        ("mae", "natural", 12): "MAE h=12",
        ("mae", "natural", "all"): "MAE all",
        ("wis", "natural", 1): "WIS h=1",
        ("wis", "natural", "all"): "WIS all",
        ("wis", "log", "all"): "log WIS all",
    }
    scores["column"] = [
        wanted.get(k) for k in zip(scores["metric"], scores["scale"], scores["horizon"], strict=True)
    ]
    rows = scores.dropna(subset=["column"])
    rows = rows[rows["era"].isin(eras)]
    out = rows.pivot_table(index=["era", "model", "knowledge"], columns="column", values="skill", sort=False)
    return (100 * out[list(wanted.values())]).round(1)


def coverage(table: pd.DataFrame, obs: fc.Observations) -> pd.DataFrame:
    """Return achieved coverage by row and distance."""
    cover = calibrate(table, obs)
    cover = cover[(cover["era"] == "all") & cover["horizon"].isin([1, 3, 6, 12, "all"])]
    cover["achieved"] = [f"{100 * c:.0f}" for c in cover["covered"]]
    return cover.pivot_table(
        index=["model", "horizon"], columns="nominal", values="achieved", aggfunc="first", sort=False
    )


def show(title: str, table: pd.DataFrame) -> None:
    print(f"\n### {title}\n")
    flat = table.reset_index()
    print("| " + " | ".join(map(str, flat.columns)) + " |\n|" + "---|" * len(flat.columns))
    for row in flat.itertuples(index=False):
        print("| " + " | ".join(f"{v:+.1f}" if isinstance(v, float) else str(v) for v in row) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="members of the headline only, no sectors")
    quick = parser.parse_args().quick
    print(
        f"# Accuracy, {dt.date.today()}, {platform.machine()}, {platform.python_implementation()} {platform.python_version()}"
    )
    start = time.perf_counter()
    table, before, exp, obs = forecasts(
        [SERIES], [] if quick else ["drift", "seasonal_naive", "arima", "arima_no_events", "linear", "ridge"]
    )
    moved = with_events(table, exp, obs)
    print(f"\n{table['origin'].nunique()} origins, all rows and ranges: {time.perf_counter() - start:.1f} s")
    whole = pd.concat([table[table["model"] != "border_events"], moved], ignore_index=True)
    show("Skill against the random walk, %", skills(whole, obs, PERIODS))
    show(
        "By era, %",
        skills(
            whole[whole["model"].isin(["random_walk", "border"]) | whole["model"].str.startswith("border +")],
            obs,
            ERAS,
        ),
    )

    now = table[table["model"] == "border"].assign(model="border now")
    both = pd.concat([before, now], ignore_index=True)
    show(
        "Before and now, against the random walk with its ranges before, %", skills(both, obs, PERIODS | ERAS)
    )
    show("Coverage of `border` before, 2016-26, %", coverage(before[before["origin"] >= "2016-02-01"], obs))

    recent = whole[whole["origin"] >= "2016-02-01"]
    gain = []
    for label in moved["model"].unique():
        pair = recent[recent["model"].isin(["border", label])]
        told = compare(pair, obs, against="border", eras=ERAS)
        told = told[
            (told["model"] == label)
            & (told["era"] == "all")
            & told["horizon"].isin([1, "all"])
            & told["metric"].isin(["mae", "wis"])
        ]
        gain.append(
            told.assign(skill=100 * told["skill"], lower=100 * told["lower"], upper=100 * told["upper"])
        )
    show(
        "Gain of events over `border`, 2016-26, % with 90 % interval",
        pd.concat(gain)[["model", "metric", "horizon", "skill", "lower", "upper", "n", "words"]].set_index(
            "model"
        ),
    )

    told = recent[recent["model"].isin(["random_walk", "border", "border + events (rule, priority 1)"])]
    show("Achieved coverage, 2016-26, %", coverage(told, obs))
    if quick:
        return
    sectors = fc.load_experiment("sectors").target.series[1:]
    rows, changes = [], []
    for name in sectors:
        one, old, sector_exp, _ = forecasts([name], [])
        both = pd.concat(
            [one[one["model"] != "border_events"], with_events(one, sector_exp, obs)], ignore_index=True
        )
        rows.append(skills(both, obs, {"2016-26": PERIODS["2016-26"]}).assign(series=name))
        pair = pd.concat([old, one[one["model"] == "border"].assign(model="border now")], ignore_index=True)
        changes.append(skills(pair, obs, {"2016-26": PERIODS["2016-26"]}))
    table = pd.concat(rows).reset_index()
    median = table.groupby("model", sort=False)[["MAE h=1", "MAE all", "WIS h=1", "WIS all"]].median()
    show("Nine sectors, 2016-26: median skill, %", median.round(1))
    changed = pd.concat(changes).reset_index().groupby("model", sort=False)[list(median.columns)].median()
    show(
        "Nine sectors, 2016-26: median skill against the random walk with its ranges before, %",
        changed.round(1),
    )
    head = table[table["model"] == "border"].set_index("series")[["MAE h=1", "MAE all", "WIS h=1", "WIS all"]]
    show("`border` in each sector, 2016-26, %", head)
    print(
        f"\nwhole run: {time.perf_counter() - start:.0f} s; numpy {np.__version__}, pandas {pd.__version__}"
    )


if __name__ == "__main__":
    main()
