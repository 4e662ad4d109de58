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
from typing import Any

import numpy as np
import pandas as pd

from forecast.config.convert import to_plain
from forecast.config.settings import Experiment
from forecast.errors import DataError, ForecastError
from forecast.files import plain_cell, safe_cell
from forecast.tables.columns import FOLD_COLUMNS, FORECAST_COLUMNS

#: Columns of tables that may be absent or empty in a run: they are written with their header all the same.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "forecasts": FORECAST_COLUMNS,
    "observations": (
        "series_id",
        "month",
        "value",
        "released",
        "release_basis",
        "status",
        "value_basis",
        "rounding",
        "source",
    ),
    "backtest": FORECAST_COLUMNS,
    "folds": FOLD_COLUMNS,
    "scores": (
        "model",
        "knowledge",
        "scenario",
        "series_id",
        "horizon",
        "era",
        "scale",
        "metric",
        "value",
        "skill",
        "n_ok",
        "n",
        "note",
        "due",
        "scored",
        "missing",
        "not_common",
        "message",
    ),
    "calibration": (
        "model",
        "knowledge",
        "series_id",
        "horizon",
        "era",
        "nominal",
        "covered",
        "n",
        "n_independent",
        "lower",
        "upper",
    ),
    "comparison": (
        "model",
        "against",
        "series_id",
        "horizon",
        "era",
        "metric",
        "skill",
        "lower",
        "upper",
        "dm",
        "p",
        "n",
        "largest_share",
        "words",
        "five_best_share",
        "objections",
        "eras_lost",
        "eras_counted",
    ),
    "knowledge": (
        "model",
        "series_id",
        "coding",
        "horizon",
        "metric",
        "none",
        "at_origin",
        "hindsight",
        "gain",
        "lower",
        "upper",
        "n",
    ),
    "effects": (
        "series_id",
        "model",
        "event",
        "group",
        "level",
        "estimate",
        "se",
        "lower",
        "upper",
        "percent",
        "percent_lower",
        "percent_upper",
        "shrunken",
        "shrunken_se",
        "placebo_p",
        "placebo_n",
        "active_months",
        "note",
    ),
    "response": (
        "series_id",
        "model",
        "event",
        "group",
        "basis",
        "part",
        "month",
        "weight",
        "happened",
        "without",
        "without_lower_95",
        "without_lower_80",
        "without_upper_80",
        "without_upper_95",
        "difference",
        "difference_lower_95",
        "difference_lower_80",
        "difference_upper_80",
        "difference_upper_95",
        "percent",
        "percent_lower_80",
        "percent_upper_80",
        "note",
    ),
    "specification": (
        "series_id",
        "event",
        "group",
        "rank",
        "order",
        "transform",
        "window",
        "shape",
        "beside",
        "orders",
        "decay",
        "n_months",
        "active_months",
        "estimate",
        "se",
        "percent",
        "percent_lower_80",
        "percent_upper_80",
        "percent_lower_95",
        "percent_upper_95",
        "aicc",
        "note",
        "words",
    ),
    "fading": (
        "series_id",
        "event",
        "what",
        "best",
        "lower_80",
        "upper_80",
        "lower_95",
        "upper_95",
        "words",
        "half_life",
        "most",
    ),
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
    "scenarios": FORECAST_COLUMNS,
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
    "changes": ("step", "forecast", "change", "why", "month", "number", "text"),
    "weights": ("combination", "member", "series_id", "origin", "horizon", "weight", "n_errors"),
    "confidence_set": ("series_id", "metric", "horizon", "model", "p", "included", "n"),
    "reconciliation": (
        "model",
        "against",
        "series_id",
        "horizon",
        "era",
        "metric",
        "skill",
        "lower",
        "upper",
        "dm",
        "p",
        "n",
        "largest_share",
        "words",
        "five_best_share",
        "objections",
        "eras_lost",
        "eras_counted",
    ),
    "others": (
        "forecaster",
        "made",
        "first_month",
        "last_month",
        "series_id",
        "low",
        "point",
        "high",
        "actual",
        "error",
        "percent",
        "ours",
        "ours_kind",
        "ours_error",
        "source",
        "note",
        "reason",
    ),
    "early": (
        "series_id",
        "month",
        "kind",
        "value",
        "released",
        "official",
        "official_released",
        "log_error",
    ),
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


def plain_text(value: Any) -> str:
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
    plain.pop("publish", None)  # where things are kept, never part of a result
    if not experiment.data.allow_http:
        plain["data"].pop("allow_http")  # stands there only where a rerun needs it
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


def plain_json(value: Any) -> Any:
    """Return nested values as JSON knows them: no NaN, periods and dates as text."""
    if isinstance(value, Mapping):
        return {str(k): plain_json(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain_json(v) for v in value]
    if isinstance(value, (np.floating, float)):
        number = float(value)
        return float(f"{number:.10g}") if np.isfinite(number) else None
    if isinstance(value, (np.integer, np.bool_)):
        return value.item()
    return plain_text(value) if isinstance(value, (pd.Period, pd.Timestamp)) else value


def json_bytes(value: Any) -> bytes:
    """Return a value as indented JSON with a line feed at its end."""
    return (json.dumps(plain_json(value), ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
