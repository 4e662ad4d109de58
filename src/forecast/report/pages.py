"""The two pages of a report: one to read, one of proof; and the tables that go beside them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from forecast.data.load import bundled_series
from forecast.report import view
from forecast.report.blocks import Answer, Link, Page, Paragraph, Section, Table
from forecast.report.evidence import ahead, coverage, how, known, models, outlook, restless, scenarios
from forecast.report.evidence import effects as estimates
from forecast.report.figures.renderer import Studio
from forecast.report.prose import prose
from forecast.report.rows import MonthRow, records
from forecast.report.sections import about, answers, changed, effects, fan, method, next, past, sure, top
from forecast.report.sections import known as turns
from forecast.report.sections.report import EVIDENCE, Report, report_name
from forecast.report.write import files

if TYPE_CHECKING:
    from forecast.experiment.run import Run

INDEX = "index.html"
#: Tables written beside the pages as they are; the replay is compressed.
CSV_FILES = tuple(name for name in files.COLUMNS if name != "backtest")


def make_report(
    run: Run, studio: Studio, command: str = "", versions: Mapping[str, str] | None = None
) -> Report:
    """Return what both pages are made from."""
    main = view.headline_series(run)
    run = dataclasses.replace(run, backtest=view.shown_backtest(run.backtest, main))
    made = Report(
        run=run,
        view=view.view(run, main),
        replay=view.replayed(run, main),
        held=view.coverage(run, main),
        scores=view.score_book(run, main),
        studio=studio,
        bundled=len(bundled_series([main])) > 0,
        command=command or f"forecast experiment={run.experiment.name}",
        versions=dict(versions or {}),
    )
    studio.source = f"{made.view.name.full}. {made.source}"
    return made


def tables_of(r: Report) -> dict[str, pd.DataFrame]:
    """Return the tables that go beside the pages."""
    tables: dict[str, pd.DataFrame] = {name: getattr(r.run, name) for name in CSV_FILES}
    if not len(r.run.track_record):
        tables["track_record"] = view.track_record(r.replay, r.view.series_id)
    return tables


def index_page(r: Report) -> Page:
    """Return the page that is read; a brief one ends with what comes next."""
    first = top.top(r)
    lead = fan.fan(r)
    brief = r.run.experiment.report.brief
    coming = next.next_section(r)
    found: list[Section | None] = [_alone(coming) if brief else coming]
    if not brief:
        found += [
            changed.changed_section(r),
            sure.sure_section(r),
            effects.effects_section(r),
            turns.known_section(r),
            past.past_section(r),
            about.about_section(r),
            method.method_section(r),
        ]
    sections = tuple(section for section in found if section is not None)
    page = Page(
        title=report_name(r.view),
        issue=prose("top").issue(pd.Period(pd.Timestamp(r.run.as_of), "M")),
        masthead=top.masthead(r),
        h1=first.h1,
        standfirst=first.standfirst,
        description=first.description,
        sections=sections,
        footer=r.words("method").footer(),
        late=bool(r.late),
        banners=top.banners(r),
        answers=tuple(_reachable(one, sections, brief) for one in answers.answers(r)),
        lead=lead,
        canonical=method.canonical(r),
        source=r.source,
        stacked=True,
    )
    return dataclasses.replace(page, meta=_meta(r, page), dataset=_dataset(r, page))


def _reachable(one: Answer, sections: tuple[Section, ...], brief: bool) -> Answer:
    """Let an answer whose block does not stand on the page lead to the page of proof, where there is one."""
    there = {section.id for section in sections}
    if one.path.removeprefix("#") in there:
        return one
    return dataclasses.replace(one, path="#main" if brief else EVIDENCE)


def _alone(section: Section) -> Section:
    """Return a section of a page that has no page of proof beside it: without its links."""
    blocks = (
        dataclasses.replace(block, links=()) if isinstance(block, (Table, Paragraph)) else block
        for block in section.blocks
    )
    return dataclasses.replace(section, blocks=tuple(blocks))


def _meta(r: Report, page: Page) -> dict[str, str]:
    """Return the properties of Open Graph; a picture only where one is written."""
    meta = {
        "og:type": "article",
        "og:title": page.h1,
        "og:description": page.description,
        "og:site_name": r.run.experiment.report.publisher,
        "og:locale": {"en": "en_US", "es": "es_ES"}.get(r.run.experiment.report.language, "en_US"),
    }
    if page.canonical:
        meta["og:url"] = page.canonical
    if r.studio.png and page.lead is not None:
        meta["og:image"] = f"{page.canonical}{CARD}"
        meta |= {"og:image:width": "1200", "og:image:height": "630", "og:image:alt": page.description}
    return meta


CARD = "figures/card.png"


def _dataset(r: Report, page: Page) -> str:
    """Return schema.org's description of the table of forecasts."""
    settings = r.run.experiment.report
    found = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": page.title,
        "description": page.description,
        "creator": {"@type": "Organization", "name": settings.publisher},
        "license": settings.licence,
        "dateModified": f"{pd.Timestamp(r.run.as_of):%Y-%m-%d}",
        "temporalCoverage": _covered(r),
        "distribution": {
            "@type": "DataDownload",
            "encodingFormat": "text/csv",
            "contentUrl": f"{page.canonical}forecasts.csv",
        },
    }
    if page.canonical:
        found["url"] = page.canonical
    return json.dumps(found, ensure_ascii=False).replace("<", "\\u003c")


def _covered(r: Report) -> str:
    months = r.view.ahead["month"] if len(r.view.ahead) else [r.view.last]
    return f"{min(months)}/{max(months)}"


def evidence_page(r: Report, tables: Mapping[str, pd.DataFrame]) -> Page:
    """Return the page of proof."""
    text, empty = prose("top"), {f"{name}.csv" for name, table in tables.items() if not len(table)}
    found = (
        ahead.months_section(r),
        ahead.series_section(r),
        coverage.coverage_section(r),
        outlook.outlook_section(r),
        restless.restless_section(r),
        models.models_section(r),
        estimates.effects_section(r),
        estimates.choices_section(r),
        estimates.measures_section(r),
        known.known_section(r),
        scenarios.scenarios_section(r),
        how.figures_section(r),
        how.how_section(r, _hashes(r, tables)),
        how.files_section(r, empty),
    )
    name = report_name(r.view)
    return Page(
        title=f"{text.proof()}: {name}",
        issue=text.issue(pd.Period(pd.Timestamp(r.run.as_of), "M")),
        masthead=(name, text.as_known(r.run.as_of), Link("", INDEX, text.back())),
        h1=text.proof(),
        standfirst=text.proof_stand(),
        description=text.proof_stand(),
        sections=tuple(section for section in found if section is not None),
        footer=prose("method").footer(),
        contents=True,
        source=r.source,
    )


def _hashes(r: Report, tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    text, digests = prose("proof_how"), dict(r.run.digests)
    known = files.csv_bytes(tables["observations"], "observations")
    software = ", ".join(
        f"{'Python' if name == 'python' else name} {number}" for name, number in r.versions.items()
    )
    rows = {
        text.hash_of("configuration", ""): files.short_hash(files.experiment_yaml(r.run.experiment)),
        text.hash_of("data", r.run.as_of): files.short_hash(known),
    }
    if "events" in digests:
        rows[text.hash_of("events", "")] = str(digests["events"])[:12]
    rows[text.hash_of("software", "")] = software or text.see_manifest()
    rows[text.hash_of("seed", "")] = text.seed(r.run.experiment.seed)
    return rows


def numbers(r: Report) -> dict[str, object]:
    """Return the numbers behind the words, unrounded, for `report.json`."""
    seen = r.view
    return {
        "series": seen.series_id,
        "model": r.run.headline,
        "last": {"month": seen.last, "value": float(seen.counts.iloc[-1])},
        "forecast": [
            {str(key): value for key, value in row.items() if key != "origin"}
            for row in seen.ahead.to_dict("records")
        ],
        "coverage": [dataclasses.asdict(one) for one in r.held],
        "afterwards": [
            {"month": row.month, "value": float(row.value)} for row in records(seen.afterwards, MonthRow)
        ],
    }
