"""What is said of the figures: of months, not of rows, and of the parts that a total holds."""

import pandas as pd
import pytest

from forecast.experiment.figures import (
    PART_COLUMNS,
    afterwards,
    breaks_of,
    events_afterwards,
    events_touching,
    first_released,
    parts_by_place,
    revised,
)

NAME = "southwest.usbp"


def test_months_with_a_day_on_record_are_counted_over_months(obs):
    """W7: 53 of 294 months on 7 May 2024, 72 of 323 on 30 September 2026; never fewer as time goes on."""
    for day, dated, months in (("2024-05-07", 53, 294), ("2026-09-30", 72, 323)):
        found = first_released(obs, [NAME], pd.Timestamp(day))
        assert (int(found["dated"].sum()), len(found)) == (dated, months)
        assert set(found["series_id"]) == {NAME}


def test_interior_arrests_are_a_part_of_what_is_counted(obs):
    """W16: 1,246 of the 8,870 of August 2026 were arrests in the interior."""
    found = parts_by_place(obs, [NAME], pd.Timestamp("2026-09-30"))
    assert list(found.columns) == list(PART_COLUMNS)
    inland = found[found["part"] == f"{NAME}.at_large"].set_index("month")
    last = inland.loc["2026-08"]
    assert (last["value"], last["whole"]) == (1_246, 8_870) and last["share"] == pytest.approx(
        0.1405, abs=1e-4
    )
    assert inland.loc["2025-12", "share"] == pytest.approx(0.195, abs=5e-4)
    assert parts_by_place(obs, [NAME], pd.Timestamp("2024-05-07")).empty  # not published yet
    assert parts_by_place(obs, ["southwest.ofo"], pd.Timestamp("2026-09-30")).empty


def test_later_figures_say_whether_their_day_is_known(obs):
    """W8: a day is printed only where it is on record."""
    later = afterwards(obs, _until(obs, pd.Timestamp("2024-05-07")), [NAME])
    assert later["month"].min() == pd.Period("2024-04", "M") and "release_basis" in later
    assert set(later["release_basis"]) <= {"day", "month", "assumed"}


def _until(obs, day):
    from forecast.data.observations import replace_rows

    return replace_rows(obs, obs.table[obs.table["released"] <= day])


def test_each_series_has_its_rows_and_events_and_breaks_are_those_that_touch_it(obs, events):
    both = revised(obs, [NAME, "southwest.ofo"], pd.Timestamp("2024-05-07"))
    assert both.groupby("series_id").size().tolist() == [12, 12]
    touching = events_touching(events, [NAME])
    assert touching["id"].is_unique and touching["effective_start"].is_monotonic_increasing
    kinds = set(breaks_of(obs, [NAME])["kind"])
    assert "definition" in kinds and len(breaks_of(obs, ["no.such"])) < len(breaks_of(obs, [NAME]))


def test_measures_that_began_later_are_told_apart(events):
    found = events_afterwards(events, [NAME], pd.Timestamp("2024-05-07"))
    assert found["id"].iloc[0] == "securing_border_proclamation_2024" and found["priority"].eq(1).all()
    assert found["effective_start"].min() > pd.Timestamp("2024-05-07")
    assert events_afterwards(events, [NAME], pd.Timestamp("2026-12-01")).empty
