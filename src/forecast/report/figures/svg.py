"""From a matplotlib figure to SVG with real text: for the page (CSS classes, themes) and for files (fixed
colours).

matplotlib writes large SVG with inline styles, fixed fonts and unused ids. Here it is read as a tree, made
small and the same in every run: numbers are cut to a tenth of a unit, ids are kept only where used and get
the chart's name in front (several drawings share one page), group ids that begin with ``c:`` become classes.
Inline styles become classes of the page's style sheet, so that the page can forbid inline styles altogether.
"""

from __future__ import annotations

import functools
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from forecast.report.figures.palette import LIGHT, PLACEHOLDERS
from forecast.report.figures.style import STYLE, lines

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure
    from PIL import Image
    from PIL.ImageFont import FreeTypeFont


SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}href"
FILE_FONT = "Arial,Liberation Sans,Helvetica,sans-serif"
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_PLACEHOLDER = re.compile("|".join(PLACEHOLDERS.values()))
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_HALO = re.compile(r'<g class="(?:[^"]* )?halo">(.*?)</g>')
_NOTHING_TURNED = re.compile(r"rotate\(-?0(?:\.0+)? [^)]*\)")
#: Declarations that say nothing new.
_DEFAULTS = {("stroke-linecap", "butt"), ("stroke-linecap", "square"), ("stroke-miterlimit", "100000")}


@dataclass
class StyleBook:
    """The styles of all drawings of a page, each once, as classes in order of first use."""

    classes: dict[str, str] = field(default_factory=dict)

    def name(self, style: str) -> str:
        """Return the class of a style, made on first use."""
        return self.classes.setdefault(style, f"s{len(self.classes) + 1}")

    def css(self) -> str:
        """Return the rules of all classes."""
        return "".join(f".{name}{{{style}}}" for style, name in self.classes.items())


@dataclass(frozen=True)
class Drawing:
    """A cleaned drawing: its tree, its size in units."""

    name: str
    root: ET.Element
    width: float
    height: float


def drawing(figure: Figure, name: str) -> Drawing:
    """Return a figure that was drawn in placeholder colours as a cleaned tree.

    `figure`: The figure; one unit is one pixel; `name`: Name of the drawing, unique in its page; goes
    before its ids and salts its hashes.
    """
    import matplotlib

    buffer = io.StringIO()
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    root = ET.fromstring(text[text.index("<svg") :])  # noqa: S314 (our own drawing, not a file from outside)
    for unwanted in ("metadata",):
        for child in root.findall(f"{SVG}{unwanted}"):
            root.remove(child)
    _clean(root, name, _used_ids(text))
    width, height = (float(v) * 72 for v in figure.get_size_inches())
    return Drawing(name, root, round(width, 1), round(height, 1))


def _used_ids(text: str) -> set[str]:
    return {*_REFERENCE.findall(text), *re.findall(r'xlink:href="#([^"]+)"', text)}


def _round(match: re.Match[str]) -> str:
    value = float(match[0])
    text = f"{value:.1f}" if abs(value) > 2 else f"{value:.2f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _clean(node: ET.Element, name: str, used: set[str]) -> bool:
    """Make one node small and its ids unique; tell whether it still says anything."""
    for child in list(node):
        if not _clean(child, name, used):
            node.remove(child)
    tag = node.tag.removeprefix(SVG)
    own = node.attrib.pop("id", "")
    if own.startswith("c:"):
        node.set("class", own.removeprefix("c:"))
    elif own in used:
        node.set("id", f"{name}-{own}")
    if XLINK in node.attrib:
        node.set("href", f"#{name}-{node.attrib.pop(XLINK).removeprefix('#')}")
    for key in ("d", "x", "y", "width", "height", "transform", "points"):
        if key in node.attrib:
            node.set(key, re.sub(r"\s+", " ", _NUMBER.sub(_round, node.attrib[key])).strip())
    if "d" in node.attrib:
        node.set("d", _path(node.attrib["d"]))
    if "transform" in node.attrib:
        kept = _NOTHING_TURNED.sub("", node.attrib["transform"]).strip()
        node.attrib.pop("transform")
        if kept:
            node.set("transform", kept)
    if "clip-path" in node.attrib:
        node.set("clip-path", _REFERENCE.sub(rf"url(#{name}-\1)", node.attrib["clip-path"]))
    if "style" in node.attrib:
        node.set("style", _style(node.attrib["style"]))
    node.tail = None
    if tag == "style":
        return False
    if tag != "text":
        node.text = None
    if tag in ("g", "defs") and not len(node):
        return False
    return not (tag == "path" and node.get("style", "") in ("fill:none", "fill:none;stroke:none"))


def _path(text: str) -> str:
    """Write a path without the blanks that it does not need; strokes along an axis name one number only."""
    text = re.sub(r" ?([A-Za-z]) ?", r"\1", text)
    text = re.sub(r"(M([^ A-Z]+) [^ A-Z]+)L\2 ([^ A-Z]+)(?=M|$)", r"\1V\3", text)
    return re.sub(r"(M[^ A-Z]+ ([^ A-Z]+))L([^ A-Z]+) \2(?=M|$)", r"\1H\3", text)


def _style(text: str) -> str:
    kept = []
    for part in text.split(";"):
        key, _, value = part.partition(":")
        key, value = key.strip(), _NUMBER.sub(_round, value.strip())
        if not key or (key, value) in _DEFAULTS:
            continue
        if key == "font":
            kept.extend(_font_style(value))
            continue
        if key == "font-family":
            continue
        if key == "stroke-linejoin":
            value = "round"
        if key == "stroke-dasharray":
            value = value.replace(", ", ",")
        kept.append(f"{key}:{value}")
    return ";".join(kept)


def _font_style(value: str) -> list[str]:
    # `font: 700 12px 'DejaVu Sans'`: the family is the page's own
    size = re.search(r"([\d.]+)px", value)
    weight = re.match(r"(\d{3}|bold)\b", value)
    out = [f"font-size:{size[1]}px"] if size else []
    if weight and weight[1] not in ("400",):
        out.append("font-weight:700")
    return out


def _write(node: ET.Element, book: StyleBook | None, colours: Mapping[str, str]) -> str:
    tag = node.tag.removeprefix(SVG)
    parts = []
    classes = node.get("class", "")
    for key, value in node.attrib.items():
        if key == "class":
            continue
        if "#0001" in value:
            value = _PLACEHOLDER.sub(lambda found: colours[found[0]], value)
        if key == "style":
            if not value:
                continue
            if book is not None:
                classes = f"{book.name(value)} {classes}".strip()
                continue
        parts.append(f' {key}="{escape(value)}"')
    if classes and classes != "plain":
        parts.insert(0, f' class="{escape(classes.replace(" plain", ""))}"')
    inner = escape(node.text or "", quote=False) + "".join(_write(child, book, colours) for child in node)
    return f"<{tag}{''.join(parts)}>{inner}</{tag}>" if inner else f"<{tag}{''.join(parts)}/>"


def for_page(made: Drawing, label: str, kind: str, book: StyleBook) -> str:
    """Return a drawing as it stands in the page: colours by CSS variables, styles by classes.

    `made`: The drawing; `label`: What it shows, in one sentence, for those who do not see it; `kind`: Which
    of the two drawings of a chart it is; `book`: Takes the styles.
    """
    colours = {hexa: f"var(--{role})" for role, hexa in PLACEHOLDERS.items()}
    inner = "".join(_write(child, book, colours) for child in made.root)
    size = f"0 0 {made.width:g} {made.height:g}"
    return f'<svg class="chart {kind}" viewBox="{size}" role="img" aria-label="{escape(label)}">{inner}</svg>'


def for_print(made: Drawing, palette: Mapping[str, str] = LIGHT) -> str:
    """Return a drawing alone, in fixed colours, as a picture of a printed page.

    Printers know no `paint-order`: the halo of a label is a stroked copy of it below.
    """
    colours = {hexa: palette[role] for role, hexa in PLACEHOLDERS.items()}
    inner = "".join(_write(child, None, colours) for child in made.root)
    below = f'<g stroke="{palette["bg"]}" stroke-width="3.5" stroke-linejoin="round">'
    inner = _HALO.sub(lambda label: f"{below}{label[1]}</g>{label[0]}", inner)
    size = f'viewBox="0 0 {made.width:g} {made.height:g}" width="{made.width:g}" height="{made.height:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{FILE_FONT}">{inner}</svg>'


@dataclass(frozen=True)
class Frame:
    """What stands around a chart when it leaves the page: title, subtitle, note with source."""

    title: str
    subtitle: str
    note: str


MARGIN = 20


@dataclass(frozen=True)
class Layout:
    """Lines and heights of a framed chart."""

    title: list[str]
    subtitle: list[str]
    note: list[str]
    top: float
    width: float
    height: float


def layout(frame: Frame, width: float, height: float) -> Layout:
    """Return where title, subtitle, chart and note go around a chart of this size."""
    title = lines(frame.title, width, 21, bold=True)
    subtitle = lines(frame.subtitle, width, 14)
    note = lines(frame.note, width, 12.5)
    top = MARGIN + 26 * len(title) + 18 * len(subtitle) + 12
    return Layout(title, subtitle, note, top, width + 2 * MARGIN, top + height + 16 * len(note) + MARGIN + 6)


def for_file(made: Drawing, frame: Frame, label: str, palette: Mapping[str, str] = LIGHT) -> str:
    """Return a drawing as a file of its own: title, subtitle, note and background inside, nothing outside."""
    plan = layout(frame, made.width, made.height)
    colours = {hexa: palette[role] for role, hexa in PLACEHOLDERS.items()}

    def line(text: str, y: float, size: float, role: str, weight: int = 400) -> str:
        style = f'font-size="{size:g}" font-weight="{weight}" fill="{palette[role]}"'
        return f'<text x="{MARGIN}" y="{y:g}" {style}>{escape(text, quote=False)}</text>'

    words = [line(t, MARGIN + 20 + 26 * i, 21, "ink", 700) for i, t in enumerate(plan.title)]
    below = MARGIN + 26 * len(plan.title) + 16
    words += [line(t, below + 18 * i, 14, "muted") for i, t in enumerate(plan.subtitle)]
    foot = plan.top + made.height + 18
    words += [line(t, foot + 16 * i, 12.5, "muted") for i, t in enumerate(plan.note)]
    inner = "".join(_write(child, None, colours) for child in made.root)
    box = f'x="{MARGIN}" y="{plan.top:g}" width="{made.width:g}" height="{made.height:g}"'
    halo = f".halo{{paint-order:stroke;stroke:{palette['bg']};stroke-width:3.5px;stroke-linejoin:round}}"
    size = f'viewBox="0 0 {plan.width:g} {plan.height:g}" width="{plan.width:g}" height="{plan.height:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(label)}"'
        f' font-family="{FILE_FONT}"><style>{halo}</style><rect width="100%" height="100%"'
        f' fill="{palette["bg"]}"/>{"".join(words)}<svg {box} viewBox="0 0 {made.width:g}'
        f' {made.height:g}">{inner}</svg></svg>\n'
    )


_COLOURS = ("color", "facecolor", "edgecolor", "markerfacecolor", "markeredgecolor")


def _artists(figure: Figure) -> list[Artist]:
    """Return what was drawn; an axis that is not shown is left alone, since asking it makes its ticks."""
    found: list[Artist] = [*figure.texts]
    for ax in figure.axes:
        found += [*ax.lines, *ax.collections, *ax.patches, *ax.texts]
        found += [part for axis in (ax.xaxis, ax.yaxis) if axis.get_visible() for part in axis.findobj()]
    return found


def recolour(figure: Figure, palette: Mapping[str, str]) -> None:
    """Turn the placeholder colours of a figure into those of a
    palette, in place, and give its texts halos.
    """
    from matplotlib import patheffects
    from matplotlib.colors import to_hex, to_rgba_array
    from matplotlib.text import Text

    colours = {hexa: palette[role] for role, hexa in PLACEHOLDERS.items()}
    family = _families()
    for artist in _artists(figure):
        for slot in _COLOURS:
            found = to_rgba_array(getattr(artist, f"get_{slot}", list)())
            if len(found) and (hexa := to_hex(found[0])) in colours:
                getattr(artist, f"set_{slot}")(colours[hexa])
        kind = str(artist.get_gid() or "")
        if isinstance(artist, Text):
            artist.set_fontfamily(family)
            if "halo" in kind:
                artist.set_path_effects([patheffects.withStroke(linewidth=3.5, foreground=palette["bg"])])


def png(figure: Figure, frame: Frame, palette: Mapping[str, str] = LIGHT, pixels: int = 2000) -> bytes:
    """Return a figure that was drawn in placeholder colours as a PNG with title, subtitle and note inside.

    The figure is changed in place: use one that is not needed afterwards.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image, ImageDraw

    width, height = (float(v) * 72 for v in figure.get_size_inches())
    plan = layout(frame, width, height)
    scale = pixels / plan.width
    figure.set_dpi(72 * scale)
    figure.set_facecolor(palette["bg"])
    recolour(figure, palette)
    canvas = FigureCanvasAgg(figure)
    with matplotlib.rc_context(dict(STYLE)):
        canvas.draw()
    image = Image.new("RGB", (pixels, round(plan.height * scale)), palette["bg"])
    image.paste(
        Image.frombuffer("RGBA", canvas.get_width_height(physical=True), canvas.buffer_rgba()).convert("RGB"),
        (round(MARGIN * scale), round(plan.top * scale)),
    )
    pen = ImageDraw.Draw(image)

    # whole lines at once: far quicker than the drawing's texts, which are set glyph by glyph
    def line(text: str, y: float, size: float, role: str, bold: bool = False) -> None:
        pen.text((MARGIN * scale, y * scale), text, palette[role], font(size * scale, bold), anchor="ls")

    for i, text in enumerate(plan.title):
        line(text, MARGIN + 20 + 26 * i, 21, "ink", True)
    for i, text in enumerate(plan.subtitle):
        line(text, MARGIN + 26 * len(plan.title) + 16 + 18 * i, 14, "muted")
    for i, text in enumerate(plan.note):
        line(text, plan.top + height + 18 + 16 * i, 12.5, "muted")
    return png_bytes(image, 72 * scale)


def png_bytes(image: Image.Image, dots: float = 72) -> bytes:
    """Return a picture as PNG; `dots` an inch."""
    buffer = io.BytesIO()
    image.save(buffer, format="png", dpi=(dots, dots), compress_level=3)
    return buffer.getvalue()


def _families() -> list[str]:
    """Return the fonts of pictures, the first one that is installed first."""
    return [name for name in ("Arial", "Liberation Sans") if name in _installed_fonts()] + ["DejaVu Sans"]


@functools.cache
def font(pixels: float, bold: bool) -> FreeTypeFont:
    """Return the font of pictures in a size."""
    from matplotlib.font_manager import FontProperties, findfont
    from PIL import ImageFont

    path = findfont(FontProperties(family=_families(), weight="bold" if bold else "normal"))
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.BASIC)


@functools.cache
def _installed_fonts() -> set[str]:
    from matplotlib.font_manager import fontManager

    return {font.name for font in fontManager.ttflist}
