"""From figures to SVG."""

import io
import re

import pytest
from PIL import Image

from figure_checks import fan, monthly
from forecast.report.figures import style as f
from forecast.report.figures import svg
from forecast.report.figures.forecast import Reach, fan_chart
from forecast.report.figures.palette import DARK, LIGHT

FRAME = svg.Frame(
    "A title that is long enough to need a second line when it stands in a narrow chart",
    "Sub",
    "Note. Source.",
)


def draw(**how):
    return fan_chart(monthly([5, 9, 7, 8, 6, 7]), fan(7, "2024-07", 12), Reach(6), **how)


def made(name="fan"):
    return svg.drawing(draw(), name)


def test_page_drawing_has_classes_and_variables_only():
    book = svg.StyleBook()
    text = svg.for_page(made(), 'A "label" & more', "wide", book)
    assert 'style="' not in text and "#0001" not in text and "<style" not in text and "metadata" not in text
    assert 'role="img" aria-label="A &quot;label&quot; &amp; more"' in text
    assert "var(--fc)" in book.css() and "DejaVu" not in text + book.css()
    used = set(re.findall(r'class="(s\d+)', text))
    assert used == set(book.classes.values())


def test_styles_are_shared_between_drawings():
    book = svg.StyleBook()
    svg.for_page(made("a"), "x", "wide", book)
    before = len(book.classes)
    svg.for_page(made("b"), "x", "wide", book)
    assert len(book.classes) == before


def test_ids_carry_the_name_of_the_chart_and_all_are_used():
    text = svg.for_page(made("fan"), "x", "wide", svg.StyleBook())
    ids = re.findall(r' id="([^"]+)"', text)
    assert ids and all(one.startswith("fan-") for one in ids) and len(ids) == len(set(ids))
    for one in ids:
        assert f'"#{one}"' in text or f"(#{one})" in text


def test_numbers_are_cut_to_a_tenth():
    text = svg.for_page(made(), "x", "wide", svg.StyleBook())
    numbers = re.findall(r"-?[0-9.]+", " ".join(re.findall(r'd="([^"]+)"', text)))
    assert len(numbers) > 4 and all("." not in n or len(n.split(".")[1]) <= 2 for n in numbers)


def test_strokes_along_an_axis_name_one_number():
    assert (
        svg._path("M 10 20 L 10 30 M 11 20 L 15 20 M 1 2 L 3 4 L 5 4 Z") == "M10 20V30M11 20H15M1 2L3 4L5 4Z"
    )


def test_text_is_text():
    text = svg.for_page(made(), "x", "wide", svg.StyleBook())
    assert ">What happened afterwards</text>" not in text and ">forecast</text>" in text


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_file_holds_all_it_needs(palette):
    text = svg.for_file(made(), FRAME, "label", palette)
    assert text.startswith('<svg xmlns="http://www.w3.org/2000/svg"') and text.endswith("</svg>\n")
    for part in ("Note. Source.", "Sub", palette["bg"], palette["fc"], "Arial"):
        assert part in text
    assert "var(--" not in text and "#0001" not in text and 'href="http' not in text
    import xml.etree.ElementTree as ET

    ET.fromstring(text)


def test_png_is_two_thousand_pixels_wide_and_the_same_twice():
    first = svg.png(draw(), FRAME)
    assert int.from_bytes(first[16:20], "big") == 2000
    assert first == svg.png(draw(), FRAME)


def test_png_has_title_and_note_above_and_below_the_drawing():
    image = Image.open(io.BytesIO(svg.png(draw(), FRAME))).convert("L")
    plan = svg.layout(FRAME, f.WIDE, 360)
    scale = 2000 / plan.width
    assert image.height == round(plan.height * scale)

    def dark(top, bottom):
        strip = image.crop((0, round(top * scale), image.width, round(bottom * scale)))
        return strip.getextrema()[0] < 130

    assert dark(svg.MARGIN, svg.MARGIN + 26) and not dark(0, svg.MARGIN - 4)
    assert dark(plan.top + 360, plan.top + 360 + 22) and not dark(plan.height - svg.MARGIN + 4, plan.height)


def test_printed_labels_have_a_stroked_copy_below_in_place_of_a_halo():
    text = svg.for_print(made())
    labels = re.findall(r'<g class="(?:[^"]* )?halo">(.*?)</g>', text)
    assert len(labels) >= 3
    for label in labels:
        copy = f'<g stroke="{LIGHT["bg"]}" stroke-width="3.5" stroke-linejoin="round">{label}</g>'
        assert text.index(copy) < text.index(f'halo">{label}</g>')
