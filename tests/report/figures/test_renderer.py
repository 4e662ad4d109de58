"""Charts drawn for the page."""

from figure_checks import fan, monthly
from forecast.report.blocks import Chart
from forecast.report.figures.forecast import Reach, fan_chart
from forecast.report.figures.renderer import Studio


def draw(**how):
    return fan_chart(monthly([5, 9, 7, 8]), fan(7, "2024-05"), Reach(6), **how)


def test_a_chart_has_two_drawings_and_its_files():
    studio = Studio(png=True)
    studio.source = "Source: the agency."
    chart = studio.chart(draw, Chart("forecast", "T", "S", "N", "L", "f.csv"))
    assert 'class="chart wide"' in chart.wide and 'class="chart narrow"' in chart.narrow
    assert (chart.title, chart.csv) == ("T", "f.csv")
    assert set(studio.files) == {"figures/forecast.svg", "figures/forecast.png"}
    # the source stands in the file, and on the page once
    assert b"N Source: the agency." in studio.files["figures/forecast.svg"] and chart.note == "N"


def test_a_chart_of_the_page_of_proof_is_drawn_once():
    chart = Studio(png=False).chart(draw, Chart("weights", "T", "S", "N", "L", "f.csv"))
    assert chart.wide and not chart.narrow


def test_without_png_there_is_only_svg():
    studio = Studio(png=False)
    studio.chart(draw, Chart("fan", "T", "S", "N", "L", "f.csv"))
    assert set(studio.files) == {"figures/fan.svg"}
