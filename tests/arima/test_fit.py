"""`arima` and `arima_folds` as users call them."""

import threading

import numpy as np
import pandas as pd
import pytest

from forecast.arima import ArimaFailure, ArimaFit, FoldJob, arima, arima_folds
from forecast.arima.fit import chains
from forecast.arima.polynomials import Orders
from forecast.arima.problem import prepare
from forecast.errors import ConfigError, DataError

RNG = np.random.default_rng(0)
Y = 10.0 + np.cumsum(0.1 * RNG.standard_normal(120)) + np.tile(np.sin(np.arange(12)), 10)
X = RNG.standard_normal((120, 2))


def test_params_are_named_in_order():
    fit = arima(Y, (1, 0, 1), (1, 1, 1, 12), pd.DataFrame(X, columns=["wall", "war"]), engine="numpy")
    assert list(fit.params.index) == ["ar1", "ma1", "sar1", "sma1", "wall", "war"]
    fit = arima(Y, (1, 0, 0), None, X, engine="numpy")
    assert list(fit.params.index) == ["ar1", "intercept", "x1", "x2"]
    fit = arima(Y, (0, 1, 1), mean=True, engine="numpy")
    assert list(fit.params.index) == ["ma1", "drift"]


def test_numpy_and_compiled_give_the_same_fit():
    one, two = (arima(Y, (1, 1, 1), (0, 1, 1, 12), X, engine=engine) for engine in ("numpy", "compiled"))
    assert one.loglik == pytest.approx(two.loglik, abs=1e-7)
    np.testing.assert_allclose(one.values, two.values, atol=1e-4)
    assert "numpy" in one.engine
    assert "compiled" in two.engine


@pytest.mark.parametrize("factor", [1e6, 1e-6])
@pytest.mark.parametrize("prior", [None, (np.array([0.2, 0.0]), np.array([0.3, 0.1]))])
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_scale_never_matters(factor, prior, engine):
    scaled_prior = None if prior is None else (prior[0] * factor, prior[1] * factor)
    one = arima(Y, (0, 1, 1), (0, 1, 1, 12), X, xreg_prior=prior, engine=engine)
    two = arima(Y * factor, (0, 1, 1), (0, 1, 1, 12), X, xreg_prior=scaled_prior, engine=engine)
    assert two.loglik + two.nobs * np.log(factor) == pytest.approx(one.loglik, abs=1e-6)
    np.testing.assert_allclose(two.params.iloc[:2], one.params.iloc[:2], atol=2e-4)
    np.testing.assert_allclose(two.params.iloc[2:] / factor, one.params.iloc[2:], atol=1e-5)
    np.testing.assert_allclose(two.bse.iloc[2:] / factor, one.bse.iloc[2:], rtol=1e-3)
    np.testing.assert_allclose(two.forecast(6, X[:6])[1] / factor, one.forecast(6, X[:6])[1], rtol=1e-4)


@pytest.mark.parametrize("engine", ["compiled", "numpy"])
def test_full_folds_are_equal_alone_and_together(engine):
    jobs = [FoldJob(Y[:n], X[:n]) for n in (90, 100, 110, 120)]
    jobs.append(FoldJob(Y[:100], X[:100, :1], ("x1",), ([0.0], [0.5])))
    together = arima_folds(jobs, (1, 1, 1), (0, 1, 1, 12), starts="full", engine=engine)
    for job, fit in zip(reversed(jobs), reversed(together), strict=True):
        (alone,) = arima_folds([job], (1, 1, 1), (0, 1, 1, 12), starts="full", engine=engine)
        k = X[:5, : np.shape(job.xreg)[1]]
        assert alone.loglik == pytest.approx(fit.loglik, abs=1e-7)
        if engine == "compiled":  # lane by lane, hence to the bit
            assert alone.loglik == fit.loglik
            assert (alone.values == fit.values).all()
            np.testing.assert_array_equal(alone.forecast(5, k), fit.forecast(5, k))


@pytest.mark.parametrize("prior", [None, ([0.0], [0.5])])
def test_full_folds_of_one_length_are_equal_to_the_bit_on_numpy_too(prior):
    xreg, names = (X[:, :1], ("x1",)) if prior else (None, ())
    jobs = [
        FoldJob(Y[n : n + 72], None if xreg is None else xreg[n : n + 72], names, prior)
        for n in range(0, 48, 16)
    ]
    together = arima_folds(jobs, (0, 1, 1), (1, 0, 1, 12), starts="full", engine="numpy")
    for job, fit in zip(jobs, together, strict=True):
        (alone,) = arima_folds([job], (0, 1, 1), (1, 0, 1, 12), starts="full", engine="numpy")
        assert alone.loglik == fit.loglik and (alone.values == fit.values).all()


@pytest.mark.parametrize("starts", ["warm", "modes", "full"])
@pytest.mark.parametrize("engine", ["numpy", "compiled", "statsmodels"])
def test_one_bad_fold_never_stops_the_others(starts, engine):
    jobs = [
        FoldJob(Y[:100]),
        FoldJob(np.full(100, 3.0)),
        FoldJob(Y[:3]),
        FoldJob(Y[:101], np.ones(7)),
        FoldJob(Y[:102]),
    ]
    fits = arima_folds(jobs, (0, 1, 1), starts=starts, engine=engine)
    assert [isinstance(fit, ArimaFit) for fit in fits] == [True, False, False, False, True]
    assert "constant" in fits[1].message
    assert "needs at least" in fits[2].message
    assert "7 rows" in fits[3].message


def test_no_jobs_no_fits():
    assert arima_folds([], (0, 1, 1)) == []


def test_rolling_windows_are_one_chain_and_another_series_a_new_one(rng):
    orders = Orders.of((0, 1, 1))
    other = rng.standard_normal(120)
    windows = [Y[i : i + 72] for i in range(4)] + [Y[3:80], Y[3:84], other[:84], other[:85]]
    problems = [prepare(FoldJob(y), orders) for y in windows]
    np.testing.assert_array_equal(chains(problems), [0, 0, 0, 0, 0, 0, 1, 1])


def test_wrong_engine_names_the_nearest():
    with pytest.raises(ConfigError, match="compiled"):
        arima(Y, (0, 1, 1), engine="compild")


def test_a_series_explained_by_its_regressors_is_refused():
    with pytest.raises(DataError, match="fully explained"):
        arima(X @ [2.0, -1.0], (0, 0, 0), None, X, mean=False, engine="numpy")


@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_many_gaps_and_a_prior_are_the_density_of_what_is_known(engine):
    y, x = Y + np.where(np.arange(120) < 60, 0.0, 0.8), np.where(np.arange(120) < 60, 0.0, 1.0)
    y[10:110][np.arange(100) % 4 > 0] = np.nan
    fit = arima(y, (1, 0, 0), None, x, False, ([0.5], [0.7]), engine=engine)
    known = np.isfinite(y)
    assert (~known).sum() == 75

    def density(ar1, sigma2):
        cov = sigma2 / (1 - ar1**2) * ar1 ** np.abs(np.subtract.outer(np.arange(120), np.arange(120)))
        cov = (cov + 0.49 * np.outer(x, x))[np.ix_(known, known)]
        rest = (y - 0.5 * x)[known]
        logdet = np.linalg.slogdet(2 * np.pi * cov)[1]
        return -0.5 * (logdet + rest @ np.linalg.solve(cov, rest))

    ar1, best = fit.params["ar1"], fit.loglik
    assert best == pytest.approx(density(ar1, fit.sigma2), abs=1e-8)
    for near in ((ar1 + 1e-3, 1.0), (ar1 - 1e-3, 1.0), (ar1, 1.001), (ar1, 0.999)):
        assert density(near[0], fit.sigma2 * near[1]) < best
    assert np.isfinite(fit.bse).all()
    assert np.isfinite(fit.forecast(6, np.ones((6, 1)))).all()


@pytest.mark.parametrize(
    "model", [((2, 1, 2), (1, 1, 1, 12)), ((5, 0, 0), None), ((0, 2, 2), (0, 1, 1, 12)), ((12, 0, 0), None)]
)
@pytest.mark.parametrize("kind", ["short", "near unit root", "over-differenced", "outliers"])
def test_hard_series_give_numbers_or_a_clear_error(model, kind):
    rng = np.random.default_rng(3)
    y = {
        "short": rng.standard_normal(45),
        "near unit root": np.cumsum(np.cumsum(rng.standard_normal(110))),
        "over-differenced": rng.standard_normal(110),
        "outliers": np.where(np.arange(110) % 37 == 5, 1e4, rng.standard_normal(110)),
    }[kind]
    try:
        fit = arima(y, *model, engine="compiled")
    except DataError as error:
        assert "needs at least" in str(error) or "observations are left" in str(error)
        return
    mean, se = fit.forecast(12)
    for values in (fit.values, fit.bse.to_numpy(), mean, se, [fit.loglik, fit.sigma2]):
        assert np.isfinite(values).all()
    assert isinstance(fit.warnings, tuple)


def test_threads_give_the_same_fits():
    jobs = [FoldJob(Y[:n]) for n in (100, 110, 120)]
    expected = [fit.loglik for fit in arima_folds(jobs, (0, 1, 1), (0, 1, 1, 12), starts="full")]
    results = {}

    def work(i):
        results[i] = [fit.loglik for fit in arima_folds(jobs, (0, 1, 1), (0, 1, 1, 12), starts="full")]

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(results[i] == expected for i in range(4))


def test_failure_is_plain():
    assert ArimaFailure("why").message == "why"


def test_broken_algebra_fails_only_its_own_fold(monkeypatch):
    from forecast.arima import fit as module

    search = module.search

    def breaking(objective, folds, starts):
        if (folds.length == 89).any():
            raise np.linalg.LinAlgError("Singular matrix")
        return search(objective, folds, starts)

    monkeypatch.setattr(module, "search", breaking)
    fits = arima_folds([FoldJob(Y[:80]), FoldJob(Y[:90]), FoldJob(Y[:100])], (0, 1, 1), engine="numpy")
    assert [isinstance(fit, ArimaFit) for fit in fits] == [True, False, True]
    assert "Singular matrix" in fits[1].message


def test_three_entries_have_a_season_of_twelve_months_and_exog_is_xreg():
    y = np.cumsum(np.random.default_rng(7).standard_normal(72))
    short, long = (arima(y, (0, 1, 1), season, engine="numpy") for season in ((0, 1, 1), (0, 1, 1, 12)))
    assert short.seasonal_order == (0, 1, 1, 12) and short.loglik == long.loglik
    assert arima(y, (0, 1, 1), (0, 0, 0), engine="numpy").seasonal_order == (0, 0, 0, 0)
    x = np.random.default_rng(8).standard_normal((72, 1))
    one, two = arima(y, (0, 1, 1), xreg=x, engine="numpy"), arima(y, (0, 1, 1), exog=x, engine="numpy")
    assert one.loglik == two.loglik
    with pytest.raises(ConfigError, match="two names"):
        arima(y, (0, 1, 1), xreg=x, exog=x)


@pytest.mark.parametrize(
    "words", [{"order": 3}, {"order": (0, 1, 1), "seasonal_order": 12}, {"order": (0, 1)}]
)
def test_orders_of_another_type_say_what_is_taken(words):
    with pytest.raises(ConfigError, match="order"):
        arima(np.arange(40.0), **words)
