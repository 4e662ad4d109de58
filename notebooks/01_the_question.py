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
# # 1 The question
#
# On 7 May 2024 ministers met in Guatemala to talk about migration. The press gave five figures of Border Patrol
# encounters at the southwest border: about 250,000 in December 2023, about 140,000 in February, more than 137,000 in
# March, and, from a person familiar with the figures, about 129,000 in April.
#
# What comes next, how sure can one be, and would we have known? This notebook asks with what was public that day.

# %%
import matplotlib.pyplot as plt
import pandas as pd

import forecast as fc

obs = fc.load_observations()
series = "southwest.usbp"
day = "2024-05-07"

# %% [markdown]
# ## The figures as known that day
#
# Every figure carries the day on which it became public, so the same month can have several. As of a date the last one
# released by then counts.

# %%
known = obs.known(day, [series]).set_index("month")["value"]
today = obs.actuals(series)
months = pd.period_range("2023-12", "2024-03", freq="M")
pd.DataFrame({"known on 7 May 2024": known.loc[months], "latest figure": today.loc[months].astype(int)})

# %% [markdown]
# The revisions are small: 45 of 249,785 in December. April was not public, but a figure had leaked. It stands in a table
# of its own and is used only when asked for.

# %%
obs.leaks[["month", "value", "released", "source"]]

# %% [markdown]
# ## What comes next?
#
# One experiment file holds the whole question. Here it runs with a short backtest and two models beside the headline,
# which combines three models without events by their past errors.

# %%
words = ["backtest=quick", "model=[random_walk,arima]", "scenario=none", "events.effects=null"]
exp = fc.load_experiment("guatemala_2024", *words)
run = fc.run(exp)
levels = {0.1: "8 in 10 from", 0.5: "middle", 0.9: "to"}
rows = run.forecasts[(run.forecasts["model"] == run.headline) & run.forecasts["level"].isin(levels)]
fan = rows.pivot(index="month", columns="level", values="value")
fan.rename(columns=levels).round(-3).astype(int).head(6)

# %% [markdown]
# ## What came after
#
# These figures were not public on 7 May 2024. They stand beside the forecast and feed nothing.

# %%
after = run.afterwards.set_index("month")["value"].loc[: fan.index[-1]]
fig, ax = plt.subplots(figsize=(9, 4))
past = known.loc["2021-01":]
ax.plot(past.index.to_timestamp(), past / 1000, color="#16191d", label="as known on 7 May 2024")
ax.fill_between(
    fan.index.to_timestamp(), fan[0.1] / 1000, fan[0.9] / 1000, color="#d5e4f2", label="80% range"
)
ax.plot(fan.index.to_timestamp(), fan[0.5] / 1000, color="#0a5ea8", label="middle of the forecast")
ax.plot(
    after.index.to_timestamp(), after / 1000, "o", color="#a3470b", ms=4, label="what happened afterwards"
)
ax.set_ylim(0)
ax.set_title("Border Patrol encounters a month, southwest border, thousands", loc="left")
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)

# %%
inside = (after >= fan.loc[after.index, 0.1]) & (after <= fan.loc[after.index, 0.9])
print(
    f"{int(inside.sum())} of {len(inside)} months lay inside the 80% range; the first outside was "
    f"{inside.index[~inside][0]}."
    if (~inside).any()
    else "All months lay inside the 80% range."
)

# %% [markdown]
# ## Would we have known?
#
# No event in the calendar told on 7 May 2024 that the border would be closed to most asylum claims on 5 June: the
# proclamation was announced on 4 June. The table says what could be used that day, and why the rest could not.

# %%
table = run.estimability.set_index("event")
table[table["action"] == "not_announced"][["action", "why"]].head()
