"""The contract that every registered model keeps."""

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.models.base import FoldFailure
from forecast.models.registry import model_class
from forecast.spec import LEVELS

KINDS = fc.list_models()


@pytest.fixture
def panel(small):
    return small.as_of("latest", ["a", "b"])


def step(panel, month="2020-03", name="rule", horizon=6):
    """A hand-made design with one step column."""
    past = pd.DataFrame({name: (panel.values.index >= month).astype(float)}, index=panel.values.index)
    ahead = pd.period_range(panel.values.index[-1] + 1, periods=horizon, freq="M")
    return fc.Design.from_frames(past, pd.DataFrame({name: np.ones(horizon)}, index=ahead))


@pytest.mark.parametrize("kind", KINDS)
class TestEveryModel:
    def test_a_forecast_has_every_series_month_and_level_once(self, kind, panel):
        table = fc.make_model(kind).fit(panel, fc.Design.none(panel, 6)).forecast(6).table
        assert list(table.columns) == ["series_id", "month", "horizon", "level", "value"]
        assert len(table) == 2 * 6 * len(LEVELS)
        assert not table.duplicated(["series_id", "month", "level"]).any()
        assert table["month"].min() == panel.last_official["a"] + 1

    def test_quantiles_increase_and_counts_are_never_below_zero(self, kind, panel):
        table = fc.make_model(kind).fit(panel, fc.Design.none(panel, 6)).forecast(6).table
        wide = table.pivot(index=["series_id", "horizon"], columns="level", values="value").to_numpy()
        assert (np.diff(wide, axis=1) >= 0).all() and (wide >= 0).all() and np.isfinite(wide).all()

    def test_the_same_twice_is_the_same_to_the_bit(self, kind, panel):
        model, design = fc.make_model(kind), fc.Design.none(panel, 6)
        first = model.fit(panel, design).forecast(6).table
        model.fit(panel.of("b"), fc.Design.none(panel.of("b"), 6))
        pd.testing.assert_frame_equal(first, model.fit(panel, design).forecast(6).table, check_exact=True)

    def test_inputs_are_left_as_they_were(self, kind, panel):
        design = step(panel)
        before = panel.values.copy(), design.past.copy()
        fc.make_model(kind).fit(panel, design).forecast(6)
        pd.testing.assert_frame_equal(before[0], panel.values)
        pd.testing.assert_frame_equal(before[1], design.past)

    def test_a_constant_column_is_survived(self, kind, panel):
        design = step(panel, month="2000-01", name="always")
        table = fc.make_model(kind).fit(panel, design).forecast(6).table
        assert np.isfinite(table["value"]).all()

    def test_an_event_column_moves_the_forecast_exactly_if_the_model_says_so(self, kind, panel):
        model = fc.make_model(kind)
        half = panel.values.index[-8]
        plain = model.fit(panel, fc.Design.none(panel, 6)).forecast(6).median
        withit = model.fit(panel, step(panel, month=str(half))).forecast(6).median
        assert model.uses_events == (not np.allclose(plain, withit, rtol=1e-9))

    def test_too_few_months_are_a_failure_with_its_reason(self, kind, panel):
        model = fc.make_model(kind)
        tiny = panel.of("a").window(2)
        (result,) = model.fit_many([(tiny, fc.Design.none(tiny, 6))])
        assert isinstance(result, FoldFailure) and "months" in result.message

    def test_many_folds_are_the_folds_in_their_order(self, kind, small):
        model = fc.make_model(kind)
        if hasattr(model, "starts"):
            model = fc.make_model(kind, starts="full")
        panels = [small.as_of(day, ["a", "b"]) for day in ("2021-06-30", "2022-06-30")]
        many = model.fit_many([(p, fc.Design.none(p, 3)) for p in panels])
        for p, fitted in zip(panels, many, strict=True):
            alone = model.fit(p, fc.Design.none(p, 3)).forecast(3).table
            pd.testing.assert_frame_equal(alone, fitted.forecast(3).table, check_exact=True)

    def test_it_is_a_frozen_dataclass_with_the_declared_fields(self, kind, panel):
        cls = model_class(kind)
        assert cls.__dataclass_params__.frozen
        assert isinstance(cls.min_months, int) and isinstance(cls.pooled, bool)
        assert cls.__doc__ and cls.__doc__.strip().splitlines()[0].endswith(".")

    def test_it_cannot_look_ahead(self, kind, obs, events, usbp):
        model = fc.make_model(kind)
        origins = fc.monthly_origins("2018-06", "2024-06", obs, series=[usbp], step=12)
        fc.check_no_lookahead(model, obs, events, series=[usbp], origins=origins, horizon=3)
