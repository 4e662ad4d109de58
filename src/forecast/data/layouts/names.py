"""Words that tables of any language use: months, totals, notes, units of time, roles of columns."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


#: Names of months without accents in English, Spanish, French and German, short forms included.
_MONTHS: tuple[str, ...] = (
    "jan january ene enero janv janvier januar janner jaen jaenner",
    "feb febr february febrero fev fevr fevrier februar feber",
    "mar march marzo mars marz maerz mrz",
    "apr april abr abril avr avril",
    "may mayo mai",
    "jun june junio juin juni",
    "jul july julio juil juillet juli",
    "aug august ago agto agosto aou aout",
    "sep sept september septiembre setiembre set septembre",
    "oct october octubre octobre okt oktober",
    "nov november noviembre novembre",
    "dec december dic diciembre decembre dez dezember",
)
MONTHS: dict[str, int] = {
    word: number for number, words in enumerate(_MONTHS, start=1) for word in words.split()
}
#: Names that are English, or may be.
_ENGLISH = word_set(
    "jan january feb febr february mar march apr april may jun june jul july aug august sep sept "
    "september oct october nov november dec december"
)
_TOTALS = re.compile(
    r"(grand |sub-?)?(total|totals|totales|totaux|sum|suma|somme|summe|gesamt|insgesamt|ensemble|subtotal"
    r"|annual|anual|annuel|year total|fy total|full year|jahr|ytd|fytd|year to date|cumulative|acumulado"
    r"|cumul"
    r"|m13|q0?[1-5]|s0[1-3]|half ?-?[12]|[12](st|nd) half"  # periods of the BLS beside its months
    r"|[1-4]\w{0,3}\.? ?(quartal|trim\w*|quarter)|[1-4] ?t|t[1-4]|[iv]{1,3} ?trim\w*"
    r"|h[12]|[12]\.? ?(halbjahr|semestre|sem))"
    r"|(total|sum|summe|somme|suma)\b.*|.*\b(total|totals|totales|totaux|insgesamt|gesamt|subtotal|summe)"
    r"|(jahres|quartals|gesamt|zwischen)(summe|total|ergebnis)"
    r"|((monthly|yearly|annual|calendar year|12[- ]month) )?"
    r"(average|averages|avg|mean|median|media|mediana|prom|promedio|moy|moyenne|mediane|ø"
    r"|(monats|jahres)?(mittel|mittelwert|durchschnitt)|min|minimum|max|maximum)"
    r"( ?(mensual|mensuelle|anual|annuelle|del ano|de l'annee"
    r"|(/|per|pro|por|par|p\.) ?(month|mes|mois|monat)))?"
)
#: Labels of changes, which are made of the figures beside or above them.
_CHANGES = re.compile(
    r"[%δ∆]|(\+ ?/ ?[-–]|±).*|"
    r"(([%δ∆]|percent|percentage|annual|yearly|monthly|absolute|abs|relative|rel|tasa de|taux de) ?\.? ?)*"
    r"(change|chg|growth|difference|diff|yoy|y/y|y-o-y|mom|m/m|var|variacion|variation|veranderung|verand"
    r"|entwicklung|evolution|crecimiento|croissance|wachstum|abweichung|cambio|year[- ]on[- ]year)\b.*"
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
    "month": word_set(
        "month date period time ds monat datum zeitraum mes fecha periodo mois periode reference_month "
        "ref_month ref_date ref_period month_year year_month yearmonth time_period obs_date"
    ),
    "value": word_set("value y count encounters encounter_count total obs_value wert valor valeur"),
    "series": word_set("series_id series unique_id"),
    "released": word_set(
        "released release_date release published vintage publication_date publication_day realtime_start "
        "release_day date_released date_published"
    ),
}
_YEAR_NAMES = word_set("year yr ano annee jahr fy fiscal_year fiscalyear y an calendar_year cal_year")
_COUNTER_NAMES = frozenset(["", "unnamed: 0", "lfd. nr.", "s. no.", "sl. no."]) | word_set(
    "# no no. nr nr. index row id n° nº num s.no. s.no sl.no. lfd.nr. rank seq obs"
)
_CODE_WORDS = word_set(
    "code codes id key codigo cod clave cve schluessel schlussel kode kennziffer fips ags nuts iso iso2 "
    "iso3 insee geoid dguid vector coordinate"
)
#: What stands behind a month or a year and says something of its figures: a mark, or words in brackets.
_BEHIND = re.compile(
    r"\s*([(\[]([^()\[\]]+)[)\]]|[*†‡§¹²³⁰⁴-⁹ʰ-ˣᵃ-ᶻ]+|(?<=\d) ?[pre]\.?|(?<=\w) [pre]|\s\d{1,2}[)/]"
    r"|\s(prov|prel|vorl|rev|est)[^\W\d_]*\.?)$",
    re.IGNORECASE,
)
_YEAR_IN_FRONT = re.compile(
    r"^(?:calendar year|year|año|ano|jahr|année|annee|an|ejercicio|cy) ?:? ?(?=\d{4}$)", re.IGNORECASE
)
_NOTE_IN_BRACKETS = re.compile(
    r"\d{1,2}|[a-z*]{1,2}\.?|(prov|prel|vorl|schatz|est|rev|def|final|endg|semi|avanc|flash|part"
    r"|incompl|unvoll"
    r"|fytd|ytd|to date|year to|to |through |thru |until |up to |hasta |al |bis |jusqu|note|nota|fn).*"
)
_BETWEEN_MONTHS = word_set("to a al bis hasta through thru")


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
    if is_digits(text):
        return None
    label = plain(unmarked(text)).rstrip(".")
    number = re.match(r"(\d{1,2})\W+", label)  # 01 January, where the number only sorts
    words = re.split(r" ?/ ?", label[number.end() :] if number else label)  # in two languages, too
    month = MONTHS.get(words[0].rstrip("."))
    if any(MONTHS.get(word.rstrip(".")) != month for word in words[1:]):
        return None
    return month if number is None or int(number[1]) == month else None


@lru_cache(maxsize=65536)
def unmarked(text: str) -> str:
    """Return the label of a month or a year without what stands behind it as a note, or "year" in front.

    Examples
    --------
    >>> unmarked("2023 (p)"), unmarked("2024 (FYTD)"), unmarked("2019 1)"), unmarked("Jan (men)")
    ('2023', '2024', '2019', 'Jan (men)')
    """
    text = text.strip().replace("\u2013", "-").replace("\u2011", "-")
    while (match := _BEHIND.search(text)) is not None and match.start():
        if match[2] is not None and not _is_note_in_brackets(plain(match[2])):
            return text
        text = text[: match.start()]
    return _YEAR_IN_FRONT.sub("", text)


def _is_note_in_brackets(text: str) -> bool:
    if _NOTE_IN_BRACKETS.fullmatch(text):
        return True
    words = re.findall(r"[^\W\d_]+", text)
    return bool(words) and all(word in MONTHS or word in _BETWEEN_MONTHS for word in words)


def is_digits(text: str) -> bool:
    """Tell whether a text holds digits and marks alone, no letter."""
    return not any(map(str.isalpha, text))


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


def is_change(text: str) -> bool:
    """Tell whether a label is that of a change, which is made of other figures.

    Examples
    --------
    >>> is_change("% change"), is_change("Var. %"), is_change("Visitors")
    (True, True, False)
    """
    return _CHANGES.fullmatch(plain(text).strip(" :.*()")) is not None


def is_note(text: str) -> bool:
    """Tell whether a text begins like a note below a table."""
    return _NOTE.fullmatch(plain(text)) is not None


def is_year_name(column: str) -> bool:
    """Tell whether a column is called a year."""
    return plain_name(column) in _YEAR_NAMES


def is_code_name(column: str) -> bool:
    """Tell whether a column is called a code, as those of countries are beside their names."""
    return not _CODE_WORDS.isdisjoint(re.split(r"[\W_]+", plain_name(column)))


def is_counter_name(column: str) -> bool:
    """Tell whether a column may be a counter of rows by its name."""
    return plain(column) in _COUNTER_NAMES
