import numpy as np
import pytest

import forecast as fc


def test_scale_never_matters(small):
    panel = small.as_of("latest", ["a"])
    design = fc.Design.none(panel, 6)
    plain = fc.make_model("structural", transform="none", seasonal=False).fit(panel, design).forecast(6)
    logs = fc.make_model("structural", seasonal=False).fit(panel, design).forecast(6)
    assert plain.median["a"].notna().all() and logs.median["a"].notna().all()
    np.testing.assert_allclose(plain.median["a"], logs.median["a"], rtol=0.2)


def test_without_a_season_the_forecast_is_flat(small):
    panel = small.as_of("latest", ["a"])
    median = (
        fc.make_model("structural", seasonal=False)
        .fit(panel, fc.Design.none(panel, 6))
        .forecast(6)
        .median["a"]
    )
    assert median.iloc[0] == pytest.approx(median.iloc[-1], rel=1e-6)
