"""The page of many series: how skill and coverage lie, best and worst, every series in one table.

Search and sorting are a few lines of script; without it the page is whole, in the order of the names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from forecast.report import format as w
from forecast.report import labels
from forecast.report.prose import Prose, prose
from forecast.report.write import html as _templates
from forecast.report.write.html import TEMPLATES
from forecast.scoring.summary import Spread, in_classes, series_summary
from forecast.tables.forecasts import headline_knowledge, select, wide

if TYPE_CHECKING:
    from forecast.experiment.run import Run

#: Ends of the classes of skill and of coverage.
SKILL_EDGES = (-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3)
COVERAGE_EDGES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9)
#: Series of the tables of the best and of the worst.
ENDS = 10
COLUMNS = (
    *("series_id", "name", "months", "last_month", "last", "month", "middle", "lower_80", "upper_80"),
    *("skill", "coverage_80", "n"),
)


class Bar(NamedTuple):
    """A class of series: its words, how many, and their share of the largest class in percent."""

    words: str
    n: int
    width: float


class Cell(NamedTuple):
    """A cell, and the number by which it is sorted."""

    text: str
    value: str


@dataclass(frozen=True)
class Summary:
    """What the page says, before its words: a row a series, and what holds for all of them."""

    table: pd.DataFrame
    model: str
    baseline: str
    as_of: pd.Timestamp
    name: str
    publisher: str


def summary_of(run: Run) -> Summary:
    """Return the summary of a run: selections of its tables, a row a series."""
    model = run.headline
    known = run.observations.sort_values(["series_id", "month"], kind="stable")
    last = known.groupby("series_id").tail(1).set_index("series_id")
    table = pd.DataFrame(
        {
            "name": run.series["name"],
            "months": known["series_id"].value_counts(),
            "last_month": last["month"],
            "last": last["value"].astype(float),
        }
    ).reindex(run.series.index)
    ahead = _next_month(run)
    scores = series_summary(run.scores, model, headline_knowledge(run.scores, model))
    table = table.join(ahead).join(scores.set_index("series_id"))
    table.index.name = "series_id"
    spec = run.experiment
    return Summary(
        table=table.reset_index()[list(COLUMNS)],
        model=labels.row_name(model, "none"),
        baseline=labels.row_name(spec.backtest.baseline, "none"),
        as_of=run.as_of,
        name=spec.name,
        publisher=spec.report.publisher,
    )


def _next_month(run: Run) -> pd.DataFrame:
    """Return the forecast of the next month with its 80 % range, a row a series."""
    columns = {0.5: "middle", 0.1: "lower_80", 0.9: "upper_80"}
    rows = select(run.headline_forecasts, horizon=1)
    if not len(rows):
        return pd.DataFrame(columns=["month", *columns.values()])
    found = wide(rows, "series_id", "month").rename(columns=columns).reset_index("month")
    return found.reindex(columns=["month", *columns.values()])


# --------------------------------------------------------------------------- page


def page(summary: Summary) -> str:
    """Return the page as HTML: one file, no request; its style and its script are named by their hashes."""
    from forecast.report.figures.palette import DARK, LIGHT, variables

    text, table = prose("many"), summary.table
    skill, held = Spread.of(table["skill"]), Spread.of(table["coverage_80"])
    ranked = table[table["skill"].notna()].sort_values("skill", ascending=False, kind="stable")
    few = min(ENDS, len(ranked) // 2)
    js = (TEMPLATES / "many.js").read_text(encoding="utf-8")
    sheets = [(TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", "many.css")]
    font = '--cf:Arial,"Liberation Sans",Helvetica,sans-serif'
    rules = "\n".join([f":root{{{variables(LIGHT)};{font}}}", *sheets]).replace("DARK", variables(DARK))
    css = "".join(line.strip() for line in rules.splitlines())
    values: dict[str, object] = {
        "text": text,
        "summary": summary,
        "h1": _heading(summary, skill),
        "stand": text.stand(summary.model, summary.as_of),
        "missing": int(table["middle"].isna().sum()),
        "skill": skill,
        "held": held,
        "skill_bars": _bars(table["skill"], SKILL_EDGES, text.skill_class),
        "held_bars": _bars(table["coverage_80"], COVERAGE_EDGES, text.coverage_class),
        "head": [column.removesuffix(" >") for column in text.head().split(" | ")],
        "best": _rows(ranked.head(few), text),
        "worst": _rows(ranked.tail(few).iloc[::-1], text),
        "rows": _rows(table, text),
        "footer": prose("method").footer(),
    }
    return _templates.page("many.html.j2", css, js, **values)


def _bars(values: pd.Series, edges: tuple[float, ...], words: Callable[..., str]) -> list[Bar]:
    counts = in_classes(values, edges)
    ends = [None, *edges, None]
    top = max(max(counts), 1)
    return [
        Bar(words(low, high), n, round(100 * n / top, 1))
        for low, high, n in zip(ends[:-1], ends[1:], counts, strict=True)
    ]


def _rows(table: pd.DataFrame, text: Prose) -> list[tuple[Cell, ...]]:
    """Return the cells of each series: as they are read, and as they are sorted."""
    none = text.nothing()
    out: list[tuple[Cell, ...]] = []

    def cell(value: float, shown: Callable[[float], str]) -> Cell:
        return Cell(shown(value), f"{value:.6g}") if np.isfinite(value) else Cell(none, "")

    for row in table.to_dict("records"):
        whole = not np.isfinite(row["last"]) or float(row["last"]).is_integer()
        low, high = row["lower_80"], row["upper_80"]
        known = bool(np.isfinite(low) and np.isfinite(high))
        out.append(
            (
                Cell(str(row["name"]), ""),
                cell(row["months"], w.count),
                cell(row["last"], w.count),
                cell(row["middle"], partial(w.rounded, whole=whole)),
                Cell(w.span(low, high, whole) if known else none, f"{low:.6g}" if known else ""),
                cell(row["skill"], w.skill),
                cell(row["coverage_80"], w.percent),
                cell(row["n"], w.count),
            )
        )
    return out


def _heading(summary: Summary, skill: Spread | None) -> str:
    table, scored = summary.table, skill.n if skill else 0
    return prose("many").h1(len(table), int((table["skill"] > 0).sum()), scored, summary.baseline)


def markdown(summary: Summary) -> str:
    """Return the summary as Markdown: what holds for all, and the best and worst series."""
    text, table = prose("many"), summary.table
    skill, held = Spread.of(table["skill"]), Spread.of(table["coverage_80"])
    lines = [f"# {_heading(summary, skill)}"]
    lines += [text.stand(summary.model, summary.as_of)]
    lines += [text.skill_find(skill)] if skill else []
    lines += [text.coverage_find(held)] if held else []
    return "\n\n".join(lines) + "\n"


def numbers(summary: Summary) -> Mapping[str, object]:
    """Return what `report.json` holds: the heading, and the series of the table."""
    text, table = prose("many"), summary.table
    skill = Spread.of(table["skill"])
    found = text.skill_find(skill) if skill else ""
    return {
        "h1": _heading(summary, skill),
        "standfirst": text.stand(summary.model, summary.as_of),
        "index": {"sections": [{"id": "sure", "question": text.skill_question(), "find": found}]},
        "series": table.to_dict("records"),
    }
