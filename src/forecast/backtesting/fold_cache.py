"""Folds made before: what decides a fold has a hash, and a fold with the same hash is not made again.

The hash of a fold holds the model and its settings, the figures and events public at its origin, the
software, and the hash of the fold before it in its chain. So a chain is taken up to the first fold that
differs, and a new month of figures, which changes no earlier fold, costs one fold a chain.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import io
import json
import platform
import secrets
import shutil
import struct
import sys
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from forecast.arima.kernel import is_large
from forecast.backtesting.folds import Chain, FoldSource
from forecast.config.convert import to_plain
from forecast.data.parse import months_index
from forecast.files import tell, write_file
from forecast.models.base import Model
from forecast.tables.columns import FOLD_COLUMNS, KEYS
from forecast.tables.quantiles import QuantileTable

#: What a damaged archive raises beside the common errors.
_DAMAGE = (zipfile.BadZipFile, zlib.error, UnicodeDecodeError, struct.error)
#: Kept folds of the longest chain have a hundredth of this.
_MOST_BYTES = 1_000_000_000
#: Kinds of numbers; all other columns are texts.
_KINDS = {"month": "i", "origin": "i", "horizon": "i", "n_months": "if"}
_PACKAGES = ("numpy", "scipy", "pandas", "statsmodels", "scikit-learn", "numba")


@dataclass(frozen=True)
class Kept:
    """The folds of one chain, origins ascending, each with its hash."""

    keys: tuple[str, ...]
    forecasts: QuantileTable
    folds: pd.DataFrame

    def first(self, count: int, origins: Sequence[pd.Timestamp]) -> Kept:
        """Return the first so many folds, `origins` being those of the chain."""
        f, g, last = self.forecasts, self.folds, origins[count - 1]
        made = f.take((f.keys["origin"] <= last).to_numpy())
        return Kept(self.keys[:count], made, g[g["origin"] <= last])


def same_until(kept: Kept, keys: Sequence[str]) -> int:
    """Return how many folds at the beginning of a chain are the same."""
    pairs = zip(kept.keys, keys, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(kept.keys), len(keys)))


def first_to_fit(chain: Chain, kept: Kept, count: int) -> int:
    """Return the fold at which fitting begins for the folds from the `count`-th on to come out the same.

    A model that says ``chained = False`` fits each fold by itself; with parameters kept between refits a fold
    needs the one at which they were fitted. Of any other model a chain is fitted whole.
    """
    if getattr(chain.model, "chained", True):
        return 0
    folds = kept.folds[kept.folds["series_id"] == chain.series[0]]
    fitted = np.flatnonzero(folds["status"].to_numpy() != "skipped")
    back = len(fitted) % max(chain.refit_every, 1)
    return int(fitted[-back]) if back else count


# --------------------------------------------------------------------------- what decides a fold


@cache
def software() -> str:
    """Return the hash of what computes a fold: this package's own
    source, the packages behind it, the machine.
    """
    total = hashlib.sha256()
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        total.update(path.read_bytes())
    versions = []
    for name in _PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions.append(f"{name} {metadata.version(name)}")
    machine = (platform.python_version(), platform.system(), platform.machine(), platform.processor())
    total.update(repr((machine, versions)).encode())
    return total.hexdigest()


def fold_keys(chain: Chain, source: FoldSource, origins: Sequence[pd.Timestamp]) -> tuple[str, ...]:
    """Return the hash of each fold of a chain, origins ascending."""
    obs, events, settings = source.obs, source.events, source.settings
    dated = _dated(
        obs.rows(chain.series), "released", ["series_id", "month", "released", "value", "rounding"]
    )
    if settings.include_leaks:
        dated += _dated(obs.leaks, "released", list(obs.leaks.columns))
    identity: dict[str, Any] = {
        "software": software(),
        "model": [
            chain.name,
            type(chain.model).__module__,
            type(chain.model).__qualname__,
            to_plain(chain.model),
            _written(chain.model),
        ],
        "settings": to_plain(settings),
        "knowledge": chain.knowledge,
        "series": chain.series,
        "refit_every": chain.refit_every,
        "gaps": obs.allow_gaps,
        "large_job": is_large(),
    }
    if chain.knowledge != "none":
        identity["rules"] = events.rules.to_csv(index=False)
    if chain.knowledge == "hindsight":
        identity["events"] = events.digest
    elif chain.knowledge == "at_origin":
        ends = ["end_date", "end_usable_from"]
        dated += _dated(events.table, "usable_from", [c for c in events.table.columns if c not in ends])
        dated += _dated(events.table, "end_usable_from", ["id", *ends])
    dated.sort(key=lambda row: row[0])
    running = hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode())
    keys, at = [], 0
    for origin in origins:
        while at < len(dated) and dated[at][0] <= origin:
            running.update(dated[at][1].encode())
            at += 1
        running.update(f"|{origin.isoformat()}|".encode())
        keys.append(running.hexdigest()[:32])
    return tuple(keys)


def _written(model: Model) -> str:
    """Return the source of a model from outside this package; without one it is never taken for the same.

    Nor is one that holds an object, such as an estimator of scikit-learn: it may run any code.
    """
    if not _is_plain(to_plain(model)):
        return secrets.token_hex()
    if type(model).__module__.startswith("forecast."):
        return ""
    try:
        return inspect.getsource(sys.modules[type(model).__module__])
    except (OSError, TypeError, KeyError):
        return secrets.token_hex()


def _is_plain(value: object) -> bool:
    """Tell whether a value is made of numbers, texts, lists and mappings alone."""
    if isinstance(value, Mapping):
        return all(map(_is_plain, value.values()))
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, (bool, int, float, str))


def _dated(table: pd.DataFrame, day: str, columns: list[str]) -> list[tuple[pd.Timestamp, str]]:
    """Return what became known on each day, in words that tell every bit of it."""
    rows = table[table[day].notna()]
    return [
        (when, repr(cells))
        for when, cells in zip(rows[day], rows[columns].itertuples(index=False, name=None), strict=True)
    ]


# --------------------------------------------------------------------------- files


def kept_file(folder: Path, chain: Chain, keys: Sequence[str]) -> Path:
    """Return the file of a chain; chains of the same settings that begin with the same fold share it."""
    return folder / software()[:12] / f"{keys[0]}.npz"


def forget_others(folder: Path) -> None:
    """Remove what other software made: it will never be asked for again."""
    for path in folder.glob("*") if folder.is_dir() else []:
        if path.name != software()[:12]:
            shutil.rmtree(path, ignore_errors=True)


def save(kept: Kept, path: Path) -> None:
    """Keep the folds of a chain, written aside and renamed; a
    longer chain is not replaced by a shorter one.
    """
    before = load(path)
    if before is not None and len(before.keys) > len(kept.keys):
        return
    arrays: dict[str, Any] = {
        "keys": np.array(kept.keys, dtype=str),
        "levels": kept.forecasts.levels,
        "values": kept.forecasts.values,
    }
    for name, table in (("forecasts", kept.forecasts.keys), ("folds", kept.folds)):
        arrays |= {f"{name}.{c}": _as_array(table[c]) for c in table.columns}
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    write_file(path, content.getvalue())


def load(path: Path) -> Kept | None:
    """Return the kept folds of a chain, or None if there are none; a damaged file is told and removed."""
    try:
        with path.open("rb") as handle, np.load(handle, allow_pickle=False) as held:
            return _checked(held)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, EOFError, MemoryError, NotImplementedError, *_DAMAGE) as error:
        tell(f"{path}: the kept folds were damaged and are made again ({type(error).__name__})")
        with contextlib.suppress(OSError):
            path.unlink()
        return None


def _checked(held: Any) -> Kept:
    """Return what a file holds.

    Raises
    ------
    ValueError
        If it is too large, or its columns are not those of folds.
    """
    if sum(member.file_size for member in held.zip.infolist()) > _MOST_BYTES:
        raise ValueError("it unpacks to more than folds ever have")
    tables: dict[str, dict[str, Any]] = {"forecasts": {}, "folds": {}}
    for name in held.files:
        if "." in name:
            table, column = name.split(".", 1)
            values = held[name]
            if len(values) and values.dtype.kind not in _KINDS.get(column, "U"):
                raise ValueError(f"{name} has the type {values.dtype}")
            tables[table][column] = _from_array(column, values)
    for table, columns in (("forecasts", (*KEYS, "month")), ("folds", FOLD_COLUMNS)):
        if set(tables[table]) != set(columns):
            raise ValueError(f"{table} has other columns")
    keys, levels, values = held["keys"], held["levels"], held["values"]
    if keys.dtype.kind != "U" or keys.ndim != 1 or not len(keys):
        raise ValueError("it holds no keys")
    made = pd.DataFrame(tables["forecasts"])
    if (levels.dtype.kind, values.dtype.kind) != ("f", "f") or values.shape != (len(made), *levels.shape):
        raise ValueError("it holds no value for each forecast and level")
    return Kept(tuple(keys.tolist()), QuantileTable(made, levels, values), pd.DataFrame(tables["folds"]))


def _as_array(column: pd.Series) -> Any:
    if column.name == "month":
        return np.array([p.ordinal for p in column], dtype=np.int64)
    if column.name == "origin":
        return column.to_numpy(dtype="datetime64[ns]").astype(np.int64)
    if column.dtype.kind in "fi":
        return column.to_numpy()
    return column.astype(str).to_numpy(dtype=str)


def _from_array(column: str, values: Any) -> Any:
    if column == "month":
        return months_index(values)
    if column == "origin":
        return values.astype("datetime64[ns]")
    return values if values.dtype.kind in "fi" else values.astype(object)
