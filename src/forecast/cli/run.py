"""What the command does with experiments: run folders, sweeps, comparison, reruns, listing."""

from __future__ import annotations

import gc
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from forecast.cli import report_cache
from forecast.config import compose
from forecast.config.convert import Group, from_plain, group, texts
from forecast.config.settings import Experiment
from forecast.errors import ConfigError, DataError, ForecastError, counted
from forecast.files import inside

if TYPE_CHECKING:
    import pandas as pd

    from forecast.experiment.run import Run

CACHE = Path(".forecast-cache")
#: All kept folds together; those of the longest unused chains go first.
MOST_FOLD_BYTES = 300_000_000


def load_plugin(file: str) -> None:
    """Run a file that registers models; workers receive its classes by value.

    Raises
    ------
    ConfigError
        If the file is missing or fails.
    """
    import importlib.util

    path = Path(file)
    if not path.is_file():
        raise ConfigError(f"--plugin: there is no file '{file}'")
    name = f"{report_cache.PLUGIN}{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"--plugin: '{file}' is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except ForecastError:
        raise
    except Exception as error:
        raise ConfigError(f"--plugin: {file} failed: {type(error).__name__}: {error}") from error
    import cloudpickle

    cloudpickle.register_pickle_by_value(module)


@dataclass(frozen=True)
class Plan:
    """What a command asks for: its jobs, each checked, and whether Hydra launches them."""

    experiments: tuple[Experiment, ...]
    sweep: bool
    own_sweep_dir: bool = False
    swept: tuple[str, ...] = ()


def plan(words: Sequence[str], config_dirs: Sequence[str], multirun: bool = False) -> Plan:
    """Compose and check every job of a command before anything runs.

    A sweep is asked for by `-m` or by ``hydra.mode: MULTIRUN`` of an experiment; its ``hydra.sweeper.params``
    come before the words, as Hydra's own sweeper takes them.
    """
    composed = compose.compose_all(expand(words)[0] if multirun else words, config_dirs)
    if not multirun and composed.hydra["mode"] != "MULTIRUN":
        _refuse_idle(words)
        return Plan((_checked(composed.plain, words),), False)
    swept = [f"{key}={value}" for key, value in group(group(composed.hydra, "sweeper"), "params").items()]
    jobs = expand([*swept, *words])
    own_dir = any(word.lstrip("+").startswith("hydra.sweep.dir=") for word in words)
    keys = swept_keys([*swept, *words])
    return Plan(tuple(check(job, config_dirs, keys) for job in jobs), True, own_dir, tuple(keys))


#: Words about how the jobs of a sweep are spread and where they go.
_OF_SWEEPS = re.compile(r"[+~]*hydra[./](launcher|sweeper|sweep)\b")


def _refuse_idle(words: Sequence[str]) -> None:
    """Refuse words about a sweep where there is none."""
    idle = [word for word in words if _OF_SWEEPS.match(word)]
    if idle:
        raise ConfigError(
            f"{', '.join(idle)}: says how the jobs of a sweep run, and this is one job;"
            " add -m, or leave it out"
        )


def expand(words: Sequence[str]) -> list[list[str]]:
    """Return the overrides of every job of a sweep, in Hydra's order."""
    from hydra.core.override_parser.overrides_parser import OverridesParser
    from hydra.errors import HydraException

    compose.check_words(words)
    try:
        parsed = OverridesParser.create().parse_overrides(list(words))
    except HydraException as error:
        raise ConfigError(str(error).splitlines()[0]) from None
    jobs: list[list[str]] = [[]]
    for override in parsed:
        key = override.get_key_element()
        if override.is_sweep_override():
            choices = [f"{key}={v}" for v in override.sweep_string_iterator()]
        else:
            choices = [str(override.input_line)]
        jobs = [[*job, choice] for job in jobs for choice in choices]
    return jobs


def check(words: Sequence[str], config_dirs: Sequence[str], swept: Sequence[str] = ()) -> Experiment:
    """Compose and validate one job before anything runs."""
    plain = compose.compose(words, config_dirs)
    return _checked(plain, follow_headline(plain, words, swept))


def swept_keys(words: Sequence[str]) -> list[str]:
    """Return the keys that a sweep varies."""
    jobs = [dict(word.lstrip("+~").partition("=")[::2] for word in job) for job in expand(words)]
    return [key for key in jobs[0] if len({job.get(key) for job in jobs}) > 1]


def follow_headline(plain: Group, words: Sequence[str], swept: Sequence[str]) -> list[str]:
    """Make the swept model of a job its headline, unless a word names another; return the words that say
    so.
    """
    given = dict(word.lstrip("+").partition("=")[::2] for word in words)
    name = given.get("model", "")
    if "model" not in swept or "report.headline" in given or name not in group(plain, "model"):
        return list(words)
    group(plain, "report")["headline"] = name
    return [*words, f"report.headline={name}"]


def _checked(plain: Group, words: Sequence[str]) -> Experiment:
    from forecast.experiment import load

    exp = load.to_experiment(plain, words)
    if exp.report.pdf:
        from forecast.report.write.pdf import need

        need()
    return exp


@dataclass(frozen=True)
class Voice:
    """Whom a run tells what: lines, errors, and how many words."""

    say: Callable[[str], None]
    complain: Callable[[BaseException], None]
    quiet: bool = False
    verbose: bool = False
    lines: bool = False  #: whether progress is told in lines


# --------------------------------------------------------------------------- folders


def run_folder(exp: Experiment, as_of: str, config_dirs: Sequence[str] = ()) -> Path:
    """Return the folder of a run: a plain one as written, a marked one with overrides."""
    from forecast.experiment import load

    base = inside(exp.report.folder, exp.name, "name")
    if load.as_written(exp, config_dirs):
        return base / as_of
    return base / f"{as_of}~{load.digest(exp)}"


@dataclass(frozen=True)
class Folders:
    """Where a run goes (by its date), the folders of configuration, and whether all is made anew."""

    of: Callable[[str], Path]
    config_dirs: Sequence[str] = ()
    fresh: bool = False


def execute(exp: Experiment, folders: Folders, command: str, voice: Voice) -> int:
    """Run one experiment, write its report and say where; return the exit code.

    A report of the same inputs that was made before is put in place again.
    """
    from forecast.report.build import report_files

    key = None if folders.fresh else report_cache.key_of(exp, command, folders.config_dirs)
    kept = report_cache.take(CACHE / "reports", key) if key else None
    if kept is not None:
        return _put_again(kept, folders.of(kept.as_of), voice)
    if not voice.quiet:
        day = "the newest release" if exp.as_of == "latest" else exp.as_of
        voice.say(f"{exp.name}: figures and events as known on {day}, {_models(exp)} ...")
        if exp.overrides:
            voice.say(f"  changed by: {' '.join(exp.overrides)}")
        if (
            exp.parallel.n_jobs != 1
            and len({*exp.model, exp.backtest.baseline}) * len(exp.target.series) == 1
        ):
            voice.say("  one model on one series is one chain of work: more workers gain nothing")
    result = _run(exp, None if folders.fresh else CACHE / "folds", voice)
    as_of = str(result.as_of.date())
    files = report_files(result, command=command, png=exp.report.png, pdf=exp.report.pdf)
    lines = (
        [f"  {step}: {seconds:.2f} s" for step, seconds in result.durations.items()] if voice.verbose else []
    )
    models = result.models
    dead = models.loc[(models["folds_ok"] == 0) & (models["folds_failed"] > 0), "model"]
    failed = tuple(f"  every fold of {name} failed; folds.csv says why" for name in dead)
    _put(files, folders.of(as_of), voice, [*lines, *failed])
    code = 5 if len(dead) else 0
    if key:
        report_cache.keep(CACHE / "reports", key, report_cache.KeptReport(files, as_of, code, failed))
    return code


def _run(exp: Experiment, cache: Path | None, voice: Voice) -> Run:
    """Run an experiment with its workers; its folds are kept for the next run."""
    from forecast.backtesting.fold_cache import forget_others
    from forecast.experiment.forks import allow_forks
    from forecast.experiment.pipeline import workers
    from forecast.experiment.run import run

    # what was imported stays: the collector of garbage need not look at it again and again
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
    alone = exp.parallel.n_jobs == 1 and not exp.parallel.address
    with workers(exp), allow_forks(alone):
        made = run(exp, progress="lines" if voice.lines else not voice.quiet, cache=cache)
    if cache is not None:
        forget_others(cache)
        report_cache.trim(cache, "*.npz", MOST_FOLD_BYTES)
    return made


def _put_again(kept: report_cache.KeptReport, folder: Path, voice: Voice) -> int:
    """Put a kept report in place and say that it was kept."""
    _put(report_cache.marked(kept.files), folder, voice, kept.lines)
    if not voice.quiet:
        voice.say("  nothing that enters this report has changed since it was made; --fresh makes it anew")
    return kept.code


def _put(files: Mapping[str, bytes], folder: Path, voice: Voice, lines: Sequence[str]) -> None:
    """Put the files of a report in place and say where it is and what it found."""
    from forecast.report.write.folder import others_in, put_in_place

    others = others_in(folder)
    put_in_place(files, folder)
    voice.say(str(folder / "index.html"))
    if not voice.quiet:
        if others:
            voice.say(f"  carried over: {', '.join(others)}")
        for line in findings(folder):
            voice.say(f"  {line}")
    for line in lines:
        voice.say(line)


def _models(exp: Experiment) -> str:
    return f"{len(exp.model)} model{'' if len(exp.model) == 1 else 's'}"


def findings(folder: Path) -> list[str]:
    """Return the three findings that a report opens with, from its
    `report.json`: what comes, how sure, which policy.
    """
    import json

    page = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    finds = {section["id"]: section["find"] for section in page["index"]["sections"]}
    return [page["h1"], *(finds[word] for word in ("sure", "effects") if word in finds)]


def command_of(words: Sequence[str]) -> str:
    """Return the command that makes a result again, as its page prints it."""
    from forecast.experiment import load

    return " ".join(["forecast", *load.result_words(words)])


# --------------------------------------------------------------------------- run folders side by side


def compare(folders: Sequence[Path]) -> str:
    """Return the scores of run folders side by side, as a table of text."""
    table = compared(folders)
    if table.empty:
        return "no scores"
    shown = table.drop(columns=["id", "knowledge"])
    shown = shown.map(lambda v: v if isinstance(v, str) else "-" if v != v else f"{v:+.1f}")
    return (
        "skill against the baseline, %, by the weighted interval score on logs, as on the page\n"
        + shown.to_string(index=False)
    )


def written(folders: Sequence[Path], kind: str) -> str | bytes:
    """Return run folders side by side as a file of ``html``, ``markdown`` or ``csv``."""
    from forecast.report.comparison import compare_html, compare_markdown
    from forecast.report.write.files import csv_bytes

    if kind == "csv":
        return csv_bytes(compared(folders), "compared")
    return compare_html(folders) if kind == "html" else compare_markdown(folders)


_COMPARED = {"1": "1 month", "6": "6 months", "all": "all distances"}
#: The columns of skill in `compared`.
DISTANCES = tuple(_COMPARED.values())


def compared(folders: Sequence[Path]) -> pd.DataFrame:
    """Return the skill, in percent, of every model of some run folders, a row each: by the score of the page.

    Raises
    ------
    DataError
        If a folder holds no run.
    """
    import pandas as pd

    from forecast.report.write.files import reading

    rows: list[dict[str, str | float]] = []
    for folder in folders:
        if not (folder / "scores.csv").is_file() or not (folder / "experiment.yaml").is_file():
            raise DataError(f"{folder}: holds no run (scores.csv and experiment.yaml are missing)")
        with reading(folder):
            rows += _skills(folder)
    table = pd.DataFrame(rows)
    return table.assign(run=_varying(table["run"])) if len(table) else table


def _varying(runs: pd.Series) -> list[str]:
    """Return how runs are called: by the words that not all of them have."""
    words = {run: run.split(" ") for run in runs.unique()}
    common = set.intersection(*map(set, words.values())) if len(words) > 1 else set()
    short = {run: " ".join(word for word in own if word not in common) for run, own in words.items()}
    return [short[run] or run for run in runs]


def _skills(folder: Path) -> list[dict[str, str | float]]:
    """Return the rows of one run folder."""
    from forecast.report.labels import row_name
    from forecast.report.write.files import read_csv

    rows: list[dict[str, str | float]] = []
    scores = read_csv(folder / "scores.csv")
    plain = compose.read_yaml(folder / "experiment.yaml")
    label = " ".join(texts(plain, "overrides")) or folder.name
    # the measure of the page, and its names
    whole = scores[(scores["era"] == "all") & (scores["scale"] == "log") & (scores["metric"] == "wis")]
    groups = whole.groupby(["model", "series_id", "knowledge"], sort=False)
    for (model, series, knowledge), part in groups:
        skill = part.set_index("horizon")["skill"]
        rows.append(
            {
                "run": label,
                "series": str(series),
                "model": row_name(str(model), str(knowledge)),
                "id": str(model),
                "knowledge": str(knowledge),
                **{
                    words: round(100 * float(skill.get(h, float("nan"))), 1) for h, words in _COMPARED.items()
                },
            }
        )
    return rows


def published_by(folder: Path) -> Experiment | None:
    """Return the experiment of a report inside its own published site; None for any other run folder."""
    from forecast.experiment import load

    file = folder / "experiment.yaml"
    if not file.is_file():
        return None
    name = str(compose.read_yaml(file).get("name", ""))
    if name not in compose.list_group("experiment"):
        return None
    exp = load.load_experiment(name)
    return exp if folder.resolve().is_relative_to(Path(exp.publish.site).resolve()) else None


def rerun(folder: Path) -> tuple[str, bool]:
    """Make a run again from its folder and compare every file but the manifest.

    Returns
    -------
    text : str
        What differs.
    same : bool
    """
    file = folder / "experiment.yaml"
    if not file.is_file():
        raise DataError(f"{folder}: holds no run (experiment.yaml is missing)")
    plain = compose.read_yaml(file)
    exp = replace(from_plain(Experiment, plain), parallel=Experiment().parallel)
    with tempfile.TemporaryDirectory(prefix="forecast-rerun-") as scratch:
        made = Path(scratch) / "run"
        from forecast.experiment.run import run
        from forecast.report.build import write_report
        from forecast.report.write.folder import files_of

        command = _command_of(folder)
        png, pdf = any((folder / "figures").glob("*.png")), (folder / "report.pdf").is_file()
        write_report(run(exp), made, command=command, png=png, pdf=pdf)
        own = files_of(folder)
        files = {p.relative_to(folder) for p in folder.rglob("*") if p.is_file()}
        files = {p for p in files if own is None or p.as_posix() in own}
        again = {p.relative_to(made) for p in made.rglob("*") if p.is_file()}
        lines = [f"only in {folder}: {p}" for p in sorted(files - again)]
        lines += [f"only made now: {p}" for p in sorted(again - files)]
        lines += [
            f"differs: {p}"
            for p in sorted(files & again)
            if p.name != "manifest.json" and (folder / p).read_bytes() != (made / p).read_bytes()
        ]
    if lines:
        return "\n".join(
            [*lines, f"{counted(len(lines), 'difference')}; compare the versions in manifest.json"]
        ), False
    return f"{folder}: {counted(len(files & again), 'file')}, every byte the same but the manifest", True


def _command_of(folder: Path) -> str:
    import json

    from forecast.report.write.files import reading

    manifest = folder / "manifest.json"
    with reading(folder):
        return str(json.loads(manifest.read_bytes()).get("command", "")) if manifest.is_file() else ""
