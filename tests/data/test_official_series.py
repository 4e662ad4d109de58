"""Each row of an official file counts in each total and each part once."""

import numpy as np

from forecast.data.official_series import figures_of, series_of

ROW = {
    "region": "southwest",
    "component": "usbp",
    "area": "tucson",
    "demographic": "single_adults",
    "citizenship": "cuba",
    "authority": "title_8",
}


def test_a_row_belongs_to_its_totals_and_parts_once():
    found = list(series_of(ROW, "area"))
    assert len(found) == len(set(found))
    assert {"nationwide", "nationwide.usbp", "southwest", "southwest.usbp", "southwest.usbp.tucson"} <= set(
        found
    )
    assert "southwest.usbp.citizenship_other" in found and "southwest.citizenship_cuba" in found


def test_the_coast_is_the_border_patrol_outside_the_land_borders():
    assert "coastal.usbp" in set(series_of({**ROW, "region": "other", "area": "miami"}, "area"))
    assert "coastal.usbp" not in set(series_of({**ROW, "region": "other", "component": "ofo"}, "area"))


def test_absent_combinations_count_zero():
    labels = {name: np.array([text] * 2, dtype=object) for name, text in ROW.items()}
    labels["area"] = np.array(["tucson", "yuma"], dtype=object)
    made = figures_of("area", np.array([0, 2]), 3, np.array([5.0, 7.0]), labels)
    assert made["southwest.usbp"][1].tolist() == [5, 0, 7]
    assert made["southwest.usbp.yuma"][1].tolist() == [0, 0, 7]
