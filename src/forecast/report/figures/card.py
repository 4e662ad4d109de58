"""The picture that goes with a link to the page: title, number with its range, source and date inside."""

from __future__ import annotations

from forecast.report.blocks import Page
from forecast.report.figures.palette import LIGHT
from forecast.report.figures.style import lines
from forecast.report.figures.svg import font, png_bytes

WIDTH, HEIGHT, MARGIN = 1200, 630, 60


def card(page: Page, source: str) -> bytes:
    """Return the picture as PNG, 1200 x 630, no text smaller than 28 pixels."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), LIGHT["bg"])
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH, 14), fill=LIGHT["fc"])
    y = 40
    parts = (
        (page.title, 30, "muted", False, 2),
        (page.h1, 54, "ink", True, 4),
        (page.standfirst, 30, "ink", False, 4),
    )
    for text, size, role, bold, most in parts:
        for line in lines(text, WIDTH - 2 * MARGIN, size * 0.92, bold)[:most]:
            pen.text((MARGIN, y), line, LIGHT[role], font(size, bold))
            y += round(size * 1.22)
        y += 16
    for k, line in enumerate(lines(source, WIDTH - 2 * MARGIN, 26)[:2]):
        pen.text((MARGIN, HEIGHT - 84 + 34 * k), line, LIGHT["muted"], font(28, False))
    return png_bytes(image)
