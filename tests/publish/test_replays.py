import pytest

from forecast.errors import ConfigError
from forecast.publish.replays import Months


def test_a_span_of_months_is_read_or_refused():
    assert Months.of("2023-01..2026-08") == Months("2023-01", "2026-08")
    for wrong in ("2023-01", "2023-02..2023-01", "2023..2024", ""):
        with pytest.raises(ConfigError, match="is not a span of months"):
            Months.of(wrong)
