"""Reports made before: the same software, settings, figures and calendar give the same files.

They are put in place again and not made anew. A report is kept as a zip of its files under the hash of all
that enters it. Where something enters whose bytes are not at hand, an address or a model of one's own,
nothing is kept and nothing taken.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import platform
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from forecast.config import compose
from forecast.config.convert import to_plain
from forecast.config.settings import Experiment, own_path
from forecast.files import digest, is_address, tell, writable_by_others, write_file

#: All kept reports together; the oldest go first.
MOST_BYTES = 200_000_000
#: More files or bytes beside the figures than this are no side tables: such a folder is not read whole.
MOST_FILES, MOST_INPUT = 500, 500_000_000
_TOLD = "told.json"
#: How the modules of `--plugin` files are called.
PLUGIN = "forecast_plugin_"
_DIGITS = 64


@dataclass(frozen=True)
class KeptReport:
    """A report as it was made: its files, and what the command said of it."""

    files: Mapping[str, bytes]
    as_of: str
    code: int
    lines: tuple[str, ...]


# --------------------------------------------------------------------------- what enters a report


def key_of(exp: Experiment, command: str, config_dirs: Sequence[str] = ()) -> str | None:
    """Return the hash of all that decides the bytes of a report; None where that cannot be known."""
    inputs = _inputs(exp)
    if inputs is None or _has_plugins() or any(_from_outside(spec.kind) for spec in exp.model.values()):
        return None
    folders = [compose.conf_dir(), *compose.own_dirs(config_dirs)]
    conf = [path for folder in folders for path in sorted(folder.rglob("*.yaml"))]
    words = (software(), json.dumps(to_plain(exp), sort_keys=True), command, _hash_of([*inputs, *conf]))
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def _has_plugins() -> bool:
    """Tell whether a file of one's own was run: it may bring readers and metrics, which no setting names."""
    return any(name.startswith(PLUGIN) for name in sys.modules)


def _from_outside(kind: str) -> bool:
    from forecast.models.registry import model_class

    return not model_class(kind).__module__.startswith("forecast.")


def _inputs(exp: Experiment) -> list[Path] | None:
    """Return the files of figures and calendar, side tables included; None for addresses and vast folders."""
    given = [path for path in (exp.data.path, exp.events.path) if path is not None]
    if any(is_address(path) for path in given):
        return None
    files: list[Path] = []
    for path in (Path(own_path(path)) for path in given):
        files += sorted(p for p in (path if path.is_dir() else path.parent).glob("*") if p.is_file())
        files += sorted(p for p in path.rglob("*/*") if p.is_file()) if path.is_dir() else []
    vast = len(files) > MOST_FILES or sum(path.stat().st_size for path in files) > MOST_INPUT
    return None if vast else files


@cache
def software() -> str:
    """Return the hash of this package with its data, of the packages that it needs, and of the machine."""
    return software_of(Path(__file__).parents[1])


def software_of(package: Path) -> str:
    """Return the same hash for a folder of Python code."""
    own = [p for p in sorted(package.rglob("*")) if p.is_file() and "__pycache__" not in p.parts]
    versions = [f"{name} {metadata.version(name)}" for name in _needed()]
    machine = (platform.python_version(), platform.system(), platform.machine(), platform.processor())
    chosen = {k: v for k, v in os.environ.items() if k.startswith(("NUMBA_", "OPENBLAS_", "MKL_"))}
    words = repr((_hash_of(own), versions, machine, sorted(chosen.items())))
    return hashlib.sha256(words.encode()).hexdigest()


def _needed() -> list[str]:
    """Return the installed packages that this one names, extras included."""
    import re

    try:
        asked = metadata.requires("border-forecast") or []
    except metadata.PackageNotFoundError:
        asked = []
    names = sorted({re.split(r"[^\w.-]", line)[0] for line in asked})
    return [name for name in names if _installed(name)]


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _hash_of(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for path in files:
        total.update(f"{path.name} {path.stat().st_size}\n".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


# --------------------------------------------------------------------------- files


def take(folder: Path, key: str) -> KeptReport | None:
    """Return a kept report; None if there is none, it is damaged, or others could have written it."""
    path = folder / f"{key}.zip"
    if not path.is_file() or writable_by_others(folder):
        return None
    content = path.read_bytes()
    if digest(content[_DIGITS:]).encode() != content[:_DIGITS]:
        tell(f"{path}: the kept report was damaged and is made again")
        path.unlink(missing_ok=True)
        return None
    with zipfile.ZipFile(io.BytesIO(content[_DIGITS:])) as held:
        files = {name: held.read(name) for name in held.namelist()}
    told: dict[str, Any] = json.loads(files.pop(_TOLD))
    with contextlib.suppress(OSError):
        os.utime(path)  # it is among the newest again
    return KeptReport(files, told["as_of"], told["code"], tuple(told["lines"]))


def keep(folder: Path, key: str, report: KeptReport) -> None:
    """Keep a report; the oldest go where all together become too large."""
    told = {"as_of": report.as_of, "code": report.code, "lines": list(report.lines)}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as held:
        for name, data in {**report.files, _TOLD: json.dumps(told).encode()}.items():
            held.writestr(name, data)
    data = made.getvalue()
    folder.mkdir(parents=True, exist_ok=True)
    write_file(folder / f"{key}.zip", digest(data).encode() + data)
    trim(folder, "*.zip", MOST_BYTES)


def trim(folder: Path, pattern: str, most_bytes: int) -> None:
    """Remove the oldest files of a pattern until the others have so many bytes together."""
    total = 0
    for path in sorted(folder.rglob(pattern), key=lambda p: p.stat().st_mtime, reverse=True):
        total += path.stat().st_size
        if total > most_bytes:
            path.unlink(missing_ok=True)


def marked(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a kept report, its manifest saying that it was kept and when it was made."""
    from forecast.report.write.files import json_bytes

    manifest = json.loads(files["manifest.json"])
    return {**files, "manifest.json": json_bytes({**manifest, "kept_since": manifest["written"]})}
