"""Totals, chances, unofficial figures and comparison groups on the bundled figures: the tables of docs.

python benchmarks/outlook.py [EXPERIMENT ...] runs the experiments (guatemala_2024 and latest where none is named)
without effects and prints, as Markdown: how often ranges of totals held, what chances came to, Brier scores,
and the fiscal year and April as known on 7 May 2024 beside what came. Then comparison groups of a few measures.
"""

from __future__ import annotations

import datetime as dt
import platform
import sys
import time

import pandas as pd

import forecast as fc
from forecast.errors import ForecastError
from forecast.interventions.study import Study

SERIES = "southwest.usbp"
CITIZENS = "southwest.citizenship_"
#: Nationals whom the parole for four nations of January 2023 did not touch.
OTHERS = (
    "brazil china colombia ecuador guatemala honduras india mexico peru romania russia turkey philippines"
)
AHEAD = ("1", "3", "6", "12", "all")
NORTH = "blaine buffalo detroit grand_forks havre houlton spokane swanton"


def markdown(table: pd.DataFrame) -> str:
    """Return a table as Markdown."""
    lines = [
        list(map(str, table.columns)),
        ["---"] * len(table.columns),
        *table.astype(str).to_numpy().tolist(),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def coverage(run: fc.Run) -> pd.DataFrame:
    """Return how often ranges of totals held, by months that were still to come."""
    rows = run.totals_calibration
    rows = rows[rows["ahead_months"].isin(["3", "6", "9", "12", "all"])]
    share = [f"{100 * c:.0f} ({n})" for c, n in zip(rows["covered"], rows["n"], strict=True)]
    made = rows.assign(share=share, separate=rows["n_independent"].round().astype(int))
    wide = made.pivot_table(
        index=["kind", "ahead_months"], columns="nominal", values="share", aggfunc="first", sort=False
    )
    separate = made[made["nominal"] == 0.8].set_index(["kind", "ahead_months"])["separate"]
    verdict = made[made["nominal"] == 0.8].set_index(["kind", "ahead_months"])["verdict"]
    wide.columns = [f"{100 * p:.0f} % held, % (origins)" for p in wide.columns]
    return wide.assign(**{"separate stretches": separate, "80 %": verdict}).reset_index()


def chances(run: fc.Run) -> pd.DataFrame:
    """Return said chances beside what they came to, at 1, 3, 6 and 12 months, and of totals."""
    rows = run.reliability[run.reliability["horizon"].isin(AHEAD)]
    rows = rows[(rows["n"] >= 10) & (rows["model"] == run.headline)]
    made = rows.assign(
        said_class=[f"{a:g} to {b:g}" for a, b in zip(rows["lower_class"], rows["upper_class"], strict=True)],
        said=rows["said"].round(2),
        happened=rows["happened"].round(2),
        n_independent=rows["n_independent"].round(1),
    )
    return made[["event", "horizon", "said_class", "n", "n_independent", "said", "happened", "verdict"]]


def brier(run: fc.Run) -> pd.DataFrame:
    """Return Brier scores with their parts."""
    rows = run.brier[run.brier["horizon"].isin(AHEAD) & (run.brier["model"] == run.headline)]
    return rows.drop(columns=["model", "knowledge", "series_id"]).round(3)


def known_on_the_day(run: fc.Run) -> pd.DataFrame:
    """Return totals and the nowcast of a day beside what came."""
    later = fc.load_observations().actuals(SERIES)
    rows = []
    for total in run.totals[run.totals["model"] == run.headline].to_dict("records"):
        came = later.reindex(pd.period_range(total["first_month"], total["last_month"], freq="M"))
        divisor = 6 if total["kind"] == "next_6" else 1
        rows.append(
            {
                "what": f"{total['kind']} to {total['last_month']}",
                **_told(total),
                "came": came.sum(skipna=False) / divisor,
            }
        )
    for now in run.nowcast.to_dict("records"):
        what = f"{now['month']} with {now['value']:,.0f} as evidence (forecast alone {now['forecast']:,.0f})"
        rows.append({"what": what, **_told(now), "came": later.get(now["month"])})
    return pd.DataFrame(rows).assign(came=lambda x: [f"{v:,.0f}" if v == v else "open" for v in x["came"]])


def _told(row: dict) -> dict:
    return {
        "median": f"{row['median']:,.0f}",
        "80 %": f"{row['lower_80']:,.0f} to {row['upper_80']:,.0f}",
        "95 %": f"{row['lower_95']:,.0f} to {row['upper_95']:,.0f}",
    }


def groups() -> pd.DataFrame:
    """Return comparisons of measures with series that they did not touch."""
    obs, events = fc.load_observations(), fc.load_events()
    others = [CITIZENS + name for name in OTHERS.split()]
    north = [f"northern.usbp.{name}" for name in NORTH.split()]
    asked = [(CITIZENS + n, "chnv_parole", others, "2024-05-07") for n in ("cuba", "haiti", "nicaragua")]
    asked += [
        (CITIZENS + "venezuela", "venezuela_parole_2022", others, "latest"),
        (CITIZENS + "ecuador", "mexico_visa_ecuador_2021", others, "latest"),
        (SERIES, "securing_border_proclamation_2024", north, "latest"),
    ]
    rows = []
    for series, event, donors, day in asked:
        used = [d for d in donors if d != series]
        try:
            found = (
                Study(obs.as_of(day, [series, *used]), events, series_id=series).compared(event, used).values
            )
        except ForecastError as error:
            found = {"verdict": "refused", "reason": str(error)}
        rows.append({"series": series, "event": event, "as of": day, **found})
    table = pd.DataFrame(rows)
    for column, digits in (("percent", 0), ("statistic", 1), ("p", 3)):
        table[column] = [f"{v:.{digits}f}" if v == v else "" for v in table[column]]
    columns = ["series", "event", "as of", "months_before", "months_after", "percent", "statistic", "p"]
    return table[[*columns, "n_placebos", "dropped", "verdict", "reason"]]


def main(names: list[str]) -> None:
    """Print everything."""
    machine = f"{dt.date.today()}, {platform.machine()}, Python {platform.python_version()}"
    for name in names or ["guatemala_2024", "latest"]:
        run = fc.run(fc.load_experiment(name, "specification=none", "events.effects=null"))
        seconds = run.durations["totals and chances"]
        print(f"## {name}, as of {run.as_of:%Y-%m-%d} ({machine}; {seconds:.1f} s for all of it)\n")
        for title, made in (
            ("Ranges of totals", coverage),
            ("Chances", chances),
            ("Brier scores", brier),
            ("As known on the day, and what came", known_on_the_day),
        ):
            print(f"### {title}\n\n{markdown(made(run))}")
    start = time.perf_counter()
    table = groups()
    print(f"## Comparison groups ({machine}; {time.perf_counter() - start:.1f} s)\n\n{markdown(table)}")


if __name__ == "__main__":
    main(sys.argv[1:])
