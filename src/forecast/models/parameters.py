"""What parameters of models may be."""

from __future__ import annotations

from typing import Annotated

from forecast.config.bounds import Bounds, Distinct

#: Months before the origin that are used; None = all.
Window = Annotated[int, Bounds(2, 1200)] | None
#: Terms of an ARIMA model: autoregressive, differences, moving average.
Terms = Annotated[int, Bounds(0, 24)]
Differences = Annotated[int, Bounds(0, 3)]
Order = tuple[Terms, Differences, Terms]
#: With the length of the season, which is that of months.
SeasonalOrder = tuple[Terms, Differences, Terms, Annotated[int, Bounds(12, 12)]]
#: So many last months, or months back.
Count = Annotated[int, Bounds(1, 120)]
Lags = Annotated[tuple[Count, ...], Distinct()]
Period = Annotated[int, Bounds(2, 366)]
#: Numbers that must be above 0, and shares.
Positive = Annotated[float, Bounds(above=0, high=1e9)]
Penalties = Annotated[tuple[Positive, ...], Distinct(1)]
Share = Annotated[float, Bounds(0, 1)]
