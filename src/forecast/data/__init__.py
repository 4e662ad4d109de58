"""Figures as known on a date: files in, `Observations` and `Panel` out."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

#: Public name -> module; loaded when first used, so that a module below can be had alone.
_HOMES = {
    "FileReport": "forecast.data.examine",
    "ImportSummary": "forecast.data.importing",
    "NextRelease": "forecast.data.releases",
    "Observations": "forecast.data.observations",
    "Panel": "forecast.data.panel",
    "check_file": "forecast.data.examine",
    "examine_file": "forecast.data.examine",
    "import_files": "forecast.data.importing",
    "init_folder": "forecast.data.folder",
    "is_late": "forecast.data.releases",
    "load_observations": "forecast.data.load",
    "next_release": "forecast.data.releases",
    "register_reader": "forecast.data.figures",
    "release_lags": "forecast.data.releases",
    "show_series": "forecast.data.show",
}

if TYPE_CHECKING:
    from forecast.data.examine import FileReport as FileReport
    from forecast.data.examine import check_file as check_file
    from forecast.data.examine import examine_file as examine_file
    from forecast.data.figures import register_reader as register_reader
    from forecast.data.folder import init_folder as init_folder
    from forecast.data.importing import ImportSummary as ImportSummary
    from forecast.data.importing import import_files as import_files
    from forecast.data.load import load_observations as load_observations
    from forecast.data.observations import Observations as Observations
    from forecast.data.panel import Panel as Panel
    from forecast.data.releases import NextRelease as NextRelease
    from forecast.data.releases import is_late as is_late
    from forecast.data.releases import next_release as next_release
    from forecast.data.releases import release_lags as release_lags
    from forecast.data.show import show_series as show_series

__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'forecast.data' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
