"""Figures as known on a date: files in, `Observations` and `Panel` out."""

from forecast.data.observations import Observations, load_observations
from forecast.data.panel import Panel

__all__ = ["Observations", "Panel", "load_observations"]
