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
# # 2 Figures as they were known
#
# A forecast can only use the figures that were public on its day. How late do they come, how much are they changed
# afterwards, and do they measure the same thing over the years?

# %%
import matplotlib.pyplot as plt
import pandas as pd

import forecast as fc

obs = fc.load_observations()
series = "southwest.usbp"
ink, blue, orange = "#16191d", "#0a5ea8", "#a3470b"

# %% [markdown]
# ## One month, three figures
#
# The table of observations only grows. A revision is one more row with its own day, and as of a date the last row
# released by then counts. December 2023, the record month:

# %%
rows = obs.table[(obs.table["series_id"] == series) & (obs.table["month"] == "2023-12")]
rows[["value", "released", "release_basis", "status"]].reset_index(drop=True)

# %% [markdown]
# `release_basis` says how well the day is known: to the day, to the month, or assumed from the usual delay. A panel is
# what a model sees; the same question asked on two days gives two answers.

# %%
for day in ("2024-05-07", "2024-12-01"):
    y = obs.as_of(day, [series]).y(series)
    print(f"as of {day}: the last month is {y.index[-1]}, December 2023 is {y['2023-12']:,.0f}")

# %% [markdown]
# ## How late?

# %%
first = obs.table[obs.table["series_id"] == series].drop_duplicates("month")
first = first[(first["release_basis"] == "day") & (first["value_basis"] == "published")]
first = first.set_index("month")["released"]
months = pd.PeriodIndex(first.index)
days = (first - months.to_timestamp(how="end").normalize()).dt.days

fig, ax = plt.subplots(figsize=(9, 3.2), layout="constrained")
ax.bar(months.to_timestamp(), days, width=24, color=blue)
ax.set_title(
    "Days from the end of a month to its first figure, where the day is known", loc="left", fontsize=11
)
ax.spines[["top", "right"]].set_visible(False)

# %%
print(
    f"Half of {len(days)} figures came within {days.median():.0f} days, the fastest after {days.min()} "
    f"and the slowest ({days.idxmax()}) after {days.max()}."
)

# %% [markdown]
# ## How much do they change?
#
# The first official figure of each month against the latest one, where both were published.

# %%
published = obs.table[(obs.table["series_id"] == series) & (obs.table["value_basis"] == "published")]
ends = published.groupby("month")["value"].agg(["first", "last", "size"])
change = 100 * (ends["last"] / ends["first"] - 1)[ends["size"] > 1]

fig, ax = plt.subplots(figsize=(9, 3.2), layout="constrained")
ax.bar(pd.PeriodIndex(change.index).to_timestamp(), change, width=24, color=orange)
ax.axhline(0, color=ink, linewidth=0.8)
ax.set_title("Latest figure against the first one, percent", loc="left", fontsize=11)
ax.spines[["top", "right", "bottom"]].set_visible(False)

# %%
print(
    f"{len(change)} months have more than one published figure. The largest revision is {change.abs().max():.2f}% "
    f"({change.abs().idxmax()}), half are below {change.abs().median():.3f}%."
)

# %% [markdown]
# Revisions hardly matter here. The delay does: a forecast made in early May does not know April, and a backtest that
# forgets this has looked ahead. What was published before 2017 survives only as later tables show it; those rows are
# marked `backfilled`, and most of their days are assumed.

# %%
mine = obs.table[obs.table["series_id"] == series]
pd.crosstab(mine["value_basis"], mine["release_basis"])

# %% [markdown]
# ## Do they measure the same thing?
#
# A new definition looks like a policy. The breaks table holds what changed and when. The largest one: from March 2020
# expulsions under Title 42 were counted with apprehensions. A second series leaves them out.

# %%
narrow = ["southwest.usbp", "southwest.usbp.title_8"]
panel = obs.as_of("2024-05-07", narrow)
ax = panel.window(72).plot()
ax.axvline(pd.Timestamp("2020-03-01"), color=orange, linewidth=1)
_ = ax.text(
    pd.Timestamp("2020-03-15"), 230_000, "expulsions under Title 42\nare counted from here", color=orange
)

# %%
gap = (panel.values[narrow[0]] - panel.values[narrow[1]]).loc["2020-04":"2023-04"]
share = gap.sum() / panel.values[narrow[0]].loc["2020-04":"2023-04"].sum()
print(f"From April 2020 to April 2023 expulsions were {share:.0%} of the count that the headlines gave.")
told = obs.breaks[obs.breaks["series_pattern"].str.contains(r"southwest\.usbp(?:;|$)", regex=True)]
for row in told.itertuples():
    print(f"{row.month} ({row.kind}): {row.what_changed}")

# %% [markdown]
# So: use `obs.as_of(day)`, ask for the series whose definition you mean, and read the breaks before an effect.
