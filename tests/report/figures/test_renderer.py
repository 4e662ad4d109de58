"""Charts drawn for the page."""

from figure_checks import fan, monthly
from forecast.report.blocks import Chart
from forecast.report.figures.forecast import forecast_chart
from forecast.report.figures.renderer import Studio


def draw(**how):
    return forecast_chart(monthly([5, 9, 7, 8]), fan(7, "2024-05"), **how)


def test_a_chart_has_two_drawings_and_its_files():
    studio = Studio(png=True)
    chart = studio.chart(draw, Chart("fan", "T", "S", "N", "L", "f.csv", start=3))
    assert 'class="chart wide"' in chart.wide and 'class="chart narrow"' in chart.narrow
    assert (chart.title, chart.start, chart.csv) == ("T", 3, "f.csv")
    assert set(studio.files) == {"figures/fan.svg", "figures/fan.png"}
    assert set(Studio(png=False).files) == set()


def test_without_png_there_is_only_svg():
    studio = Studio(png=False)
    studio.chart(draw, Chart("fan", "T", "S", "N", "L", "f.csv"))
    assert set(studio.files) == {"figures/fan.svg"}
