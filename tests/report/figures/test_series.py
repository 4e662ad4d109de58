"""Small multiples."""

import numpy as np

from figure_checks import check_wide, fan, monthly
from forecast.report.figures.series import series_chart


def panels(n):
    made = []
    for k in range(n):
        counts = monthly(np.arange(1, 37) * 10.0 ** (k % 4)).set_index("month")["value"]
        made.append((f"Sector {k}", counts, fan(float(counts.iloc[-1]), "2027-01")))
    return made


def test_every_series_has_its_panel_and_scale():
    words = check_wide(series_chart(panels(10)))
    assert {f"Sector {k}" for k in range(10)} <= set(words)
    figure = series_chart(panels(4))
    assert len({ax.get_ylim()[1] for ax in figure.axes}) == 4


def test_one_panel_and_refused_ranges():
    label, counts, ahead = panels(1)[0]
    ahead = ahead.assign(lower_80=np.nan, upper_80=np.nan)
    check_wide(series_chart([(label, counts, ahead)]))
