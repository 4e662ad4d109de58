"""The report as a tagged PDF, printed from the same page by WeasyPrint (extra `pdf`)."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import logging
from html import escape
from types import ModuleType

from markupsafe import Markup

from forecast.errors import ConfigError
from forecast.report.blocks import Chart, Page
from forecast.report.figures import svg
from forecast.report.figures.renderer import Studio


def need() -> ModuleType:
    """Return WeasyPrint, or say what to install.

    Raises ConfigError where the extra or the library that sets its text is missing.
    """
    try:
        import weasyprint
    except ImportError:
        raise ConfigError(
            'report.pdf: a PDF needs the extra `pdf`: pip install "border-forecast[pdf]"; or leave'
            " report.pdf=false"
        ) from None
    except OSError as error:
        raise ConfigError(
            f"report.pdf: WeasyPrint cannot load the library Pango ({error}); on Debian: apt-get install"
            " libpangoft2-1.0-0"
        ) from None
    module: ModuleType = weasyprint
    return module


def printed(page: Page, studio: Studio) -> Page:
    """Return the page with every chart as one picture in fixed light
    colours, its sentence as the alternative text.
    """

    def flat(block: Chart) -> Chart:
        data = base64.b64encode(svg.for_print(studio.drawings[block.name]).encode()).decode()
        image = f'<img class="chart" alt="{escape(block.label)}" src="data:image/svg+xml;base64,{data}">'
        return dataclasses.replace(block, wide=Markup(image), narrow="")  # noqa: S704 (made and escaped here)

    sections = (
        dataclasses.replace(s, blocks=tuple(flat(b) if isinstance(b, Chart) else b for b in s.blocks))
        for s in page.sections
    )
    return dataclasses.replace(
        page, lead=None if page.lead is None else flat(page.lead), sections=tuple(sections)
    )


def print_pdf(html: str) -> bytes:
    """Return a page as PDF/UA: tagged, with its title and language; the same bytes for the same page."""
    # the sheet is written for browsers too; what a printer does not know it leaves out
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    made = need().HTML(string=html).write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier)
    return bytes(made)
