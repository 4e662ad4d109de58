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
# ---

# %% [markdown]
# # 4 A model from scratch to a backtest
#
# How much work is a new idea, and how do we find out whether it is any good? The idea here: *the same month a year ago,
# moved by how the last three months compare with theirs.* Twelve lines.

# %%
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np

import forecast as fc
from forecast.testing import check_model

obs, events = fc.load_observations(), fc.load_events()
series = "southwest.usbp"
start = "2012-01"  # tests: "2022-06"

# %% [markdown]
# ## The model
#
# A model is a frozen dataclass of its parameters. `fit_series` gets the figures on the model's scale (logs) and returns
# the steps ahead: a centre and a standard deviation for each horizon.


# %%
@dataclass(frozen=True)
class LastYear(fc.SeriesModel):
    """The same month a year ago, moved by how the last months compare with theirs."""

    months: int = 3
    transform: str = "log"
    window: int | None = 120

    def fit_series(self, data):
        yearly = data.y[12:] - data.y[:-12]
        move = yearly[-self.months :].mean()
        sd = np.std(np.diff(yearly))
        return fc.SeriesFit(
            lambda h: (data.y[np.arange(h) % 12 - 12] + move, sd * np.sqrt(np.arange(1, h + 1)))
        )


# %% [markdown]
# ## Does it keep the contract?
#
# `check_model` runs what the tests run for every model of the package: levels in order, the same result twice, inputs
# left alone, too few months refused, and a trial that nothing unknown at an origin enters. It raises with every broken
# clause; silence is good news.

# %%
check_model(LastYear())
panel = obs.as_of("2024-05-07", [series])
forecast = LastYear().fit(panel).forecast(12)
ax = forecast.plot(history=panel)

# %% [markdown]
# ## What the trial catches
#
# This one peeks: it keeps the longest history that it ever saw and forecasts from that. In a careless backtest it would
# win. Here it does not get that far.

# %%
seen = {}


@dataclass(frozen=True)
class Peeking(LastYear):
    """Remembers what it saw at later origins."""

    def fit_series(self, data):
        best = max(seen.get(data.name, data), data, key=lambda d: d.months[-1])
        seen[data.name] = best
        return super().fit_series(best)


try:
    fc.check_no_lookahead(Peeking(), obs, events, series=[series])
except fc.LookAheadError as error:
    print(str(error)[:200])

# %% [markdown]
# ## The backtest
#
# Every month is an origin, and each fold sees what was public that day. The random walk is added by itself.

# %%
origins = fc.monthly_origins(start, "2026-03", obs, series=[series])
models = {
    "last_year": LastYear(),
    "seasonal_naive": fc.make_model("seasonal_naive"),
    "drift": fc.make_model("drift"),
}
bt = fc.backtest(models, obs, events, [series], origins, horizon=12)
scores = fc.score(bt.forecasts, obs, baseline="random_walk")
mae = scores[(scores["metric"] == "mae") & (scores["scale"] == "natural") & (scores["horizon"] != "all")]
skill = mae.pivot(index="horizon", columns="model", values="skill")

fig, ax = plt.subplots(figsize=(9, 3.4), layout="constrained")
for name, colour in (("last_year", "#a3470b"), ("seasonal_naive", "#00766a"), ("drift", "#7b3fa0")):
    ax.plot(skill.index.astype(int), 100 * skill[name], color=colour, label=name)
ax.axhline(0, color="#16191d", linewidth=1, label="random walk")
ax.set_title(
    "Skill against the random walk by months ahead, percent (mean absolute error)", loc="left", fontsize=11
)
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)

# %%
wins = int((skill["last_year"] > 0).sum())
print(f"{len(origins)} origins. The new model beats the random walk at {wins} of {len(skill)} horizons.")

# %% [markdown]
# ## Is the difference more than luck?

# %%
table = fc.compare(bt.forecasts, obs, metrics=["mae"])
table = table[(table["model"] == "last_year") & (table["era"] == "all")]
table[["horizon", "skill", "lower", "upper", "p", "words"]].round(2).head(6)

# %% [markdown]
# A season that holds makes last year a good guide; here the season comes and goes, and the simplest forecast of all is
# hard to beat. To use the model in an experiment: `fc.register_model("last_year", LastYear)`, or a file with that line
# and `forecast ... --plugin FILE.py '+model.mine={kind: last_year}'`.
