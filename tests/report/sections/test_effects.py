"""What did each policy seem to do?"""

from dataclasses import replace

import numpy as np

from forecast.report import format as w
from forecast.report.prose import prose
from forecast.report.sections import effects
from report_fixture import report, report_of, state


def changed(**columns):
    run = state("causes")
    return report(replace(run, effects=run.effects.assign(**columns)))


def test_at_most_four_are_told_the_leading_one_first():
    rows = effects.told(report_of("causes"))
    assert len(rows) == 4 and rows[0] is effects.leading(rows)
    assert [row.first for row in rows[1:]] == sorted((row.first for row in rows[1:]), reverse=True)


def test_a_group_is_named_by_all_its_members_and_dated_by_its_span():
    row = next(row for row in effects.told(report_of("causes")) if row.event == "covid19_shock")
    assert "; " in row.label and row.when.endswith("March 2020")


def test_an_effect_that_the_raw_counts_contradict_never_leads():
    r = changed(raw_change=-state("causes").effects["percent"])
    assert effects.leading(effects.told(r)) is None
    assert effects.effects_section(r).find.startswith("Of four dates none can be told first")


def test_the_raw_and_the_usual_change_stand_beside_the_leading_effect_and_its_range_in_words():
    chart, lead = (
        effects.effects_section(report_of("causes")).blocks[0],
        effects.leading(effects.told(report_of("causes"))),
    )
    words = prose("answers").policy(lead)
    assert f"the count fell {round(abs(lead.raw))}% (usual: +3%)" in words
    assert f"{w.signed(lead.percent)}% ({w.signed(lead.low)}% to {w.signed(lead.high)}%)" in chart.label


def test_only_what_fails_no_test_stands_out_and_untestable_is_no_failure(monkeypatch):
    monkeypatch.setattr(effects, "AT_MOST", 5)
    rows = {row.event: row for row in effects.told(report(state("causes")))}
    assert rows["covid19_shock"].failed == 0 and rows["covid19_shock"].tests == 1
    assert rows["biden_inauguration"].failed == 2 and not rows["biden_inauguration"].clear


def test_a_group_without_a_single_effect_is_told_by_its_reason():
    run = state("causes")
    gone = run.effects["event"] == "covid19_shock"
    table = run.effects.assign(
        estimate=run.effects["estimate"].mask(gone),
        words=run.effects["words"].mask(gone, "not_together"),
        why_group=run.effects["why_group"].mask(gone, "same_months;opposite_signs"),
    )
    r = report(replace(run, effects=table))
    assert "covid19_shock" not in [row.event for row in effects.told(r)]
    reasons = {one.why for one in effects.unmeasured(r)}
    assert "opposite_signs" in reasons


def test_without_events_there_is_no_such_block():
    assert effects.effects_section(report_of("own")) is None
    assert np.isfinite(effects._log(-100.0))
