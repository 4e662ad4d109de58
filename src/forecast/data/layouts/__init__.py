"""Tables as people have them, each layout one function: a grid of texts in, a tidy table of texts out."""

from forecast.data.layouts.grid import Grid
from forecast.data.layouts.understand import understand

__all__ = ["Grid", "understand"]
