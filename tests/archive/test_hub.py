import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import forecast as fc
from forecast.archive import hub
from forecast.config.settings import LEVELS
from forecast.errors import ConfigError, DataError
from forecast.tables.columns import FORECAST_COLUMNS


def order(table):
    keys = ["model", "series_id", "origin", "month", "level"]
    return (
        table.assign(level=table["level"].round(4))
        .sort_values(keys)[["series_id", "origin", "month", "horizon", "level", "value"]]
        .reset_index(drop=True)
    )


def test_what_is_written_is_read_back_the_same(made, small, tmp_path):
    whole = made[made["horizon"] < 3]
    files = hub.write_hub(whole, small, tmp_path, "our team")
    outputs = sorted(p for p in files if p.suffix == ".csv" and "model-output" in p.parts)
    assert len(outputs) == 3 and outputs[0].parent.name == "our_team-random_walk"
    assert outputs[0].name == f"{whole['origin'].min():%Y-%m-%d}-our_team-random_walk.csv"
    back = hub.read_hub(tmp_path)
    assert list(back.columns) == list(FORECAST_COLUMNS) and set(back["model"]) == {"our_team-random_walk"}
    pd.testing.assert_frame_equal(
        order(back.assign(model="random_walk")), order(whole), check_dtype=False, rtol=1e-12
    )
    again = hub.write_hub(whole, small, tmp_path, "our team")
    assert again == []  # what was submitted stays as it is


def test_names_from_data_never_lead_out_of_the_hub(made, small, tmp_path):
    folder = tmp_path / "in" / "hub"
    hostile = made.assign(model="../../../evil", knowledge="x/../../../../evil")
    files = hub.write_hub(hostile, small, folder, "../../evil")
    assert files and all(file.resolve().is_relative_to(folder) for file in files)
    assert [p.name for p in tmp_path.iterdir()] == ["in"] and [p.name for p in folder.parent.iterdir()] == [
        "hub"
    ]
    (tmp_path / "elsewhere").mkdir()
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "model-output").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match=r"hub file: .*leads out of the folder"):
        hub.write_hub(made, small, linked)
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_file_has_the_columns_and_levels_of_the_hubs(made, small, tmp_path):
    hub.write_hub(made, small, tmp_path)
    file = sorted((tmp_path / "model-output" / "forecast-random_walk").glob("*.csv"))[-1]
    table = pd.read_csv(file)
    assert tuple(table.columns) == hub.HUB_COLUMNS and set(table["output_type"]) == {"quantile"}
    assert table["target_end_date"].map(lambda d: (pd.Timestamp(d) + pd.Timedelta(days=1)).day == 1).all()
    near = table[table["horizon"] == 1].groupby("location")["output_type_id"].apply(tuple)
    assert all(np.allclose(levels, LEVELS[1:-1]) for levels in near)
    # levels that were refused on one date are asked of none at that distance
    far = set(table[table["horizon"] == 3]["output_type_id"])
    assert min(far) == 0.1 and max(far) == 0.9


def test_target_data_hold_every_vintage(obs):
    table = hub.target_series(obs, ["southwest.usbp"])
    december = table[table["target_end_date"] == "2023-12-31"]
    assert december["observation"].tolist()[-1] == 249_740 and 249_785 in december["observation"].tolist()
    assert list(table.columns) == ["target_end_date", "target", "location", "as_of", "observation"]
    assert not table.duplicated(["target_end_date", "location", "as_of"]).any()


BY_HAND = """reference_date,target,horizon,location,target_end_date,output_type,output_type_id,value
2024-04-12,monthly count,1,SWB,2024-04-30,quantile,0.1,110000
2024-04-12,monthly count,1,SWB,2024-04-30,quantile,0.5,130000
2024-04-12,monthly count,1,SWB,2024-04-30,quantile,0.9,160000
2024-04-12,monthly count,1,SWB,2024-04-30,mean,NA,131000
2024-04-12,monthly count,2,SWB,2024-05-31,median,,120000
"""


def test_a_file_made_by_hand_from_the_schema_is_read_and_scored(tmp_path, obs, events):
    path = tmp_path / "2024-04-12-other-model.csv"
    path.write_text(BY_HAND)
    table = hub.read_hub_file(path, {"SWB": "southwest.usbp"})
    assert set(table["model"]) == {"other-model"} and len(table) == 4  # the mean is no quantile
    assert table["month"].astype(str).tolist() == ["2024-04"] * 3 + ["2024-05"] and table[
        "horizon"
    ].tolist() == [1, 1, 1, 2]
    bt = fc.backtest({}, obs, events, ["southwest.usbp"], ["2024-04-12"], horizon=2)
    medians = pd.concat([bt.forecasts, table])
    medians = medians[medians["level"] == 0.5]
    scores = fc.score(medians, obs)
    mine = scores[
        (scores["model"] == "other-model")
        & (scores["metric"] == "mae")
        & (scores["horizon"].astype(str) == "1")
        & (scores["scale"] == "natural")
    ]
    assert mine["value"].iloc[0] == abs(130_000 - 128_895)


def test_what_is_wrong_in_a_file_is_told_with_its_rows_and_all_at_once(tmp_path):
    path = tmp_path / "2024-04-12-x-y.csv"
    path.write_text(BY_HAND.replace("0.9", "9").replace("2024-05-31", "2024-05-30").replace("130000", "many"))
    with pytest.raises(DataError) as told:
        hub.read_hub_file(path)
    text = str(told.value)
    assert "3 problems" in text and "row 4" in text and "'many'" in text and "last day of a month" in text
    path.write_text(BY_HAND.replace("110000", "140000"))
    with pytest.raises(DataError, match="fall with the level"):
        hub.read_hub_file(path)
    path.write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="has no column location"):
        hub.read_hub_file(path)
    with pytest.raises(DataError, match="holds no model output"):
        hub.read_hub(tmp_path / "nowhere")


def test_of_several_targets_in_a_file_one_is_chosen(tmp_path):
    """Files of public hubs hold several targets for the same places and days."""
    path = tmp_path / "2024-04-12-x-y.csv"
    path.write_text(BY_HAND + BY_HAND.partition("\n")[2].replace("monthly count", "monthly rate"))
    with pytest.raises(DataError, match="'monthly count', 'monthly rate'; expected one of them"):
        hub.read_hub_file(path)
    assert len(hub.read_hub_file(path, target="monthly rate")) == 4
    with pytest.raises(DataError, match="expected 'weekly'"):
        hub.read_hub_file(path, target="weekly")
    whole = hub.read_hub(tmp_path.parent, [tmp_path.name], target="monthly count")
    assert len(whole) == 4


def test_files_of_several_targets_are_not_mixed(tmp_path):
    for name, target in (("a-one", "monthly count"), ("b-two", "monthly rate")):
        (tmp_path / name).mkdir()
        file = tmp_path / name / f"2024-04-12-{name}.csv"
        file.write_text(BY_HAND.replace("monthly count", target))
    with pytest.raises(DataError, match=r"several targets: 'monthly count' .*'monthly rate' .*say which"):
        hub.read_hub(tmp_path)
    assert set(hub.read_hub(str(tmp_path), target="monthly rate")["model"]) == {"b-two"}
    with pytest.raises(DataError, match="weekly"):
        hub.read_hub(tmp_path, target="weekly")
    with pytest.raises(ConfigError, match="read_hub: folder: int 3 is given"):
        hub.read_hub(3)


def test_a_team_has_a_name(made, small, tmp_path):
    with pytest.raises(ConfigError, match="team: ''"):
        hub.write_hub(made, small, tmp_path, team="")


@pytest.mark.slow
def test_a_published_round_goes_into_the_hub(tmp_path, monkeypatch):
    from rounds_helpers import Rounds, light

    light(monkeypatch.setattr)
    r = Rounds(tmp_path)
    r.write(40)
    assert r.publish(hub=str(tmp_path / "hub"), team="us").code == 0
    files = sorted(p.name for p in (tmp_path / "hub" / "model-output").rglob("*.csv"))
    assert files == [f"{r.released(40)}-us-{m}.csv" for m in ("drift", "random_walk", "short")]
    first = (tmp_path / "hub" / "model-output" / "us-short" / files[2]).read_bytes()
    exp = replace(r.experiment(hub=str(tmp_path / "hub"), team="us"))
    r.write(41)
    from forecast.publish.publish import publish_report

    assert publish_report(exp, today="2021-07-01").code == 0
    assert (tmp_path / "hub" / "model-output" / "us-short" / files[2]).read_bytes() == first


def test_a_series_named_like_a_formula_goes_out_and_comes_back(made, small, tmp_path):
    odd = made[made["horizon"] < 3].replace({"series_id": {"a": "=cmd()"}})
    files = hub.write_hub(odd, small, tmp_path)
    assert "'=cmd()" in next(p for p in files if "model-output" in p.parts and p.suffix == ".csv").read_text()
    assert set(hub.read_hub(tmp_path)["series_id"]) == {"=cmd()", "b"}


@pytest.mark.parametrize("column", hub.HUB_COLUMNS)
@pytest.mark.parametrize(
    "text", ["</style><script>x</script>", "${oc.env:HOME}", "=cmd()", "../../evil", "a\x1b[2J\nb"]
)
def test_a_hostile_text_of_a_hub_file_is_a_text_or_an_error(made, small, tmp_path, column, text):
    whole = made[(made["horizon"] < 3) & (made["series_id"] == "a")]
    (file, *_) = (p for p in hub.write_hub(whole, small, tmp_path, "team") if "model-output" in p.parts)
    raw = pd.read_csv(file, dtype=str)
    raw[column] = text
    raw.to_csv(file, index=False)
    if column in ("location", "target") and "\n" not in text:
        assert set(hub.read_hub_file(file)["series_id"]) == {text if column == "location" else "a"}
        return
    with pytest.raises(DataError) as caught:
        hub.read_hub_file(file)
    assert caught.value.exit_code == 4


HEAD = "origin_date,target,horizon,location,target_end_date,output_type,output_type_id,value\n"


def hub_rows(horizon="1", value=1250, day="2022-02-20", end="2022-02-28"):
    return "".join(
        f"{day},count,{horizon},s,{end},quantile,{level},{value + 20 * (level - 0.5)}\n"
        for level in (0.1, 0.5, 0.9)
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (hub_rows() + hub_rows(value=9000), r"row 5: level 0.1 of s, 2022-02, stands twice"),
        (hub_rows(""), "row 2: horizon is ''; expected a whole number"),
        (hub_rows("1 month"), "horizon is '1 month'"),
        (hub_rows("1.5"), "horizon is '1.5'"),
        (
            hub_rows() + hub_rows("3", end="2022-03-31"),
            r"row 5: horizon 3 for 2022-03; .* as horizon 1 for 2022-02",
        ),
        (
            hub_rows() + hub_rows(day="2022-02-21"),
            "row 5: two days of origin_date: 2022-02-20 and 2022-02-21",
        ),
    ],
)
def test_contradictions_of_a_file_are_errors(tmp_path, rows, said):
    file = tmp_path / "2022-02-20-T-x.csv"
    file.write_text(HEAD + rows)
    with pytest.raises(DataError, match=said):
        hub.read_hub_file(file)
    file.write_text(HEAD + hub_rows() + hub_rows())  # the same twice says nothing new
    assert len(hub.read_hub_file(file)) == 3


def test_two_forecasts_of_one_model_on_one_day_are_refused(tmp_path):
    folder = tmp_path / "model-output" / "T-x"
    folder.mkdir(parents=True)
    for name in ("2022-02-20-T-x.csv", "2022-02-20-T-x-again.csv"):
        (folder / name).write_text(HEAD + hub_rows())
    (folder / "2022-02-20-T-x-again.csv").rename(folder / "T-x.csv")
    with pytest.raises(DataError, match="two files hold forecasts of T-x made on 2022-02-20"):
        hub.read_hub(tmp_path)
    (folder / "T-x.csv").write_text(HEAD + "".join(hub_rows().splitlines(keepends=True)[:1]))
    with pytest.raises(DataError, match="two files hold forecasts of T-x made on 2022-02-20"):
        hub.read_hub(tmp_path)  # one row is enough


def test_months_of_a_hub_are_counted_as_ours_before_they_are_joined(tmp_path):
    months = pd.period_range("2020-01", periods=30, freq="M")
    obs = fc.load_observations(
        pd.DataFrame({"month": months.astype(str), "value": 1000.0 + 10 * np.arange(30)}),
        series_id="s",
        release_lag_days=15,
    )
    folder = tmp_path / "model-output" / "T-x"
    folder.mkdir(parents=True)
    truth = obs.actuals("s")
    rows = [
        f"2022-02-20,count,{h + 1},s,{m.end_time:%Y-%m-%d},quantile,{level},{truth[m] + 20 * (level - 0.5)}\n"
        for h, m in ((1, months[25]), (2, months[26]))
        for level in (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
    ]
    (folder / "2022-02-20-T-x.csv").write_text(HEAD + "".join(rows))
    ours = fc.backtest(
        {}, obs, fc.load_events("example:road_events.csv"), ["s"], ["2022-02-20"], horizon=2
    ).forecasts
    with pytest.raises(fc.ConfigError, match="count their months alike"):
        fc.score(pd.concat([ours, hub.read_hub(tmp_path)]), obs)
    joined = pd.concat([ours, hub.read_hub(tmp_path, obs=obs)])
    for table in (joined, joined.iloc[::-1]):
        scores = fc.score(table, obs).query("metric == 'mae' and scale == 'natural' and model == 'T-x'")
        assert scores["value"].tolist() == [0.0, 0.0, 0.0]


@pytest.fixture
def told(made, small, tmp_path):
    """Reads a hub's file whose rows of text a test has changed."""
    (file, *_) = (p for p in hub.write_hub(made, small, tmp_path, "team") if "model-output" in p.parts)

    def read(change):
        raw = change(pd.read_csv(file, dtype=str))
        raw.to_csv(file, index=False)
        return hub.read_hub_file(file)

    return read


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda raw: raw.assign(horizon=""), "horizon is ''; expected a whole number"),
        (lambda raw: raw.assign(horizon=["7", *raw["horizon"][1:]]), "horizon 7 for"),
        (lambda raw: raw.assign(origin_date="2001-02-03"), "forecasts made on 2001-02-03; expected 20"),
    ],
)
def test_rows_and_name_of_a_file_must_agree(told, change, said):
    with pytest.raises(DataError, match=said):
        told(change)


def test_horizons_are_counted_in_each_series_by_itself_or_from_the_dates(told):
    def later(raw):
        other = (raw["location"] == "b").astype(int)
        return raw.assign(horizon=(raw["horizon"].astype(int) + other).astype(str))

    assert set(told(later)["series_id"]) == {"a", "b"}
    assert len(told(lambda raw: raw.drop(columns="horizon")))


HUB_ROWS = [
    "origin_date,target,horizon,location,target_end_date,output_type,output_type_id,value",
    *(f"2022-02-20,count,1,s,2022-02-28,quantile,{level},{1000 + 20 * level:g}" for level in (0.1, 0.5, 0.9)),
]


def _hub_file(tmp_path, rows):
    path = tmp_path / "2022-02-20-T-x.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


def test_blanks_around_cells_are_no_part_of_them(tmp_path):
    blank = [HUB_ROWS[0], *(", ".join(f" {cell} " for cell in row.split(",")) for row in HUB_ROWS[1:])]
    pd.testing.assert_frame_equal(
        hub.read_hub_file(_hub_file(tmp_path, blank)), hub.read_hub_file(_hub_file(tmp_path, HUB_ROWS))
    )


def test_a_misspelt_kind_of_output_is_told_and_not_left_out(tmp_path):
    rows = [*HUB_ROWS[:3], HUB_ROWS[3].replace("quantile", "quantle")]
    with pytest.raises(DataError, match=r"row 4: output_type is 'quantle'; .*Did you mean 'quantile'"):
        hub.read_hub_file(_hub_file(tmp_path, rows))
    mean = [*HUB_ROWS, "2022-02-20,count,1,s,2022-02-28,mean,NA,1010"]
    assert len(hub.read_hub_file(_hub_file(tmp_path, mean))) == 3


def test_tables_made_for_a_hub_are_numbered_from_0_whatever_the_order_that_went_in(made, obs):
    shuffled = made.sample(frac=1.0, random_state=1)
    rows = hub.to_hub(shuffled)
    assert rows.index.tolist() == list(range(len(made)))
    assert rows["target_end_date"][0] == f"{shuffled['month'].min().end_time:%Y-%m-%d}"
    targets = hub.target_series(obs, ["southwest.usbp", "northern.usbp"])
    assert targets.index.tolist() == list(range(len(targets)))
    assert targets["location"].is_monotonic_increasing


def test_what_is_told_of_a_model_is_written_once(made, small, tmp_path):
    hub.write_hub(made, small, tmp_path, "our team")
    about = tmp_path / "model-metadata" / "our_team-random_walk.yml"
    assert about.read_text() == "team_abbr: our_team\nmodel_abbr: random_walk\ndesignated_model: true\n"
    about.write_text("designated_model: false\n")
    assert hub.write_hub(made, small, tmp_path, "our team") == []
    assert about.read_text() == "designated_model: false\n"


def test_a_hub_read_for_our_months_is_a_forecast_table_without_what_was_known(tmp_path, obs):
    folder = tmp_path / "other-model"
    folder.mkdir()
    (folder / "2024-04-12-other-model.csv").write_text(BY_HAND)  # March was public on that day
    read = hub.read_hub(tmp_path, locations={"SWB": "southwest.usbp"}, obs=obs)
    assert list(read.columns) == list(FORECAST_COLUMNS) and read["horizon"].tolist() == [1, 1, 1, 2]
    later = BY_HAND.replace("2024-04-12", "2024-05-15")  # and April on this one
    (folder / "2024-04-12-other-model.csv").rename(folder / "2024-05-15-other-model.csv").write_text(later)
    read = hub.read_hub(tmp_path, locations={"SWB": "southwest.usbp"}, obs=obs)
    assert read["month"].astype(str).tolist() == ["2024-05"] and read["horizon"].tolist() == [1]
    assert read.index.tolist() == [0]


def test_every_finding_of_a_hub_file_names_the_file(tmp_path):
    path = tmp_path / "2024-04-12-x-y.csv"
    for text in ("", 'a,"b\n1', BY_HAND.replace("130000", "many"), BY_HAND.replace(",mean,", ",maen,")):
        path.write_text(text)
        with pytest.raises(DataError, match=r"2024-04-12-x-y\.csv"):
            hub.read_hub_file(path)


def test_a_folder_is_named_by_a_text_too_and_nothing_to_write_is_told(made, small, tmp_path):
    assert hub.write_hub(made, small, str(tmp_path / "hub")) and (tmp_path / "hub" / "hub-config").is_dir()
    with pytest.raises(ConfigError, match="holds no forecast"):
        hub.write_hub(made.iloc[:0], small, tmp_path / "other")
    with pytest.raises(ConfigError, match="columns origin, level missing"):
        hub.write_hub(made.drop(columns=["origin", "level"]), small, tmp_path / "other")
    for column, wrong in (("level", "x"), ("horizon", 1.5), ("origin", "soon"), ("month", None)):
        broken = made.astype({column: object})
        broken.loc[broken.index[0], column] = wrong
        with pytest.raises(ConfigError, match=column):
            hub.write_hub(broken, small, tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("name", ["reference_date", "forecast_date"])
def test_the_day_of_a_forecast_has_three_names(tmp_path, name):
    file = tmp_path / "2022-02-20-T-x.csv"
    file.write_text(HEAD.replace("origin_date", name) + hub_rows())
    assert hub.read_hub_file(file)["origin"].unique().tolist() == [pd.Timestamp("2022-02-20")]


def test_levels_have_four_decimals_and_figures_that_are_zero_a_least_of_zero(made, small, tmp_path):
    few = made[made["level"].isin([0.1, 0.5, 0.9])]
    odd = few.assign(
        level=few["level"].replace({0.1: 0.123456}), value=few["value"].where(few["level"] > 0.2, 0.0)
    )
    hub.write_hub(odd, small, tmp_path)
    file = next((tmp_path / "model-output").rglob("*.csv"))
    assert set(pd.read_csv(file)["output_type_id"]) == {0.1235, 0.5, 0.9}
    tasks = json.loads((tmp_path / "hub-config" / "tasks.json").read_text())
    kinds = [task["output_type"]["quantile"]["value"] for task in tasks["rounds"][0]["model_tasks"]]
    assert all(kind["minimum"] == 0 for kind in kinds)
