import pandas as pd
import pytest

from forecast.errors import ConfigError
from forecast.publish.addresses import addresses, check_patterns, names_month, states_month

AGENCY = "https://a.org/files/{out_year}-{out_month}/sbo-encounters-fy{fy}-fy{fy2}-{month_name}.csv"
YEAR = "https://a.org/files/{out_year}-{out_month}/sbo-encounters-fy{fy}-fy{fy2}.csv"


def test_the_agencys_own_names_are_among_those_that_are_tried():
    april = addresses(AGENCY, pd.Period("2026-04", "M"))
    assert april[0] == "https://a.org/files/2026-05/sbo-encounters-fy23-fy26-apr.csv"
    assert [a.split("/")[4] for a in april] == ["2026-05", "2026-06", "2026-07"]
    assert "https://a.org/files/2025-11/sbo-encounters-fy22-fy25.csv" in addresses(
        YEAR, pd.Period("2025-09", "M")
    )
    assert addresses(AGENCY, pd.Period("2025-12", "M"))[0].startswith(
        "https://a.org/files/2026-01/sbo-encounters-fy23-fy26-dec"
    )
    assert addresses("file:///in/{year}/{month}.csv", pd.Period("2025-10", "M")) == ["file:///in/2025/10.csv"]
    assert [states_month(a) for a in (AGENCY, YEAR, "file:///in/*.csv")] == [True, False, False]
    assert [names_month(a) for a in (AGENCY, YEAR, "file:///in/*.csv")] == [True, True, False]


def test_every_wrong_pattern_is_told_at_once():
    with pytest.raises(ConfigError) as told:
        check_patterns(("in/*.csv", "https://a.org/{mont}.csv", "ftp://a.org/x.csv", AGENCY))
    lines = str(told.value).splitlines()
    assert len(lines) == 4 and "begins with https:// or file://" in lines[0]
    assert "a * stands for files" in lines[1]
    assert "there is no field {mont}" in lines[2] and "'month'" in lines[2]


@pytest.mark.parametrize(
    "pattern", ["https://a.org/*.csv", "file:///in/*/x.csv", "https://a.org/{year}/*.csv"]
)
def test_a_star_that_would_find_nothing_for_ever_is_refused(pattern):
    with pytest.raises(ConfigError, match=r"a \* stands for files of a folder of this machine"):
        check_patterns((pattern,))
    check_patterns(("file:///in/*.csv", "file:///in/{year}/*-{month}.csv"))
