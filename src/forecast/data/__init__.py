"""Figures as known on a date: files in, `Observations` and `Panel` out."""

from forecast.data.examine import FileReport, check_file, examine_file
from forecast.data.folder import init_folder
from forecast.data.importing import ImportSummary, import_files
from forecast.data.load import load_observations
from forecast.data.observations import Observations
from forecast.data.panel import Panel
from forecast.data.read import register_reader
from forecast.data.releases import NextRelease, is_late, next_release, release_lags
from forecast.data.show import show_series

__all__ = [
    "FileReport",
    "ImportSummary",
    "NextRelease",
    "Observations",
    "Panel",
    "check_file",
    "examine_file",
    "import_files",
    "init_folder",
    "is_late",
    "load_observations",
    "next_release",
    "register_reader",
    "release_lags",
    "show_series",
]
