"""The base of models that treat each series by itself."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from forecast.arguments import checked
from forecast.data.panel import Panel
from forecast.errors import DataError, ForecastError, counted, shown
from forecast.events.design import Design
from forecast.models.base import Fitted, FittedSeries, FoldFailure, Job, Model, SeriesFit
from forecast.models.series import SeriesData, series_data
from forecast.models.transform import Scale

if TYPE_CHECKING:
    pass


class SeriesModel:
    """Base of models that treat each series by itself; a subclass is a frozen dataclass with `fit_series`.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> import forecast as fc
    >>> @dataclass(frozen=True)
    ... class Last(fc.SeriesModel):
    ...     transform: str = "log"
    ...     window: int | None = None
    ...
    ...     def fit_series(self, data):
    ...         return fc.SeriesFit(lambda h: (np.full(h, data.y[-1]), 0.1 * np.sqrt(np.arange(1.0, h + 1))))
    >>> panel = fc.load_observations().as_of("2024-05-07", ["southwest.usbp"])
    >>> round(Last().fit(panel, fc.Design.none(panel, 1)).forecast(1).median.iloc[0, 0])
    137480
    """

    pooled: ClassVar[bool] = False
    min_months: ClassVar[int] = 24
    transform: Scale
    window: int | None

    def series_data(self, panel: Panel, design: Design, name: str) -> SeriesData:
        """Cut one series out of a panel, on the model's scale."""
        data = series_data(panel, design, name, self.transform, self.window)
        self.check_length(data)
        return data

    def adjusted(self, series: Sequence[SeriesData]) -> list[SeriesData]:
        """Return series without their level shifts, where `breaks` is "adjust"."""
        if getattr(self, "breaks", "none") != "adjust":
            return list(series)
        from forecast.models.level_shifts import without_level_shifts

        return without_level_shifts(series)

    @property
    def uses_events(self) -> bool:
        """Whether event columns change the forecast; a model with
        an `events` switch says no when it is off.
        """
        return bool(getattr(self, "events", False))

    @property
    def chained(self) -> bool:
        """Whether a fold may depend on earlier folds of its chain: only where `fit_many` was written anew."""
        return type(self).fit_many is not SeriesModel.fit_many

    def fit_series(self, data: SeriesData) -> SeriesFit:
        """Fit one series; the method that a subclass writes."""
        raise TypeError(f"{type(self).__name__} does not define fit_series")

    def check_length(self, data: SeriesData) -> None:
        """Raise a `DataError` if there are fewer months than the model needs."""
        known = int(np.sum(~np.isnan(data.y)))
        if known < self.min_months:
            raise DataError(
                f"{data.name}: {counted(known, 'month', 'are')} known, {type(self).__name__} needs"
                f" {self.min_months}"
            )

    @checked
    def fit(self, panel: Panel, design: Design | None = None) -> FittedSeries:
        """Fit every series of the panel; without a design to no event."""
        fits, transforms = {}, {}
        design = Design.none(panel) if design is None else design
        for name in panel.series:
            (data,) = self.adjusted([self.series_data(panel, design, name)])
            fit = self.fit_series(data)
            if not isinstance(fit, SeriesFit):
                raise DataError(f"{name}: fit_series gave {shown(fit)}; expected a SeriesFit")
            fits[name] = replace(fit, notes=(*data.notes, *fit.notes)) if data.notes else fit
            transforms[name] = data.transform
        return FittedSeries(fits, transforms, panel)

    def fit_many(self, jobs: Sequence[Job]) -> list[Fitted | FoldFailure]:
        """Fit one chain of folds in the order given; a failure is a result, not an exception."""
        self._search_together(jobs)
        return loop_fits(self, jobs)

    def _search_together(self, jobs: Sequence[Job]) -> None:
        """Search all folds for level shifts in one call, which is far faster than one by one."""
        if getattr(self, "breaks", "none") == "adjust":
            ready = []
            for (panel, design), name in ((job, name) for job in jobs for name in job[0].series):
                with suppress(ForecastError):  # told by the fit
                    ready.append(self.series_data(panel, design, name))
            self.adjusted(ready)


def set_starts(model: Model, starts: str) -> Model:
    """Return the model with other starts of its optimisation; the model itself if it has none to set."""
    if not hasattr(model, "starts"):
        return model
    changed: Model = replace(cast("Any", model), starts=starts)
    return changed


def loop_fits(model: Model, jobs: Sequence[Job]) -> list[Fitted | FoldFailure]:
    """Return `model.fit` of every job, failures in their place."""
    out: list[Fitted | FoldFailure] = []
    for panel, design in jobs:
        try:
            out.append(model.fit(panel, design))
        except (ForecastError, ValueError, np.linalg.LinAlgError, ArithmeticError) as error:
            out.append(FoldFailure(f"{type(error).__name__}: {error}"))
    return out
