"""The picture of a link."""

import io

from PIL import Image

from forecast.report.blocks import Page
from forecast.report.figures.card import card


def test_picture_has_the_size_that_sites_ask_for():
    page = Page("Report", "issue", (), "About 130,000 a month", "April is put at 134,000.", "", (), "")
    image = Image.open(
        io.BytesIO(card(page, "Source: US Customs and Border Protection, as known on 7 May 2024."))
    )
    assert image.size == (1200, 630) and len(image.getcolors(1 << 20)) > 4
