"""Folds of many rounds, made once: a fold depends only on earlier folds of its chain, so every round is a beginning of the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from forecast._publish.light import inputs
from forecast.backtesting.folds import Chain, FoldSettings, FoldSource, chain_key, make_chains
from forecast.backtesting.runner import Backtest, load_chain, save_chain
from forecast.spec import VERSION, Experiment


class KeptFolds:
    """The chains of an experiment up to its last day, cut for every earlier day by the hash of their content.

    Parameters
    ----------
    experiment : Experiment
        Its paths lead to files that stay as they are.
    last : Timestamp
        The last day of the rounds.
    cache : Path
        Where `run` looks for chains.
    """

    def __init__(self, experiment: Experiment, last: pd.Timestamp, cache: Path) -> None:
        exp = replace(experiment, as_of=str(last.date()))
        x = inputs(exp)
        self.cache, self.days = cache, list(x.origins)
        settings = FoldSettings(
            horizon=exp.horizon,
            coding=exp.events.coding,
            max_columns=exp.events.max_columns,
            priority=exp.events.priority,
            unseen=exp.events.unseen,
            window=exp.backtest.window,
            include_leaks=exp.data.include_leaks,
            levels=tuple(float(level) for level in x.levels),
        )
        self.source = FoldSource(x.obs, x.calendar, settings)
        every = {name: spec.refit_every for name, spec in exp.model.items()}
        self.chains = make_chains(
            dict(x.models), list(exp.target.series), list(exp.backtest.knowledge), every
        )
        self.made: dict[int, Backtest] = {}

    def _path(self, chain: Chain, days: Sequence[pd.Timestamp]) -> Path:
        return self.cache / f"{chain_key(chain, self.source, days, VERSION)}.npz"

    def offer(self, day: pd.Timestamp) -> int:
        """Cut all chains for a round on a day and return how many there are; 0 where its origins are no beginning."""
        self._load()
        days = [d for d in self.days if d <= day]
        if not days or days[-1] != day or len(self.made) != len(self.chains):
            return 0
        for k, chain in enumerate(self.chains):
            path = self._path(chain, days)
            if not path.is_file():
                f, g = self.made[k].forecasts, self.made[k].folds
                cut = Backtest(
                    f[f["origin"] <= day].reset_index(drop=True), g[g["origin"] <= day].reset_index(drop=True)
                )
                save_chain(cut, path)
        return len(self.chains)

    def drop(self, day: pd.Timestamp) -> None:
        """Remove the chains of a round that is done; the whole ones stay."""
        days = [d for d in self.days if d <= day]
        if day != self.days[-1]:
            for chain in self.chains:
                self._path(chain, days).unlink(missing_ok=True)

    def _load(self) -> None:
        for k, chain in enumerate(self.chains):
            if k not in self.made:
                kept = load_chain(self._path(chain, self.days))
                if kept is not None:
                    self.made[k] = kept
