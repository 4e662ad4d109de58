"""Writing a report: both pages and everything beside them, complete or not at all."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from forecast.arguments import checked
from forecast.experiment.named import is_many
from forecast.report import format as w
from forecast.report import many, pages, view
from forecast.report.blocks import Chart, Page
from forecast.report.catalogue import speaking
from forecast.report.figures.renderer import Studio
from forecast.report.prose import Sentence, prose
from forecast.report.sections.report import EVIDENCE
from forecast.report.write import files as companions
from forecast.report.write import html as _templates
from forecast.report.write.folder import put_in_place
from forecast.report.write.html import TEMPLATES, css_text
from forecast.report.write.markdown import markdown

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from forecast.experiment.run import Run

#: Version of `report.json`: its keys and what they mean.
SCHEMA = 2


@checked
def write_report(
    run: Run,
    folder: str | Path,
    command: str = "",
    versions: Mapping[str, str] | None = None,
    durations: Mapping[str, float] | None = None,
    png: bool = True,
    pdf: bool = False,
) -> Path:
    """Write the page of a run and everything beside it, and return the folder.

    The files are written into a folder beside the target and put in place as a whole: there is never a half
    report. A report that was there before is replaced, files beside it that are not its own stay. All files
    but ``manifest.json`` have the same bytes when a run is repeated.

    Parameters
    ----------
    run : Run
        The result of `forecast.run`.
    folder : str or Path
        Where the report goes.
    command : str
        The command that repeats it, printed on the page; made from the experiment's name where empty.
    versions : mapping, optional
        Versions for the manifest; those installed where None.
    durations : mapping, optional
        Seconds of each step, for the manifest; those of the run where None.
    png : bool
        Write figures as PNG too.
    pdf : bool
        Write ``report.pdf`` too; needs the extra ``pdf``.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ForecastError
        Where the folder cannot be written, the disk is full, or files stand there that are no report's;
        nothing is left behind then.

    Examples
    --------
    >>> import forecast as fc
    >>> words = ["model=random_walk", "report.headline=random_walk", "backtest.start=2024-01"]
    >>> run = fc.run(fc.load_experiment("quick", "combination=none", *words))
    >>> (fc.write_report(run, "reports/mine", png=False) / "index.html").is_file()
    True
    """
    target = Path(folder)
    files = report_files(run, command, versions, durations, png, pdf)
    put_in_place(files, target)
    return target


def report_files(
    run: Run,
    command: str = "",
    versions: Mapping[str, str] | None = None,
    durations: Mapping[str, float] | None = None,
    png: bool = True,
    pdf: bool = False,
) -> dict[str, bytes]:
    """Return all files of a report by their path in its folder."""
    with speaking(run.experiment.report.language), w.rounding(view.narrowest_range(run)):
        return _report_files(run, command, versions, durations, png, pdf)


def _report_files(
    run: Run,
    command: str,
    versions: Mapping[str, str] | None,
    durations: Mapping[str, float] | None,
    png: bool,
    pdf: bool,
) -> dict[str, bytes]:
    if is_many(run.experiment):
        return _summary_files(run, command, versions, durations)
    studio = Studio(png)
    made = pages.make_report(run, studio, command, dict(versions or companions.versions()))
    tables = pages.tables_of(made)
    index = pages.index_page(made)
    both = {pages.INDEX: index}
    if not run.experiment.report.brief:
        both[EVIDENCE] = pages.evidence_page(made, tables)
    kinds = ("png", "svg") if png else ("svg",)
    files = {f"{name}.csv": companions.csv_bytes(table, name) for name, table in tables.items()}
    files["backtest.csv.gz"] = companions.gz_bytes(companions.forecasts_bytes(run.backtest))
    files["experiment.yaml"] = companions.experiment_yaml(run.experiment).encode()
    files |= {name: render(page, studio, kinds).encode() for name, page in both.items()}
    if pdf:
        files |= _printed(both, studio, run.experiment.report.evidence_pdf)
    files["report.md"] = markdown(index).encode()
    content = {name.removesuffix(".html"): as_json(page) for name, page in both.items()}
    said = [_sentence(one) for one in made.said]
    summary = {
        "name": index.title,
        "as_of": w.day_long(run.as_of),
        "h1": index.h1,
        "standfirst": index.standfirst,
    }
    data = {"schema": SCHEMA, **summary, **content, "numbers": pages.numbers(made), "sentences": said}
    files["report.json"] = companions.json_bytes(data)
    files.update(studio.files)
    if png and index.lead is not None:
        from forecast.report.figures.card import card

        files[pages.CARD] = card(index, made.source)
    files["manifest.json"] = companions.json_bytes(_manifest(run, files, command, versions, durations))
    return files


def _summary_files(
    run: Run, command: str, versions: Mapping[str, str] | None, durations: Mapping[str, float] | None
) -> dict[str, bytes]:
    """Return the files of a run of many series: the summary, its table, and the tables behind it."""
    summary = many.summary_of(run)
    files = {f"{name}.csv": companions.csv_bytes(getattr(run, name), name) for name in pages.CSV_FILES}
    files["summary.csv"] = companions.csv_bytes(summary.table, "summary")
    files["backtest.csv.gz"] = companions.gz_bytes(companions.forecasts_bytes(run.backtest))
    files["experiment.yaml"] = companions.experiment_yaml(run.experiment).encode()
    files[pages.INDEX] = many.page(summary).encode()
    files["report.md"] = many.markdown(summary).encode()
    told = {"schema": SCHEMA, "name": run.experiment.name, "as_of": w.day_long(run.as_of)}
    files["report.json"] = companions.json_bytes({**told, **many.numbers(summary)})
    files["manifest.json"] = companions.json_bytes(_manifest(run, files, command, versions, durations))
    return files


def _printed(both: Mapping[str, Page], studio: Studio, evidence: bool) -> dict[str, bytes]:
    """Return the page as PDF, and that of proof where it is asked for."""
    from forecast.report.write.pdf import print_pdf, printed

    names = {pages.INDEX: "report.pdf"} | ({EVIDENCE: "evidence.pdf"} if evidence else {})
    return {
        name: print_pdf(render(printed(both[page], studio), studio, ()))
        for page, name in names.items()
        if page in both
    }


def _manifest(
    run: Run,
    files: Mapping[str, bytes],
    command: str,
    versions: Mapping[str, str] | None,
    durations: Mapping[str, float] | None,
) -> dict[str, object]:
    import datetime as dt

    return {
        "written": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "experiment": run.experiment.name,
        "as_of": run.as_of,
        "overrides": list(run.experiment.overrides),
        "command": command,
        "seed": run.experiment.seed,
        "versions": dict(versions or companions.versions()),
        "digests": dict(run.digests),
        "parallel": dataclasses.asdict(run.experiment.parallel),
        "durations": dict(run.durations if durations is None else durations),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
    }


# --------------------------------------------------------------------------- report.json


def as_json(content: DataclassInstance) -> dict[str, object]:
    """Return the content of a page as nested plain values: every sentence, table and number."""
    drawn = ("wide", "narrow") if isinstance(content, Chart) else ()
    names = [field.name for field in dataclasses.fields(content) if field.name not in drawn]
    return {name: _content(getattr(content, name)) for name in names}


def _content(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return as_json(value)
    return [_content(one) for one in value] if isinstance(value, (list, tuple)) else value


def _sentence(one: Sentence) -> dict[str, object]:
    return {
        "id": one.id,
        "values": {key: _plain(value) for key, value in one.values.items()},
        "text": one.text,
    }


def _plain(value: object) -> object:
    """Return a value of a sentence as JSON knows it: named tuples as objects, tables left out."""
    if hasattr(value, "_asdict"):
        return {
            k: _plain(v)
            for k, v in value._asdict().items()
            if not hasattr(v, "index") or isinstance(v, (str, tuple, list))
        }
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value


# --------------------------------------------------------------------------- page


def render(page: Page, studio: Studio, kinds: tuple[str, ...] = ("png", "svg")) -> str:
    """Return a page as HTML: one file, no request, no script, its style named by its hash."""
    return _templates.page(
        "page.html.j2",
        stylesheet(page, studio),
        page=page,
        words=prose("top"),
        kinds=kinds,
        dataset=Markup(page.dataset),  # noqa: S704 (JSON without a mark that could end its element)
    )


def stylesheet(page: Page, studio: Studio) -> str:
    """Return the style sheet: colours of both themes, the rules of the page, classes of drawings."""
    from forecast.report.figures.palette import DARK, LIGHT, variables

    font = '--cf:Arial,"Liberation Sans",Helvetica,sans-serif'
    names = ("page.css", "page_index.css" if page.stacked else "page_evidence.css", "page_print.css")
    sheets = [(TEMPLATES / name).read_text(encoding="utf-8") for name in names]
    rules = [f":root{{{variables(LIGHT)};{font}}}", studio.book.css(), *sheets]
    text = prose("top")
    before, between = (
        css_text(f"{page.title}, {page.issue} · {text.sheet()} "),
        css_text(f" {text.of_sheets()} "),
    )
    content = f"{before} counter(page) {between} counter(pages)"  # the footer of printed pages
    rules.append(f"@page{{@bottom-center{{content:{content};font:8px Arial,sans-serif}}}}")
    return "".join(line.strip() for line in "\n".join(rules).replace("DARK", variables(DARK)).splitlines())
