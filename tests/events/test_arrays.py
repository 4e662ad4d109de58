"""A calendar as arrays: which series an event touches, and from when to when it is active."""

import numpy as np
import pandas as pd

from forecast.events.shapes import FAR
from interventions_helpers import calendar as by_hand


def day(text):
    return int(pd.Timestamp(text).to_datetime64().astype("datetime64[D]").astype(np.int64))


def test_an_end_counts_from_the_day_on_which_it_could_be_known(tmp_path):
    law = {"id": "law", "effective_start": "2015-02-01", "end_date": "2016-06-30", "shape": "step"}
    arrays = by_hand(tmp_path, law | {"end_usable_from": "2016-05-15"}).arrays
    first, last = arrays.windows(np.array([0]), day("2016-01-01"), False, "rule")
    assert (first[0], last[0]) == (day("2015-02-01"), FAR)
    assert arrays.windows(np.array([0]), day("2016-01-01"), True, "rule")[1][0] == day("2016-06-30")
    assert arrays.windows(np.array([0]), day("2016-05-15"), False, "rule")[1][0] == day("2016-06-30")


def test_anticipation_never_begins_before_the_event_could_be_known(tmp_path):
    step = {"effective_start": "2015-06-01", "shape": "step", "lead_months": "3"}
    early = step | {"id": "early", "announced_date": "2014-01-01"}
    late = step | {"id": "late", "announced_date": "2015-05-10"}
    arrays = by_hand(tmp_path, early, late).arrays
    opens = dict(zip(arrays.ids, arrays.opens.tolist(), strict=True))
    assert opens == {"early": day("2015-03-01"), "late": day("2015-05-10")}


def test_signs_at_ports_are_their_own_by_rule_only(tmp_path):
    law = {"id": "law", "effective_start": "2015-02-01", "shape": "step", "sign": "+"}
    arrays = by_hand(tmp_path, law).arrays
    assert arrays.signs("southwest.usbp", "rule").tolist() == [1.0]
    assert arrays.signs("southwest.ofo", "rule") is arrays.sign_at_ports
    assert arrays.signs("southwest.ofo", "judged") is arrays.coded["judged"].sign
