"""Method in a few words, how to cite, licence, contact, and the files to take away."""

from __future__ import annotations

import pandas as pd

from forecast.report import labels, view
from forecast.report.blocks import Block, Download, Paragraph, Section
from forecast.report.sections.report import Report, report_name
from forecast.report.sections.top import evidence_link

#: Files offered on the page that is read: name, and the macro that names it.
FILES = (
    ("report.json", "page_file"),
    ("forecasts.csv", "forecasts_file"),
    ("observations.csv", "counts_file"),
    ("experiment.yaml", "settings_file"),
)


def method_section(r: Report) -> Section:
    """Return "Method"."""
    text, settings = r.words("method"), r.run.experiment.report
    combination = r.run.experiment.combination.get(r.run.headline)
    replays = int(r.replay["origin"].nunique()) if len(r.replay) else 0
    members = len(combination.members) if combination is not None else 0
    own = view.own_ranges(r.run)
    how = text.how(labels.model_name(r.run.headline), members, replays, own)
    files = [Download(path, text.macro(words)(), "") for path, words in FILES]
    blocks: list[Block] = [
        Paragraph(" ".join((how, text.chosen(r.bundled)))),
        Paragraph(cite(r), (evidence_link("", "how", text.more()),)),
        Paragraph(text.licence(settings.licence, settings.contact)),
        (*files, Download("evidence.html", text.evidence_file(), "")),
    ]
    return Section("method", text.question(), text.question(), "", tuple(blocks))


def cite(r: Report) -> str:
    """Return how to cite the page: who, what, as known when, where."""
    settings = r.run.experiment.report
    return r.words("method").cite(
        settings.publisher, report_name(r.view), pd.Timestamp(r.run.as_of), canonical(r)
    )


def canonical(r: Report) -> str:
    """Return the address of the page on the site, where the site has one."""
    base = r.run.experiment.publish.url
    return f"{base.rstrip('/')}/reports/{pd.Timestamp(r.run.as_of):%Y-%m-%d}/" if base else ""
