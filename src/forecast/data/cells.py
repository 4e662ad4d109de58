"""Text cells of tables: control characters are an error in ids and a space in all other texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from forecast.errors import Finding

#: Line breaks and other control characters, and marks that turn the direction of what follows.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def holds_controls(text: str) -> bool:
    """Tell whether a text holds a line break or another control character."""
    return CONTROLS.search(text) is not None


def without_controls(text: str) -> str:
    r"""Return a text with a space for every run of control characters and the white space around it.

    Examples
    --------
    >>> without_controls("The law\nof 1983")
    'The law of 1983'
    """
    return re.sub(rf"\s*{CONTROLS.pattern}+\s*", " ", text).strip() if holds_controls(text) else text


@lru_cache(maxsize=65536)
def as_seen(name: str) -> str:
    r"""Return a name as a reader sees it: without capitals, of one kind of blanks and one form of characters.

    Examples
    --------
    >>> as_seen("El\u00a0 Paso") == as_seen("el paso"), as_seen("Peru\u0301") == as_seen("Per\u00fa")
    (True, True)
    """
    shown = (c for c in unicodedata.normalize("NFKC", name) if unicodedata.category(c) != "Cf")
    return " ".join("".join(shown).split()).casefold()


def checked_texts(
    texts: Iterable[str], rows: Iterable[int], column: str, file: str, is_id: bool
) -> tuple[list[str], list[Finding]]:
    """Return the texts of a column without control characters, and what is to be told of each text that had
    some.

    A text that stands in several rows is told once, with its first row.

    Parameters
    ----------
    texts, rows : iterable
        The cells and the lines of the file on which they stand.
    column, file : str
        Where they stand, for messages.
    is_id : bool
        Ids are left as they are, and each is an error.
    """
    cells = list(texts)
    if not any(map(holds_controls, set(cells))):
        return cells, []
    first: dict[str, int] = {}
    for text, row in zip(cells, rows, strict=True):
        if holds_controls(text):
            first.setdefault(text, int(row))
    findings = []
    for text, row in first.items():
        what = (
            f"{column}: the {'id' if is_id else 'text'} {text[:60]!r} holds a line break or another control"
            " character"
        )
        severity: Literal["error", "warning"] = "error" if is_id else "warning"
        hint = "remove it" if is_id else "it is read as a space"
        findings.append(Finding("control", severity, what, file=file, row=row, hint=hint))
    return cells if is_id else [without_controls(text) for text in cells], findings
