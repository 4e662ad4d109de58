"""Files as offices give them away, made by scripts that knew no reader, and what must be read of each."""

from __future__ import annotations

import datetime as dt
import random
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl

EN = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
EN3 = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
ENS = ["Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."]
ES3 = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"]
ES = [
    "Enero",
    "Febrero",
    "Marzo",
    "Abril",
    "Mayo",
    "Junio",
    "Julio",
    "Agosto",
    "Septiembre",
    "Octubre",
    "Noviembre",
    "Diciembre",
]
FR = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
FRS = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]
DE = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]
DE3 = ["Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"]


@dataclass(frozen=True)
class Office:
    """One file: whether it can be read, and then its series, first and last month and sum of its newest figures."""

    file: str
    series: int = 0
    first: str = ""
    last: str = ""
    total: float = 0.0
    why: str = ""  #: it must be refused
    layout: dict | None = None  #: what the user says
    columns: dict | None = None


@dataclass
class Maker:
    """Where files are written, the draw behind their figures, and what was written."""

    folder: Path
    seed: int
    draw: random.Random = field(init=False)
    files: list[Office] = field(default_factory=list)

    def __post_init__(self):
        self.draw = random.Random(self.seed)

    def yes(self, file, series, first, last, total, why="", **said):
        self.files.append(Office(file, series, lab(first), lab(last), float(total), **said))

    def no(self, file, why):
        self.files.append(Office(file, why=why))

    def put(self, file, text, encoding="utf-8", newline="\n"):
        (self.folder / file).write_bytes(text.replace("\n", newline).encode(encoding))

    def ints(self, count, low, high):
        return [self.draw.randint(low, high) for _ in range(count)]


def break_figure(path: Path) -> None:
    """Write letters into one figure in the middle of a file."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        sheet = max(
            book.worksheets, key=lambda one: sum(1 for row in one.iter_rows() for c in row if c.value)
        )
        cells = [c for row in sheet.iter_rows() for c in row if isinstance(c.value, (int, float))]
        cells = [c for c in cells if c.column > 1 and not 1900 < c.value < 2100]
        cells[len(cells) // 2].value = "1?7x"
        book.save(path)
        return
    content = path.read_bytes()
    encoding = "utf-16" if content.startswith(b"\xff\xfe") else "utf-8" if _is_utf8(content) else "latin-1"
    lines = content.decode(encoding).splitlines()
    figures = [i for i, line in enumerate(lines) if re.search(r"[;,\t|].*\d", line)]
    at = figures[len(figures) // 2]
    *head, _, tail = re.split(r"(\d[\d.]*)(?=\D*$)", lines[at])
    lines[at] = "".join(head) + "1?7x" + tail
    path.write_bytes("\n".join(lines).encode(encoding))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def months(year, month, count):
    out = []
    for _ in range(count):
        out.append((year, month))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return out


def lab(month):
    return f"{month[0]}-{month[1]:02d}"


def dots(value):
    return f"{value:,}".replace(",", ".")


def euros(value):
    return f"{value:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")


def quoted(cells, mark=","):
    return mark.join(f'"{cell}"' for cell in cells) + "\n"


def ods(path, rows):
    def cell(c):
        if c is None:
            return "<table:table-cell/>"
        if isinstance(c, (int, float)):
            return f'<table:table-cell office:value-type="float" office:value="{c}"><text:p>{c}</text:p></table:table-cell>'
        if isinstance(c, dt.date):
            return f'<table:table-cell office:value-type="date" office:date-value="{c.isoformat()}"><text:p>{c:%b %Y}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="string"><text:p>{escape(c)}</text:p></table:table-cell>'

    body = "".join(
        "<table:table-row>"
        + "".join(map(cell, r))
        + '<table:table-cell table:number-columns-repeated="1000"/></table:table-row>'
        for r in rows
    )
    body += '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="1003"/></table:table-row>'
    ns = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {ns} office:version="1.2"><office:body><office:spreadsheet><table:table table:name="Trade">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    man = '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet")
        z.writestr("META-INF/manifest.xml", man)
        z.writestr("content.xml", content)
