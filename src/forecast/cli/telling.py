"""What the command tells of itself: what there is to choose from, and what a bug report needs."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from forecast.config import compose
from forecast.data.listing import SeriesLine, bundled_lines
from forecast.errors import DataError, counted
from forecast.models.kinds import BUILTIN, installed


class Listing(TypedDict):
    """What there is to choose from."""

    experiments: dict[str, str]
    models: dict[str, str]
    configured: list[str]
    series: dict[str, SeriesLine]


def listed(config_dirs: Sequence[str]) -> Listing:
    """Return experiments with their question, kinds of models with
    their description, configured names, series.
    """
    experiments = {}
    for name, path in compose.list_group("experiment", config_dirs).items():
        try:
            experiments[name] = str(compose.read_yaml(path).get("question", ""))
        except DataError as error:
            experiments[name] = f"(unreadable: {str(error).splitlines()[0]})"
    kinds = _models()
    return {
        "experiments": experiments,
        "models": kinds,
        "configured": [n for n in compose.list_group("model", config_dirs) if n not in kinds],
        "series": bundled_lines(),
    }


def _models() -> dict[str, str]:
    """Return the kinds of models with their description; the registry is asked only where it knows more."""
    if not installed() and "forecast.models.registry" not in sys.modules:
        return {kind: BUILTIN[kind].text for kind in sorted(BUILTIN)}
    from forecast.models.registry import describe, list_models

    return {kind: describe(kind) for kind in list_models()}


def named(what: str) -> dict[str, str]:
    """Return models, metrics or keys of the configuration with what they mean."""
    if what == "models":
        return _models()
    if what == "metrics":
        from forecast.scoring.registry import MEANINGS

        return MEANINGS
    from forecast.config.reference import all_keys

    return {key.path: key.meaning for key in all_keys()}


def listing(found: Listing, all_series: bool = False) -> str:
    """Return what `listed` found, as text."""
    wide = max(len(name) for name in [*found["experiments"], *found["models"]])
    lines = ["experiments (forecast experiment=NAME)"]
    lines += [f"  {name:<{wide}} {question}" for name, question in found["experiments"].items()]
    lines += ["", "models (configurations in conf/model; kinds of the registry)"]
    lines += [f"  {kind:<{wide}} {text}" for kind, text in found["models"].items()]
    lines += [f"  configured too: {', '.join(found['configured'])}"] if found["configured"] else []
    lines += ["", f"series ({len(found['series'])})"]
    lines += [
        f"  {name:<28} {row['name']}, {row['first_month']} to {row['last_month']}"
        for name, row in found["series"].items()
        if all_series or row["total"]
    ]
    if not all_series:
        lines.append("  ... forecast list --series shows all")
    return "\n".join(lines)


def doctor() -> dict[str, str]:
    """Return versions, folders and abilities, as a bug report needs them."""
    import importlib.metadata as metadata
    import platform

    from forecast.cli.run import CACHE
    from forecast.config.settings import VERSION
    from forecast.data.load import load_observations

    names = (
        "numpy scipy pandas statsmodels scikit-learn matplotlib numba joblib hydra-core jinja2 arch dask"
        " fsspec"
    )
    versions = []
    for name in names.split(" "):
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{name} missing")
    obs = load_observations()
    own = ", ".join(map(str, compose.own_dirs())) or "none"
    told = ("FORECAST_CONF", "NO_COLOR", "OMP_NUM_THREADS", "HYDRA_FULL_ERROR")
    return {
        "forecast": f"{VERSION}, commit {_commit()}",
        "Python": (
            f"{platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
        ),
        "packages": ", ".join(versions),
        "configuration": f"{compose.conf_dir()}; own: {own}",
        "figures": f"{counted(len(obs.table), 'row')}, newest release {obs.newest_release().date()},"
        f" {obs.digest[:12]}",
        "compiled ARIMA kernel": _kernel(),
        "working folder writable": "yes" if os.access(".", os.W_OK) else "no",
        "kept folds and reports": str(CACHE) if CACHE.is_dir() else "none",
        "environment": (
            ", ".join(f"{k}={os.environ[k]}" for k in told if k in os.environ) or "nothing of ours"
        ),
        "terminal": f"{shutil.get_terminal_size().columns} columns, encoding {sys.stdout.encoding}",
        "chromium for browser tests": shutil.which("chromium") or "missing",
    }


def _commit() -> str:
    """Return the commit of the checkout that is run, with a mark if files were changed since; or 'none'."""
    import subprocess

    place = Path(__file__).resolve().parents[3]
    if not (place / ".git").exists() or not shutil.which("git"):
        return "none (installed)"
    words = ["git", "-C", str(place), "describe", "--always", "--dirty"]
    told = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    return told.stdout.strip() or "unknown"


def _kernel() -> str:
    try:
        from forecast.arima.kernel import status
    except ImportError:
        return "none, statsmodels is used"
    return str(status())
