"""The files beside the page: tables as CSV, settings as YAML, the manifest; the same bytes in every run."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd

from forecast.archive.changes import STEP_COLUMNS
from forecast.archive.track_record import OTHERS_COLUMNS
from forecast.config.convert import group, to_plain
from forecast.config.settings import Experiment
from forecast.data.parse import OBSERVATION_COLUMNS
from forecast.errors import DataError, ForecastError
from forecast.experiment.figures import PART_COLUMNS
from forecast.files import Json, plain_cell, safe_cell
from forecast.interventions.compared import COMPARED_COLUMNS, GAP_COLUMNS
from forecast.interventions.counterfactual import RESPONSE_COLUMNS
from forecast.interventions.effects import EFFECT_COLUMNS
from forecast.interventions.event_study import LEAD_LAG_COLUMNS
from forecast.interventions.foresight import WORTH_COLUMNS
from forecast.interventions.profiles import FADING_COLUMNS
from forecast.interventions.robustness import SPECIFICATION_COLUMNS
from forecast.interventions.volatility import (
    SEASON_COLUMNS,
    VOLATILITY_BREAK_COLUMNS,
    VOLATILITY_COLUMNS,
)
from forecast.postprocess.chances import CHANCE_COLUMNS
from forecast.postprocess.combination import WEIGHT_COLUMNS
from forecast.postprocess.nowcast import NOWCAST_COLUMNS
from forecast.postprocess.totals import TOTAL_COLUMNS
from forecast.scoring.calibration import CALIBRATION_COLUMNS
from forecast.scoring.comparison import COMPARISON_COLUMNS
from forecast.scoring.preliminary import EARLY_COLUMNS
from forecast.scoring.recent import RECENT_COLUMNS
from forecast.scoring.reliability import BRIER_COLUMNS, CAME_TO, PIT_COLUMNS, RELIABILITY_COLUMNS
from forecast.scoring.scores import SCORE_COLUMNS
from forecast.scoring.totals import TOTAL_CALIBRATION_COLUMNS
from forecast.tables.columns import FOLD_COLUMNS, FORECAST_COLUMNS

#: Every table beside the pages, in the order in which it is listed, with its columns: one that is absent or
#: empty in a run is written with its header all the same.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "forecasts": FORECAST_COLUMNS,
    "observations": OBSERVATION_COLUMNS,
    "backtest": FORECAST_COLUMNS,
    "scores": SCORE_COLUMNS,
    "calibration": CALIBRATION_COLUMNS,
    "comparison": COMPARISON_COLUMNS,
    "confidence_set": ("series_id", "metric", "horizon", "model", "p", "included", "n"),
    "weights": WEIGHT_COLUMNS,
    "reconciliation": COMPARISON_COLUMNS,
    "others": OTHERS_COLUMNS,
    "early": EARLY_COLUMNS,
    "folds": FOLD_COLUMNS,
    "effects": EFFECT_COLUMNS,
    "response": RESPONSE_COLUMNS,
    "specification": SPECIFICATION_COLUMNS,
    "fading": FADING_COLUMNS,
    "estimability": (
        "series_id",
        "origin",
        "event",
        "first_active",
        "active_months",
        "action",
        "why",
        "merged_with",
        "detail",
        "bundle",
        "later",
        "begins",
        "ends",
        "end_known",
        "window_months",
        "announced",
    ),
    "knowledge": WORTH_COLUMNS,
    "scenarios": FORECAST_COLUMNS,
    "totals": TOTAL_COLUMNS,
    "totals_past": (*TOTAL_COLUMNS, "actual"),
    "totals_calibration": TOTAL_CALIBRATION_COLUMNS,
    "chances": (*CHANCE_COLUMNS, *CAME_TO, "told"),
    "reliability": RELIABILITY_COLUMNS,
    "brier": BRIER_COLUMNS,
    "pit": PIT_COLUMNS,
    "recent": RECENT_COLUMNS,
    "revisions": ("series_id", "month", "first", "latest", "first_known", "revised", "open", "flash"),
    "first_released": ("series_id", "month", "released", "basis", "dated"),
    "parts": PART_COLUMNS,
    "nowcast": NOWCAST_COLUMNS,
    "compared": COMPARED_COLUMNS,
    "gaps": GAP_COLUMNS,
    "leads_lags": LEAD_LAG_COLUMNS,
    "volatility": VOLATILITY_COLUMNS,
    "volatility_breaks": VOLATILITY_BREAK_COLUMNS,
    "season": SEASON_COLUMNS,
    "track_record": (
        "kind",
        "series_id",
        "origin",
        "month",
        "horizon",
        "lower_95",
        "lower_80",
        "lower_50",
        "middle",
        "upper_50",
        "upper_80",
        "upper_95",
        "truth",
        "inside_50",
        "inside_80",
        "error",
    ),
    "changes": STEP_COLUMNS,
}
#: Columns of scores and figures that hold texts.
_TEXTS = (
    "series_id",
    "month",
    "released",
    "release_basis",
    "status",
    "value_basis",
    "source",
    "model",
    "knowledge",
    "scenario",
    "horizon",
    "era",
    "scale",
    "metric",
    "note",
    "message",
)
PACKAGES = (
    "border-forecast",
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "scikit-learn",
    "matplotlib",
    "jinja2",
)


@contextlib.contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Turn whatever a damaged file of a run's folder does to its
    reader into an error that names the folder.
    """
    from yaml import YAMLError

    try:
        yield
    except ForecastError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, YAMLError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(
            f"{folder}: a file of this run is damaged ({type(error).__name__}: {reason}); make the run again"
        ) from error


def plain_text(value: object) -> str:
    """Return a cell as files have it: months ``YYYY-MM``, dates
    ISO, numbers to ten digits, nothing for nothing.
    """
    if isinstance(value, (float, np.floating)):
        # far finer than any forecast, coarse enough to be the same on every machine
        return f"{value:.10g}" if np.isfinite(value) else ""
    if value is None or value is pd.NaT or value is pd.NA:
        return ""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    text = safe_cell(str(value)) if isinstance(value, str) else str(value)
    return '"' + text.replace('"', '""') + '"' if any(ch in text for ch in ',"\n\r') else text


def _column(values: pd.Series, digits: int) -> list[str]:
    if pd.api.types.is_float_dtype(values.dtype) and len(values):
        numbers = values.to_numpy(float)
        if np.isfinite(numbers).all():
            return (f"%.{digits}g\n" * len(numbers) % tuple(numbers.tolist())).splitlines()
        return [f"{v:.{digits}g}" if v == v and abs(v) != np.inf else "" for v in numbers.tolist()]
    # few different values in many rows: each is turned into text once
    codes, unique = pd.factorize(values, use_na_sentinel=False)
    texts = np.array([plain_text(v) for v in unique], dtype=object)
    out: list[str] = texts[codes].tolist() if len(texts) else []
    return out


def csv_bytes(table: pd.DataFrame | None, name: str, digits: int = 10) -> bytes:
    """Return a table as CSV: header always, LF, no index; numbers to so many significant digits."""
    known = COLUMNS.get(name, ())
    columns = list(known) if table is None or not len(table.columns) else [str(c) for c in table.columns]
    lines = [",".join(columns)]
    if table is not None and len(table):
        lines += map(",".join, zip(*(_column(table[c], digits) for c in table.columns), strict=True))
    return ("\n".join(lines) + "\n").encode()


def read_csv(path: Path) -> pd.DataFrame:
    """Return scores or figures of a run as `csv_bytes` wrote
    them: texts are texts, whatever they look like.
    """
    cells = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name, column in cells.items():
        read = column.map(plain_cell) if name in _TEXTS else pd.to_numeric(column, errors="coerce")
        cells[str(name)] = read
    return cells


def forecasts_bytes(table: pd.DataFrame, digits: int = 7) -> bytes:
    """Return a long forecast table as `csv_bytes` does, but quickly:
    what the levels of a forecast share is written once.
    """
    if (
        not len(table)
        or not np.isfinite(table["value"]).all()
        or list(table.columns[-2:]) != ["level", "value"]
    ):
        return csv_bytes(table, "backtest", digits)
    new, keys = np.zeros(len(table), bool), []
    for column in table.columns[:-2]:
        codes, unique = pd.factorize(table[column], use_na_sentinel=False)
        new[1:] |= codes[1:] != codes[:-1]
        keys.append((codes, np.array([plain_text(v) for v in unique], dtype=object)))
    new[0] = True
    starts = np.flatnonzero(new)
    shared = (",".join(parts) for parts in zip(*(texts[codes[starts]] for codes, texts in keys), strict=True))
    levels, values = (table[c].to_numpy(float) for c in ("level", "value"))
    ends = np.append(starts[1:], len(table))
    # most forecasts have the same levels: their lines are one pattern, into which the start of a line goes
    patterns: dict[bytes, str] = {}
    out, parts, done = [f"{','.join(table.columns)}\n".encode()], list[str](), 0
    for start, end, first in zip(starts.tolist(), ends.tolist(), shared, strict=True):
        own = levels[start:end].tobytes()
        if own not in patterns:
            patterns[own] = "".join(f"\0,{plain_text(v)},%.{digits}g\n" for v in levels[start:end])
        parts.append(patterns[own].replace("\0", first.replace("%", "%%")))
        if end - done > 10_000 or end == len(table):  # pieces that a cache holds are written far quicker
            out.append(("".join(parts) % tuple(values[done:end].tolist())).encode())
            parts, done = [], end
    return b"".join(out)


def gz_bytes(data: bytes) -> bytes:
    """Return data compressed, with neither time nor name inside."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=buffer, mtime=0) as file:
        file.write(data)
    return buffer.getvalue()


def experiment_yaml(experiment: Experiment) -> str:
    """Return everything that decides a result, without `parallel`, which never does."""
    import yaml

    plain = to_plain(experiment)
    plain.pop("parallel", None)
    plain.pop(
        "publish", None
    )  # where things are kept, never part of a result, but for the page's own address
    if experiment.publish.url:
        plain["publish"] = {"url": experiment.publish.url}
    if not experiment.data.allow_http:
        group(plain, "data").pop("allow_http")  # stands there only where a rerun needs it
    return str(yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100))


def short_hash(data: bytes | str, digits: int = 12) -> str:
    """Return the first digits of the SHA-256 of some bytes."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()[:digits]


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that take part in a result."""
    import platform

    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:  # an optional one
            continue
    return found


def plain_json(value: object) -> Json:
    """Return nested values as JSON knows them: no NaN, periods and dates as text."""
    if value is None or isinstance(value, (str, int)):
        return value
    if isinstance(value, Mapping):
        return {str(k): plain_json(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain_json(v) for v in value]
    if isinstance(value, (np.floating, float)):
        number = float(value)
        return float(f"{number:.10g}") if np.isfinite(number) else None
    if isinstance(value, (np.integer, np.bool_)):
        return int(value) if isinstance(value, np.integer) else bool(value)
    if isinstance(value, (pd.Period, pd.Timestamp)):
        return plain_text(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def json_bytes(value: object) -> bytes:
    """Return a value as indented JSON with a line feed at its end."""
    return (json.dumps(plain_json(value), ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
