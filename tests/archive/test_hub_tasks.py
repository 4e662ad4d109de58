import json
import os
from pathlib import Path

import pandas as pd
import pytest

from forecast.archive import hub
from forecast.archive.hub_tasks import tasks


def problems(tasks, schema=Path(__file__).parents[1] / "fixtures" / "hub" / "tasks.schema.json"):
    """What a schema finds in tasks; dates are looked at too."""
    jsonschema = pytest.importorskip("jsonschema")
    judge = jsonschema.Draft202012Validator(
        json.loads(Path(schema).read_text()), format_checker=jsonschema.FormatChecker()
    )
    judge.check_schema(judge.schema)
    return [f"{e.json_path}: {e.message[:80]}" for e in judge.iter_errors(tasks)]


def test_tasks_ask_for_what_the_files_hold(made, small, tmp_path):
    hub.write_hub(made, small, tmp_path)
    found = json.loads((tmp_path / "hub-config" / "tasks.json").read_text())
    assert problems(found) == []
    admin = json.loads((tmp_path / "hub-config" / "admin.json").read_text())
    assert "/" in admin["timezone"]  # hubs list zones by region; UTC alone is none of them
    (one,) = found["rounds"]
    assert one["round_id_from_variable"] is True and one["round_id"] == "origin_date"
    assert [t["task_ids"]["horizon"]["optional"] for t in one["model_tasks"]] == [[1, 2], [3]]
    for task in one["model_tasks"]:
        ids = task["task_ids"]
        assert set(ids) == {"origin_date", "target", "horizon", "location", "target_end_date"}
        quantile = task["output_type"]["quantile"]
        (about,) = task["target_metadata"]
        assert about["target_keys"] == {"target": ids["target"]["optional"][0]}
        assert about["time_unit"] == "month"
        for file in (tmp_path / "model-output").rglob("*.csv"):
            rows = pd.read_csv(file)
            rows = rows[rows["horizon"].isin(ids["horizon"]["optional"])]
            for name in ids:
                assert set(rows[name]) <= set(ids[name]["optional"]), name
            wanted = set(quantile["output_type_id"]["required"])
            assert all(set(g) == wanted for _, g in rows.groupby(["location", "horizon"])["output_type_id"])


def test_the_schema_of_tasks_refuses_what_hubs_refuse(made):
    def changed(change):
        found = json.loads(json.dumps(tasks(made)))
        change(found, found["rounds"][0], found["rounds"][0]["model_tasks"][0])
        return problems(found)

    assert changed(lambda whole, one, task: None) == []
    wrong = [
        lambda whole, one, task: whole.pop("schema_version"),
        lambda whole, one, task: whole.update(more=1),
        lambda whole, one, task: one.pop("submissions_due"),
        lambda whole, one, task: one.update(round_id_from_variable=False, round_id="a b"),
        lambda whole, one, task: one["submissions_due"].update(start="now"),
        lambda whole, one, task: task["task_ids"]["origin_date"]["optional"].append("2024-13-01"),
        lambda whole, one, task: task["task_ids"]["location"].pop("required"),
        lambda whole, one, task: task["task_ids"]["horizon"]["optional"].append(1.5),
        lambda whole, one, task: task["task_ids"]["horizon"]["optional"].append(1),
        lambda whole, one, task: task["output_type"]["quantile"]["output_type_id"].update(optional=None),
        lambda whole, one, task: task["output_type"]["quantile"]["output_type_id"]["required"].append(1.2),
        lambda whole, one, task: task["output_type"]["quantile"].pop("is_required"),
        lambda whole, one, task: task["output_type"]["quantile"]["value"].update(type="count"),
        lambda whole, one, task: task["target_metadata"][0].pop("time_unit"),
        lambda whole, one, task: task["target_metadata"][0]["target_keys"].update(location="a"),
    ]
    assert [k for k, change in enumerate(wrong) if changed(change) == []] == []


@pytest.mark.proof
def test_tasks_keep_the_official_schema(made, small, tmp_path):
    """HUB_SCHEMAS: the folder of version 5.0.1 in a copy of the hubs' repository of schemas."""
    if "HUB_SCHEMAS" not in os.environ:
        # no licence was found for the schemas, so no copy is kept; the tests above hold the rules
        pytest.skip("HUB_SCHEMAS names no copy of the official schemas")
    hub.write_hub(made, small, tmp_path)
    for name in ("tasks", "admin"):
        written = json.loads((tmp_path / "hub-config" / f"{name}.json").read_text())
        assert problems(written, Path(os.environ["HUB_SCHEMAS"]) / f"{name}-schema.json") == []
