"""Placebo p values where there is no effect: 500 simulated series, one step event each, and their picture.

python benchmarks/placebo.py [--draws 500] writes docs/images/placebo_uniform.svg and prints the shares below a few levels.
The noise is an IMA(1,1) of constant variance, the event a window of five and a half months; its p value is (1 + ordinary
months with as large a change) / (1 + ordinary months).
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
from pathlib import Path

import numpy as np

import forecast as fc

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))
from interventions_helpers import calendar, noise, panel_of, study_of

ROOT = Path(__file__).parents[1]
MONTHS = 160
LAW = {"id": "law", "effective_start": "2010-03-11", "end_date": "2010-08-20", "shape": "step"}


def values(draws: int) -> np.ndarray:
    """P values, sorted."""
    model = fc.make_model("arima", order=(0, 1, 1), seasonal_order=None)
    with tempfile.TemporaryDirectory() as folder:
        events = calendar(Path(folder), LAW)
    out = []
    for seed in range(draws):
        y = np.exp(9 + noise("walk", MONTHS, np.random.default_rng(90_000 + seed)))
        out.append(study_of(panel_of(y), events, model).placebo("law").p)
    return np.sort(out)


def picture(p: np.ndarray) -> str:
    """Share of p values at or below each level against the level, with the 95 % band of exact uniformity."""
    from scipy.stats import binom

    n, size, left = len(p), 300.0, 46.0

    def xy(x: float, y: float) -> str:
        return f"{left + size * x:.1f},{14 + size * (1 - y):.1f}"

    grid = np.linspace(0, 1, 51)
    low, high = (binom.ppf(q, n, grid) / n for q in (0.025, 0.975))
    low[-1], high[0] = 1.0, 0.0
    band = " ".join(
        [xy(x, y) for x, y in zip(grid, high, strict=True)]
        + [xy(x, y) for x, y in zip(grid[::-1], low[::-1], strict=True)]
    )
    steps = " ".join(xy(x, np.mean(p <= x)) for x in np.linspace(0, 1, 201))
    text = 'font-family="sans-serif" font-size="12" fill="#333"'
    ticks = "".join(
        f'<text x="{left + size * t:.0f}" y="{30 + size:.0f}" text-anchor="middle" {text}>{t:g}</text>'
        f'<text x="{left - 6:.0f}" y="{18 + size * (1 - t):.0f}" text-anchor="end" {text}>{t:g}</text>'
        for t in (0, 0.25, 0.5, 0.75, 1)
    )
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 372 366" width="372" height="366" role="img"
 aria-label="Share of placebo p values at or below each level, {n} series without an effect">
<rect width="372" height="366" fill="#fff"/>
<polygon points="{band}" fill="#dde6f0"/>
<line x1="{left}" y1="{14 + size}" x2="{left + size}" y2="14" stroke="#888" stroke-dasharray="4 3"/>
<polyline points="{steps}" fill="none" stroke="#0b5394" stroke-width="2"/>
<path d="M{left} 14V{14 + size}H{left + size}" fill="none" stroke="#333"/>
{ticks}
<text x="{left + size / 2}" y="{50 + size:.0f}" text-anchor="middle" {text}>level</text>
<text transform="translate(12 {14 + size / 2}) rotate(-90)" text-anchor="middle" {text}>share of p values at or below it</text>
</svg>
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=500)
    p = values(parser.parse_args().draws)
    levels = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9)
    shares = ", ".join(f"{level:g}: {np.mean(p <= level):.3f}" for level in levels)
    print(
        f"# Placebo p values, {dt.date.today()}, {len(p)} series without an effect; share at or below\n\n{shares}"
    )
    if len(p) >= 500:
        (ROOT / "docs" / "images" / "placebo_uniform.svg").write_text(picture(p))


if __name__ == "__main__":
    main()
