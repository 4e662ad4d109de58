"""The templates of page, site and feed: always escaped, control characters of data written out."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from forecast.files import printable
from forecast.report.catalogue import formats

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parents[1] / "templates"


def render(name: str, **values: Any) -> str:
    """Return a template of ours, filled; a text is escaped unless
    `_svg` or this package's own files made it.
    """
    return _environment().get_template(name).render(**values)


def page(name: str, css: str, js: str = "", **values: Any) -> str:
    """Return a page of one file, without request: its policy names its style, and a script, by the hash."""
    scripts = f" script-src {source(js)};" if js else ""
    policy = (
        f"default-src 'none'; style-src {source(css)};{scripts} img-src data:; base-uri 'none';"
        " form-action 'none'"
    )
    values |= {"js": Markup(js)} if js else {}  # noqa: S704 (a file of this package)
    html = render(name, css=Markup(css), policy=policy, language=formats().code, **values)  # noqa: S704
    return re.sub(r"\n\s*\n+", "\n", html)


@cache
def _environment() -> Environment:
    """Return the templates, each compiled when it is first asked for."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        finalize=_readable,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )


def _readable(value: Any) -> Any:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def css_text(words: str) -> str:
    r"""Return a text as a string of a style sheet: all but letters, digits and blanks as escapes.

    Nothing that ends a string, a rule or the element around the sheet is left.

    Examples
    --------
    >>> css_text('a"b')
    '"a\\22 b"'
    """
    return (
        '"'
        + "".join(c if c == " " or (c.isascii() and c.isalnum()) else f"\\{ord(c):x} " for c in words)
        + '"'
    )


def source(text: str) -> str:
    """Return a script or style sheet as the page's policy names it: by its hash."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
