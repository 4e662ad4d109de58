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
# # 10 Totals, chances, a nowcast, comparison groups
#
# What analysts of these figures ask beside the next month: what will the fiscal year come to, how likely is a record,
# what is the figure in today's newspaper worth, and did series that a measure did not touch move as well?

# %%
import matplotlib.pyplot as plt
import numpy as np

import forecast as fc

obs, events = fc.load_observations(), fc.load_events()
start = "2008-01"  # tests: "2019-01"
ink, blue, light = "#16191d", "#0a5ea8", "#d5e4f2"

# %% [markdown]
# ## As known on 7 May 2024
#
# A plain model is enough to see how it works; the report has the combination.

# %%
words = ["model=random_walk", "combination=none", "report.headline=random_walk", f"backtest.start={start}"]
run = fc.run(fc.load_experiment("quick", *words))
totals = run.totals.set_index("kind")
shown = ["known_months", "ahead_months", "median", "lower_80", "upper_80", "before", "chance_below_before"]
totals[shown].round(2)

# %%
came = obs.actuals("southwest.usbp")
year = totals.loc["fiscal_year"]
total = came[year["first_month"] : year["last_month"]].sum()
print(
    f"Fiscal year 2024: {year['median']:,.0f} (80%: {year['lower_80']:,.0f} to {year['upper_80']:,.0f}); it came to"
    f" {total:,.0f}."
)

# %% [markdown]
# The range is read from paths, whose months hang together as past errors did. Adding up the 10 % quantiles of the months
# takes all of them low at once, which is too wide: by little here, since the months hang together closely.

# %%
levels = run.headline_forecasts.pivot(index="horizon", columns="level", values="value")
ahead = int(year["ahead_months"])
naive = year["known"] + levels.loc[1:ahead, [0.1, 0.9]].sum()
print(f"Sums of quantiles: {naive[0.1]:,.0f} to {naive[0.9]:,.0f}")

# %% [markdown]
# ## Were such totals right before?

# %%
past = run.totals_past[
    (run.totals_past["kind"] == "fiscal_year") & (run.totals_past["ahead_months"] == 6)
].dropna(subset=["actual", "lower_80"])
fig, ax = plt.subplots(figsize=(9, 3.2), layout="constrained")
years = past["last_month"].dt.year
ax.vlines(years, past["lower_80"] / 1e6, past["upper_80"] / 1e6, color=light, linewidth=9)
ax.plot(years, past["median"] / 1e6, "_", color=blue, markersize=11)
ax.plot(years, past["actual"] / 1e6, "o", color=ink, markersize=5)
ax.set_title(
    "Fiscal years six months before their end: 80% range, middle, and what came (millions)",
    loc="left",
    fontsize=11,
)
ax.spines[["top", "right"]].set_visible(False)
held = ((past["actual"] >= past["lower_80"]) & (past["actual"] <= past["upper_80"])).sum()
print(f"{held} of {len(past)} ranges held.")

# %% [markdown]
# ## Chances, and what such chances came to

# %%
chances = run.chances[run.chances["horizon"].isin([1, 3, 6, 12])]
chances[["horizon", "event", "threshold", "chance", "said", "happened", "n", "verdict", "told"]].round(
    2
).reset_index(drop=True)

# %% [markdown]
# Were such chances right before? On the diagonal, what was said came true as often; bars are 90 % ranges, wide where
# few outcomes are independent.

# %%
table = run.reliability[run.reliability["event"] == "more_than_year_before"]
fig, axes = plt.subplots(1, 4, figsize=(9, 2.6), layout="constrained", sharey=True)
for ax, horizon in zip(axes, ["1", "3", "6", "12"], strict=True):
    rows = table[table["horizon"] == horizon]
    ax.plot([0, 1], [0, 1], color="#868f99", linewidth=1)
    ax.vlines(rows["said"], rows["lower"], rows["upper"], color=light, linewidth=5)
    ax.plot(rows["said"], rows["happened"], "o", color=blue, markersize=5)
    ax.set_title(f"{horizon} ahead", loc="left", fontsize=10)
    ax.spines[["top", "right"]].set_visible(False)
axes[0].set_ylabel("came true")
axes[0].set_xlabel("said: more than a year before")

# %% [markdown]
# And where did the counts fall in their distributions? Ten bars of equal height if chances are what they say; the
# band is where nine in ten bars would be then.

# %%
fig, axes = plt.subplots(1, 4, figsize=(9, 2.2), layout="constrained", sharey=True)
for ax, horizon in zip(axes, [1, 3, 6, 12], strict=True):
    rows = run.pit[run.pit["horizon"] == horizon]
    ax.bar(rows["lower_bin"], rows["share"], width=0.1, align="edge", color=light, edgecolor="white")
    ax.axhspan(rows["lower"].iloc[0], rows["upper"].iloc[0], color="#868f99", alpha=0.2)
    ax.set_title(f"{horizon} ahead", loc="left", fontsize=10)
    ax.spines[["top", "right"]].set_visible(False)

# %% [markdown]
# ## The figure in the newspaper
#
# "Around 129,000" for April, from a person familiar with the figures. It is weighed against the forecast by their
# errors; that of the leak is a setting as long as only one such figure is on record.

# %%
told = ["value", "forecast", "evidence_sd", "sd_basis", "weight", "median", "lower_80", "upper_80"]
run.nowcast.set_index("month")[told].round(3)

# %% [markdown]
# ## A measure beside series that it did not touch
#
# From January 2023 people of four nations could be let in by parole. How did the count of Nicaraguans move beside that of
# nations that the measure did not name?

# %%
part = "southwest.citizenship_"
donors = [
    part + n
    for n in [
        "brazil",
        "china",
        "colombia",
        "ecuador",
        "guatemala",
        "honduras",
        "india",
        "mexico",
        "peru",
        "russia",
        "turkey",
    ]
]
study = fc.Study(obs.as_of("2024-05-07", [part + "nicaragua", *donors]), events, series_id=part + "nicaragua")
found = study.compared("chnv_parole", donors)
gaps = found.gaps
fig, ax = plt.subplots(figsize=(9, 3.2), layout="constrained")
months = gaps["month"].dt.to_timestamp()
ax.plot(months, gaps["actual"] / 1e3, color=ink, label="Nicaraguans")
ax.plot(months, gaps["expected"] / 1e3, color=blue, linestyle="--", label="by the others")
ax.axvline(np.datetime64("2022-12-16"), color="#868f99", linewidth=1, linestyle=":")
ax.set_title("Encounters a month, thousands", loc="left", fontsize=11)
ax.legend(frameon=False)
ax.spines[["top", "right"]].set_visible(False)
found.table[["percent", "statistic", "p", "n_placebos", "verdict", "reason"]].round(3)

# %% [markdown]
# Left out were the donors that moved themselves:

# %%
print(found.values["dropped"].replace(part, "") or "none")

# %% [markdown]
# ## How restless the series was
#
# One break decides how wide ranges have to be, and the season that textbooks would model is gone.

# %%
whole = fc.Study(obs.as_of("2024-05-07", ["southwest.usbp"]), events)
surprise, breaks = whole.volatility()
breaks.set_index(["month", "lower", "upper"])[["before", "after", "ratio", "p"]].round(4)

# %%
fig, ax = plt.subplots(figsize=(9, 2.8), layout="constrained")
months = surprise["month"].dt.to_timestamp()
ax.bar(months, surprise["surprise"], width=25, color=light)
ax.plot(months, surprise["sd"], color=blue)
ax.plot(months, -surprise["sd"], color=blue)
for row in breaks.itertuples():
    ax.axvspan(row.lower.to_timestamp(), row.upper.to_timestamp(), color="#868f99", alpha=0.2)
ax.set_title(
    "Monthly surprises on logs, their spread over 36 months, and where the break may lie",
    loc="left",
    fontsize=11,
)
ax.spines[["top", "right"]].set_visible(False)

# %%
season = whole.season()
fig, ax = plt.subplots(figsize=(9, 3.2), layout="constrained")
for (first, last), rows in season.groupby(["first_year", "last_year"]):
    ax.plot(rows["month_of_year"], 100 * np.expm1(rows["factor"]), label=f"{first}-{last}")
ax.axhline(0, color="#868f99", linewidth=1)
ax.set_title("Each month of the year against the twelve around it, percent", loc="left", fontsize=11)
ax.legend(frameon=False, ncols=4, fontsize=9)
ax.spines[["top", "right"]].set_visible(False)

# %% [markdown]
# ## Month by month around a start
#
# Dots left of the line say whether something moved before the measure; then what came after is no evidence of it.

# %%
around = whole.leads_and_lags("chnv_parole")
fig, ax = plt.subplots(figsize=(9, 2.8), layout="constrained")
ax.vlines(around["lag"], around["lower_95"], around["upper_95"], color=light, linewidth=2)
ax.vlines(around["lag"], around["lower_80"], around["upper_80"], color=light, linewidth=6)
ax.plot(around["lag"], around["estimate"], "o", color=blue)
ax.axhline(0, color="#868f99", linewidth=1)
ax.axvline(-0.5, color="#868f99", linewidth=1, linestyle=":")
ax.set_title(
    "Parole for four nations: change on logs against the month before it, 80% and 95% ranges",
    loc="left",
    fontsize=11,
)
ax.spines[["top", "right"]].set_visible(False)
