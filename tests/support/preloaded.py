"""What the server of `processes` imports once: the command with all that a run needs, and a numba that is warm."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.backends.backend_svg
import matplotlib.pyplot
import numba

import forecast.arima.compiled
import forecast.cli.main
import forecast.cli.run
import forecast.experiment.run
import forecast.models.learners
import forecast.models.smoothing
import forecast.report.build

numba.njit(lambda x: 2.0 * x)(1.5)
