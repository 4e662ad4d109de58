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
# # 6 Would we have known?
#
# Three questions to any forecast that is about to be printed. Is it better than saying "as last month"? Do its ranges
# hold what they promise? And would it have helped to know the policies?

# %%
import matplotlib.pyplot as plt
import numpy as np

import forecast as fc

obs, events = fc.load_observations(), fc.load_events()
series = "southwest.usbp"
start = "2008-01"  # tests: "2020-01"
ink, blue, orange, green = "#16191d", "#0a5ea8", "#a3470b", "#00766a"

# %% [markdown]
# ## One model, three states of knowledge
#
# The same ARIMA model is fitted at every origin without events, with the events that were usable on that day, and with
# hindsight: all dates known, sizes still estimated from the figures up to the origin.

# %%
orders = {"order": (0, 1, 1), "seasonal_order": (1, 0, 1)}
models = {"arima": fc.make_model("arima", **orders), "plain": fc.make_model("arima", **orders, events=False)}
origins = fc.monthly_origins(start, "2024-03", obs, series=[series])
bt = fc.backtest(models, obs, events, [series], origins, horizon=12, knowledge=["at_origin", "hindsight"])
scores = fc.score(bt.forecasts, obs, baseline="random_walk")

mae = scores[(scores["metric"] == "mae") & (scores["scale"] == "natural") & (scores["horizon"] != "all")]
skill = 100 * mae.pivot(index="horizon", columns=["model", "knowledge"], values="skill")

fig, ax = plt.subplots(figsize=(9, 3.6), layout="constrained")
for key, colour, label in (
    (("plain", "none"), ink, "no events"),
    (("arima", "at_origin"), blue, "events as known that day"),
    (("arima", "hindsight"), orange, "with hindsight"),
):
    ax.plot(skill.index.astype(int), skill[key], color=colour, label=label)
ax.axhline(0, color="#868f99", linewidth=1)
ax.set_title("Skill against the random walk by months ahead, percent", loc="left", fontsize=11)
ax.legend(frameon=False, fontsize=9)
ax.spines[["top", "right"]].set_visible(False)

# %%
gain = skill["arima", "at_origin"] - skill["plain", "none"]
more = skill["arima", "hindsight"] - skill["plain", "none"]
print(
    f"{len(origins)} origins. Events as known changed the skill by {gain.mean():+.0f} points on average over the horizons, "
    f"hindsight by {more.mean():+.0f}. Better than the random walk: "
    f"{int((skill['plain', 'none'] > 0).sum())} of {len(skill)} horizons without events, "
    f"{int((skill['arima', 'at_origin'] > 0).sum())} with those known."
)

# %% [markdown]
# ## Do the ranges hold?
#
# A range of 80% should contain 80% of what came. Few of these outcomes are independent: two forecasts of twelve months
# ahead that were made a month apart share eleven months.

# %%
fig, ax = plt.subplots(figsize=(9, 3.4), layout="constrained")
for promise, colour in ((50, green), (80, blue), (95, orange)):
    rows = scores[(scores["metric"] == f"coverage_{promise}") & (scores["horizon"] != "all")]
    rows = rows[(rows["model"] == "plain")].sort_values("horizon")
    ax.plot(
        rows["horizon"].astype(int), 100 * rows["value"], "o-", color=colour, ms=3, label=f"{promise}% range"
    )
    ax.axhline(promise, color=colour, linewidth=0.7, linestyle=":")
ax.set_ylim(0, 100)
ax.set_title("Share of outcomes inside the model's own ranges, by months ahead", loc="left", fontsize=11)
ax.legend(frameon=False, fontsize=9, loc="lower left")
ax.spines[["top", "right"]].set_visible(False)

# %%
rows = scores[
    (scores["metric"] == "coverage_80") & (scores["model"] == "plain") & (scores["horizon"] != "all")
]
held = rows.set_index("horizon")["value"]
print(f"Of the 80% ranges {held.min():.0%} to {held.max():.0%} held, depending on the horizon.")

# %% [markdown]
# These are the model's own ranges. The report replaces them by ranges made of past errors, and refuses those that too
# few past errors can support (`run.calibration` tells what became of them).

# %% [markdown]
# ## Luck or skill?

# %%
table = fc.compare(bt.forecasts, obs, metrics=["mae"], knowledge=["none", "at_origin"])
rows = table[(table["era"] == "all") & table["horizon"].isin([1, 3, 6, 12])]
rows[["model", "horizon", "skill", "lower", "upper", "p", "words"]].round(2).reset_index(drop=True)

# %%
origin = max(o for o in origins if o <= np.datetime64("2020-03-01"))
fold = bt.forecasts[(bt.forecasts["origin"] == origin) & (bt.forecasts["model"] == "arima")]
middle = fold[(fold["level"] == 0.5)].pivot(index="month", columns="knowledge", values="value")
middle["what came"] = obs.actuals(series).reindex(middle.index)
print(f"As known on {origin:%d %B %Y}, before the first expulsions:")
middle.round(-2).astype(int).head(6)

# %% [markdown]
# A turn that comes from a decision cannot be seen in the figures before it. That is what the ranges are for.
