"""Tables on events: events never seen, value of knowledge, placebo runs.

    python benchmarks/interventions.py unseen | knowledge | effects

Run on the bundled figures (southwest.usbp); prints, writes nothing.
"""

from __future__ import annotations

import sys
import time

import pandas as pd

import forecast as fc
from forecast.config.settings import CombinationSpec, EventsSpec
from forecast.interventions.effects import effects
from forecast.interventions.foresight import adjusted_rows, knowledge_table
from forecast.models.base import FoldFailure
from forecast.postprocess.combination import combine
from forecast.postprocess.intervals import add_intervals
from forecast.scoring.comparison import compare
from forecast.tables.columns import FORECAST_COLUMNS

SERIES = "southwest.usbp"
FIRST_SCORED = pd.Timestamp("2016-02-01")
MEMBERS = {
    "arima_011": {"order": [0, 1, 1], "seasonal_order": None, "events": False},
    "arima_72": {"order": [0, 1, 1], "seasonal_order": [1, 0, 1], "window": 72, "events": False},
}
UNSEEN = ("prior", "ignore", "analogue")


def origins(obs):
    return [pd.Timestamp(o) for o in fc.monthly_origins("2010-01", None, obs, series=[SERIES])]


def short(obs, events):
    """The combination of three models without events, with its ranges."""
    models = {name: fc.make_model("arima", **p) for name, p in MEMBERS.items()}
    table = fc.backtest(models, obs, events, [SERIES], origins(obs), levels=(0.5,)).forecasts
    ranged, _ = add_intervals(table, obs)
    return combine(ranged, obs, "short", CombinationSpec(members=("random_walk", *MEMBERS)))[0]


def arima_rows(obs, events, coding, unseen):
    """Forecasts of the shrunken airline model at every origin, and where an unseen event entered."""
    model, jobs, days, seen = fc.make_model("arima"), [], [], {}
    for day in origins(obs):
        panel = obs.as_of(day, [SERIES])
        design = events.design(panel, coding=coding, unseen=unseen)
        told = design.estimability
        seen[day] = bool((told["action"] == "not_active").any() and (design.past.abs().max() < 0.01).any())
        jobs.append((panel, design))
        days.append(day)
    parts = []
    for day, fitted in zip(days, model.fit_many(jobs), strict=True):
        if not isinstance(fitted, FoldFailure):
            parts.append(fitted.forecast(12, (0.5,)).table.assign(origin=day))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(model=unseen, knowledge="none", scenario="")[list(FORECAST_COLUMNS)], seen


def unseen_table():
    """Does the prior, nothing, or past events of the kind serve best for events that no figure has shown yet?"""
    obs, events = fc.load_observations(), fc.load_events()
    base = short(obs, events)
    for coding in ("rule", "judged"):
        tables, struck = [], {}
        for word in UNSEEN:
            rows, seen = arima_rows(obs, events, coding, word)
            struck = seen if word == "prior" else struck
            tables.append(rows)
        ranged, _ = add_intervals(pd.concat(tables, ignore_index=True), obs)
        show("arima, shrunken", coding, ranged, obs, struck)
        laid = []
        for word in UNSEEN:
            rows = adjusted_rows(base, obs, events, EventsSpec(coding=coding, unseen=word), ("at_origin",))
            laid.append(rows[rows["knowledge"] == "at_origin"].assign(model=word, knowledge="none"))
        show("laid over the combination", coding, pd.concat(laid, ignore_index=True), obs, struck)


def show(what, coding, table, obs, struck):
    scored = table[table["origin"] >= FIRST_SCORED]
    touched = scored["origin"].map(struck).astype(bool)
    for name, rows in (("all origins", scored), ("origins with an unseen event", scored[touched])):
        n = rows["origin"].nunique()
        print(f"\n{what}, coded by {coding}, {name} ({n}): skill against `prior`, %, with 90 % range")
        if n < 12:
            print("  too few origins")
            continue
        made = compare(rows, obs, against="prior", eras={})
        made = made[
            made["horizon"].isin([1, 3, 6, "all"]) & made["metric"].isin(["mae", "log_mae", "log_wis"])
        ]
        made = made.assign(
            told=[
                f"{100 * s:+.1f} [{100 * a:+.1f}, {100 * b:+.1f}]"
                for s, a, b in made[["skill", "lower", "upper"]].to_numpy()
            ]
        )
        print(made.pivot(index=["model", "metric"], columns="horizon", values="told").to_string())


def knowledge():
    """None, at_origin, hindsight: arima with events and the combination with effects laid over it; both codings."""
    obs, events = fc.load_observations(), fc.load_events()
    base, tables = short(obs, events), {}
    for coding in ("rule", "judged"):
        table = fc.backtest(
            {"arima": fc.make_model("arima")},
            obs,
            events,
            [SERIES],
            origins(obs),
            levels=(0.5,),
            knowledge=["none", "at_origin", "hindsight"],
            coding=coding,
        ).forecasts
        ranged, _ = add_intervals(table, obs)
        both = pd.concat(
            [ranged, adjusted_rows(base, obs, events, EventsSpec(coding=coding))], ignore_index=True
        )
        tables[coding] = both[both["origin"] >= FIRST_SCORED]
    made = knowledge_table(tables, obs)
    columns = [
        "model",
        "coding",
        "metric",
        "horizon",
        "none",
        "at_origin",
        "hindsight",
        "gain",
        "lower",
        "upper",
        "gain_hindsight",
        "lower_hindsight",
        "upper_hindsight",
        "n",
    ]
    print(made.loc[made["horizon"].isin([1, 3, 6, "all"]), columns].round(3).to_string(index=False))
    for row in made[(made["horizon"] == "all") & (made["metric"] == "mae")].itertuples():
        print(f"{row.model}: gain {100 * row.gain:.0f}% ({100 * row.lower:.0f} to {100 * row.upper:.0f})")


def effect_tables():
    """Effects and placebo counts at two dates, both codings, and what they take."""
    obs, events = fc.load_observations(), fc.load_events()
    effects(obs.as_of("2012-01-31", [SERIES]), events)  # compiles
    for day in ("2024-05-07", "latest"):
        for coding in ("judged", "rule"):
            start = time.perf_counter()
            made = effects(obs.as_of(day, [SERIES]), events, coding=coding)
            seconds = time.perf_counter() - start
            made = made[made["level"] == 0.8]
            runs = int(made["placebo_n"].sum())
            print(f"\nas of {day}, {coding}: {len(made)} effects, {runs} placebo fits, {seconds:.1f} s")
            columns = [
                "group",
                "percent",
                "percent_lower",
                "percent_upper",
                "active_months",
                "placebo_larger",
                "placebo_n",
                "placebo_p",
                "placebo_p_recent",
                "clear",
            ]
            print(made[columns].round(3).to_string(index=False))


if __name__ == "__main__":
    parts = {"unseen": unseen_table, "knowledge": knowledge, "effects": effect_tables}
    for word in sys.argv[1:] or list(parts):
        print(f"\n# {word}: {parts[word].__doc__}")
        parts[word]()
