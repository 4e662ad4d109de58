"""Several experiments in one site: a folder each, one lock, one fetch, and a first page of all series."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Unpack

import pandas as pd

from forecast.archive.track_record import summarise
from forecast.config.settings import Experiment
from forecast.errors import ConfigError
from forecast.files import inside, plain_cell, write_file
from forecast.publish import folders
from forecast.publish.addresses import check_patterns
from forecast.publish.desk import Call, Desk, Outcome, answered, desk_of, last_round, now, refuse_damaged
from forecast.publish.finish import with_hook
from forecast.publish.issue import look, round_of
from forecast.publish.lock import locked
from forecast.publish.reading import Read, fetch_checked, read_source
from forecast.report.site import SCHEMA_VERSION
from forecast.report.site_index import SitePart, index_page
from forecast.report.write.files import json_bytes

#: Keys of `publish` that all experiments of one call share.
_SHARED = ("archive", "site", "fetch", "figures", "url", "hub")


def part_of(exp: Experiment) -> Experiment:
    """Return an experiment of several with its own folder in site and hub.

    Examples
    --------
    >>> part_of(Experiment(name="visits")).publish.site
    'site/visits'
    """
    spec = exp.publish
    site, url = inside(spec.site, exp.name, "name"), f"{spec.url.rstrip('/')}/{exp.name}" if spec.url else ""
    hub = None if spec.hub is None else str(inside(spec.hub, exp.name, "name"))
    return replace(exp, publish=replace(spec, site=str(site), url=url, hub=hub))


def parts_of(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Return several experiments with a folder each; a single one keeps the whole site."""
    return [part_of(exp) for exp in experiments] if len(experiments) > 1 else list(experiments)


def publish_several(
    experiments: Sequence[Experiment],
    *,
    dry_run: bool = False,
    force: bool = False,
    as_of: str | None = None,
    **call: Unpack[Call],
) -> Outcome:
    """Publish several experiments in one site: each as `publish` does, in ``site/<experiment>/``.

    Parameters
    ----------
    experiments : sequence of Experiment
        With one archive, one site and the same addresses.
    dry_run, force, as_of, **call
        As of `publish_report`.

    Returns
    -------
    Outcome
        The gravest code of an experiment that failed; else 0 where one was published, 6 where figures are
        late, 3 where nothing is new. `parts` has the outcome of each.
    """
    desks = [desk_of(part_of(exp), **call) for exp in experiments]
    root = Path(experiments[0].publish.site)

    def checked(work: Callable[[], Outcome]) -> Outcome:
        _refuse_apart(experiments)
        _refuse_other_owner(root)
        check_patterns(experiments[0].publish.fetch)
        return work()

    if dry_run:
        return answered(lambda: checked(lambda: _look(desks, force, as_of)))
    told = {desk.exp.name: desk.last_round().told for desk in desks}
    outcome = answered(lambda: checked(lambda: _rounds(desks, root, force, as_of)))
    if outcome.parts:
        parts = {
            desk.exp.name: with_hook(desk, outcome.parts[desk.exp.name], told[desk.exp.name])
            for desk in desks
        }
        return _summed(parts)
    # nothing of any experiment was done: it is told once, for all of them
    names = ",".join(exp.name for exp in experiments)
    return with_hook(desk_of(replace(experiments[0], name=names), call.get("today")), outcome, "")


def _refuse_apart(experiments: Sequence[Experiment]) -> None:
    """Refuse experiments that cannot share archive, site and figures."""
    first, *rest = experiments
    problems = []
    if twice := [exp.name for exp in rest if [e.name for e in experiments].count(exp.name) > 1]:
        problems.append(f"name: '{twice[0]}' stands twice; every experiment has a folder of its own")
    for exp in rest:
        differ = [
            f"publish.{key}" for key in _SHARED if getattr(exp.publish, key) != getattr(first.publish, key)
        ]
        if first.publish.fetch and replace(exp.data, expected_by=first.data.expected_by) != first.data:
            differ.append("data")
        problems += [
            f"{key}: differs between '{first.name}' and '{exp.name}', which are published together; give both"
            " the same, or publish them apart"
            for key in differ
        ]
    if problems:
        raise ConfigError("\n".join(problems))


def _refuse_other_owner(root: Path) -> None:
    """Refuse the site of a single experiment."""
    if owner := last_round(root).experiment:
        raise ConfigError(
            f"publish.site: {root} is the site of '{owner}' alone; give another folder for several"
            " experiments"
        )


def _rounds(desks: Sequence[Desk], root: Path, force: bool, as_of: str | None) -> Outcome:
    first = desks[0]
    first.on_step("lock")
    held = locked(first.lock, first.exp.publish.wait_seconds)
    with held, folders.told(root), first.scratch() as scratch:
        refuse_damaged(first.archive)
        reads = _fetched_for_all(desks, scratch, force)
        fetched = reads[0].fetched if reads else None
        if fetched is not None:
            fetched.put(first.archive)
        parts = {}
        for at, desk in enumerate(desks):
            place, read = scratch / desk.exp.name, reads[at] if reads else None
            parts[desk.exp.name] = answered(partial(round_of, desk, force, as_of, place, read))
        outcome = _summed(parts)
        write_index(root, outcome, first.exp.report.language)
        return outcome


def _look(desks: Sequence[Desk], force: bool, as_of: str | None) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="forecast-look-") as place:
        refuse_damaged(desks[0].archive)
        reads = _fetched_for_all(desks, Path(place), force)
        parts = {}
        for at, desk in enumerate(desks):
            scratch, read = Path(place) / desk.exp.name, reads[at] if reads else None
            parts[desk.exp.name] = answered(partial(look, desk, force, as_of, scratch, read))
        return _summed(parts)


def _fetched_for_all(desks: Sequence[Desk], scratch: Path, force: bool) -> list[Read]:
    """Fetch once, and read what every experiment takes of it before any of it is put in place.

    Empty where no address is named, or where what was staged is released.
    """
    if desks[0].release:
        return []
    fetched = fetch_checked(desks, scratch / "fetched")
    if fetched is None:
        return []
    return [read_source(desk, scratch / "read" / desk.exp.name, force, fetched) for desk in desks]


def _summed(parts: dict[str, Outcome]) -> Outcome:
    """Return what came of all experiments."""
    codes = {part.code for part in parts.values()}
    failed = sorted(codes - {0, 3, 6})
    code = failed[0] if failed else next(code for code in (0, 6, 3) if code in codes)
    return Outcome(code, "\n".join(f"{name}: {part.text}" for name, part in parts.items()), parts=parts)


# --------------------------------------------------------------------------- the first page


def write_index(root: Path, outcome: Outcome, language: str) -> None:
    """Write first page and `status.json` of the site from what every part wrote; what earlier calls made
    stays.
    """
    names = dict.fromkeys((*last_round(root).experiments, *outcome.parts))
    parts = [part for name in names if (part := _part(root, name)) is not None]
    status = {
        "schema_version": SCHEMA_VERSION,
        "experiments": list(names),
        "checked": now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "code": outcome.code,
        "message": outcome.text.splitlines()[0],
        "codes": {name: part.code for name, part in outcome.parts.items()},
    }
    write_file(root / "index.html", index_page(parts, language))
    write_file(root / "status.json", json_bytes(status))


def _part(root: Path, name: str) -> SitePart | None:
    """Return what an experiment's own folder tells; None where nothing was published there yet."""
    folder = inside(root, name, "name")
    try:
        latest, status = (
            json.loads((folder / f"{file}.json").read_text(encoding="utf-8")) for file in ("latest", "status")
        )
    except (OSError, ValueError):
        return None
    return SitePart(name, latest, status, _summary(folder / "track_record.csv"))


def _summary(file: Path) -> pd.DataFrame:
    texts = ("kind", "model", "knowledge", "scenario", "month", "inside_50", "inside_80")
    record = pd.read_csv(
        file,
        dtype=dict.fromkeys(texts, str),
        converters={"series_id": plain_cell},
        keep_default_na=False,
        na_values={name: [""] for name in ("truth", "truth_first", "error", "wis", "wis_first")},
    )
    return summarise(record)
