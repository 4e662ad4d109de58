"""Measures beside series that they did not touch."""

from forecast.report.catalogue import speaking
from forecast.report.evidence import compared
from report_fixture import report_of


def test_comparisons_stand_with_their_verdict_and_refused_ones_with_the_reason():
    table, chart = compared.compared_blocks(report_of("as_of_2024"))
    first, second, third = (row.cells for row in table.rows)
    assert first[3] == "+108%" and first[6] == "moved no further apart than such series often do"
    assert second[3:5] == ("none", "none") and second[6] == "could not be compared: too few months since"
    assert third[6] == "could not be compared: the other series say too little about this one"
    assert chart.title.endswith(
        "+108% against series that it did not touch, no more than such series often do"
    )


def test_series_left_out_are_named_with_the_reason_in_both_languages():
    found = "northern.usbp.blaine:touched;northern.usbp.havre:gaps;northern.usbp.swanton:0.040"
    assert compared.left_out(found) == (
        "Blaine (touched by it), Havre (months missing), Swanton (moved with it, p 0.040)"
    )
    with speaking("es"):
        assert compared.left_out(found) == (
            "Blaine (afectada por ella), Havre (faltan meses), Swanton (se movió con ella, p 0.040)"
        )
    assert compared.left_out("") == ""


def test_without_donors_there_is_no_block():
    assert compared.compared_blocks(report_of("plain")) == []
