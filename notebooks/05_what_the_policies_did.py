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
# # 5 What did the policies seem to do?
#
# After a policy the figures fall. Did they fall because of it? Nobody can say from one series. What can be said: how
# large the change was that came with the event, how often a change as large comes without any, and whether the answer
# depends on how one asks.

# %%
import matplotlib.pyplot as plt
import numpy as np

import forecast as fc

obs, events = fc.load_observations(), fc.load_events()
series, day = "southwest.usbp", "2024-05-07"
narrow = ()  # tests: ("specification.order=[given]", "specification.window=[null]", "specification.shape=[step]")
panel = obs.as_of(day, [series])
ink, blue, orange = "#16191d", "#0a5ea8", "#a3470b"

# %% [markdown]
# ## Every effect at once
#
# One regression with ARIMA errors, one column for each event of the judged coding. Events that cannot be told apart are
# estimated together.

# %%
table = fc.effects(panel, events, coding="judged", placebo=True)
wide = table[table["level"] == 0.8].sort_values("percent")
ordinary = 100 * np.expm1(wide[["placebo_lower", "placebo_upper"]].set_axis(["lower", "upper"], axis=1))

fig, ax = plt.subplots(figsize=(9, 0.5 + 0.42 * len(wide)), layout="constrained")
rows = np.arange(len(wide))
ax.hlines(rows, ordinary["lower"], ordinary["upper"], color="#d9dce0", linewidth=11, label="ordinary months")
ax.hlines(rows, wide["percent_lower"], wide["percent_upper"], color=blue, linewidth=2, label="80% range")
ax.plot(wide["percent"], rows, "o", color=blue)
ax.axvline(0, color=ink, linewidth=0.8)
ax.set_yticks(rows, wide["event"], fontsize=9)
ax.set_xlim(-90, 120)
ax.set_title("Change that came with each event, percent", loc="left", fontsize=11)
ax.legend(frameon=False, loc="lower right", fontsize=9)
ax.spines[["top", "right", "left"]].set_visible(False)

# %% [markdown]
# The grey bars are the placebo: the same dummy, laid on months in which nothing of first priority happened, gave changes
# of that size nine times in ten. A blue range inside the grey one is no news.

# %%
for row in wide.itertuples():
    print(
        f"{row.event}: {row.percent:+.0f}% ({row.percent_lower:+.0f}% to {row.percent_upper:+.0f}%), {row.words}"
    )

# %% [markdown]
# ## One effect, asked in every reasonable way
#
# The one that stands out most again, under every combination of orders, scale, window, shape and events beside it. The choices
# stand in the configuration, fixed before anything was run.

# %%
choices = fc.load_experiment("guatemala_2024", *narrow).specification
strongest = wide.loc[wide["placebo_p"].idxmin(), "event"].split(" + ")[0]
curve = fc.specification_curve(panel, events, strongest, choices=choices)
made = curve.table.dropna(subset=["percent"]).reset_index(drop=True)

fig, ax = plt.subplots(figsize=(9, 3.6), layout="constrained")
for scale, colour in (("log", blue), ("none", orange)):
    part = made[made["transform"] == scale]
    ax.vlines(part.index, part["percent_lower_80"], part["percent_upper_80"], color=colour, alpha=0.25)
    ax.plot(
        part.index, part["percent"], ".", color=colour, label={"log": "logs", "none": "plain counts"}[scale]
    )
ax.axhline(0, color=ink, linewidth=0.8)
ax.set_ylim(-100, 100)
ax.set_title(f"{strongest}: percent under {len(made)} specifications, 80% ranges", loc="left", fontsize=11)
ax.legend(frameon=False, fontsize=9)
ax.spines[["top", "right", "bottom"]].set_visible(False)
_ = ax.set_xticks([])

# %%
print(curve.words)

# %% [markdown]
# ## Do the figures themselves show a break?
#
# Look for breaks without the calendar, and only then ask whether an event began or ended near. `by_chance` is the share
# of all months that this calendar would explain: where it is large, a match says little.

# %%
found = fc.detect_events(panel, events)
print(
    f"{len(found)} breaks; the calendar would explain {found['by_chance'].iloc[0]:.0%} of all months by chance."
)
found[["month", "kind", "percent", "event", "explained"]].tail(6).round({"percent": 1})

# %% [markdown]
# An effect here is an association in time: whatever else happened in the same months is in it. `docs/effects.md` says
# what these numbers can and cannot carry.
