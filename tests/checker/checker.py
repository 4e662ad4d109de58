"""An independent reader of a finished report: does what the page says follow from the files beside it?

It shares no code with the package: own pandas, own rules, own words. It reads `report.json` (every sentence with
the values that went into it) and the CSV files of the folder, and the bundled data for vintages and names.

    python tests/checker/checker.py FOLDER ...
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import yaml

BUNDLED = Path(__file__).parents[2] / "src" / "forecast" / "data" / "bundled"
WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
SPANISH = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
]
SPANISH_MONTHS = ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto"]
SPANISH_MONTHS += ["septiembre", "octubre", "noviembre", "diciembre"]
#: Words of a direction, each with its opposites: a sentence may hold the ones or the others, not both.
UP, DOWN = ("rose", "up", "above", "higher", "more"), ("fell", "down", "below", "lower", "fewer")


class Problem(NamedTuple):
    """One thing that a page says and its files do not."""

    rule: str
    where: str
    said: str
    found: str

    def __str__(self) -> str:
        return f"rule {self.rule}, {self.where}: {self.said!r}; found: {self.found}"


class Report:
    """A folder with a report, each table read once."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.json = json.loads((self.folder / "report.json").read_text(encoding="utf-8"))
        self.settings = yaml.safe_load((self.folder / "experiment.yaml").read_text(encoding="utf-8"))
        self.series, self.model = self.json["numbers"]["series"], self.json["numbers"]["model"]
        self.english = self.settings["report"]["language"] == "en"

    def table(self, name: str) -> pd.DataFrame:
        """Return a CSV file of the folder; empty where there is none."""
        for path in (self.folder / f"{name}.csv", self.folder / f"{name}.csv.gz"):
            if path.is_file():
                return pd.read_csv(path, low_memory=False)
        return pd.DataFrame()

    def own(self, name: str) -> pd.DataFrame:
        """Return the rows of the series that the page is about."""
        table = self.table(name)
        return table[table["series_id"] == self.series] if len(table) else table

    def said(self, *ids: str) -> Iterator[tuple[str, dict, str]]:
        """Yield id, values and text of the sentences with these ids; an id may end in ``.*``."""
        for one in self.json["sentences"]:
            if any(one["id"] == i or (i.endswith("*") and one["id"].startswith(i[:-1])) for i in ids):
                yield one["id"], one["values"], one["text"]

    @cached_property
    def counts(self) -> pd.Series:
        """Counts as known, by month."""
        table = self.own("observations")
        table = table[table["status"] != "leak"] if "status" in table else table
        return table.set_index("month")["value"].astype(float).sort_index()

    @cached_property
    def as_of(self) -> pd.Timestamp:
        return pd.Timestamp(self.table("forecasts")["origin"].max())

    def rows(self, table: pd.DataFrame, model: str) -> pd.DataFrame:
        """Return the rows of a model as a page shows them: without events where there are such."""
        mine = table[(table["series_id"] == self.series) & (table["model"] == model)]
        mine = mine[mine["scenario"].isna()] if "scenario" in mine else mine
        known = set(mine["knowledge"])
        return mine[mine["knowledge"] == ("none" if "none" in known else "at_origin")]

    @cached_property
    def forecast(self) -> pd.DataFrame:
        """The headline's levels by month, horizon as the index."""
        rows = self.rows(self.table("forecasts"), self.model).dropna(subset=["level"])
        return rows.pivot(index="horizon", columns="level", values="value").sort_index()

    @cached_property
    def ahead(self) -> dict[int, str]:
        rows = self.rows(self.table("forecasts"), self.model)
        return dict(zip(rows["horizon"], rows["month"], strict=True))

    @cached_property
    def backtest(self) -> pd.DataFrame:
        """Replayed forecasts of the headline and the baseline that are scored, with what was counted."""
        table = self.table("backtest")
        if not len(table):
            return table
        base = self.settings["backtest"]["baseline"]
        both = [self.rows(table, name).assign(row=row) for name, row in ((self.model, "own"), (base, "base"))]
        table = pd.concat(both).dropna(subset=["level"])
        wide = table.pivot(index=["row", "origin", "horizon", "month"], columns="level", values="value")
        wide = wide.reset_index()
        wide["truth"] = wide["month"].map(self.counts)
        wide["origin"] = pd.to_datetime(wide["origin"])
        wide = wide[wide["origin"] < self.as_of]
        start = self.settings["backtest"].get("score_from")
        if start:
            first = wide.groupby("origin")["month"].transform("min")
            wide = wide[first > start]  # an origin is named by the month before its first target
        return wide

    @cached_property
    def recent(self) -> pd.DataFrame:
        """Of these, made in the ten years to the report, whose outcome is known, that both rows have."""
        table = self.backtest
        table = table[(table["origin"] >= self.as_of - pd.DateOffset(years=10)) & table["truth"].notna()]
        table = table[table[0.5].notna()]
        n = table.groupby(["origin", "horizon"])["row"].transform("nunique")
        need = 2 if self.model != self.settings["backtest"]["baseline"] else 1
        return table[n >= need]

    @cached_property
    def held(self) -> pd.DataFrame:
        """By distance: forecasts with an 80 % range and how many held."""
        own = self.recent[self.recent["row"] == "own"].dropna(subset=[0.1, 0.9])
        inside = (own["truth"] >= own[0.1]) & (own["truth"] <= own[0.9])
        return own.assign(inside=inside).groupby("horizon")["inside"].agg(n="size", held="sum")

    @cached_property
    def skill(self) -> pd.Series:
        """By distance: 1 - WIS on logs over that of the baseline, on the levels that both have."""
        needed = [c for c in (0.025, 0.1, 0.25, 0.75, 0.9, 0.975) if c in self.recent]
        table = self.recent.dropna(subset=needed)
        levels = sorted(c for c in table.columns if isinstance(c, float))
        logs = np.log(np.maximum(table[levels].to_numpy(float), 0.5))
        y = np.log(np.maximum(table["truth"].to_numpy(float), 0.5))[:, None]
        loss = 2 * np.maximum(np.array(levels) * (y - logs), (np.array(levels) - 1) * (y - logs))
        table = table.assign(loss=list(loss))
        out = {}
        for horizon, rows in table.groupby("horizon"):
            base = rows[rows["row"] == "base"].set_index("origin")["loss"]
            own = rows[rows["row"] == "own"].set_index("origin")["loss"]
            days = own.index.intersection(base.index)
            if not len(days):
                continue
            a, b = (np.vstack([part[d] for d in days]) for part in (own, base))
            there = np.isfinite(a) & np.isfinite(b)
            full = there.any(axis=1)
            means = [np.nanmean(np.where(there, part, np.nan)[full], axis=1).mean() for part in (a, b)]
            out[horizon] = 1 - means[0] / means[1]
        return pd.Series(out, dtype=float)

    @cached_property
    def bundled(self) -> bool:
        return self.settings["data"].get("path") in (None, "bundled") and "southwest" in self.series

    @cached_property
    def vintages(self) -> pd.DataFrame:
        """Every row of the bundled figures of the series that was public on the date."""
        table = pd.read_csv(BUNDLED / "observations.csv", dtype={"month": str})
        table = table[(table["series_id"] == self.series) & (pd.to_datetime(table["released"]) <= self.as_of)]
        return table.sort_values(["month", "released"])

    @cached_property
    def labels(self) -> dict[str, str]:
        """Names of the events in the language of the page."""
        path = self.settings["events"].get("path")
        file = BUNDLED / "events.csv" if path is None else None
        if file is None or not file.is_file():
            return {}
        table = pd.read_csv(file, dtype=str, keep_default_na=False)
        return dict(zip(table["id"], table["label" if self.english else "label_es"], strict=True))


# --------------------------------------------------------------------------- reading a sentence


def numbers(text: str, english: bool = True) -> list[float]:
    """Return the numbers of a text; 1.9 million is a number, words to twelve too."""
    out = []
    for match in re.finditer(r"[-−+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[-−+]?\d+(?:\.\d+)?", text):
        value = float(match.group().replace(",", "").replace("−", "-"))
        rest = text[match.end() : match.end() + 22]
        out.append(value * 1e6 if re.match(r"( (to|a) [\d.]+)? mill", rest) else value)
    names = WORDS if english else SPANISH
    words = re.findall(r"[a-záéíóú]+", text.lower())
    out += [float(names.index(w)) for w in words if w in names]
    out += [0.0 for w in words if w in ("none", "ninguno", "ninguna")]
    out += [1.0 for w in words if not english and w in ("un", "una")]
    return out


def near(said: float, true: float, share: float, slack: float = 0.06) -> bool:
    return math.isclose(abs(said), abs(true), rel_tol=share, abs_tol=slack)


def lacks(text: str, true: float, share: float = 0.006, english: bool = True, slack: float = 0.06) -> bool:
    """Tell whether no number of a text is this one, rounded as forecasts are."""
    return not any(near(said, true, share, slack) for said in numbers(text, english))


def lacks_percent(text: str, true: float, english: bool) -> bool:
    return lacks(text, true, 0.0, english, 0.51)


def wrong_way(text: str, up: bool) -> bool:
    """Tell whether a sentence says the other direction only."""
    words = set(re.findall(r"[a-z]+", text.lower()))
    right, other = (UP, DOWN) if up else (DOWN, UP)
    return bool(words & set(other)) and not words & set(right)


def month_of(text: str) -> str:
    return f"{MONTHS[int(text[5:7]) - 1]} {text[:4]}"


# --------------------------------------------------------------------------- checks


def check_forecast(r: Report) -> Iterator[Problem]:
    """The numbers of the page are those of the forecast, and words of direction follow them."""
    for row in r.json["numbers"]["forecast"]:
        for key, level in (("middle", 0.5), ("lower_80", 0.1), ("upper_80", 0.9)):
            true = r.forecast[level].get(row["horizon"], np.nan) if level in r.forecast else np.nan
            if row[key] is not None and not math.isclose(row[key], true, rel_tol=1e-6):
                yield Problem("1", f"numbers.forecast {row['month']} {key}", str(row[key]), str(true))
    six = r.forecast[r.forecast.index <= 6]
    totals = r.own("totals")
    level = totals[(totals["kind"] == "next_6") & (totals["model"] == r.model)] if len(totals) else totals
    middle = float(level["median"].iloc[0]) if len(level) == 1 else float(six[0.5].mean()) if len(six) else 0
    for name, _, text in r.said("top.h1"):
        if lacks(text, middle, 0.06, r.english):
            yield Problem("1", name, text, f"the level is {middle:,.0f}")
    for name, _, text in r.said("top.level"):
        if lacks(text, middle, 0.02, r.english):
            yield Problem("1", name, text, f"the level is {middle:,.0f}")
    for name, values, text in r.said("top.coming"):
        first = int(r.forecast.index.min())
        month = r.ahead[first]
        before = r.counts.get(f"{int(month[:4]) - 1}{month[4:]}")
        true = float(r.forecast.loc[first, 0.5])
        if lacks(text, true, 0.02, r.english) or values["month"] != month:
            yield Problem("1", name, text, f"{true:,.0f} for {month}")
        if before is None or values["ends"] is None:
            continue
        low, high = (float(r.forecast.loc[first, level]) for level in (0.1, 0.9))
        inside = low <= before <= high
        if inside != values["inside"] or (("inside" in text) != inside and r.english):
            yield Problem("1", name, text, f"{before:,.0f} a year before, range {low:,.0f} to {high:,.0f}")
        if r.english and not inside and wrong_way(text, true > before):
            yield Problem("1", name, text, f"{true:,.0f} against {before:,.0f}")


def check_shape(r: Report) -> Iterator[Problem]:
    """Up, down and level are what the middle does."""
    six = r.forecast.loc[r.forecast.index <= 6, 0.5] if 0.5 in r.forecast else pd.Series(dtype=float)
    if not len(six):
        return
    last = float(r.counts.iloc[-1])
    for name, values, text in r.said("fan.title"):
        shape = values["shape"]
        change = float(six.iloc[-1]) / last - 1
        if not math.isclose(shape["change"], change, abs_tol=0.02):
            yield Problem("1", name, text, f"{change:+.1%} from the last count")
        if shape["way"] in ("rises", "falls") and (shape["way"] == "rises") != (change > 0):
            yield Problem("1", name, text, f"{change:+.1%} from the last count")
        if r.english and shape["way"] in ("rises", "falls") and wrong_way(text, change > 0):
            yield Problem("1", name, text, f"{change:+.1%} from the last count")
        for key, true in (("low", six.min()), ("high", six.max())):
            if not near(shape[key], float(true), 0.02):
                yield Problem("1", name, f"{key} {shape[key]}", f"{true:,.0f}")


def check_chances(r: Report) -> Iterator[Problem]:
    """A chance outside the 95 % range prints as under 5 or over 95; no other contradicts its row."""
    table = r.table("chances")
    if not len(table):
        return
    table = r.rows(table, r.model)
    for name, values, text in r.said("next.said"):
        one = values["one"]
        if not one["threshold"]:  # of a year's total, which has no row of its own
            below = r.own("totals").get("chance_below_before", pd.Series(dtype=float))
            if not np.isclose([*below, *(1 - below)], one["chance"], atol=1e-6).any():
                yield Problem("7", name, text, "no such chance in totals.csv")
            continue
        rows = table[np.isclose(table["threshold"], one["threshold"])]
        told = (
            rows["told"] if "told" in rows else rows["chance"]
        )  # what such chances came to, where it differs
        rows = rows[np.isclose(told, one["chance"], atol=1e-6)]
        if not len(rows):
            yield Problem(
                "7", name, text, f"chances.csv has no {one['chance']:.3f} for {one['threshold']:,.0f}"
            )
            continue
        row = rows.iloc[0]
        levels = r.forecast.loc[int(row["horizon"])].dropna()
        low, high = levels.get(0.025, -np.inf), levels.get(0.975, np.inf)
        above = float(
            np.interp(math.log(max(one["threshold"], 0.5)), np.log(np.maximum(levels, 0.5)), levels.index)
        )
        true = above if row["event"] == "fewer_than" else 1 - above
        small = re.search(r"under|menos", text) is not None
        large = re.search(r"over|más", text) is not None
        if low < one["threshold"] < high and abs(true - row["chance"]) > 0.06:
            yield Problem("7", name, text, f"interpolated {true:.2f}")
        if row.get("verdict") == "rejected":
            continue
        outside = one["threshold"] <= low or one["threshold"] >= high
        if (outside or not 0.05 <= one["chance"] <= 0.95) and not (small if true < 0.5 else large):
            yield Problem(
                "7", name, text, f"{one['threshold']:,.0f} beside a 95% range {low:,.0f} to {high:,.0f}"
            )
        said = numbers(text, r.english)
        if not (small or large) and said and abs(said[0] / 100 - one["chance"]) > 0.03:
            yield Problem("7", name, text, f"chance {one['chance']:.3f}")


def check_coverage(r: Report) -> Iterator[Problem]:
    """Coverage of the last ten years is counted right, and the worst distance is among what is told first."""
    if not len(r.backtest):
        return
    told = r.held[r.held.index.isin([1, 3, 6, 12])]
    for name, values, text in r.said("sure.find", "answers.sure"):
        worst = values.get("worst")
        if not worst:
            continue
        share = told["held"] / told["n"]
        if share[worst["horizon"]] > share.min() + 1e-9:
            yield Problem("5", name, text, f"{share.idxmin()} months ahead it held {share.min():.0%}")
        for part in filter(None, (worst, values.get("first"))):
            true = r.held.loc[part["horizon"]]
            if (part["n"], part["held"]) != (true["n"], true["held"]):
                yield Problem("5", name, f"{part['held']} of {part['n']}", f"{true['held']} of {true['n']}")
            if name == "answers.sure" and lacks_percent(text, 100 * true["held"] / true["n"], r.english):
                yield Problem("5", name, text, f"{true['held']} of {true['n']} at {part['horizon']}")
        said = [word for word in ("less", "more", "about") if word in re.findall(r"[a-z]+", text)]
        true = {_judged(share[part["horizon"]]) for part in (worst, values.get("first")) if part}
        if name == "sure.find" and r.english and set(said) != true:
            yield Problem("5", name, text, f"held {', '.join(sorted(true))} than or as promised")
        if lacks(text, worst["horizon"], 0, r.english):
            yield Problem("5", name, text, f"silent of {worst['horizon']} months ahead, where it held least")
    six = r.held[r.held.index == 6]
    for name, values, text in r.said("sure.record_title"):
        missed = values["missed"]
        if missed["months"] != 6 or not missed["total"] or not len(six):
            continue
        true = 1 - float((six["held"] / six["n"]).iloc[0])
        if abs(missed["n"] / missed["total"] - true) > 1e-9:
            yield Problem("5", name, text, f"{true:.3f} of the sixth months")
        if missed["n"] and lacks_percent(text, 100 * true, r.english):
            yield Problem("5", name, text, f"{true:.0%} of the sixth months")


def _judged(share: float) -> str:
    return "less" if share < 0.75 else "more" if share > 0.85 else "about"


def check_skill(r: Report) -> Iterator[Problem]:
    """At each distance where the headline does no better than the last count the page says so, and only there."""
    if not len(r.backtest):
        return
    found = r.skill
    told, text = next(((v["poor"], text) for _, v, text in r.said("top.no_better")), (None, ""))
    poor = set(told["distances"]) if told else set()
    for horizon, skill in found[found.abs() > 1e-6].items():  # equal to the last digit is either
        if (horizon in poor) != (skill < 0):
            yield Problem("5", "top.no_better", text, f"skill {skill:+.4f} at {horizon}")
    if told and told["always"] != (len(poor) == len(found)):
        yield Problem("5", "top.no_better", text, f"{len(poor)} of {len(found)} distances")
    for first in () if not told or told["always"] else (low for low, _ in told["spans"]):
        if lacks(text, first, 0, r.english):
            yield Problem("5", "top.no_better", text, f"no better from {first} months ahead")


def check_miss(r: Report) -> Iterator[Problem]:
    """The worst miss is the largest on logs, told in its own direction."""
    own = r.backtest[r.backtest["row"] == "own"] if len(r.backtest) else r.backtest
    own = own[own["truth"].notna() & own[0.5].notna()] if len(own) else own
    for name, _, text in r.said("sure.miss"):
        if not len(own):
            continue
        errors = np.log(np.maximum(own[0.5], 0.5)) - np.log(np.maximum(own["truth"], 0.5))
        row = own.loc[errors.abs().idxmax()]
        factor = float(np.exp(errors.abs().max()))
        if lacks(text, factor, 0.02, r.english) or lacks(text, row["truth"], 1e-9, r.english):
            yield Problem(
                "6", name, text, f"{row['origin']:%Y-%m-%d} for {row['month']}, a factor of {factor:.1f}"
            )
        if r.english and ("too high" in text) != (errors[errors.abs().idxmax()] > 0):
            yield Problem("6", name, text, f"{row[0.5]:,.0f} against {row['truth']:,.0f}")


def _late(day: str) -> bool:
    return int(day[8:10]) >= 25


def check_effects(r: Report) -> Iterator[Problem]:
    """Groups are named by all members and their span; raw changes, tests and bounds are those of the files."""
    table = r.own("effects")
    if not len(table):
        return
    table = table[np.isclose(table["level"], 0.8)].set_index("event")
    natural = table["estimate"].abs().max() > 50
    if not natural:
        for event, row in table[(table["estimate"].abs() > 2) | (table["se"] > 1)].iterrows():
            yield Problem(
                "3", f"effects.csv {event}", f"{row['estimate']:.2f} ({row['se']:.2f})", "beyond 2 on logs"
            )
    for name, values, text in r.said("effects.label", "effects.tests", "effects.raw", "answers.policy"):
        rows = values.get("rows") or [v for v in (values.get("row"), values.get("lead")) if v]
        for row in rows:
            if row["event"] not in table.index:
                yield Problem("1", name, row["label"], "no such effect")
                continue
            yield from _check_effect(r, name, row, text, table.loc[row["event"]])
    for name, values, text in r.said("effects.title", "answers.policies_big"):
        shown = [v["rows"] for _, v, _ in r.said("effects.label")]
        events = {row["event"] for rows in shown for row in rows}
        clear = sum(_stands_out(table.loc[e]) for e in events if e in table.index)
        if values["clear"] != clear or (
            (clear == 0) != bool(re.search(r"None|not pass|Ningun", text)) and r.english
        ):
            yield Problem("4", name, text, f"{clear} pass every test")
    for name, _, text in r.said("effects.note"):
        missing = [w for w in ("are", "lately", "other models") if w not in text]
        if r.english and missing:
            yield Problem("4", name, text, f"the legend leaves out {missing}")


def _stands_out(row: pd.Series) -> bool:
    outcomes = [row["test_years"], row["test_recent"], row["test_models"]]
    return outcomes[0] == "passed" and "failed" not in outcomes


def _check_effect(r: Report, name: str, row: dict, text: str, true: pd.Series) -> Iterator[Problem]:
    members, starts = str(true["members"]).split(";"), str(true["starts"]).split(";")
    whole = name in ("effects.label", "answers.policy")
    for member in members if whole else ():
        if r.labels and r.labels.get(member, member) not in text:
            yield Problem("1", name, text, f"{member} is a member of the group")
    for day in {starts[0], starts[-1]} - {""} if whole and r.english else ():
        if day[:4] not in text or MONTHS[int(day[5:7]) - 1] not in text:
            yield Problem("1", name, text, f"a member began on {day}")
        if _late(day) and str(int(day[8:])) not in re.findall(r"\d+", text) and "late" not in text:
            yield Problem("1", name, text, f"it began on {day}, late in its month")
    if pd.isna(true["estimate"]):
        yield Problem("1", name, text, f"no single effect: {true['words']}, {true['why_group']}")
        return
    if row["percent"] is None or not math.isclose(row["percent"], true["percent"], rel_tol=1e-6):
        yield Problem("1", name, str(row["percent"]), str(true["percent"]))
    raw = _raw_change(r, true)
    if raw is not None and row["raw"] is not None and not math.isclose(row["raw"], raw, abs_tol=0.06):
        yield Problem("2", name, f"raw {row['raw']:.1f}", f"{raw:.1f} by the counts")
    beside = name in ("answers.policy", "effects.raw") and raw is not None
    if beside and lacks_percent(text, raw, r.english):
        yield Problem("2", name, text, f"the raw change was {raw:+.0f}%")
    if beside and pd.notna(true["usual_change"]) and lacks_percent(text, true["usual_change"], r.english):
        yield Problem("2", name, text, f"these months usually changed by {true['usual_change']:+.0f}%")
    if name == "effects.label":
        for end in (true["percent_lower"], true["percent_upper"]):
            if end <= 639 and lacks_percent(text, end, r.english):
                yield Problem("2", name, text, f"its range ends at {end:+.0f}%")
    if name == "answers.policy" and r.english and raw is not None:
        rest = text.split("the count ")[-1]
        if wrong_way(rest, raw > 0):
            yield Problem("2", name, text, f"the raw change was {raw:+.0f}%")
        if np.sign(raw) != np.sign(true["percent"]) and "other way" not in text:
            yield Problem("2", name, text, f"it leads, though the counts moved by {raw:+.0f}%")
        if true["test_years"] not in ("passed", "failed"):
            yield Problem("4", name, text, f"it leads, though its test is {true['test_years']}")
    outcomes = [true["test_years"], true["test_recent"], true["test_models"]]
    if list(row["outcomes"]) != outcomes:
        yield Problem("4", name, str(row["outcomes"]), str(outcomes))
    if name == "effects.tests" and r.english:
        words = {"passed": "yes", "failed": "no", "not_testable": "not testable", "not_run": "not tried"}
        said = [part.split(":")[1].strip() for part in text.split("·")]
        if said != [words[o] for o in outcomes]:
            yield Problem("4", name, text, str(outcomes))


def _raw_change(r: Report, row: pd.Series) -> float | None:
    """Mean of the first three months against the three before, from the counts; a late month is on neither side."""
    first = str(row["first_active"])
    if first not in r.counts.index:
        return None
    begun = r.counts.index.get_loc(first)
    start = min(s for s in str(row["starts"]).split(";") if s) if str(row["starts"]).strip(";") else ""
    late = start[:7] == first and _late(start)
    now, before = r.counts.iloc[begun + late : begun + late + 3], r.counts.iloc[max(begun - 3, 0) : begun]
    if begun < 3 or not len(now) or not before.mean() > 0:
        return None
    return 100 * (now.mean() / before.mean() - 1)


def check_known(r: Report) -> Iterator[Problem]:
    """Months inside before past turns are counted right, and worth is that of the mean miss."""
    own = r.backtest[r.backtest["row"] == "own"] if len(r.backtest) else r.backtest
    for name, values, text in r.said("known.panel"):
        case = values["case"]
        rows = own[own["origin"] == pd.Timestamp(case["day"])]
        rows = rows[(rows["horizon"] <= 6) & rows["truth"].notna()].dropna(subset=[0.1, 0.9])
        held = int(((rows["truth"] >= rows[0.1]) & (rows["truth"] <= rows[0.9])).sum())
        if (case["held"], case["n"]) != (held, len(rows)) or lacks(text, held, 0, r.english):
            yield Problem("11", name, text, f"{held} of {len(rows)}")
        if len(rows) and case["way"] == "held" and held < len(rows):
            yield Problem("11", name, case["way"], f"{len(rows) - held} outside")
    table = r.own("knowledge")
    for name, values, text in r.said("known.worth"):
        gain = values["gain"]
        rows = table[(table["metric"] == "mae") & (table["horizon"].astype(str) == str(gain["horizon"]))]
        rows = rows[np.isclose(rows["gain"], gain["gain"], atol=1e-9)]
        if not len(rows):
            yield Problem("15", name, text, "no such gain of the mean miss")
            continue
        low, high = rows["lower"].iloc[0], rows["upper"].iloc[0]
        code = "not_apart" if low <= 0 <= high else "smaller" if rows["gain"].iloc[0] > 0 else "larger"
        clear = not re.search(r"no (clear )?difference|ninguna diferencia|no cambi", text)
        if gain["code"] != code or (r.english and clear != (code != "not_apart")):
            yield Problem("15", name, text, f"{code} ({low:.3f} to {high:.3f})")


def check_past(r: Report) -> Iterator[Problem]:
    """Extremes are those of all months, and the first month is not higher than the highest."""
    high = r.counts.max()
    for name, values, text in r.said("past.find"):
        highest = values["highest"]
        if (
            highest["value"] != high
            or r.counts[highest["month"]] != high
            or lacks(text, high, 1e-9, r.english)
        ):
            yield Problem("10", name, text, f"the highest is {high:,.0f}, in {r.counts.idxmax()}")
        first = r.counts.index[0]
        if highest["first"] != first:
            yield Problem("10", name, highest["first"], first)
    for name, _, text in r.said("*"):
        if re.search(r"(highest|lowest)( count)? since", text):
            yield Problem(
                "10", name, text, "the first month on record was no higher: say 'on record (since ...)'"
            )
    for name, values, text in r.said("past.label"):
        shown = r.counts[values["drawn"]["first"] : values["drawn"]["last"]]
        for true in (shown.max(), shown.min(), shown.iloc[-1]):
            if lacks(text, true, 1e-9, r.english):
                yield Problem("10", name, text, f"{true:,.0f}")


def check_afterwards(r: Report) -> Iterator[Problem]:
    """What happened later went where the page says, inside or outside as it says."""
    later = {row["month"]: row["value"] for row in r.json["numbers"].get("afterwards", [])}
    last = float(r.counts.iloc[-1])
    for name, values, text in r.said("top.after"):
        if r.english and wrong_way(text.split("The count then")[-1], values["last"]["value"] > last):
            yield Problem("1", name, text, f"{last:,.0f} to {values['last']['value']:,.0f}")
    known = {h: later[m] for h, m in r.ahead.items() if m in later and h in r.forecast.index}
    ranged = r.forecast.dropna(subset=[0.1, 0.9]) if {0.1, 0.9} <= set(r.forecast.columns) else r.forecast[:0]
    inside = {h: ranged.loc[h, 0.1] <= y <= ranged.loc[h, 0.9] for h, y in known.items() if h in ranged.index}
    for name, values, text in r.said("top.after_held"):
        if (values["held"], values["known"]) != (sum(inside.values()), len(inside)):
            yield Problem(
                "11",
                name,
                f"{values['held']} of {values['known']}",
                f"{sum(inside.values())} of {len(inside)}",
            )
        if values["outside"] and " on " in text and r.english:
            first = next(h for h, m in r.ahead.items() if m == values["outside"]["month"])
            back = [r.ahead[h] for h, ok in inside.items() if h >= first and ok]
            if back:
                yield Problem("11", name, text, f"inside again in {', '.join(back)}")


def check_figures(r: Report) -> Iterator[Problem]:
    """Revisions, release days, parts and source are those of the data, counted over months."""
    parts = r.own("parts")
    parts = parts[parts["part"].str.endswith(".at_large")] if len(parts) else parts
    for name, _, text in r.said("figures.counted"):
        if len(parts):
            share = 100 * parts.sort_values("month")["share"].iloc[-1]
            if lacks_percent(text, share, r.english):
                yield Problem(
                    "10", name, text, f"{share:.0f}% of {parts['month'].max()} are interior arrests"
                )
    if not r.bundled:
        return
    rows = r.vintages
    for name, values, text in r.said("figures.dated"):
        dated = rows[rows["release_basis"] == "day"]["month"].nunique()
        if values["dated"] and lacks(text, dated, 0, r.english):
            yield Problem(
                "8", name, text, f"{dated} of {rows['month'].nunique()} months have a day on record"
            )
    for name, values, text in r.said("figures.revisions"):
        recent = rows[rows["month"].isin(sorted(rows["month"].unique())[-12:])]
        changed = recent.groupby("month")["value"].nunique().gt(1).sum()
        months = sorted(recent["month"].unique())
        septembers = [m for m in months if m.endswith("-09")]  # its update closes the fiscal year
        n_open = sum(m > septembers[-1] for m in months) if septembers else len(months)
        if values["found"] and n_open and lacks(text, n_open, 0, r.english):
            yield Problem("9", name, text, f"{n_open} months belong to an open fiscal year")
        if values["found"] and values["found"]["open"] != n_open:
            yield Problem("9", name, text, f"{n_open} months belong to an open fiscal year")
        if values["found"] and changed and lacks(text, changed, 0, r.english):
            yield Problem("9", name, text, f"{changed} months were revised")
        if "as first published" in text:
            yield Problem("9", name, text, "first values are not known of all")
    for name, values, text in r.said("top.latest"):
        first = rows[rows["month"] == values["month"]].iloc[0]
        by_day = first["release_basis"] == "day"
        if r.english and bool(re.search(r"published on \d", text)) and not by_day:
            yield Problem("8", name, text, f"the day is not on record ({first['release_basis']})")
    series = pd.read_csv(BUNDLED / "series.csv").set_index("series_id")
    source = r.json["index"].get("source", "")
    publisher = str(series.loc[r.series, "publisher"])
    if source and r.english and publisher not in source:
        yield Problem("10", "source", source, publisher)


def check_days(r: Report) -> Iterator[Problem]:
    """A day of release is printed only where it is on record, in every table of both pages."""
    if not (r.bundled and r.english):
        return
    table = pd.read_csv(BUNDLED / "observations.csv", dtype={"month": str})
    table = table[table["series_id"] == r.series].sort_values(["month", "released"])
    last = table.drop_duplicates("month", keep="last").set_index("month")
    for block in _tables(r.json):
        heads = [h["text"].lower() for h in block["head"]]
        for k, head in enumerate(heads):
            if "as published" not in head and "published on" not in head:
                continue
            for row in block["rows"]:
                month = _month(row["cells"][0])
                if month in last.index and re.match(r"\d{1,2} \w+ \d{4}$", row["cells"][k]):
                    basis = last.loc[month, "release_basis"]
                    if basis != "day":
                        yield Problem("8", block["caption"], row["cells"][k], f"{month}: basis {basis}")


def _month(cell: str) -> str:
    found = re.match(r"(\w{3})\w* (\d{4})$", cell)
    short = [m[:3] for m in MONTHS]
    return f"{found[2]}-{short.index(found[1]) + 1:02d}" if found and found[1] in short else ""


def _tables(value) -> Iterator[dict]:
    """Yield every table of the pages."""
    if isinstance(value, dict):
        if {"caption", "head", "rows"} <= value.keys() and value["rows"]:
            yield value
        for one in value.values():
            yield from _tables(one)
    elif isinstance(value, list):
        for one in value:
            yield from _tables(one)


def check_captions(r: Report) -> Iterator[Problem]:
    """A number of dates in a caption is that of the rows below it; widths grow as the words say."""
    n = set(r.own("knowledge").get("n", pd.Series(dtype=float)).dropna().astype(int))
    for block in _tables(r.json["evidence"]) if "evidence" in r.json else ():
        for said in re.findall(r"\b(\d+) dates\b", block["caption"] + " " + block.get("foot", "")):
            columns = [
                k for k, h in enumerate(block["head"]) if h["text"].lower() in ("dates", "n", "of dates")
            ]
            rows = {row["cells"][k] for row in block["rows"] for k in columns}
            if rows and rows != {said}:
                yield Problem("11", block["caption"], f"{said} dates", f"rows of {', '.join(sorted(rows))}")
            elif not rows and len(n) > 1 and int(said) in n and re.search("know|hindsight", block["caption"]):
                yield Problem("11", block["caption"], f"{said} dates", f"rows of {sorted(n)}")
    logs = (
        np.log(np.maximum(r.forecast.dropna(subset=[0.1, 0.9]), 0.5))
        if {0.1, 0.9} <= set(r.forecast.columns)
        else r.forecast[:0]
    )
    if len(logs) and logs.index.max() >= 12 and 1 in logs.index:
        width = (logs[0.9] - logs[0.1]) / (logs.loc[1, 0.9] - logs.loc[1, 0.1])
        for path, text in _texts(r.json):
            if re.search(r"widen with the square root", text) and not near(width[12], math.sqrt(12), 0.03):
                yield Problem(
                    "11", path, text, f"twelve months ahead the range is {width[12]:.2f} times as wide"
                )


def check_means(r: Report) -> Iterator[Problem]:
    """Where means stand beside forecasts they add up as printed, and the note says which of the two is the forecast."""
    for block in _tables(r.json["evidence"]) if "evidence" in r.json else ():
        column = next((k for k, h in enumerate(block["head"]) if h["text"].startswith("Mean (")), None)
        if column is None:
            continue
        rows = [(row["kind"], numbers(row["cells"][column])) for row in block["rows"]]
        whole = [found[0] for kind, found in rows if kind == "lead" and found]
        parts = [found[0] for kind, found in rows if kind != "lead" and found]
        if whole and abs(sum(parts) - whole[0]) > (len(rows) + 1) / 2:
            yield Problem(
                "1", block["caption"], f"a mean of {whole[0]:,.0f}", f"its parts sum to {sum(parts):,.0f}"
            )
        if "forecast is the middle" not in block["foot"]:
            yield Problem("1", block["caption"], block["foot"], "which one is the forecast?")


def check_sizes(r: Report) -> Iterator[Problem]:
    """No estimate beyond 2 on logs, or with a standard error beyond 1, is printed on either page."""
    called = set(r.labels.values())
    for block in _tables(r.json):
        heads = [h["text"].lower() for h in block["head"]]
        errors = [k for k, h in enumerate(heads) if "standard error" in h or "error estándar" in h]
        for row in block["rows"]:
            cells = [c["text"] if isinstance(c, dict) else c for c in row["cells"]]
            large = [
                c for c in cells for n in re.findall(r"\+([\d,]+)%", c) if float(n.replace(",", "")) > 639
            ]
            if large:
                yield Problem("3", block["caption"], f"{cells[0]}: {large[0]}", "more than the factor seven")
            if errors and any(name in cells[0] for name in called):
                estimate, error = (abs(numbers(cells[k])[0]) for k in (errors[0] - 1, errors[0]))
                if estimate > 2 or error > 1:
                    yield Problem("3", block["caption"], " ".join(cells[:4]), "beyond 2 on logs")


def _texts(value, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(one, f"{path}.{key}")
    elif isinstance(value, list):
        for k, one in enumerate(value):
            yield from _texts(one, f"{path}[{k}]")


#: Words that stand nowhere on the page that is read.
FORBIDDEN = (
    r"likelihood|AICc|quantile|bootstrap|confidence set|specification curve|autocorrelation|heteroscedastic|Ljung|"
    r"Jarque|Diebold|square-root rule|\b[am][ar]1\b|\blag \d|p[- ]values?\b|\bmanifest\b|\bbundle|over the limit|"
    r"first priority|shrunken|nuisance|column of the design|\bpriority\b|laid over|\b[a-z]+_[a-z_]+\b|"
    r"\b(southwest|northern|coastal|nationwide)\.\w+"
)
#: Keys of the page that are not read: paths, anchors, classes, machine parts.
_NOT_READ = re.compile(
    r"\.(path|id|csv|name|kind|dataset|canonical|meta|links\[\d+\]\.path|role|toggle|word)\b"
)


def check_words(r: Report) -> Iterator[Problem]:
    """Findings have at most 45 words and 5 numbers, captions 40 words, and no word of the workshop is read."""
    for section in r.json["index"]["sections"]:
        text = re.sub(r"[89][- ]in[- ]10|[89] de cada 10|Title 42|Título 42", "", section["find"])
        names = "|".join(MONTHS + SPANISH_MONTHS)
        text = re.sub(
            rf"(\d+( (and|y) \d+)? (de )?)?({names})( de)? \d{{4}}", "", text
        )  # dates are no figures
        words, found = len(section["find"].split()), len(re.findall(r"\d[\d,.]*", text))
        if words > 45 or found > 5:
            yield Problem(
                "words", f"{section['id']}.find", section["find"], f"{words} words, {found} numbers"
            )
    for path, text in _texts(r.json["index"]):
        if _NOT_READ.search(path):
            continue
        wrong = re.search(FORBIDDEN, text)
        if wrong:
            yield Problem("words", path, text[:120], wrong.group())
        if re.search(r"\.(note|subtitle|caption|foot)$", path) and len(text.split()) > 40:
            yield Problem("words", path, text, f"{len(text.split())} words")


CHECKS = (
    check_forecast,
    check_shape,
    check_chances,
    check_coverage,
    check_skill,
    check_miss,
    check_effects,
    check_known,
    check_past,
    check_afterwards,
    check_figures,
    check_days,
    check_captions,
    check_means,
    check_sizes,
    check_words,
)


def check(folder: str | Path) -> list[Problem]:
    """Return everything that a report says and its files do not."""
    report = Report(folder)
    return [problem for one in CHECKS for problem in one(report)]


if __name__ == "__main__":
    bad = [(folder, problem) for folder in sys.argv[1:] for problem in check(folder)]
    for folder, problem in bad:
        print(f"{folder}: {problem}")
    print(f"{len(sys.argv) - 1} reports, {len(bad)} problems")
    sys.exit(bool(bad))
