"""Details of real files, each in a file of a few lines: what must be read of it, or that it must be told."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from offices import DE, EN, EN3, ES, ES3, FR, months

Right = dict[str, list[float]]  #: series -> figures; a single one is called ""


@dataclass(frozen=True)
class Detail:
    """One file: its text, what must be read of it (None where it must be told), and what the user says."""

    text: str
    right: Right | None
    layout: dict[str, object] = field(default_factory=dict)
    suffix: str = "csv"


M = months(2019, 1, 36)
V = [12_000 + 37 * i + 611 * ((i * 5) % 12) for i in range(36)]
W = [3_000 + 11 * i + 207 * ((i * 7) % 12) for i in range(36)]
BELOW_ZERO = [v - 14_000 for v in V]
YEARS = [y for y, _ in M]
NAMES = [EN3[m - 1] for _, m in M]
ISO = [f"{y}-{m:02d}" for y, m in M]
ONE, BOTH = {"": V}, {"North": V, "South": W}
DAYS = [dt.date(2019, 1, 1) + dt.timedelta(i) for i in range(365)]
OF_DAYS = [100 + (i * 7) % 31 for i in range(365)]
BY_MONTH = [sum(v for d, v in zip(DAYS, OF_DAYS, strict=True) if d.month == m) for m in range(1, 13)]


def table(rows, mark=","):
    """Return rows as lines; cells that hold the mark are quoted."""
    return "".join(mark.join(f'"{c}"' if mark in str(c) else str(c) for c in row) + "\n" for row in rows)


def columns(head, *cells, mark=","):
    """Return a head, its names by commas, and columns below it; a single text stands in every row."""
    size = max(len(c) for c in cells if isinstance(c, list))
    held = [c if isinstance(c, list) else [c] * size for c in cells]
    return table([head.split(","), *zip(*held, strict=True)], mark)


def labels(form):
    """Return the months of M as a form writes them."""
    names = [(EN[m - 1], EN3[m - 1], ES[m - 1], ES3[m - 1], FR[m - 1], DE[m - 1]) for _, m in M]
    return [
        form.format(
            y=y, yy=y % 100, m=m, d=calendar.monthrange(y, m)[1], en=a, en3=b, es=c, es3=d, fr=e, de=f
        )
        for (y, m), (a, b, c, d, e, f) in zip(M, names, strict=True)
    ]


def years_down(heads=EN3, head="Year", beside=(), made=lambda year: (), label=str, mark=","):
    """Return a calendar of V with years down; `made` gives what stands beside the months of a year."""
    rows = [(label(2019 + j), *V[12 * j : 12 * j + 12], *made(V[12 * j : 12 * j + 12])) for j in range(3)]
    return table([(head, *heads, *beside), *rows], mark)


def years_across(
    heads=("2019", "2020", "2021"), labels=EN3, head="Month", beside=(), made=lambda row: (), post=()
):
    """Return a calendar of V with years across."""
    rows = [(labels[m], *V[m::12], *made(V[m::12])) for m in range(12)]
    return table([(head, *heads, *beside), *rows, *post])


def across(heads, above=(), made=lambda part: (), size=36):
    """Return a row for each of two series below heads, with what is made of every so many figures."""
    cells = {
        n: [x for i in range(0, 36, size) for x in (*q[i : i + size], *made(q[i : i + size]))]
        for n, q in BOTH.items()
    }
    return table([*above, ("Region", *heads), *((n, *q) for n, q in cells.items())])


def blocks(label, months=NAMES, total=""):
    """Return months below the row of their year."""
    rows = [("Period", "Visitors")]
    for i, (y, name) in enumerate(zip(YEARS, months, strict=True)):
        rows += [(label.format(y), total)] if i % 12 == 0 else []
        rows.append((name, V[i]))
    return table(rows)


#: Ways of writing a month.
LABELS = """{m:02d}-{y}|{m}/{y}|{y}_{m:02d}|{y} - {m:02d}|{y}.{m:02d}|M{m} {y}|M{m:02d}-{y}|{y}m{m}|{y}-M{m}|{en3}/{yy}
{en3}'{yy}|{en3} {yy}|{en3}–{yy}|{yy}-{en3}|{es3}.{yy}|{es}/{y}|{y}-{es3}|{es} del {y}|{de} / {fr} {y}|{es}/{en} {y}
{en}, {y}|{en3}. 1, {y}|{d}th {en} {y}|1-{m}-{y}|1-{en3}-{yy}|01{en3}{y}|{en3}{y}|Month {m} {y}|{y} month {m:02d}
Mois {m:02d}/{y}|01/{m:02d}/{y} 0:00|{y}/{m:02d}/01 00:00|{y}-{m:02d}-01 00:00:00.000|01.{m:02d}.{y} - {d}.{m:02d}.{y}
{y}-{m:02d}-01 to {y}-{m:02d}-{d}|{y}-{m:02d}-01/P1M"""
#: Texts that are no months, though a month stands in them.
TOLD = """Year ending {en3} {y}|12 months to {en3} {y}|{y} {m}|{y}-{m:02d}-01T00:00:00Z|M:{y}-{m:02d}"""
#: How figures below zero, and figures with what stands around them, are written: form of one below zero, and of others.
SIGNS = {
    "{}-": "{}",
    "(${:,})": "${:,}",
    "-${:,}": "${:,}",
    "$-{:,}": "${:,}",
    "–{}": "{}",
    "- {}": "{}",
    "({:,})": "{:,}",
}
AROUND = "(p) {}|{} bp|{}ʳ|{}p|{} b|{} 1)|{}[a]|{} [note 3]|{} (1)|+{}|'{}|CHF {}|{} €"
#: What stands behind a month or a year as a note.
NOTES = "(p)|*|p|(prov.)|(r)|1)| †|(vorl.)|(e)|²"
YEAR_NOTES = (
    "(p)|*|r|(FYTD)|1)|(prov.)|(Jan-Sep)|(hasta junio)|(provisional)|[1]|(vorläufig)|(provisoire)|1/|**"
)
MEANS = """Media mensual|Average|Ø|Durchschnitt|Moyenne|Promedio|Mean|Monthly average|Promedio mensual|Moyenne mensuelle
Monatsdurchschnitt|Jahresmittel|Avg.|Jahressumme|Total del año|Cumulative|Max|Sum"""
CHANGES = """Change|% change|YoY|Var. %|Index|Veränderung|Veränderung in %|Variation|Évolution|Variación|Var. 21/20|% chg
Change on year|Growth rate|Diff.|% var. 2021/2020|Change 2020-2021|Var. 2021/2020 (%)|+/- %|Évolution 2021/2020"""


def several(texts):
    """Return the parts of a text of this module."""
    return texts.replace("\n", "|").split("|")


def _cells() -> Iterator[tuple[str, Detail]]:
    for form in several(LABELS):
        yield form, Detail(columns("Month,Visitors", labels(form), V), ONE)
    for form in several(TOLD):
        yield form, Detail(columns("Month,Visitors", labels(form), V), None)
    for below, above in SIGNS.items():
        cells = [below.format(-v) if v < 0 else above.format(v) for v in BELOW_ZERO]
        yield below, Detail(columns("Month,Balance", ISO, cells), {"": BELOW_ZERO})
    for form in several(AROUND):
        cells = [form.format(v) if form[0] in "+'C" or i in (7, 8, 35) else str(v) for i, v in enumerate(V)]
        yield form, Detail(columns("Month,Visitors", ISO, cells), ONE)
    for note in several(NOTES):
        marked = [f"{name} {note}" if i > 33 else name for i, name in enumerate(labels("{en3} {y}"))]
        yield f"months with {note}", Detail(columns("Month,Visitors", marked, V), ONE)
        yield f"months across with {note}", Detail(years_down([*EN3[:11], f"Dec {note}"]), ONE)
        yield f"months down with {note}", Detail(years_across(labels=[*EN3[:11], f"Dec {note}"]), ONE)
    for note in several(YEAR_NOTES):
        label = f"2021 {note}"
        yield f"years across with {note}", Detail(years_across(("2019", "2020", label)), ONE)
        text = years_down(label=lambda y, label=label: label if y == 2021 else str(y))
        yield f"years down with {note}", Detail(text, ONE)
    for name in several(MEANS):
        text = years_down(beside=(name,), made=lambda year: (round(sum(year) / 12, 1),))
        yield f"{name} of a year", Detail(text, ONE)
        yield f"row of {name}", Detail(years_across(post=[(name, 111.1, 222.2, 333.3)]), ONE)
    for name in several(CHANGES):
        text = years_across(beside=(name,), made=lambda row: (round(100 * (row[2] / row[1] - 1), 1),))
        yield f"{name} of a month", Detail(text, ONE)
        yield f"{name} of a year", Detail(years_down(beside=(name,), made=lambda year: (1.5,)), ONE)


def _figures() -> Iterator[tuple[str, Detail]]:
    dotted, marked = labels("{m:02d}/{y}"), [f"{v:,}".replace(",", ".") for v in V]
    yield "dots alone", Detail(columns("Monat,Umsatz", dotted, marked, mark=";"), None)
    yield "12.000,-", Detail(columns("Monat,Umsatz", dotted, [f"{v},-" for v in marked], mark=";"), ONE)
    cents = [f"R$ {v},50" for v in marked]
    yield "R$", Detail(columns("Mes,Valor", dotted, cents, mark=";"), {"": [v + 0.5 for v in V]})
    thin = [f"{v:,}".replace(",", "\u2009") for v in V]
    yield "thin spaces", Detail(columns("Mois,Entrées", labels("{fr} {y}"), thin, mark=";"), ONE)
    yield "three decimals", Detail(columns("Month,Rate", ISO, [f"{v / 1000:.3f}" for v in V]), None)
    yield "stars", Detail(columns("Month,Visitors", ISO, ["*", "*", *V[2:]]), {"": V[2:]})
    yield "a slash", Detail(columns("Month,Visitors", ISO, [*V[:-1], "/"]), {"": V[:-1]})
    for cell in ("~12", "<5", "12e", "x"):
        yield cell, Detail(columns("Month,Visitors", ISO, [cell, *V[1:]]), None)


def _places() -> Iterator[tuple[str, Detail]]:
    yield "column B", Detail(columns(",Month,Visitors", "", ISO, V), ONE)
    yield (
        "a title in A",
        Detail("Visitors of the museum,,,\n,,,\n" + columns(",,Month,Visitors", "", "", ISO, V), ONE),
    )
    yield "a blank column", Detail(",Visitors a month,\n" + columns("Month,,Visitors", ISO, "", V), ONE)
    yield "a blank column between series", Detail(columns("Month,North,,South", ISO, V, "", W), BOTH)
    yield "a note far away", Detail(columns("Month,Visitors,,", ISO, V, "", ["see note", *[""] * 35]), ONE)
    facts = "Title,Visitors\nCDID,ABCD\nPreUnit,\nUnit,m\nRelease date,15-04-2022\nNext release,15-05-2022\n"
    yield (
        "facts, no head",
        Detail(facts + "".join(f"{x},{v}\n" for x, v in zip(labels("{y} {en3}"), V, strict=True)), ONE),
    )
    plain = columns("Month,Visitors", ISO, V)
    above_all = """Source:,Office\nPublished:,2022-02-01\n|Last updated,2022-02-01\n\n|# office, 5\n# a, b
|Table 3.1,Visitors to the museum\n|Printed on,31/01/2022\n|Visitors 2019-2021,\n"""
    for above in above_all.replace("\n\nT", "\n|T").split("|"):
        yield f"above: {above}", Detail(above + plain, ONE)
    for below in (
        "Source: office, 2022",
        "1 Without the port",
        "Note: from 2020 on",
        "(c) Office",
        "36 rows",
        "(36 rows)",
        "EOF",
    ):
        yield f"below: {below}", Detail(f'{plain}"{below}",\n', ONE)
    piped = "".join(f"| {x} | {v} |\n" for x, v in zip(ISO, V, strict=True))
    yield "Markdown", Detail(f"| Month | Visitors |\n|---|---:|\n{piped}", ONE, suffix="md")
    rule = "+----+----+\n"
    yield (
        "MySQL",
        Detail(
            f"{rule}| month | visitors |\n{rule}{piped}{rule}36 rows in set (0.00 sec)\n", ONE, suffix="txt"
        ),
    )
    for gap in (" ", "    "):
        yield f"by {len(gap)} spaces", Detail(plain.replace(",", gap), ONE, suffix="txt")
    yield "R's print", Detail(years_down(head="").replace(",", "  "), ONE, suffix="txt")
    yield "single quotes", Detail("".join(f"'{a}'\n" for a in plain.replace(",", "','").split()), ONE)
    yield "a mark more in the rows", Detail(plain.replace("\n", ",\n").replace(",\n", "\n", 1), ONE)
    yield "a mark more in the head", Detail(plain.replace("\n", ",\n", 1), ONE)


def _heads() -> Iterator[tuple[str, Detail]]:
    names, unit = labels("{en3} {y}"), ("", "Number", *[""] * 35)
    whole = across(names).split("\n", 1)
    yield "the unit once", Detail(f"{whole[0]}\n{','.join(unit)}\n{whole[1]}", BOTH)
    yield "the unit in a calendar", Detail(years_down().replace("\n", "\n,Anzahl" + "," * 11 + "\n", 1), ONE)
    yield "the unit of each month", Detail(years_down(DE).replace("\n", "\n" + ",Anzahl" * 12 + "\n", 1), ONE)
    yield "the unit of one series", Detail(columns("Month,Visitors", ["", *ISO], ["thousand", *V]), ONE)
    yield (
        "years below months",
        Detail(across(NAMES).replace("\nNorth", f"\n,{','.join(map(str, YEARS))}\nNorth"), BOTH),
    )
    years = ["", *(str(y) if m == 1 else "" for y, m in M)]
    quarters = ["", *(f"Q{m // 3 + 1}" if m % 3 == 1 else "" for _, m in M)]
    yield "years, quarters, months", Detail(across(NAMES, (years, quarters)), BOTH)
    totals = [x for y in (2019, 2020, 2021) for x in (*(f"{name} {y}" for name in EN3), y)]
    yield "years beside months", Detail(across(totals, made=lambda part: (sum(part),), size=12), BOTH)
    totals = [x for i in range(0, 36, 3) for x in (*names[i : i + 3], f"Q{i % 12 // 3 + 1} {YEARS[i]}")]
    yield "quarters beside months", Detail(across(totals, made=lambda part: (sum(part),), size=3), BOTH)
    both = [f"{a} / {b}" for a, b in zip(DE, FR, strict=True)]
    yield "two languages", Detail(years_down(both, "Jahr / Année", mark=";"), ONE)
    yield (
        "01 - Enero",
        Detail(years_across(labels=[f"{i + 1:02d} - {name}" for i, name in enumerate(ES)]), ONE),
    )
    for label in ("Jahr {}", "Año {}", "CY{}", "{}.0"):
        yield label, Detail(years_across([label.format(y) for y in (2019, 2020, 2021)]), ONE)
        yield f"{label} down", Detail(years_down(head="", label=label.format), ONE)
    pivot = ",n,n\nregion,North,South\n" + columns("month,,", ISO, V, W)
    yield "two heads of pandas", Detail(pivot, {"n North": V, "n South": W})
    yield (
        "floats of pandas",
        Detail(columns("year,month,n", *([f"{x}.0" for x in q] for q in (YEARS, [m for _, m in M], V))), ONE),
    )


def _blocks() -> Iterator[tuple[str, Detail]]:
    for label in ("{} (p)", "{}:", "Año {}", "Year {}"):
        yield f"{label} above months", Detail(blocks(label), ONE)
    yield "with totals", Detail(blocks("{}:", total=9), ONE)
    first = [f"{name} {y}" if name == "Jan" else name for y, name in zip(YEARS, NAMES, strict=True)]
    yield "the year at January", Detail(columns("Month,Visitors", first, V), ONE)
    series = [("North", ""), *zip(ISO, V, strict=True), ("South", ""), *zip(ISO, W, strict=True)]
    yield "series above months", Detail(table([("Region / month", "Visitors"), *series]), BOTH)
    merged = ["North", *[""] * 35, "South", *[""] * 35]
    yield "series in the first row", Detail(columns("Region,Month,Visitors", merged, ISO * 2, V + W), BOTH)
    rows = [("" if j else n, 2019 + j, *q[12 * j : 12 * j + 12]) for n, q in BOTH.items() for j in range(3)]
    yield "series in the first row of a calendar", Detail(table([("Region", "Year", *EN3), *rows]), BOTH)


def _columns() -> Iterator[tuple[str, Detail]]:
    pairs = [x for x in ISO for _ in range(2)]
    values = [x for pair in zip(V, W, strict=True) for x in pair]
    for head, codes in (("fips", [4, 48]), ("nr_bezirk", [101, 102]), ("GEO", ["AT", "BE"])):
        text = columns(f"date,{head},name,n", pairs, codes * 36, ["North", "South"] * 36, values)
        yield f"{head} beside names", Detail(text, BOTH)
    yield "codes alone", Detail(columns("date,code,n", pairs, [4, 48] * 36, values), {"4": V, "48": W})
    rows = [("E06000001", "North", *V), ("E06000002", "South", *W)]
    yield "codes across", Detail(table([("LAD21CD", "LAD21NM", *ISO), *rows]), BOTH)
    days = [calendar.monthrange(y, m)[1] for y, m in M]
    quarter = [(m + 2) // 3 for _, m in M]
    yield (
        "the date again",
        Detail(columns("Date,Year,Quarter,Days,Visitors", ISO, YEARS, quarter, days, V), ONE),
    )
    season = [["winter", "spring"][m % 2] for _, m in M for _ in range(2)]
    yield (
        "seasons",
        Detail(columns("Date,Season,Region,n", pairs, season, ["North", "South"] * 36, values), BOTH),
    )
    yield (
        "an account",
        Detail(
            columns("month,account,balance", ISO, 400100, V)
            if 0
            else columns("month,account,balance", ISO, "400100", V),
            ONE,
        ),
    )
    for head in ("S.No.", "lfd. Nr.", "N°"):
        yield head, Detail(columns(f"{head},Month,Visitors", list(range(1, 37)), ISO, V), ONE)
    flags = columns("Month,North,Flag,South,Flag", ISO, V, ["p", *[""] * 35], W, "")
    yield "flags", Detail(flags, BOTH)
    change = [float(i % 7) for i in range(36)]
    text = columns("Month,North,% change,South,% change", ISO, V, change, W, change)
    yield "changes", Detail(text, {**BOTH, "North % change": change, "South % change": change})


def _days() -> Iterator[tuple[str, Detail]]:
    said, right = {"by_month": "sum"}, {"": BY_MONTH}
    parts = [[d.year for d in DAYS], [d.month for d in DAYS], [d.day for d in DAYS]]
    dates = [str(d) for d in DAYS]
    weekdays = [f"{d:%A}" for d in DAYS]
    yield "in three columns", Detail(columns("Year,Month,Day,n", *parts, OF_DAYS), right, said)
    rain = ["rain", "sun", "sun", "rain", "sun"] * 73
    yield "attributes", Detail(columns("Date,Day,Rain,n", dates, weekdays, rain, OF_DAYS), right, said)
    numbers = [d.weekday() + 1 for d in DAYS]
    yield "weekday numbers", Detail(columns("Date,weekday,n", dates, numbers, OF_DAYS), right, said)
    twice, doubled = [d for d in dates for _ in range(2)], [x for v in OF_DAYS for x in (v, 2 * v)]
    text = columns("Date,Place,Weather,n", twice, ["A", "B"] * 365, rain * 2, doubled)
    yield "two places", Detail(text, {"A": BY_MONTH, "B": [2 * x for x in BY_MONTH]}, said)
    yield "without a word", Detail(columns("Date,Day,n", dates, weekdays, OF_DAYS), None)
    weeks, quarters = list(range(1, 53)) * 3, [1, 2, 3, 4] * 12
    yield "weeks", Detail(columns("Year,Week,n", [2019 + i // 52 for i in range(156)], weeks, weeks), None)
    yield (
        "quarters",
        Detail(columns("Year,Quarter,n", [2010 + i // 4 for i in range(48)], quarters, quarters), None),
    )
    yield "rolling quarters", Detail(columns("Period,Rate", labels("Jan-Mar {y}"), V), None)
    hours = [f"2019-01-{i // 24 + 1:02d} {i % 24:02d}:00" for i in range(240)]
    yield "hours", Detail(columns("time,n", hours, list(range(240))), None)


def details() -> dict[str, Detail]:
    """Return them all by name."""
    groups = (_cells, _figures, _places, _heads, _blocks, _columns, _days)
    return {f"{group.__name__[1:]}: {name}": one for group in groups for name, one in group()}
