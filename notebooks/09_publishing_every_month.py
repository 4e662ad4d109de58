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
# # 9 Publishing every month
#
# A forecast that is made once is an opinion. One that is made every month, in the open, with its misses beside it, is a
# record. This notebook plays three days of such a routine with a file of its own; `forecast publish` does the same on a
# server.

# %%
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import matplotlib.pyplot as plt
import pandas as pd

import forecast as fc

room = TemporaryDirectory()
desk = Path(room.name)
every = fc.load_observations("example:road_casualties.csv").table[["month", "value"]]

# %% [markdown]
# ## A source that grows
#
# Somebody's file of figures, here with everything up to September 1984. Each figure is public 30 days after its month.


# %%
def source_up_to(month):
    every[every["month"] <= month].to_csv(desk / "drivers.csv", index=False)


words = [
    f"data.path={desk / 'drivers.csv'}", "model=[arima]", "combination=none", "report.headline=arima",
    "backtest.start=1983-06", "backtest.score_from=null", "horizon=3", "report.png=false",
    "events.effects=null",
]  # fmt: skip
exp = fc.load_experiment("own_data", *words)
exp = replace(
    exp, publish=replace(exp.publish, archive=str(desk / "archive.sqlite"), site=str(desk / "site"))
)

# %% [markdown]
# ## Day one: the first issue

# %%
source_up_to("1984-09")
outcome = fc.publish_report(exp, today="1984-11-01")
print(f"code {outcome.code}, a report for {outcome.folder.name}")

# %% [markdown]
# ## The next day: nothing new
#
# A scheduler may call as often as it likes. Without a new figure or a revision nothing is made; code 3 says so.

# %%
outcome = fc.publish_report(exp, today="1984-11-02")
print(f"code {outcome.code}: {outcome.text.splitlines()[0].replace(str(desk), '...')}")

# %% [markdown]
# ## A month later: a new figure, and a score

# %%
source_up_to("1984-10")
outcome = fc.publish_report(exp, today="1984-12-01")
report = outcome.folder
print(f"code {outcome.code}, a report for {report.name}")

# %%
record = pd.read_csv(report / "track_record.csv")
due = record[(record["kind"] == "published") & record["truth"].notna()]
for row in due.itertuples():
    inside = "inside" if row.inside_80 else "outside"
    print(
        f"Published on {row.origin} for {row.month}: {row.middle:,.0f}; it became {row.truth:,.0f}, "
        f"{inside} the 80% range {row.lower_80:,.0f} to {row.upper_80:,.0f}"
    )

# %% [markdown]
# One published forecast has met its outcome. Beside it the record holds replayed ones: what the same rules would have
# said on earlier days, from what was public then. The two are never pooled.

# %%
first = record[(record["horizon"] == 1) & record["truth"].notna()].reset_index(drop=True)
months = pd.PeriodIndex(first["month"], freq="M").to_timestamp()
fig, ax = plt.subplots(figsize=(9, 3.2), layout="constrained")
for kind, colour in (("replayed", "#9fc5e4"), ("published", "#0a5ea8")):
    part = first["kind"] == kind
    ax.vlines(
        months[part], first["lower_80"][part], first["upper_80"][part], color=colour, linewidth=7, label=kind
    )
ax.plot(months, first["truth"], "o", color="#a3470b", markersize=4, label="what came")
ax.set_title("80% ranges one month ahead, and what came", loc="left", fontsize=11)
ax.legend(frameon=False, fontsize=9)
ax.spines[["top", "right"]].set_visible(False)

# %%
ranged = first[(first["kind"] == "replayed") & (first["inside_80"] != "refused")]
print(f"Of the replayed 80% ranges {(ranged['inside_80'] == 'yes').sum()} of {len(ranged)} held.")

# %% [markdown]
# ## What changed since last month?
#
# The page takes the difference between two issues apart. Steps are rounded before they are subtracted, so they add up.

# %%
changes = pd.read_csv(report / "changes.csv")
changes.astype(object).fillna("")

# %%
steps = changes.iloc[1:-1]
whole = changes["forecast"].iloc[-1] - changes["forecast"].iloc[0]
print(f"The steps sum to {steps['change'].sum():+.0f}; the two issues differ by {whole:+.0f} drivers.")

# %% [markdown]
# ## What a reader finds

# %%
site = desk / "site"
print(*sorted(str(p.relative_to(site)) for p in site.rglob("*") if p.is_file() and len(p.relative_to(site).parts) < 3),
      sep="\n")  # fmt: skip

# %% [markdown]
# The archive only grows: a forecast that was published is scored as it was said, never as it would be said now.
# [docs/publishing.md](../docs/publishing.md) has the schedule for a server.

# %%
room.cleanup()
