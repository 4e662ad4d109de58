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
# # 3 Events
#
# A policy has a day on which it was announced, a day on which it took effect, perhaps an end, and a shape. Which of
# them could a forecast made on 7 May 2024 have used, and which could it have measured?

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import pandas as pd

import forecast as fc

obs, events = fc.load_observations(), fc.load_events()
series, day = "southwest.usbp", "2024-05-07"

# %% [markdown]
# ## The calendar
#
# Every row was coded by a rule book (shape, expected sign, priority) before any effect was looked at. A second coding,
# `judged`, was made afterwards by people who had seen the figures; the two are never mixed.

# %%
touching = events.touching(series)
main = touching[touching["priority"] == 1]
print(f"{len(events.table)} events, {len(touching)} touch {series}, {len(main)} of them have first priority")
columns = ["id", "announced_date", "effective_start", "end_date", "shape", "sign"]
main[columns].tail(8).reset_index(drop=True)

# %% [markdown]
# ## What a day knows
#
# `known` cuts the calendar at a day: later announcements are gone, and the end of a policy is blank until it was told.

# %%
known = events.known(day).table
row = known[known["id"] == "title42"].iloc[0]
print(f"Known on {day}: {len(known)} of {len(events.table)} events.")
print(f"Title 42 ended on {row['end_date'].date()}, usable from {row['end_usable_from'].date()}.")
before = events.known("2021-06-01").table.set_index("id")
print(f"On 1 June 2021 its end was not known: {before.loc['title42', 'end_date']}.")

# %% [markdown]
# ## Shapes
#
# A shape turns dates into a weight for each month. Months that are touched in part count in part. Four made-up events
# that begin on 20 April 2022; three of them end.

# %%
ends = {"pulse": "2022-06-10", "step": "2022-12-31", "ramp": "2023-03-31", "decay": ""}
made = "".join(f"{shape},2022-04-01,2022-04-20,{end},{shape},-\n" for shape, end in ends.items())
with TemporaryDirectory() as folder:
    file = Path(folder) / "shapes.csv"
    file.write_text("id,announced_date,effective_start,end_date,shape,sign\n" + made)
    shapes = fc.load_events(file)
design = shapes.design(obs.as_of("2023-12-31", [series]).window(24), horizon=3)
weights = design.past.loc["2022-01":"2023-06", list(ends)]

fig, grid = plt.subplots(1, 4, figsize=(9, 2.2), sharey=True, layout="constrained")
for ax, name in zip(grid, weights.columns, strict=True):
    ax.step(weights.index.to_timestamp(), weights[name], where="post", color="#a3470b")
    ax.set_title(name, loc="left", fontsize=11)
    ax.set_xticks(pd.to_datetime(["2022-04-01", "2023-04-01"]), ["April 2022", "April 2023"], fontsize=8)
    ax.spines[["top", "right"]].set_visible(False)

# %%
print(
    f"April has 11 of its 30 days from the start on, so the step weighs {weights.loc['2022-04', 'step']:.3f} there."
)
weights.loc["2022-04":"2022-07"].round(3)

# %% [markdown]
# ## The design
#
# A design is what a model gets: columns for the past and for the months ahead, made from the calendar alone.

# %%
panel = obs.as_of(day, [series])
design = events.design(panel, horizon=12, knowledge="at_origin")
ax = design.plot()

# %%
design

# %% [markdown]
# ## What can be measured at all?
#
# The estimability table has one row for every candidate, and says why the others are not columns of their own.

# %%
table = design.estimability.set_index("event")
table[["action", "active_months", "why"]].head(12)

# %% [markdown]
# ## The price of hindsight
#
# With hindsight the calendar after the origin is known as well. What would that have added on 7 May 2024?

# %%
later = events.design(panel, horizon=12, knowledge="hindsight")
new = sorted(
    {e for c in later.columns for e in later.members[c]}
    - {e for c in design.columns for e in design.members[c]}
)
print(f"{len(new)} events that nobody could use that day: {', '.join(new)}")
ahead = later.future[[c for c in later.columns if (later.past[c] == 0).all()]]
ahead.round(2).head(4)

# %% [markdown]
# A column whose past is all zero cannot be estimated: its size comes from the prior alone. That is the honest answer to
# "would we have known": even with the dates in hand, nobody knew the size.
