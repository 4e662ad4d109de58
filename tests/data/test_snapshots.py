"""Files that state many months at once, as an append-only history."""

from pathlib import Path

import numpy as np
import pytest

from forecast.data import snapshots
from forecast.data.parse import day_text, month_end, month_number, parse_day

FIRST = month_number(2024, 1)


def vintage(day, *values):
    def own_day(month):
        return int(month_end(np.array(month))) + 15

    figures = {"a": (FIRST, np.array(values, dtype=float))}
    newest = FIRST + len(values) - 1
    return snapshots.Snapshot(f"{day}.csv", figures, parse_day(day), True, own_day, -1, newest)


def told(vintages):
    rows, findings = snapshots.merge(vintages)
    assert not findings
    table = snapshots.rows_of(rows, tuple(v.name for v in vintages))
    return sorted(
        zip((table.month - FIRST).tolist(), map(day_text, table.released), table.value, strict=True)
    )


def test_one_row_is_left_for_each_change_whatever_order_the_files_come_in():
    files = [vintage("2024-03-20", 10, 20), vintage("2024-04-20", 10, 21, 30)]
    wanted = [(0, "2024-02-15", 10), (1, "2024-03-20", 20), (1, "2024-04-20", 21), (2, "2024-04-20", 30)]
    assert told(files) == told(files[::-1]) == wanted


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("x-2024-05-20.csv", "2024-05-20"),
        ("2023-01-01-to-2024-05-20.csv", "2024-05-20"),
        ("x-202405.csv", None),
    ],
)
def test_the_day_of_a_name_is_the_last_one(name, day):
    found = snapshots.day_in_name(f"/somewhere/2020-01-01/{name}")
    assert (None if found is None else day_text(found)) == day


def test_a_sidecar_states_days_and_a_wrong_one_is_a_finding(tmp_path: Path):
    assert snapshots.sidecar(tmp_path) == ({}, [])
    (tmp_path / "released.csv").write_text("file,released\na.csv,2024-05-20\nb.csv,soon\n")
    days, findings = snapshots.sidecar(tmp_path)
    assert days == {"a.csv": parse_day("2024-05-20")} and [f.row for f in findings] == [3]
    (tmp_path / "released.csv").write_text("name,day\na.csv,2024-05-20\n")
    assert [f.check for f in snapshots.sidecar(tmp_path)[1]] == ["header"]
