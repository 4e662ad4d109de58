"""Words that tables of any language use: months, totals, notes, units of time, roles of columns."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Names of months without accents in English, Spanish, French and German, short forms included.
_MONTHS: tuple[str, ...] = (
    "jan january ene enero janv janvier januar janner jaen jaenner",
    "feb february febrero fev fevr fevrier februar feber",
    "mar march marzo mars marz maerz mrz",
    "apr april abr abril avr avril",
    "may mayo mai",
    "jun june junio juin juni",
    "jul july julio juil juillet juli",
    "aug august ago agosto aou aout",
    "sep sept september septiembre setiembre set septembre",
    "oct october octubre octobre okt oktober",
    "nov november noviembre novembre",
    "dec december dic diciembre decembre dez dezember",
)
MONTHS: dict[str, int] = {
    word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()
}
#: Names that are English, or may be.
_ENGLISH = frozenset(
    [
        "jan",
        "january",
        "feb",
        "february",
        "mar",
        "march",
        "apr",
        "april",
        "may",
        "jun",
        "june",
        "jul",
        "july",
        "aug",
        "august",
        "sep",
        "sept",
        "september",
        "oct",
        "october",
        "nov",
        "november",
        "dec",
        "december",
    ]
)
_TOTALS = re.compile(
    r"(grand |sub-?)?(total|totals|totales|totaux|sum|suma|somme|summe|gesamt|insgesamt|ensemble|subtotal"
    r"|average|mean|media|promedio|moyenne|mittel|mittelwert|durchschnitt|annual|anual|annuel|year total"
    r"|fy total|full year|jahr|ytd|fytd"
    r"|m13|q0[1-5]|s0[1-3]|half ?-?[12]|[12](st|nd) half)"  # periods of the BLS beside its months
    r"|(total|sum|summe|somme|suma)\b.*|.*\b(total|totals|insgesamt|subtotal)"
)
#: The part of a total's label that says of which span it is.
_SPAN = re.compile(r"\b(\d{4}([/-]\d{2,4})?|[hqst][1-4])\b")
_NOTE = re.compile(
    r"(source|sources|note|notes|nota|notas|fuente|fuentes|quelle|quellen|hinweis|anmerkung|remarque"
    r"|data|updated|last update|stand|provisional|preliminary|revised|released|copyright|\(c\)|©|\*|†|‡|[¹²³]"
    r"|\(?[a-z0-9]\)|p =|r =|\[).*"
)
#: Names that say what a column holds; they decide only between columns that could all be it.
ROLE_NAMES: dict[str, frozenset[str]] = {
    "month": frozenset(
        [
            "month",
            "date",
            "period",
            "time",
            "ds",
            "monat",
            "datum",
            "zeitraum",
            "mes",
            "fecha",
            "periodo",
            "mois",
            "periode",
            "reference_month",
            "ref_month",
            "ref_date",
            "ref_period",
            "month_year",
            "year_month",
            "yearmonth",
            "time_period",
            "obs_date",
        ]
    ),
    "value": frozenset(
        [
            "value",
            "y",
            "count",
            "encounters",
            "encounter_count",
            "total",
            "obs_value",
            "wert",
            "valor",
            "valeur",
        ]
    ),
    "series": frozenset(["series_id", "series", "unique_id"]),
    "released": frozenset(
        [
            "released",
            "release_date",
            "release",
            "published",
            "vintage",
            "publication_date",
            "publication_day",
            "realtime_start",
            "release_day",
            "date_released",
            "date_published",
        ]
    ),
}
_YEAR_NAMES = frozenset(
    [
        "year",
        "yr",
        "ano",
        "annee",
        "jahr",
        "fy",
        "fiscal_year",
        "fiscalyear",
        "y",
        "an",
        "calendar_year",
        "cal_year",
    ]
)
_COUNTER_NAMES = frozenset(["", "#", "no", "no.", "nr", "nr.", "index", "row", "id", "unnamed: 0"])


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Return a text in lower case without accents and doubled spaces."""
    spread = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return " ".join("".join(c for c in spread if not unicodedata.combining(c)).lower().split())


def plain_name(column: str) -> str:
    """Return the name of a column as the sets above write it."""
    return re.sub(r"[\s\-]+", "_", plain(column))


def month_of(text: str) -> int | None:
    """Return the number of a month's name, in any of the languages; None for anything else.

    Examples
    --------
    >>> month_of("Sept."), month_of("août"), month_of("Mrz"), month_of("Monday")
    (9, 8, 3, None)
    """
    return None if text[:1].isdigit() else MONTHS.get(plain(text).rstrip("."))


def is_foreign_month(text: str) -> bool:
    """Tell whether a word names a month in another language than English only."""
    return month_of(text) is not None and plain(text).rstrip(".") not in _ENGLISH


def is_total(text: str) -> bool:
    """Tell whether a label is that of a total or a mean, its span apart.

    Examples
    --------
    >>> is_total("Subtotal H1"), is_total("2015 Annual"), is_total("2015")
    (True, True, False)
    """
    label = plain(text).strip(" :.*")
    return any(_TOTALS.fullmatch(one) for one in (label, _SPAN.sub("", label).strip(" :.*,-")))


def is_note(text: str) -> bool:
    """Tell whether a text begins like a note below a table."""
    return _NOTE.fullmatch(plain(text)) is not None


def is_year_name(column: str) -> bool:
    """Tell whether a column is called a year."""
    return plain_name(column) in _YEAR_NAMES


def is_code_name(column: str) -> bool:
    """Tell whether a column is called a code, as those of countries are beside their names."""
    return plain_name(column).split("_")[-1] in ("code", "id", "key", "codigo", "clave", "schluessel")


def is_counter_name(column: str) -> bool:
    """Tell whether a column may be a counter of rows by its name."""
    return plain(column) in _COUNTER_NAMES
