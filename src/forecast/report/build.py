"""Writing a report: the page and everything beside it, complete or not at all."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from forecast.data.load import bundled_series
from forecast.errors import ForecastError
from forecast.files import folder_aside, inside
from forecast.report import format as w
from forecast.report import view as facts
from forecast.report.blocks import Chart, Page
from forecast.report.catalogue import formats, mark, speaking, t
from forecast.report.figures.renderer import Studio
from forecast.report.rows import records
from forecast.report.write import files as companions
from forecast.report.write import html as _templates
from forecast.report.write.html import TEMPLATES, css_text
from forecast.report.write.markdown import markdown

if TYPE_CHECKING:
    import pandas as pd

    from forecast.experiment.run import Run
    from forecast.report.sections.top import Report

WHOLE_FOOT = mark("Forecasts rest on published figures and on models that are wrong in ways described above.")
BRIEF_FOOT = mark(
    "Forecasts rest on published figures and on models; how often they held is told in the whole report."
)
NOT_OFFICIAL = mark("They are not an official statement of any agency.")
CSV_FILES = (
    "forecasts",
    "observations",
    "folds",
    "scores",
    "calibration",
    "comparison",
    "knowledge",
    "effects",
    "response",
    "specification",
    "fading",
    "estimability",
    "scenarios",
    "track_record",
    "changes",
    "weights",
    "confidence_set",
    "reconciliation",
    "others",
    "early",
    "totals",
    "totals_past",
    "totals_calibration",
    "chances",
    "reliability",
    "brier",
    "pit",
    "nowcast",
    "compared",
    "gaps",
    "leads_lags",
    "volatility",
    "volatility_breaks",
    "season",
    "recent",
    "revisions",
    "first_released",
    "parts",
)


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
    >>> words = ["model=random_walk", "combination=none", "report.headline=random_walk", "backtest.start=2024-01"]
    >>> run = fc.run(fc.load_experiment("quick", *words))
    >>> (fc.write_report(run, "reports/mine", png=False) / "index.html").is_file()
    True
    """
    target = Path(folder)
    files = report_files(run, command, versions, durations, png, pdf)
    _put_in_place(files, target)
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
    with speaking(run.experiment.report.language), w.rounding(facts.narrowest_range(run)):
        return _report_files(run, command, versions, durations, png, pdf)


def _report_files(
    run: Run,
    command: str,
    versions: Mapping[str, str] | None,
    durations: Mapping[str, float] | None,
    png: bool,
    pdf: bool,
) -> dict[str, bytes]:
    from forecast.report.write.pdf import print_pdf, printed

    studio = Studio(png)
    page, tables = build_page(run, studio, command, dict(versions or companions.versions()))
    files = {f"{name}.csv": companions.csv_bytes(tables[name], name) for name in CSV_FILES}
    files["backtest.csv.gz"] = companions.gz_bytes(companions.forecasts_bytes(run.backtest))
    files["experiment.yaml"] = companions.experiment_yaml(run.experiment).encode()
    files["index.html"] = render(page, studio, ("png", "svg") if png else ("svg",)).encode()
    if pdf:
        files["report.pdf"] = print_pdf(render(printed(page, studio), studio, ()))
    files["report.md"] = markdown(page).encode()
    files["report.json"] = companions.json_bytes(as_json(page))
    files.update(studio.files)
    files["manifest.json"] = companions.json_bytes(_manifest(run, files, command, versions, durations))
    return files


def _manifest(
    run: Run,
    files: Mapping[str, bytes],
    command: str,
    versions: Mapping[str, str] | None,
    durations: Mapping[str, float] | None,
) -> dict[str, Any]:
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


# --------------------------------------------------------------------------- content


def build_page(
    run: Run, studio: Studio, command: str = "", versions: Mapping[str, str] | None = None
) -> tuple[Page, dict[str, pd.DataFrame]]:
    """Return the content of a run's page and the tables that go beside it; charts are drawn in `studio`."""
    from forecast.report.sections import causes, data, effects, method, top, trust
    from forecast.report.sections import next as months_ahead

    main = facts.headline_series(run)
    run = dataclasses.replace(run, backtest=facts.shown_backtest(run.backtest, main))
    bundled = len(bundled_series([main])) > 0
    command = command or f"forecast experiment={run.experiment.name}"
    held = facts.coverage(run, main)
    report = top.Report(
        run=run,
        view=facts.view(run, main),
        replay=facts.replayed(run, main),
        held=held,
        scores=facts.score_book(run, main),
        studio=studio,
        bundled=bundled,
        command=command,
        versions=dict(versions or {}),
    )
    tables: dict[str, pd.DataFrame] = {name: getattr(run, name) for name in CSV_FILES}
    if not len(run.track_record):
        tables["track_record"] = facts.track_record(run, main)
    empty = {f"{name}.csv" for name, table in tables.items() if not len(table)}
    lead = top.first_chart(report)
    rest = (
        ()
        if run.experiment.report.brief
        else (
            months_ahead.afterwards_section(report),
            causes.changed_section(report),
            trust.past_section(report),
            trust.sure_section(report),
            effects.effects_section(report),
            causes.known_section(report),
            causes.if_section(report),
            trust.models_section(report),
            data.data_section(report),
            method.how_section(report, _hashes(run, tables, versions)),
            method.get_section(report, empty),
        )
    )
    coming = months_ahead.next_section(report)
    sections = [coming, *rest] if rest else [coming.brief()]
    head = top.masthead(report)
    words = top.top(report)
    page = Page(
        **head,
        h1=words["h1"],
        standfirst=words["standfirst"],
        description=words["description"],
        facts=top.four_facts(report),
        lead=lead,
        sections=tuple(section for section in sections if section is not None),
        cite=t(
            "To cite: {name}, {issue}, figures as known on {as_of}. Charts may be reprinted with the source"
            " line.",
            name=head["name"],
            issue=head["issue"],
            as_of=head["as_of"],
        ),
        footer=t(BRIEF_FOOT if run.experiment.report.brief else WHOLE_FOOT) + " " + t(NOT_OFFICIAL),
        numbers={"headline": words["numbers"], **_numbers(report)},
    )
    return page, tables


def _numbers(r: Report) -> dict[str, Any]:
    """Return the numbers behind the words, unrounded, for `report.json`."""
    view = r.view
    return {
        "series": view.series_id,
        "model": r.run.headline,
        "last": {"month": view.last, "value": float(view.counts.iloc[-1])},
        "forecast": [
            {key: value for key, value in row._asdict().items() if key != "origin"}
            for row in records(view.ahead)
        ],
        "coverage": [dataclasses.asdict(h) for h in r.held],
        "afterwards": [{"month": row.month, "value": float(row.value)} for row in records(view.afterwards)],
    }


def _hashes(
    run: Run, tables: Mapping[str, pd.DataFrame], versions: Mapping[str, str] | None
) -> dict[str, str]:
    digests = dict(run.digests)
    known = companions.csv_bytes(tables["observations"], "observations")
    kept = dict(versions or {})
    software = ", ".join(
        f"{'Python' if name == 'python' else name} {number}" for name, number in kept.items()
    )
    rows = {
        t("Configuration hash"): companions.short_hash(companions.experiment_yaml(run.experiment)),
        t("Data hash (figures as known on {day})", day=w.day_long(run.as_of)): companions.short_hash(known),
    }
    if "events" in digests:
        rows[t("Calendar hash")] = str(digests["events"])[:12]
    rows[t("Software")] = software or t("see manifest.json")
    rows[t("Random numbers")] = t("seed {seed}", seed=run.experiment.seed)
    return rows


def as_json(page: Page) -> dict[str, Any]:
    """Return the content of a page as nested plain values: every sentence, table and number."""

    def plain(value: Any) -> Any:
        if isinstance(value, Chart):
            return {k: plain(v) for k, v in _fields(value).items() if k not in ("wide", "narrow")}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {k: plain(v) for k, v in _fields(value).items()}
        if isinstance(value, (list, tuple)):
            return [plain(v) for v in value]
        return value

    out: dict[str, Any] = plain(page)
    return out


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}


# --------------------------------------------------------------------------- page


def render(page: Page, studio: Studio, kinds: tuple[str, ...] = ("png", "svg")) -> str:
    """Return the page as HTML: one file, no request, scripts and styles named by their hashes."""
    css, js = stylesheet(page, studio), script()
    policy = (
        f"default-src 'none'; style-src {_templates.source(css)}; script-src {_templates.source(js)};"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )
    html = _templates.render(
        "page.html.j2",
        page=page,
        language=formats()["code"],
        t=t,
        kinds=kinds,
        policy=policy,
        css=Markup(css),  # noqa: S704 (our own files; texts of data stand in it as css_text writes them)
        js=Markup(js),  # noqa: S704 (our own files)
    )
    return re.sub(r"\n\s*\n+", "\n", html)


def stylesheet(page: Page, studio: Studio) -> str:
    """Return the style sheet: colours of both themes, the template's rules, classes of drawings, toggles."""
    from forecast.report.figures.style import DARK, LIGHT

    light, dark = (
        ";".join(f"--{role}:{hexa}" for role, hexa in palette.items()) for palette in (LIGHT, DARK)
    )
    font = '--cf:Arial,"Liberation Sans",Helvetica,sans-serif'
    template = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    rules = [f":root{{{light};{font}}}", studio.book.css(), template.replace("DARK", dark)]
    before = css_text(f"{page.name}, {page.issue} · {t('page')} ")
    between = css_text(f" {t('of|pages')} ")
    content = f"{before} counter(page) {between} counter(pages)"  # the footer of printed pages
    rules.append(f"@page{{@bottom-center{{content:{content};font:8px Arial,sans-serif}}}}")
    roles = {toggle.role for chart in page.charts for toggle in chart.toggles if toggle.role}
    rules += [f".sw-{role}{{stroke:var(--{role})}}" for role in sorted(roles)]
    for chart in page.charts:
        rules += _toggle_rules(chart)
    return "".join(line.strip() for line in "\n".join(rules).splitlines())


def _toggle_rules(chart: Chart) -> list[str]:
    if not chart.toggle_group:
        return [f".fig:has(#{one.id}:checked) .{one.id}{{display:inline}}" for one in chart.toggles]
    lines = [one.id for one in chart.toggles if one.role]
    return [
        f".fig:has(#{shown}:checked)"
        f" :is({','.join(f'.{other}' for other in lines if other != shown)}){{display:none}}"
        for shown in lines
        if len(lines) > 1
    ]


def script() -> str:
    """Return the script of the page, without indentation."""
    lines = (TEMPLATES / "page.js").read_text(encoding="utf-8").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


# --------------------------------------------------------------------------- files


def _put_in_place(files: Mapping[str, bytes], target: Path) -> None:
    """Write files beside the target and rename the whole into place."""
    try:
        with folder_aside(target) as aside:
            for name, data in files.items():
                path = inside(aside, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            for name in others_in(target):
                _carry_over(target / name, aside / name)
    except OSError as error:
        raise ForecastError(_trouble(error, target)) from error


def files_of(folder: Path) -> set[str] | None:
    """Return the files of a report by its manifest, only to be
    compared; None where the folder has none of ours.
    """
    manifest = folder / "manifest.json"
    if manifest.is_symlink() or not manifest.is_file():
        return None
    try:
        held = json.loads(manifest.read_bytes())
    except (ValueError, RecursionError):
        return None
    ours = isinstance(held, dict) and "experiment" in held and isinstance(held.get("files"), dict)
    return {"manifest.json", *held["files"]} if ours else None


def others_in(folder: Path) -> list[str]:
    """Return the files and links in a report's folder that are not its own: they stay when it is replaced.

    Raises
    ------
    ForecastError
        Where the folder holds files and no report of ours: it is not replaced.
    """
    paths = (Path(place, name) for place, folders, names in os.walk(folder) for name in [*folders, *names])
    found = sorted(p.relative_to(folder).as_posix() for p in paths if p.is_symlink() or not p.is_dir())
    own = files_of(folder)
    if found and own is None:
        raise ForecastError(
            f"{folder}: is no report's folder (no manifest.json of a report) and holds {w.joined(found[:5])};"
            " give a folder of its own (report.folder), or move them away. Nothing was changed"
        )
    return [name for name in found if name not in (own or ())]


def _carry_over(source: Path, target: Path) -> None:
    """Copy a file that is not ours beside the new report's; a link as a link."""
    if os.path.lexists(target):
        raise ForecastError(
            f"{source}: is not of the report that stands there, and the new report has a file of this name;"
            " move it away. Nothing was changed"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target, follow_symlinks=False)


def _trouble(error: OSError, target: Path) -> str:
    where = error.filename or target
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"the report cannot be written: {where} is read-only; choose another folder (report.folder, or"
            " publish.site). Nothing was changed"
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"the report cannot be written: no space left for {target}; free some or choose another folder"
            " (report.folder, or publish.site). Nothing was changed"
        )
    return (
        f"the report cannot be written to {target}: {error.strerror or error} ({where}). Nothing was changed"
    )
