"""The command: which verb is meant, and runs with Hydra at this edge.

Heavy imports live inside functions, so that `forecast --help` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from forecast.cli.limits import too_little
from forecast.cli.options import Options, no_unknown_options
from forecast.cli.terminal import SHELLS, candidates, complain, say, writable
from forecast.cli.verbs import VERBS as _OTHERS
from forecast.cli.verbs import Verb
from forecast.errors import ConfigError, ForecastError, ForecastWarning, nearest

if TYPE_CHECKING:
    from omegaconf import DictConfig

HELP = """\
forecast: figures and events as known on a date in, forecasts with honest ranges and a report out.

  forecast [run] experiment=NAME [key=value ...]   run an experiment and write its report
  forecast -m model=arima,ridge [key=value ...]    run one job for each combination, print their table
  forecast list                                    experiments with their questions, models, series
  forecast new NAME FILE [--events FILE]           a first experiment for figures of your own
  forecast explain KEY                             what a setting means; `forecast list keys` names all
  forecast data check FILE                         how is a file of figures read, and is it right?
  forecast data import FILE... --into FOLDER       files of figures, in any layout, into a folder
  forecast data init FOLDER                        a folder that continues the figures of the package
  forecast data fetch publish=official             new figures from the addresses of publish.fetch
  forecast data show SERIES [--as-of DATE]         figures as known on a date
  forecast events check FILE                       is a calendar right?
  forecast events show [--series S]                the calendar as a timeline
  forecast events overlap SERIES                   events that can hardly be told apart
  forecast events add FILE [COLUMN=VALUE ...]      one event more, if the file then passes every check
  forecast events detect SERIES [--as-of DATE]     breaks in a series, and which events stand near them
  forecast publish experiment=monthly              one round for schedulers: run, archive, score, site
  forecast track-record experiment=monthly         how the published forecasts did
  forecast archive check | backup PATH | export FOLDER | vacuum
  forecast compare RUN... [--html FILE]            scores of run folders side by side; or a page, CSV
  forecast rerun RUN                               make a run again from its folder; are the bytes the same?
  forecast doctor                                  what a bug report needs
  forecast completion bash                         eval "$(forecast completion bash)"; zsh and fish too

options of run:
  -m, --multirun      every value of key=a,b in a job of its own; --resume leaves out those that are there
  --plugin FILE.py    a file that registers models of your own (may be given again)
  --config-dir DIR    a folder with experiments of your own, beside ./conf and FORECAST_CONF
  -q, --quiet         print the path only
  --progress          how far it is, and about how long it will take, in lines for a log
  -v, --verbose       seconds of each step, and errors with their trace
  --version, --help   (`forecast VERB --help` has an example of each)

--json after list, data check, data show, events check, events show, compare, track-record, publish or doctor
prints what a programme can read. Colours only on a terminal, never with NO_COLOR set.

example: forecast experiment=guatemala_2024 model=[random_walk,arima] horizon=6
exit codes: 0 done, 1 a folder or disk that cannot be written, 2 wrong words, 3 nothing new to publish,
4 wrong content of a file, 5 every fold of a model failed, 6 figures are stale, 7 another publisher holds
the lock, 130 interrupted
"""

#: Libraries read these when they are loaded. The matrices here are small, and only a process without other
#: threads can be copied (`experiment.forks`).
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
#: Options that Hydra answers by itself.
_HYDRA_FLAGS = (
    "--cfg",
    "-c",
    "--info",
    "-i",
    "--hydra-help",
    "--shell-completion",
    "-sc",
    "--resolve",
    "--package",
    "-p",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    for name, value in _ONE_THREAD.items():
        os.environ.setdefault(name, value)
    words = _verb_first(list(sys.argv[1:] if argv is None else argv))
    if not words or words[0] in ("-h", "--help", "help"):
        say(HELP.rstrip())
        return 0
    if words[0] == "--version":
        from forecast.config.settings import VERSION

        say(f"forecast {VERSION}")
        return 0
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            return _called(words)
    except ForecastError as error:
        complain(error, _verbose(words))
        return error.exit_code
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        complain("interrupted; finished chains are kept, the same command goes on")
        return 130
    except OSError as error:
        complain(error, _verbose(words))
        return 1
    except MemoryError as error:
        hint = (
            "take a smaller parallel.n_jobs, fewer models or a later backtest.start, or give it more memory"
        )
        complain(
            f"the memory that this process may use is not enough ({str(error) or 'no amount given'}); {hint}"
        )
        return 1


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning of this package as one sentence, and any other as Python does."""
    if issubclass(category, ForecastWarning):
        complain(f"warning: {message}")
    else:
        sys.stderr.write(warnings.formatwarning(message, category, filename, lineno, line))


def _verb_first(words: list[str]) -> list[str]:
    """Move options that stand before a verb behind it: `--config-dir DIR list` is `list --config-dir DIR`."""
    at = 0
    while at < len(words) and words[at] in ("--config-dir", "--plugin", "-q", "--quiet", "-v", "--verbose"):
        at += 2 if words[at] in ("--config-dir", "--plugin") else 1
    if 0 < at < len(words) and words[at] in VERBS:
        return [words[at], *words[:at], *words[at + 1 :]]
    return words


#: Verbs that fit models.
_RUNS = ("run", "publish", "rerun")


def _called(words: list[str]) -> int:
    first = words[0]
    if (first in _RUNS or first not in VERBS) and (why := too_little()):
        raise ForecastError(why)
    if first in VERBS:
        return VERBS[first](first, words[1:])
    if not first.startswith("-") and "=" not in first:
        raise ConfigError(f"there is no verb '{first}'.{nearest(first, VERBS)} `forecast --help` lists them")
    return VERBS["run"]("run", words)


def _verbose(words: Sequence[str]) -> bool:
    return "-v" in words or "--verbose" in words


# --------------------------------------------------------------------------- run


def _declare_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-m", "--multirun", action="store_true", help="every value of key=a,b in a job of its own"
    )
    parser.add_argument("--fresh", action="store_true", help="take nothing that an earlier run kept")
    parser.add_argument(
        "--resume", action="store_true", help="of -m: leave out jobs whose report is there already"
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="print the path only")
    parser.add_argument("--progress", action="store_true", help="how far it is and the time left, in lines")


def _run(options: Options, rest: list[str]) -> int:
    if any(w in _HYDRA_FLAGS or w.split("=")[0] in _HYDRA_FLAGS for w in rest):
        return _shown_by_hydra(rest, options.config_dir)
    if not rest:
        say("which experiment? forecast experiment=NAME, of these:\n")
        return VERBS["list"]("list", [f"--config-dir={folder}" for folder in options.config_dir])
    from forecast.cli import run
    from forecast.config.compose import search_path

    no_unknown_options(rest)
    plan = run.plan(rest, options.config_dir, options.multirun)
    for folder in {exp.report.folder for exp in plan.experiments}:
        if why := writable(Path(folder)):
            raise ForecastError(
                f"report.folder: {why}; nothing was run. Give report.folder=DIR, or make it writable"
            )
    voice = run.Voice(say, complain, options.quiet, options.verbose, options.progress)
    if not plan.sweep:
        (exp,) = plan.experiments
        folders = run.Folders(
            lambda as_of: run.run_folder(exp, as_of, options.config_dir), options.config_dir, options.fresh
        )
        return run.execute(exp, folders, run.command_of(rest), voice)
    from forecast.cli.sweep import Sweep
    from forecast.cli.sweep import task as task_of

    sweep = Sweep.start(plan.experiments, rest, plan.swept, options.resume, options.fresh)

    def complain_here(error: BaseException) -> None:
        complain(error, options.verbose)

    voice = run.Voice(say, complain_here, options.quiet, options.verbose, options.progress)

    def task(config: DictConfig) -> int:
        return task_of(config, options.config_dir, sweep, voice)

    extra = [*search_path(options.config_dir), *sweep.hydra_words(plan.own_sweep_dir)]
    _enter_hydra(["-m", *rest, *extra], task)
    return sweep.finish(say)


def _shown_by_hydra(rest: list[str], config_dirs: Sequence[str]) -> int:
    """Let Hydra answer one of its own options, once the configuration has passed the checks of a run."""
    from forecast.config.compose import compose_all, search_path

    flags = [word for word in rest if word.startswith("-")]
    no_unknown_options([flag for flag in flags if flag.split("=")[0] not in _HYDRA_FLAGS])
    if {"--shell-completion", "-sc"} & set(flags):
        return _enter_hydra(rest, lambda _: 0)
    words = [word for word in rest if word not in flags and ("=" in word or word.startswith("~"))]
    compose_all(words, config_dirs)
    options = [word for word in rest if word not in words]
    return _enter_hydra([*words, *search_path(config_dirs), *options], lambda _: 0)


def _enter_hydra(words: list[str], task: Callable[[DictConfig], int]) -> int:
    """Let Hydra compose and launch; the task's code is recorded, since Hydra returns none."""
    import inspect
    import logging

    import hydra

    from forecast.config.compose import conf_dir

    codes: list[int] = []

    def recorded(config: DictConfig) -> None:
        codes.append(task(config))

    settings: dict[str, Any] = (
        {"execution_whitelist": ["forecast.*", "logging.*"]}
        if "execution_whitelist" in inspect.signature(hydra.main).parameters
        else {"version_base": "1.3"}
    )
    before, root = sys.argv, logging.getLogger()
    handlers, level = list(root.handlers), root.level
    sys.argv = ["forecast", *words]
    try:
        hydra.main(config_path=str(conf_dir()), config_name="config", **settings)(recorded)()
    finally:
        sys.argv = before
        root.handlers[:] = handlers  # Hydra's own would outlive its stream
        root.setLevel(level)
    return max(codes, default=0)


# --------------------------------------------------------------------------- completion


def _declare_completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", choices=(*SHELLS, "words"), help="a shell: its script; words: what may come next"
    )
    parser.add_argument("line", nargs="?", default="", help="of words: the line as typed")


def _completion(options: Options, _: list[str]) -> int:
    if script := SHELLS.get(options.what):
        say(script.rstrip())
        return 0
    parsers = {name: verb.parser(name) for name, verb in VERBS.items()}
    if found := candidates(options.line, parsers):
        say("\n".join(found))
    return 0


VERBS: dict[str, Verb] = {
    "run": Verb(
        "run an experiment and write its report",
        "forecast run experiment=guatemala_2024 horizon=6",
        _declare_run,
        _run,
        takes_keys=True,
    ),
    **_OTHERS,
    "completion": Verb(
        "completion of words for bash, zsh and fish",
        'eval "$(forecast completion bash)"',
        _declare_completion,
        _completion,
    ),
}
