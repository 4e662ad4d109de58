"""The first page of a site says of others and of the forecast what the newest report says."""

import json

import pandas as pd

from forecast.publish.content import newest_chart, others_of

HEAD = "forecaster,made,first_month,last_month,series_id,low,point,high,actual,error,percent,ours,ours_kind"


def test_ours_is_the_one_of_the_report(tmp_path, obs):
    """W23: the site said 'Ours then: none' where the report that it links to printed 50,000."""
    row = "Office,2018-11,2019-01,2019-01,southwest.usbp,,35900,,47979,-12079,-25.2,49628.1,replayed"
    row += ",1649.1,blog,,scored"
    (tmp_path / "others.csv").write_text(f"{HEAD},ours_error,source,note,reason\n{row}\n")
    found = others_of(tmp_path, pd.DataFrame(), obs, pd.DataFrame(), "border")
    (told,) = found.to_dict("records")
    assert (told["ours"], told["ours_kind"], told["made"], told["note"]) == (
        49628.1,
        "replayed",
        "2018-11",
        "",
    )
    assert told["low"] != told["low"]
    assert others_of(None, pd.DataFrame(), obs, pd.DataFrame(), "border").empty


def test_the_chart_is_the_newest_forecast_in_either_form_of_the_report(tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "forecast.svg").write_text("<svg/>", encoding="utf-8")
    lead = {"lead": {"name": "forecast", "label": "It stays."}}
    for told in (lead, {"index": lead}):
        (tmp_path / "report.json").write_text(json.dumps(told))
        assert newest_chart(tmp_path) == ("<svg/>", "It stays.")
    (tmp_path / "report.json").write_text(json.dumps({"index": {"lead": None}}))
    assert newest_chart(tmp_path) == ("", "") and newest_chart(None) == ("", "")
