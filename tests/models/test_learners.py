import numpy as np
import pandas as pd
import pytest

import forecast as fc


@pytest.fixture
def panel(small):
    return small.as_of("latest", ["a", "b"])


@pytest.mark.parametrize("kind", ["elastic_net", "gradient_boosting"])
def test_weights_are_kept_by_an_update(small, kind):
    early, late = (small.as_of(day, ["a", "b"]) for day in ("2022-06-30", "2022-12-31"))
    fitted = fc.make_model(kind).fit(early, fc.Design.none(early, 2))
    moved = fitted.update(late, fc.Design.none(late, 2))
    assert moved.horizons is fitted.horizons
    assert moved.forecast(2).table["month"].min() == late.last_official["a"] + 1
    with pytest.raises(fc.DataError, match="2 horizons"):
        fitted.forecast(3)


def test_the_elastic_net_learns_a_season_from_the_pool(tmp_path):
    months = pd.period_range("2005-01", periods=144, freq="M")
    rng = np.random.default_rng(2)
    parts = []
    for name in ("a", "b", "c"):
        y = 8 + 0.4 * np.sin(2 * np.pi * np.arange(144) / 12) + np.cumsum(rng.normal(0, 0.01, 144))
        parts.append(
            pd.DataFrame(
                {"series_id": name, "month": months.astype(str), "value": np.round(np.exp(y)).astype(int)}
            )
        )
    pd.concat(parts).to_csv(tmp_path / "p.csv", index=False)
    panel = fc.load_observations(tmp_path / "p.csv").as_of("latest", ["a", "b", "c"])
    forecast = np.log(
        fc.make_model("elastic_net", events=False).fit(panel, fc.Design.none(panel, 6)).forecast(6).median
    )
    truth = np.log(panel.values.iloc[-1]) + 0.4 * (
        np.sin(2 * np.pi * 149 / 12) - np.sin(2 * np.pi * 143 / 12)
    )
    assert (np.abs(forecast.iloc[-1] - truth) < 0.15).all()
