"""What has changed."""

from forecast.report.sections.changed import changed_section
from report_fixture import report_of


def test_a_first_issue_has_no_such_block():
    assert changed_section(report_of("plain")) is None


def test_steps_stand_in_their_order_and_the_largest_is_named():
    section = changed_section(report_of("causes"))
    (table,) = section.blocks
    assert table.rows[0].cells[0] == "Last issue" and table.rows[-1].kind == "lead"
    assert "All of the change comes from one step: new figure." in section.find
    assert "fell from" in section.find


def test_a_step_that_goes_the_other_way_is_not_the_reason():
    section = changed_section(report_of("corrected"))
    assert "revised figures" in section.find
