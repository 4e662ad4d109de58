"""What the server of `processes` imports once: the command with all that a run needs, and a numba that is warm."""

import importlib

import matplotlib
import numba

matplotlib.use("Agg")
for name in (
    "matplotlib.backends.backend_svg",
    "matplotlib.pyplot",
    "forecast.arima.compiled",
    "forecast.cli.main",
    "forecast.cli.run",
    "forecast.experiment.run",
    "forecast.models.learners",
    "forecast.models.smoothing",
    "forecast.report.build",
):
    importlib.import_module(name)
numba.njit(lambda x: 2.0 * x)(1.5)
