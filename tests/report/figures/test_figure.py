"""The figure of a chart."""

from figure_checks import fan, monthly
from forecast.report.figures.forecast import forecast_chart
from forecast.report.figures.series import series_chart
from forecast.report.figures.svg import drawing


def test_a_chart_by_months_knows_where_they_lie_and_others_do_not():
    counts, ahead = monthly([5, 9, 7, 8]), fan(7, "2024-05")
    read = drawing(forecast_chart(counts, ahead), "a")
    assert read.cursor.step > 0 and read.cursor.top < read.cursor.bottom < read.height
    panel = ("label", counts.set_index("month")["value"], ahead)
    assert drawing(series_chart([panel]), "b").cursor is None
