# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3

# %% [markdown]
# # 8 Sweeps and comparison
#
# How much memory should a model have, and does the answer depend on where one stops the clock? A question of this kind
# is a grid of experiments and one table.

# %%
import itertools

import matplotlib.pyplot as plt
import pandas as pd

import forecast as fc

start = "2010-01"  # tests: "2021-06"
windows = ["null", "120", "72"]  # tests: ["null", "72"]
days = ["2019-12-31", "2024-05-07"]

# %% [markdown]
# ## One experiment, changed in one place at a time
#
# An experiment is composed of files and of words, exactly those that the command takes. On the shell this grid would be
#
# ```sh
# forecast -m experiment=quick backtest.window=null,120,72 as_of=2019-12-31,2024-05-07
# ```
#
# which writes a report for each job and prints their table. Here only the numbers are wanted.

# %%
words = [
    "model=[random_walk,arima_no_events,mean_reversion]",
    "combination=none",
    "report.headline=random_walk",
]
runs = {}
for window, day in itertools.product(windows, days):
    first = start if day > "2020" else str(pd.Period(start, "M") - 48)
    exp = fc.load_experiment(
        "quick", *words, f"backtest.window={window}", f"backtest.start={first}", f"as_of={day}"
    )
    runs[window, day] = fc.run(exp)
print(f"{len(runs)} runs; models: {', '.join(exp.model)}")

# %% [markdown]
# ## The table
#
# Every run holds its tables as DataFrames, so a comparison is a concatenation. Scores of different days are not pooled:
# the folds differ.

# %%
scores = pd.concat([run.scores.assign(window=window, as_of=day) for (window, day), run in runs.items()])
mae = scores[(scores["metric"] == "mae") & (scores["scale"] == "natural") & (scores["era"] == "all")]
whole = mae[(mae["horizon"] == "all") & (mae["model"] != "random_walk")]
table = 100 * whole.pivot_table(index=["model", "window"], columns="as_of", values="skill", sort=False)
table.round(1)

# %%
fig, pair = plt.subplots(1, 2, figsize=(9, 3.4), sharey=True, layout="constrained")
for ax, day in zip(pair, days, strict=True):
    part = mae[(mae["as_of"] == day) & (mae["model"] == "arima_no_events") & (mae["horizon"] != "all")]
    for window, colour in zip(windows, ("#0a5ea8", "#00766a", "#a3470b"), strict=False):
        rows = part[part["window"] == window]
        label = "all months" if window == "null" else f"{window} months"
        ax.plot(rows["horizon"].astype(int), 100 * rows["skill"], color=colour, label=label)
    ax.axhline(0, color="#868f99", linewidth=1)
    ax.set_title(f"ARIMA, as of {day}", loc="left", fontsize=11)
    ax.spines[["top", "right"]].set_visible(False)
pair[0].set_ylabel("skill against the random walk, %")
_ = pair[0].legend(frameon=False, fontsize=9)

# %%
best = table.idxmax()
for day in days:
    model, window = best[day]
    print(f"As of {day} the best row is {model} with window {window}: {table.loc[best[day], day]:+.1f}%.")
print(
    "The same choice would have been made on both days." if len(set(best)) == 1 else "The two days disagree."
)

# %% [markdown]
# ## A metric of your own
#
# `register_metric` adds a column of losses to every later `score`. This one asks how wide the ranges are compared with
# the middle of the forecast.


# %%
def width(y, quantiles, levels):
    """Width of the 80% range in percent of the middle."""
    low, middle, high = (quantiles[:, abs(levels - p).argmin()] for p in (0.1, 0.5, 0.9))
    return 100 * (high - low) / middle


fc.register_metric("width_80", width, skill=False)
run = runs["null", days[-1]]
again = fc.score(run.backtest, fc.load_observations(), baseline="random_walk")
wide = again[(again["metric"] == "width_80") & again["horizon"].isin([1, 6, 12])]
wide.pivot(index="model", columns="horizon", values="value").round(0)

# %% [markdown]
# A setting that wins on one day only was luck. Choose on early origins, score on later ones, and keep
# the random walk in every table.
