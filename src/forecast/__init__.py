"""Forecasts of monthly series with policy shocks, from figures and events as known on a date.

Start with `load_observations`, `load_events` and `load_experiment`; `run` makes every table of a report and
`write_report` the page. `forecast.arima` works on plain arrays by itself.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from forecast.config.settings import LEVELS, VERSION, Experiment
from forecast.errors import ConfigError, DataError, ForecastError, ForecastWarning, LookAheadError

__version__ = VERSION

#: Public name -> module (and the name there, where it differs); loaded when first used, so that `import
#: forecast` and `forecast --help` are quick.
_HOMES = {
    "load_observations": "forecast.data.load",
    "Observations": "forecast.data.observations",
    "register_reader": "forecast.data.figures",
    "Panel": "forecast.data.panel",
    "to_nixtla": "forecast.interchange",
    "from_nixtla": "forecast.interchange",
    "export": "forecast.interchange",
    "load_events": "forecast.events.calendar",
    "no_events": "forecast.events.calendar",
    "EventCalendar": "forecast.events.calendar",
    "Design": "forecast.events.design",
    "load_experiment": "forecast.experiment.load",
    "run": "forecast.experiment.run",
    "Run": "forecast.experiment.run",
    "write_report": "forecast.report.build",
    "Forecast": "forecast.models.base",
    "SeriesModel": "forecast.models.series_model",
    "SeriesFit": "forecast.models.base",
    "make_model": "forecast.models.registry",
    "list_models": "forecast.models.registry",
    "register_model": "forecast.models.registry",
    "sklearn_model": "forecast.models.wrapped",
    "from_statsmodels": "forecast.models.wrapped",
    "monthly_origins": "forecast.backtesting.origins",
    "backtest": "forecast.backtesting.runner",
    "backtest_frame": "forecast.backtesting.frame",
    "Backtest": "forecast.backtesting.result",
    "check_no_lookahead": "forecast.backtesting.lookahead",
    "effects": "forecast.interventions.effects",
    "detect_events": "forecast.interventions.detect",
    "specification_curve": "forecast.interventions.robustness",
    "Study": "forecast.interventions.study",
    "score": "forecast.scoring.scores",
    "accuracy": "forecast.scoring.accuracy",
    "register_metric": "forecast.scoring.registry",
    "compare": "forecast.scoring.comparison",
    "model_confidence_set": "forecast.scoring.confidence_set",
    "publish_report": "forecast.publish.publish",
}

if TYPE_CHECKING:
    from forecast.backtesting.frame import backtest_frame as backtest_frame
    from forecast.backtesting.lookahead import check_no_lookahead as check_no_lookahead
    from forecast.backtesting.origins import monthly_origins as monthly_origins
    from forecast.backtesting.result import Backtest as Backtest
    from forecast.backtesting.runner import backtest as backtest
    from forecast.data.figures import register_reader as register_reader
    from forecast.data.load import load_observations as load_observations
    from forecast.data.observations import Observations as Observations
    from forecast.data.panel import Panel as Panel
    from forecast.events.calendar import EventCalendar as EventCalendar
    from forecast.events.calendar import load_events as load_events
    from forecast.events.calendar import no_events as no_events
    from forecast.events.design import Design as Design
    from forecast.experiment.load import load_experiment as load_experiment
    from forecast.experiment.run import Run as Run
    from forecast.experiment.run import run as run
    from forecast.interchange import export as export
    from forecast.interchange import from_nixtla as from_nixtla
    from forecast.interchange import to_nixtla as to_nixtla
    from forecast.interventions.detect import detect_events as detect_events
    from forecast.interventions.effects import effects as effects
    from forecast.interventions.robustness import specification_curve as specification_curve
    from forecast.interventions.study import Study as Study
    from forecast.models.base import Forecast as Forecast
    from forecast.models.base import SeriesFit as SeriesFit
    from forecast.models.registry import list_models as list_models
    from forecast.models.registry import make_model as make_model
    from forecast.models.registry import register_model as register_model
    from forecast.models.series_model import SeriesModel as SeriesModel
    from forecast.models.wrapped import from_statsmodels as from_statsmodels
    from forecast.models.wrapped import sklearn_model as sklearn_model
    from forecast.publish.publish import publish_report as publish_report
    from forecast.report.build import write_report as write_report
    from forecast.scoring.accuracy import accuracy as accuracy
    from forecast.scoring.comparison import compare as compare
    from forecast.scoring.confidence_set import model_confidence_set as model_confidence_set
    from forecast.scoring.registry import register_metric as register_metric
    from forecast.scoring.scores import score as score

__all__ = [
    "LEVELS",
    "ConfigError",
    "DataError",
    "Experiment",
    "ForecastError",
    "ForecastWarning",
    "LookAheadError",
    "__version__",
    *_HOMES,
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'forecast' has no attribute '{name}'")
    module, _, there = _HOMES[name].partition(":")
    value = getattr(importlib.import_module(module), there or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
