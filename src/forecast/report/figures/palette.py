"""Colours of the pages and of all charts, by role, in light and in dark."""

from __future__ import annotations

from collections.abc import Mapping

LIGHT: Mapping[str, str] = {
    "bg": "#ffffff",
    "ink": "#16191d",
    "muted": "#57606a",
    "grid": "#e3e6ea",
    "rule": "#868f99",
    "tint": "#f4f6f8",
    "warn": "#fdf1e7",
    "fc": "#0a5ea8",
    "edge": "#467fb3",
    "b50": "#9fc5e4",
    "b80": "#d5e4f2",
    "ev": "#a3470b",
    "m-rw": "#57606a",
    "m-arima": "#7b3fa0",
    "m-ev": "#a3470b",
    "m-ridge": "#00766a",
    "plac": "#e8eaed",
}
DARK: Mapping[str, str] = {
    "bg": "#14181d",
    "ink": "#eceff2",
    "muted": "#a9b3bd",
    "grid": "#2a3139",
    "rule": "#727d89",
    "tint": "#1c2229",
    "warn": "#33261b",
    "fc": "#7cbaf2",
    "edge": "#5f9fd4",
    "b50": "#2d5d88",
    "b80": "#1d3850",
    "ev": "#f2a065",
    "m-rw": "#a9b3bd",
    "m-arima": "#cda4ec",
    "m-ev": "#f2a065",
    "m-ridge": "#5fd0bf",
    "plac": "#262d35",
}


def variables(palette: Mapping[str, str]) -> str:
    """Return a palette as variables of a style sheet."""
    return ";".join(f"--{role}:{hexa}" for role, hexa in palette.items())


#: Placeholder colours of a drawing for the page; no real colour is so close to black.
PLACEHOLDERS: Mapping[str, str] = {role: f"#0001{i + 1:02x}" for i, role in enumerate(LIGHT)}

#: Dashes of the lines of other models, by colour role (a second cue beside the colour).
DASHES: Mapping[str, tuple[float, ...]] = {
    "m-rw": (5, 3),
    "m-arima": (1.3, 1.6),
    "m-ev": (6, 2, 1.5, 2),
    "m-ridge": (3, 2),
}
