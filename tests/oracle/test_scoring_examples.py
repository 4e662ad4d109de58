"""The examples in the docstrings of tables, scoring and postprocess run as they stand there."""

from __future__ import annotations

import doctest
import importlib

import pytest

from forecast.scoring import registry

MODULES = (
    "tables.forecasts",
    "tables.levels",
    "tables.quantiles",
    "scoring.inference",
    "scoring.calibration",
    "scoring.comparison",
    "scoring.event_value",
    "scoring.metrics",
    "scoring.scores",
    "postprocess.mint",
    "postprocess.combination",
    "postprocess.event_adjustment",
    "postprocess.intervals",
    "postprocess.reconciliation",
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name, monkeypatch):
    monkeypatch.setattr(registry, "_OWN", {})  # an example registers a metric
    if name == "scoring.comparison":
        pytest.importorskip("arch")
    result = doctest.testmod(importlib.import_module(f"forecast.{name}"))
    assert result.attempted > 0 and result.failed == 0
