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
# # 7 Your own data
#
# Nothing here is made for the border alone. The figures of this notebook are car drivers killed or seriously injured in
# Great Britain, 1969 to 1984 (Harvey 1989), and the policy is the seat-belt law of 31 January 1983. Two small files, from
# the first look to a report.

# %%
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import pandas as pd

import forecast as fc

start = "1976-01"  # tests: "1982-01"
more = ()  # tests: ("events.effects=null",)

# %% [markdown]
# ## Two files
#
# A CSV with months and figures is enough, however its columns are called. Nobody noted when each figure came out, so all are taken as public 30 days after
# their month. The calendar needs `id, announced_date, effective_start, shape`.

# %%
obs = fc.load_observations("example:road_casualties.csv", release_lag_days=30)
events = fc.load_events("example:road_events.csv")
events.table[["id", "announced_date", "effective_start", "shape", "sign"]]

# %%
panel = obs.as_of("latest", ["drivers"])
ax = panel.plot()
ax.axvline(pd.Timestamp("1983-01-31"), color="#a3470b")
_ = ax.annotate("seat belts compulsory", (pd.Timestamp("1979-02-01"), 2500), color="#a3470b", fontsize=9)

# %% [markdown]
# ## What came with the law?

# %%
table = fc.effects(panel, events, coding="rule", placebo=True)
row = table[table["level"] == 0.95].iloc[0]
print(
    f"A change of {row['percent']:+.0f}% (95% range {row['percent_lower']:+.0f}% to {row['percent_upper']:+.0f}%). "
    f"A change as large was found at {row['placebo_larger']} of {row['placebo_n']} ordinary months."
)

# %% [markdown]
# Would the figures show it to somebody who has never heard of the law? Look for level shifts without the calendar.

# %%
found = fc.detect_events(panel, events, kinds=["LS"], critical=3.0)
print(f"Shifts of the level with |t| above 3: {len(found)}.")
found[["month", "kind", "percent", "t", "event", "explained"]].round({"percent": 1, "t": 1})

# %% [markdown]
# ## Forecasts before and after
#
# The same model on the day before the law, without knowing of it and with the announcement in its calendar, whose
# size nobody knew (the prior says: about 10% down, give or take 30).

# %%
model = fc.make_model("arima", order=(0, 1, 1), seasonal_order=(0, 1, 1))
early = obs.as_of("1983-01-30", ["drivers"])
blind = model.fit(early).forecast(12)
aware = model.fit(early, events.design(early, horizon=12)).forecast(12)

fig, pair = plt.subplots(1, 2, figsize=(9, 3.2), sharey=True, layout="constrained")
truth = obs.actuals("drivers").loc["1983-01":"1983-11"]
for ax, forecast, title in zip(
    pair, (blind, aware), ("without the law", "with the law as known"), strict=True
):
    forecast.plot(history=early.window(36), ax=ax)
    ax.plot(truth.index.to_timestamp(), truth, "o", color="#a3470b", markersize=3)
    ax.set_title(title, loc="left", fontsize=11)
    ax.get_legend().remove()
    ax.set_ylim(bottom=0)

# %%
for name, forecast in (("without", blind), ("with", aware)):
    miss = (forecast.median["drivers"].loc[truth.index] / truth - 1).mean()
    print(f"{name} the law the middle of the forecast was {miss:+.0%} off on average")

# %% [markdown]
# ## Is any model better than last year?
#
# This series keeps its season, so the random walk is a poor baseline; the same month a year ago is the fair one.

# %%
origins = fc.monthly_origins(start, "1984-06", obs, series=["drivers"])
models = {
    "arima": model,
    "seasonal_naive": fc.make_model("seasonal_naive"),
    "theta": fc.make_model("theta"),
}
bt = fc.backtest(models, obs, events, "drivers", origins, horizon=6, baseline="seasonal_naive")
table = fc.accuracy(bt, obs, baseline="seasonal_naive")
table.round(2)

# %%
best = table.iloc[0]
print(
    f"{len(origins)} origins; {best['model']} is best: skill {best['skill']:+.0%} against the same month a year ago."
)

# %% [markdown]
# ## The report
#
# One file of settings makes the page that a newsroom could print; `forecast experiment=own_data` does the same.

# %%
words = ["model=[arima]", "combination=none", "report.headline=arima", "report.png=false", *more]
exp = fc.load_experiment("own_data", f"backtest.start={start}", f"backtest.score_from={start}", *words)
run = fc.run(exp)
with TemporaryDirectory() as folder:
    page = fc.write_report(run, Path(folder) / "report")
    print("It begins:", json.loads((page / "report.json").read_text())["h1"])
ax = run.plot()
