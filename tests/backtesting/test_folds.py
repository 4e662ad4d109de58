import pickle

import pandas as pd
import pytest

import forecast as fc
from forecast.backtesting.fold_cache import fold_keys
from forecast.backtesting.folds import Chain, FoldSettings, FoldSource, make_chains
from forecast.errors import DataError


def test_chains_are_one_a_model_and_series_or_one_a_pooled_model():
    models = {
        "rw": fc.make_model("random_walk"),
        "arima": fc.make_model("arima"),
        "ridge": fc.make_model("ridge"),
    }
    chains = make_chains(models, ["a", "b"], ["none", "at_origin"])
    told = [(c.name, c.knowledge, c.series) for c in chains]
    assert told == [
        ("rw", "none", ("a",)),
        ("rw", "none", ("b",)),
        ("arima", "none", ("a",)),
        ("arima", "none", ("b",)),
        ("arima", "at_origin", ("a",)),
        ("arima", "at_origin", ("b",)),
        ("ridge", "none", ("a", "b")),
        ("ridge", "at_origin", ("a", "b")),
    ]


def test_a_fold_sees_what_was_public(obs, events, usbp):
    source = FoldSource(obs, events, FoldSettings(window=24))
    panel = source.panel(pd.Timestamp("2024-05-07"), (usbp,))
    assert panel.y(usbp).iloc[-1] == 137480 and len(panel.y(usbp)) == 24
    assert source.panel(pd.Timestamp("2024-05-07"), (usbp,)) is panel
    assert "first figure" in source.panel(pd.Timestamp("1999-01-01"), (usbp,))
    assert source.design(pd.Timestamp("2024-05-07"), (usbp,), "none").columns == ()
    assert source.design(pd.Timestamp("2024-05-07"), (usbp,), "at_origin").columns


def test_a_chain_is_refitted_at_every_origin_unless_it_is_said_otherwise():
    models = {"one": fc.make_model("drift"), "two": fc.make_model("drift", window=24)}
    chains = make_chains(models, ["a"], ["none"], {"two": 6})
    assert [c.refit_every for c in chains] == [1, 6]
    assert {c.refit_every for c in make_chains(models, ["a"], ["none"])} == {1}
    assert Chain("one", models["one"], "none", ("a",)).refit_every == 1


def test_a_source_does_not_print_the_panels_and_designs_that_it_keeps(obs, events, usbp):
    source = FoldSource(obs, events, FoldSettings(horizon=2))
    assert FoldSettings().horizon == 12 and FoldSettings().levels == (0.5,)
    design = source.design(pd.Timestamp("2024-05-07"), (usbp,), "at_origin")
    assert source.design(pd.Timestamp("2024-05-07"), (usbp,), "at_origin") is design
    assert len(design.future) == 2
    assert "_panels" not in repr(source) and "_designs" not in repr(source)
    with pytest.raises(DataError, match="first figure"):
        source.design(pd.Timestamp("1999-01-01"), (usbp,), "none")


def _sent(n):
    """What goes to a worker for one chain of so many series."""
    months = pd.period_range("2005-01", periods=240, freq="M").astype(str)
    rows = [pd.DataFrame({"series_id": f"s{i:03d}", "month": months, "value": range(240)}) for i in range(n)]
    source = FoldSource(fc.load_observations(pd.concat(rows)), fc.no_events(), FoldSettings())
    chain = make_chains({"drift": fc.make_model("drift")}, source.obs.series_ids, ["none"])[1]
    return pickle.dumps((chain, source.alone(chain)))


def test_what_a_worker_is_sent_does_not_grow_with_the_number_of_series():
    two, fifty = len(_sent(2)), len(_sent(50))
    assert fifty < 25_000 and fifty == pytest.approx(two, rel=0.01)


@pytest.mark.parametrize("leaks", [False, True])
def test_a_source_of_one_chain_sees_what_the_whole_one_sees(obs, events, usbp, leaks):
    whole = FoldSource(obs, events, FoldSettings(include_leaks=leaks))
    (chain,) = make_chains({"arima": fc.make_model("arima")}, [usbp], ["at_origin"])
    alone = pickle.loads(pickle.dumps(whole.alone(chain)))
    for day in map(pd.Timestamp, ("2004-03-01", "2024-05-07", obs.newest_release())):
        a, b = (source.panel(day, chain.series) for source in (whole, alone))
        pd.testing.assert_frame_equal(a.values, b.values, check_exact=True)
        pd.testing.assert_frame_equal(a.rounding, b.rounding, check_exact=True)
        pd.testing.assert_frame_equal(a.leaks, b.leaks, check_exact=True)
        assert a.counts == b.counts
        mine, its = (source.design(day, chain.series, "at_origin") for source in (whole, alone))
        pd.testing.assert_frame_equal(mine.past, its.past, check_exact=True)
    days = [pd.Timestamp("2004-03-01"), pd.Timestamp("2024-05-07")]
    assert fold_keys(chain, whole, days) == fold_keys(chain, alone, days)
