"""Colours: enough contrast in both themes, the same roles."""

import pytest

from forecast.report.figures.palette import DARK, LIGHT, PLACEHOLDERS


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_contrast_of_text_and_lines(palette):
    for role in ("ink", "muted", "fc", "ev", "m-rw", "m-arima", "m-ev", "m-ridge"):
        assert contrast(palette[role], palette["bg"]) >= 5.0, role
    for role in ("ink", "muted"):
        assert contrast(palette[role], palette["tint"]) >= 5.0
    assert contrast(palette["ink"], palette["warn"]) >= 5.0
    assert contrast(palette["edge"], palette["bg"]) >= 4.0
    assert contrast(palette["edge"], palette["b80"]) >= 3.0
    assert contrast(palette["fc"], palette["b50"]) >= 3.0


def test_palettes_have_the_same_roles_and_placeholders_are_no_colour_of_theirs():
    assert list(LIGHT) == list(DARK) == list(PLACEHOLDERS)
    assert len(set(PLACEHOLDERS.values())) == len(PLACEHOLDERS)
    assert not set(PLACEHOLDERS.values()) & {*LIGHT.values(), *DARK.values()}
