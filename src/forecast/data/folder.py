"""A folder of figures that continues those of the package."""

from __future__ import annotations

from pathlib import Path

from forecast.data.observations import BUNDLED
from forecast.errors import ConfigError
from forecast.files import folder_aside

#: Tables of the bundle that are no figures: the calendar is read from the package, so that it stays up to date.
_NOT_FIGURES = ("events.csv", "event_rules.csv")


def init_folder(folder: str | Path) -> str:
    """Make a folder that holds the bundled figures, to which new ones are added, and say so.

    Raises
    ------
    ConfigError
        If something stands there already.
    """
    target = Path(folder).expanduser()
    if target.exists():
        raise ConfigError(
            f"{target}: stands there already; name a folder that does not, or import into this one"
        )
    with folder_aside(target) as aside:
        for name, data in bundled_tables().items():
            (aside / name).write_bytes(data)
    return f"{target}: made, it holds the figures of the package; `forecast data import FILE --into {target}` adds to it"


def bundled_tables() -> dict[str, bytes]:
    """Return the bundled tables of figures by the names of their files."""
    found = sorted(p for p in BUNDLED.glob("*.csv") if p.name not in _NOT_FIGURES)
    return {path.name: path.read_bytes() for path in found}
