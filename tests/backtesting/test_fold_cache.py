import io
import pickle
import zipfile
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

import forecast as fc
from forecast.backtesting import chains, fold_cache
from forecast.backtesting.folds import FoldSettings, FoldSource, make_chains
from forecast.data.observations import replace_rows
from forecast.errors import DataError
from forecast.models.baselines import Drift
from forecast.tables.columns import FOLD_COLUMNS
from forecast.tables.quantiles import QuantileTable


@pytest.fixture(scope="module")
def origins(small):
    return fc.monthly_origins("2021-06", "2022-12", small, ["a"])


def known_by(obs, day):
    """The figures as a round of that day finds them: nothing later is there."""
    return replace_rows(obs, obs.table[obs.table["released"] <= day].reset_index(drop=True))


def revised(obs, month, day):
    """The same figures with one month stated anew on a day."""
    row = obs.table[(obs.table["series_id"] == "a") & (obs.table["month"] == pd.Period(month, "M"))]
    row = row.assign(value=row["value"] * 2, released=pd.Timestamp(day))
    order = ["series_id", "month", "released"]
    return replace_rows(obs, pd.concat([obs.table, row]).sort_values(order).reset_index(drop=True))


@pytest.fixture
def fitted(monkeypatch):
    """The number of folds of each chain that were fitted, in the order of the chains."""
    counts = []
    real = chains._fit
    monkeypatch.setattr(chains, "_fit", lambda chain, jobs: counts.append(len(jobs)) or real(chain, jobs))
    return counts


def same(left, right):
    folds = (made.folds[list(FOLD_COLUMNS)] for made in (left, right))  # all but the seconds
    for a, b in ((left.forecasts, right.forecasts), tuple(folds)):
        pd.testing.assert_frame_equal(a, b, check_exact=True)
        assert a.to_csv(index=False) == b.to_csv(index=False)


CHEAP = ("drift", "seasonal_naive", "seasonal_profile", "mean_reversion", "linear", "theta")


def rounds_with_and_without(models, obs, events, origins, counts, folder, fitted, series="a", **more):
    """Make rounds that take folds and rounds that make all; return what the last of them fitted."""
    for count in counts:
        days = origins[:count]
        words = (models, known_by(obs, days[-1]), events, [series], days)
        fitted.clear()
        taken = fc.backtest(*words, horizon=3, **more, cache=folder)
        counted = list(fitted)
        same(taken, fc.backtest(*words, horizon=3, **more))
    return counted


def test_a_round_that_takes_earlier_folds_is_a_round_that_makes_them_all(
    small, events, origins, tmp_path, fitted
):
    models = {name: fc.make_model(name) for name in CHEAP}
    models |= {"ridge": fc.make_model("ridge", lags=3, events=False)}
    models |= {"arima": fc.make_model("arima", seasonal_order=None, events=False, starts="modes")}
    more = {"levels": (0.1, 0.5, 0.9), "refit_every": {"ridge": 3}}
    n = rounds_with_and_without(models, small, events, origins, (12, 14), tmp_path, fitted, **more)
    # of ridge back to its last fit, of arima the chain whole, of all others what is new
    assert n == [2] * 7 + [2] + [14]


@pytest.mark.proof
def test_every_model_takes_folds_and_says_the_same(obs, events, usbp, tmp_path, fitted):
    """All models of the registry, and ARIMA with all its ways to start, on the bundled figures with events."""
    models = {name: fc.make_model(name) for name in fc.list_models()}
    for starts in ("modes", "warm", "full"):
        models[starts] = fc.make_model("arima", starts=starts)
    models["auto"] = fc.make_model("arima", order="auto", events=False)
    days = fc.monthly_origins("2015-01", "2016-04", obs, [usbp])
    every = {"ridge": 12, "elastic_net": 6, "gradient_boosting": 5}
    words = (models, obs, events, days, (13, 15, 16), tmp_path, fitted, usbp)
    rounds_with_and_without(*words, refit_every=every)


def test_what_was_made_is_taken_whole_and_a_shorter_round_takes_its_part(
    small, events, origins, tmp_path, fitted
):
    models = {"modes": fc.make_model("arima", seasonal_order=None, starts="modes")}
    fc.backtest(models, small, events, ["a"], origins, horizon=2, cache=tmp_path)
    fitted.clear()
    for count in (len(origins), 5, 1):
        days = origins[:count]
        part = fc.backtest(models, known_by(small, days[-1]), events, ["a"], days, horizon=2, cache=tmp_path)
        assert fitted == []
        same(part, fc.backtest(models, known_by(small, days[-1]), events, ["a"], days, horizon=2))
        fitted.clear()


def test_a_chain_is_taken_up_to_the_first_fold_that_knew_a_revision(small, events, origins, tmp_path, fitted):
    run = {"horizon": 2, "cache": tmp_path}
    fc.backtest({}, small, events, ["a"], origins, **run)
    later = revised(small, "2021-03", origins[7])
    fitted.clear()
    again = fc.backtest({}, later, events, ["a"], origins, **run)
    assert fitted == [len(origins) - 7]
    same(again, fc.backtest({}, later, events, ["a"], origins, horizon=2))
    fitted.clear()
    fc.backtest({}, small, events, ["b"], origins, **run)
    fc.backtest({}, later, events, ["b"], origins, **run)
    assert fitted == [len(origins)]  # a revision of another series is none


def test_an_event_counts_from_the_day_on_which_it_was_usable(small, events, origins, tmp_path, fitted):
    models = {"linear": fc.make_model("linear")}
    run = {"horizon": 2, "cache": tmp_path}
    fc.backtest(models, small, events, ["a"], origins, **run)
    ids = events.table.sort_values("usable_from")["id"]
    day = str(origins[4].date())
    late = events.replace(ids.iloc[-1], announced_date=day, usable_from=day)
    fitted.clear()
    again = fc.backtest(models, small, late, ["a"], origins, **run)
    assert fitted == [len(origins) - 4]  # the random walk knows no events
    same(again, fc.backtest(models, small, late, ["a"], origins, horizon=2))


@dataclass(frozen=True)
class Moody(Drift):
    """Fails where the number of months is odd."""

    def fit_series(self, data):
        if len(data.y) % 2:
            raise DataError(f"{data.name}: an odd number of months")
        return super().fit_series(data)


def test_skipped_and_failed_folds_are_taken_too(small, events, tmp_path, fitted):
    days = fc.monthly_origins("2019-06", "2020-06", small, ["a"])
    models = {"ridge": fc.make_model("ridge", lags=3, events=False), "moody": Moody()}
    more = {"refit_every": {"ridge": 2}}
    rounds_with_and_without(models, small, events, days, (3, 9, 10, len(days)), tmp_path, fitted, **more)
    taken = fc.backtest(models, small, events, ["a"], days, horizon=3, **more, cache=tmp_path)
    assert {"ok", "skipped", "failed"} == set(taken.folds["status"])


def test_the_key_of_a_fold_changes_with_everything_that_decides_it(obs, events, usbp, monkeypatch):
    days = [pd.Timestamp("2024-04-12"), pd.Timestamp("2024-05-07")]

    def keys(model="drift", day=days, figures=obs, calendar=events, knowledge="none", every=1, **settings):
        made = fc.make_model(model) if isinstance(model, str) else model
        (chain,) = make_chains({"m": made}, [usbp], [knowledge], {"m": every})
        return fold_cache.fold_keys(chain, FoldSource(figures, calendar, FoldSettings(**settings)), day)

    plain = keys()
    assert keys() == plain and len(set(plain)) == 2
    later = obs.table["released"] > days[1]
    assert keys(figures=replace_rows(obs, obs.table[~later].reset_index(drop=True))) == plain
    others = [
        keys(fc.make_model("drift", window=24)),
        keys("random_walk"),
        keys(horizon=6),
        keys(window=60),
        keys(levels=(0.1, 0.5)),
        keys(day=[days[0] + pd.Timedelta(days=1), days[1]]),
        keys(every=2),
        keys(figures=replace(obs, allow_gaps=True)),
        keys(include_leaks=True),
    ]
    first = {plain[0], *(k[0] for k in others)}
    assert len(first) == len(others) + 1
    known = [keys("arima", knowledge=k) for k in ("at_origin", "hindsight")]
    ended = events.replace("title42", end_usable_from="2024-05-01", end_date="2024-05-11")
    moved = keys("arima", calendar=ended, knowledge="at_origin")
    assert moved[0] != known[0][0] and known[0][0] != known[1][0]
    own = keys(Moody())
    assert keys(Moody()) == own
    monkeypatch.setattr(fold_cache.inspect, "getsource", lambda module: "written anew")
    assert keys(Moody())[0] != own[0] and keys() == plain
    monkeypatch.setattr(fold_cache.inspect, "getsource", lambda module: (_ for _ in ()).throw(OSError))
    assert keys(Moody())[0] != keys(Moody())[0]  # typed by hand: nobody can tell whether it is the same
    held = fc.sklearn_model(LinearRegression())  # nor of an estimator, whose class may be anybody's
    assert keys(held)[0] != keys(held)[0]
    monkeypatch.setattr(fold_cache, "software", lambda: "other")
    assert keys()[0] != plain[0]


@dataclass(frozen=True)
class Mapped(Drift):
    """A model with a mapping among its settings."""

    more: object = None


def test_a_model_is_the_same_only_where_every_setting_is_plain(obs, events, usbp):
    def key(more):
        (chain,) = make_chains({"m": Mapped(more=more)}, [usbp], ["none"])
        source = FoldSource(obs, events, FoldSettings())
        return fold_cache.fold_keys(chain, source, [pd.Timestamp("2024-05-07")])

    assert key({"a": 1, "b": [2.0, "x", None]}) == key({"a": 1, "b": [2.0, "x", None]})
    assert key({"a": 1}) != key({"a": 2})
    for odd in ({"a": 1, "b": len}, [1, len], (len, 1), {"a": {"b": len, "c": 1}}):
        assert key(odd) != key(odd)


def test_what_is_the_same_ends_at_the_first_other_key_or_at_the_shorter_chain():
    kept = fold_cache.Kept(
        ("a", "b", "c"), QuantileTable(pd.DataFrame(), np.ones(1), np.ones((0, 1))), pd.DataFrame()
    )
    asked = [("a", "b", "c"), ("a", "x", "c"), ("x", "b", "c"), ("a", "b"), ("a", "b", "c", "d"), ()]
    assert [fold_cache.same_until(kept, keys) for keys in asked] == [3, 1, 0, 2, 3, 0]


def test_the_software_is_its_source_and_what_it_rests_on(monkeypatch):
    fold_cache.software.cache_clear()
    before = fold_cache.software()
    monkeypatch.setattr(fold_cache.metadata, "version", lambda name: "0.0.1")
    fold_cache.software.cache_clear()
    assert fold_cache.software() != before
    fold_cache.software.cache_clear()


def chain(n, first="x"):
    """A kept chain of so many folds."""
    days = pd.date_range("2024-01-31", periods=n, freq="ME")
    names = pd.DataFrame({"origin": days}).assign(model="m", knowledge="none", scenario="", series_id="a")
    months = pd.period_range("2024-02", periods=n, freq="M")
    keys = names.assign(month=months, horizon=1)
    values = QuantileTable(keys, np.array([0.5]), np.arange(n, dtype=float)[:, None])
    folds = names.assign(status="ok", n_months=40, events_used="", message="")
    return fold_cache.Kept((first, *(f"k{i}" for i in range(1, n))), values, folds)


def arrays_of(path):
    with np.load(path) as held:
        return {name: held[name] for name in held.files}


def bomb(path):
    """An archive whose one column declares a thousand times what it holds."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as held:
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(
            header, {"descr": "<f8", "fortran_order": False, "shape": (10**15,)}
        )
        held.writestr("values.npy", header.getvalue() + b"0" * 80)


def mark(path):
    path.touch()
    return ""


class Bomb:
    """A pickle that leaves a mark when it is read."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return mark, (self.path,)


DAMAGES = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-200]),
    "cut early": lambda path: path.write_bytes(path.read_bytes()[:100]),
    "emptied": lambda path: path.write_bytes(b""),
    "garbled": lambda path: path.write_bytes(bytes(255 - b for b in path.read_bytes())),
    "a byte changed": lambda path: path.write_bytes(path.read_bytes()[:60] + b"!" + path.read_bytes()[61:]),
    "something else": lambda path: path.write_bytes(pickle.dumps(Bomb(path.with_name("read")))),
    "an object": lambda path: np.savez(
        path, **{**arrays_of(path), "keys": np.array([Bomb(path.with_name("read"))], dtype=object)}
    ),
    "a huge size": bomb,
    "another type": lambda path: np.savez(
        path, **{**arrays_of(path), "values": np.array([["a"], ["b"], ["c"]])}
    ),
    "a value too few": lambda path: np.savez(path, **{**arrays_of(path), "values": np.ones((2, 1))}),
    "a key of another type": lambda path: np.savez(
        path, **{**arrays_of(path), "forecasts.horizon": np.array(["a", "b", "c"])}
    ),
    "keys of another type": lambda path: np.savez(path, **{**arrays_of(path), "keys": np.arange(3)}),
    "no keys": lambda path: np.savez(path, **{k: v for k, v in arrays_of(path).items() if k != "keys"}),
    "a column too short": lambda path: np.savez(path, **{**arrays_of(path), "folds.model": np.array(["m"])}),
    "a column too many": lambda path: np.savez(path, **{**arrays_of(path), "folds.more": np.arange(3)}),
    "another table": lambda path: np.savez(path, **{**arrays_of(path), "other.x": np.arange(3)}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_told_once_and_made_again(tmp_path, capsys, damage):
    path = tmp_path / "x.npz"
    fold_cache.save(chain(3), path)
    assert fold_cache.load(path) is not None
    DAMAGES[damage](path)
    assert fold_cache.load(path) is None and fold_cache.load(path) is None
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "the kept folds were damaged and are made again" in said
    assert not path.with_name("read").exists()
    fold_cache.save(chain(3), path)
    assert fold_cache.load(path).keys == ("x", "k1", "k2")
    assert capsys.readouterr().err == ""


def test_what_unpacks_to_too_much_is_not_unpacked(tmp_path, monkeypatch):
    path = tmp_path / "x.npz"
    fold_cache.save(chain(3), path)
    monkeypatch.setattr(fold_cache, "_MOST_BYTES", 100)
    assert fold_cache.load(path) is None


def test_a_round_on_damaged_folds_says_the_same(small, events, origins, tmp_path, capsys):
    words = ({"drift": fc.make_model("drift")}, small, events, ["a"], origins)
    before = fc.backtest(*words, horizon=3, cache=tmp_path)
    files = list(tmp_path.rglob("*.npz"))
    for file in files:
        file.write_bytes(file.read_bytes()[:-50])
    same(fc.backtest(*words, horizon=3, cache=tmp_path), before)
    assert capsys.readouterr().err.count("were damaged") == len(files)
    assert all(fold_cache.load(file) is not None for file in files)


def test_a_longer_chain_is_not_replaced_and_other_software_is_forgotten(tmp_path):
    path = tmp_path / fold_cache.software()[:12] / "x.npz"
    fold_cache.save(chain(3), path)
    fold_cache.save(chain(2), path)
    assert fold_cache.load(path).keys == ("x", "k1", "k2")
    other = fold_cache.Kept(("x", "k1", "k3"), chain(3).forecasts, chain(3).folds)
    fold_cache.save(other, path)  # as long, with another last fold: what was made now stays
    assert fold_cache.load(path).keys == ("x", "k1", "k3")
    (tmp_path / "old").mkdir()
    fold_cache.forget_others(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == [path.parent.name] and path.is_file()
    path.write_bytes(path.read_bytes()[:-40])
    assert fold_cache.load(path) is None and fold_cache.load(tmp_path / "nothing.npz") is None
