"""The list of bundled series without their figures."""

import forecast as fc
from forecast.data.listing import bundled_lines


def test_the_list_is_that_of_the_figures():
    series, lines = fc.load_observations().series, bundled_lines()
    assert list(lines) == list(series.index)
    for column in ("name", "first_month", "last_month"):
        assert [line[column] for line in lines.values()] == list(map(str, series[column]))
    assert [line["total"] for line in lines.values()] == list(series["parent"] == "")
