"""A small round for tests of the archive; other processes import it too."""

import tempfile
from pathlib import Path

import pandas as pd

from forecast.archive.store import Archive, Entry

__all__ = ["Archive", "entry", "reachable"]


def reachable(folder):
    """Let every user reach a folder of tests, but not write into it."""
    top = Path(tempfile.gettempdir())
    for path in (folder, *folder.parents):
        if top in path.parents:
            path.chmod(0o755)


def entry(as_of="2024-05-07", **more):
    levels = (0.1, 0.25, 0.5, 0.75, 0.9)
    last = pd.Period(as_of[:7], "M") - 1
    rows = [
        {
            "model": m,
            "series_id": "a",
            "origin": pd.Timestamp(as_of),
            "month": last + h,
            "horizon": h,
            "knowledge": "none",
            "scenario": "",
            "level": p,
            "value": 100.0 + 10 * h + 50 * p + len(m),
        }
        for m in ("short", "random_walk")
        for h in (1, 2, 3)
        for p in levels
    ]
    vintages = pd.DataFrame(
        {
            "series_id": "a",
            "month": pd.period_range("2024-01", last, freq="M"),
            "value": 100.0,
            "released": pd.Timestamp(as_of),
            "release_basis": "day",
            "status": "final",
            "value_basis": "published",
            "rounding": 1.0,
            "source": "x",
        }
    )
    folds = pd.DataFrame(
        [
            {
                "model": "short",
                "knowledge": "none",
                "scenario": "",
                "series_id": "a",
                "origin": pd.Timestamp(as_of),
                "status": "ok",
                "n_months": 40,
                "events_used": "",
                "message": "",
            }
        ]
    )
    made = {
        "experiment": "e",
        "kind": "published",
        "as_of": as_of,
        "headline": "short",
        "baseline": "random_walk",
        "last_month": str(last),
        "config": "{}",
        "config_digest": "c",
        "figures": "f",
        "events": "v",
        "known": "k" + as_of,
        "software": {"python": "3"},
        "forecasts": pd.DataFrame(rows),
        "written": as_of + "T00:00:00Z",
        "inputs": {"figures.csv": b"month,value\\n" * 50},
        "vintages": vintages,
        "folds": folds,
    }
    return Entry(**{**made, **more})
