"""Files as statistics offices, agencies and desks give them away, made from the table of layouts alone.

They were written by a person who had not seen the readers. Each knows the figures that a reader must find, and
which of its cells is broken where it is tried once more.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

Table = list[list[str]]
Truth = dict[str, dict[str, float]]  #: series -> month -> value; one series is called ""
MONTHS = pd.period_range("2015-01", periods=48, freq="M")
ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
LONG = ["January", "February", "March", "April", "May", "June", "July", "August"]
LONG += ["September", "October", "November", "December"]
GERMAN = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober"]
GERMAN += ["November", "Dezember"]


@dataclass(frozen=True)
class Fresh:
    """One file: how it is called, its text or how it is written, and what stands in it.

    Attributes
    ----------
    name, file : str
        What it is like, and the file's name.
    write : callable
        ``write(path, broken)`` makes it, with one cell broken if asked.
    truth : dict
        Series -> month -> value; empty where the file must be refused.
    told : str
        Words that the refusal must have.
    layout : dict
        What a user says where the file leaves it open.
    first : str
        What came of it at first sight, before anything was mended.
    """

    name: str
    file: str
    write: Callable[[Path, bool], None]
    truth: Truth
    told: str = ""
    layout: dict[str, object] | None = None
    first: str = "right"


def figure(i: int, base: float = 12000, step: float = 37, season: float = 1900) -> float:
    """Return a figure of month i: a trend and a season, whole."""
    return round(base + step * i + season * ((i % 12) - 5.5) ** 2 / 30)


def truth(scale: float = 1.0, base: float = 12000, n: int = 48, digits: int = 6) -> dict[str, float]:
    """Return month -> value."""
    return {str(MONTHS[i]): round(figure(i, base) * scale, digits) for i in range(n)}


def text(
    build: Callable[[], str], old: str, new: str, encoding: str = "utf-8"
) -> Callable[[Path, bool], None]:
    """Return a writer of a text in which one cell can be broken."""

    def write(path: Path, broken: bool) -> None:
        content = build()
        if broken:
            if content.count(old) < 1:
                raise ValueError(f"{path.name}: '{old}' does not stand in it")
            content = content.replace(old, new, 1)
        path.write_bytes(content.encode(encoding))

    return write


def commas(value: float, digits: int = 0) -> str:
    """Return 12,345.6."""
    return f"{value:,.{digits}f}"


def rows(lines: list[str]) -> str:
    """Return lines as a text."""
    return "\n".join(lines) + "\n"


def retail() -> str:
    head = ["Retail sales by volume", "Not seasonally adjusted", "", "Month,Sales (£m)"]
    body = [f'{m.strftime("%b %Y")},"£{commas(figure(i) / 10, 1)}"' for i, m in enumerate(MONTHS)]
    return rows([*head, *body, "", "Source: Monthly survey of shops", "© Crown copyright 2019"])


def german_change() -> str:
    body = []
    for i, m in enumerate(MONTHS):
        value = f"{figure(i):,.0f}".replace(",", ".")
        change = f"{figure(i) % 7 - 3.4:.1f}".replace(".", ",")
        body.append(f"{GERMAN[m.month - 1]} {m.year};{value};{change}")
    return rows(["Berichtsmonat;Zulassungen;Veränderung in %", *body])


def two_heads() -> str:
    head = [",North,,South,", "Month,Men,Women,Men,Women"]
    body = [
        f"{m.strftime('%Y-%m')}," + ",".join(f"{figure(i, b):.0f}" for b in (1000, 2000, 3000, 4000))
        for i, m in enumerate(MONTHS)
    ]
    return rows([*head, *body])


def long_constant() -> str:
    lines = ["country,sex,age,period,obs_value"]
    for name, base in (("Chile", 3000), ("Peru", 5000)):
        lines += [
            f"{name},T,TOTAL,{m.year}-M{m.month:02d},{figure(i, base):.0f}" for i, m in enumerate(MONTHS)
        ]
    return rows(lines)


def sdmx() -> str:
    lines = ["DATAFLOW,LAST UPDATE,freq,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG"]
    for geo, base in (("AT", 800), ("BE", 900)):
        lines += [
            f"ESTAT:MIGR_ASYAPPCTZM(1.0),14/10/24 23:00:00,M,PER,{geo},{m},{figure(i, base):.0f},{'p' if i > 45 else ''}"
            for i, m in enumerate(MONTHS)
        ]
    return rows(lines)


def eurostat_tsv() -> str:
    ahead = list(reversed(list(enumerate(MONTHS))))
    head = "freq,unit,geo\\TIME_PERIOD\t" + "\t".join(f"{m} " for _, m in ahead)
    lines = [head]
    for geo, base in (("AT", 800), ("BE", 900)):
        cells = [f"{figure(i, base):.0f} {'p' if i > 45 else ''}" for i, _ in ahead]
        lines.append(f"M,PER,{geo}\t" + "\t".join(cells))
    return rows(lines)


def fred() -> str:
    body = [f"{m.strftime('%Y-%m')}-01,{'.' if i == 20 else figure(i) / 1000:}" for i, m in enumerate(MONTHS)]
    return rows(["DATE,UNRATENSA", *body])


def ons() -> str:
    lines = ['"Title","CPI INDEX 00: ALL ITEMS 2015=100"', '"CDID","D7BT"', '"Source dataset ID","MM23"']
    lines += ['"PreUnit",""', '"Unit","Index, base year = 100"', '"Release date","16-10-2024"']
    lines += ['"Next release","20 November 2024"', '"Important notes",""']
    for year in range(2015, 2019):
        lines.append(f'"{year}","{figure(12 * (year - 2015)) / 100:.1f}"')
    for year in range(2015, 2019):
        lines += [f'"{year} Q{q}","{figure(12 * (year - 2015) + 3 * q) / 100:.1f}"' for q in range(1, 5)]
    lines += [
        f'"{m.year} {ENGLISH[m.month - 1].upper()}","{figure(i) / 100:.1f}"' for i, m in enumerate(MONTHS)
    ]
    return rows(lines)


def bls() -> str:
    lines = ["Series ID,Year,Period,Label,Value"]
    for i, m in enumerate(MONTHS):
        label = f"{m.year} {ENGLISH[m.month - 1]}"
        lines.append(f"LNU04000000,{m.year},M{m.month:02d},{label},{figure(i) / 1000:.1f}")
        if m.month == 12:
            lines.append(f"LNU04000000,{m.year},M13,{m.year} Annual,{13.3}")
    return rows(lines)


def statcan() -> str:
    lines = ['"REF_DATE","GEO","DGUID","UOM","UOM_ID","SCALAR_FACTOR","SCALAR_ID","VECTOR","COORDINATE"']
    lines[0] += ',"VALUE","STATUS","SYMBOL","TERMINATED","DECIMALS"'
    for i, m in enumerate(MONTHS):
        for geo, code, vector, base in (
            ("Canada", "A000011124", "v1", 9000),
            ("Ontario", "A000235", "v2", 4000),
        ):
            cells = [str(m), geo, f"2016{code}", "Persons", "249", "units", "0", vector, f"{vector[1]}.1"]
            cells += [f"{figure(i, base):.0f}", "", "", "", "0"]
            lines.append(",".join(f'"{cell}"' for cell in cells))
    return rows(lines)


def banxico() -> str:
    body = []
    for i, m in enumerate(MONTHS):
        value = f"{figure(i) + 0.5:,.1f}".replace(",", "#").replace(".", ",").replace("#", ".")
        body.append(f"01/{m.month:02d}/{m.year};{value}")
    return rows(["Fecha;Remesas (millones de dólares)", *body])


def swiss() -> str:
    body = [f"{m.month:02d}.{m.year};{figure(i) * 100:,.0f}".replace(",", "'") for i, m in enumerate(MONTHS)]
    return rows(["Monat;Übernachtungen", *body])


def insee() -> str:
    head = ["Libellé;Indice des prix à la consommation - Base 2015", "idBank;001763852"]
    head += ["Dernière mise à jour;14/03/2024 08:45", "Période;"]
    body = [f"{m};{figure(i) / 100:.2f};A" for i, m in reversed(list(enumerate(MONTHS)))]
    return rows([*head, *body])


def indian_years() -> str:
    head = ["Year," + ",".join(ENGLISH[3:] + ENGLISH[:3]) + ",Total"]
    body = []
    for year in range(2015, 2018):
        months = pd.period_range(f"{year}-04", periods=12, freq="M")
        values = [figure(MONTHS.get_loc(m)) for m in months]
        body.append(
            f"{year}-{(year + 1) % 100:02d}," + ",".join(f"{v:.0f}" for v in values) + f",{sum(values):.0f}"
        )
    return rows([*head, *body])


def halves() -> str:
    lines = ["Period,Applications received"]
    for year in range(2015, 2019):
        lines.append(f"{year},")
        for month in range(12):
            lines.append(f"{LONG[month]},{figure(12 * (year - 2015) + month):.0f}")
            if month in (5, 11):
                half = [figure(12 * (year - 2015) + k) for k in range(month - 5, month + 1)]
                lines.append(f"Subtotal H{month // 6 + 1},{sum(half):.0f}")
    return rows(lines)


def shares() -> str:
    head = "Nationality\t" + "\t".join(m.strftime("%b-%y") for m in MONTHS[:36]) + "\tNote"
    lines = [head]
    every = [0.0] * 36
    for name, base in (("Afghanistan", 7000), ("Eritrea", 2000), ("Iran", 4000)):
        cells = [figure(i, base) for i in range(36)]
        every = [a + b for a, b in zip(every, cells, strict=True)]
        lines.append(name + "\t" + "\t".join(f"{v:,.0f}".replace(",", "\u202f") for v in cells) + "\t")
    lines.append("Total\t" + "\t".join(f"{v:,.0f}".replace(",", "\u202f") for v in every) + "\t")
    return rows(lines)


def spans() -> str:
    body = [f"{m.start_time:%Y-%m-%d},{m.end_time:%Y-%m-%d},{figure(i):.0f}" for i, m in enumerate(MONTHS)]
    return rows(["month_start,month_end,visits", *body])


def trends() -> str:
    body = [f"{m},{'<1' if i == 3 else f'{figure(i) // 200:.0f}'}" for i, m in enumerate(MONTHS)]
    return rows(["Category: All categories", "", "Month,asylum: (United States)", *body])


def trends_whole() -> str:
    return trends().replace("<1", "60")


def iso_weeks() -> str:
    weeks = pd.date_range("2015-01-05", periods=120, freq="W-MON")
    body = [f"{d.isocalendar().year}-W{d.isocalendar().week:02d},{300 + i}" for i, d in enumerate(weeks)]
    return rows(["week,cases", *body])


def units_row() -> str:
    head = ["Month,Arrivals,Departures", ",thousand,thousand"]
    body = [
        f"{m.strftime('%d %B %Y')},{figure(i) / 10:.1f},{figure(i, 9000) / 10:.1f}"
        for i, m in enumerate(MONTHS)
    ]
    return rows([*head, *body])


def half_years() -> str:
    return rows(
        [
            "Period,n",
            *(
                f"{year} H{half},{figure(year - 2000 + half):.0f}"
                for year in range(2000, 2020)
                for half in (1, 2)
            ),
        ]
    )


def workbook(path: Path, broken: bool) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    contents = book.active
    contents.title = "Contents"
    contents.append(["Table of contents"])
    contents.append(["Table 1", "Visas granted by month"])
    sheet = book.create_sheet("Table 1")
    sheet.append(["Table 1: Visas granted by month"])
    sheet.append(["This worksheet contains one table. Some cells refer to notes."])
    sheet.append([])
    sheet.append(["Month", "Visas granted [note 1]", "Status"])
    for i, m in enumerate(MONTHS):
        value: object = figure(i)
        if broken and i == 30:
            value = "14 S12"
        sheet.append([datetime(m.year, m.month, 1), value, "provisional" if i > 44 else "final"])
    sheet.append([])
    sheet.append(["[note 1] Excludes transit visas."])
    book.save(path)


def accounts(path: Path, broken: bool) -> None:
    """An OpenDocument sheet: balances, those below zero in parentheses."""

    def cell(value: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    lines = [["Month", "Balance, thousand euros"]]
    for i, m in enumerate(MONTHS):
        value = figure(i) - 14000
        shown = f"({abs(value):,.0f})" if value < 0 else f"{value:,.0f}"
        if broken and i == 10:
            shown = shown.replace(")", "")
        lines.append([m.strftime("%b-%y"), shown])
    body = "".join("<table:table-row>" + "".join(map(cell, line)) + "</table:table-row>" for line in lines)
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{space}:office:1.0"'
        f' xmlns:table="{space}:table:1.0" xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Balance">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr("content.xml", content)


def _fred_truth() -> dict[str, float]:
    return {m: v for i, (m, v) in enumerate(truth(1 / 1000).items()) if i != 20}


ORIGINS = {"Afghanistan": [7000], "Eritrea": [2000], "Iran": [4000], "Total": [7000, 2000, 4000]}
FRESH: tuple[Fresh, ...] = (
    Fresh(
        "title rows, pounds, notes and a copyright",
        "retail.csv",
        text(retail, 'Jun 2016,"£1', 'Jun 2016,"£I'),
        {"": truth(0.1)},
    ),
    Fresh(
        "German months, a column of changes",
        "zulassungen.csv",
        text(german_change, "März 2016", "Marz 20l6"),
        {
            "Zulassungen": truth(),
            "Veränderung in %": {m: round(figure(i) % 7 - 3.4, 1) for i, m in enumerate(map(str, MONTHS))},
        },
    ),
    Fresh(
        "two rows of heads, each head over two columns",
        "places.csv",
        text(two_heads, "2016-05,", "2016-06,"),
        {
            f"{a} {b}": truth(base=v)
            for a, b, v in (
                ("North", "Men", 1000),
                ("North", "Women", 2000),
                ("South", "Men", 3000),
                ("South", "Women", 4000),
            )
        },
    ),
    Fresh("a workbook with contents, notes and a status", "visas.xlsx", workbook, {"": truth()}),
    Fresh(
        "a long table whose further columns say the same in every row",
        "long.csv",
        text(long_constant, "2016-M07", "2016-M17"),
        {"Chile": truth(base=3000), "Peru": truth(base=5000)},
    ),
    Fresh(
        "SDMX-CSV with flags",
        "sdmx.csv",
        text(sdmx, ",AT,2016-02,", ",AT,2016-2x,"),
        {"AT": truth(base=800), "BE": truth(base=900)},
    ),
    Fresh(
        "a tab table with keys joined by commas",
        "estat.tsv",
        text(eurostat_tsv, "2016-04 ", "2016-05 "),
        {"AT": truth(base=800), "BE": truth(base=900)},
        first="told: no row looks like the head",
    ),
    Fresh(
        "a point where a month is missing",
        "unrate.csv",
        text(fred, "2016-03-01", "2016-03-32"),
        {"": _fred_truth()},
    ),
    Fresh(
        "years, quarters and months below each other",
        "series-d7bt.csv",
        text(ons, "2016 MAY", "2016 MAI?"),
        {"": truth(0.01, digits=1)},
        first="told: rows that are no months",
    ),
    Fresh(
        "M01 to M12, and M13 for the year",
        "bls.csv",
        text(bls, ",2016,M04,", ",2016,M14,"),
        {"": truth(0.001, digits=1)},
        first="told: rows that are no months",
    ),
    Fresh(
        "a table of Statistics Canada",
        "statcan.csv",
        text(statcan, '"2016-03","Canada"', '"2016-03","Ontario"'),
        {"Canada": truth(base=9000), "Ontario": truth(base=4000)},
        first="told: two columns may name the series",
    ),
    Fresh(
        "Spanish heads, 1.234,5 and 01/02/2015",
        "remesas.csv",
        text(banxico, "01/05/2016", "01/15/2016"),
        {"": {k: v + 0.5 for k, v in truth().items()}},
    ),
    Fresh(
        "01.2015 and 1'234'567",
        "hotels.csv",
        text(
            swiss,
            "05.2016",
            "05.2106",
        ),
        {"": truth(100)},
        first="right; broken in one cell, 2106 was taken for a year to come",
    ),
    Fresh(
        "rows of words above the figures, newest first",
        "ipc.csv",
        text(insee, "2016-09;", "2016-08;"),
        {"": truth(0.01, digits=2)},
        first="told: no column of months",
    ),
    Fresh(
        "fiscal years 2015-16 with totals",
        "receipts.csv",
        text(indian_years, "2016-17", "2015-16"),
        {"": {k: v for k, v in truth().items() if "2015-04" <= k <= "2018-03"}},
        layout={"fiscal_start": 4},
        first="right with the option",
    ),
    Fresh(
        "years above their months, totals of half years",
        "applications.csv",
        text(halves, "April,", "Apples,"),
        {"": truth()},
        first="told: rows that are no months",
    ),
    Fresh(
        "series down, narrow spaces for thousands, a total",
        "asylum.tsv",
        text(shares, "Mar-16", "Feb-16"),
        {
            name: {m: sum(figure(i, base) for base in bases) for i, m in enumerate(map(str, MONTHS[:36]))}
            for name, bases in ORIGINS.items()
        },
    ),
    Fresh(
        "first and last day of each month",
        "visits.csv",
        text(spans, "2016-05-01,2016-05-31", "2016-05-01,2016-06-30"),
        {"": truth()},
        first="told: two columns may hold the months",
    ),
    Fresh(
        "a search index with a line above",
        "multiTimeline.csv",
        text(trends_whole, "2016-08,", "2016-8-,"),
        {"": {k: 60.0 if k == "2015-04" else v // 200 for k, v in truth().items()}},
    ),
    Fresh(
        "a second row of heads that holds the units",
        "passengers.csv",
        text(units_row, "June 2016", "Jume 2016"),
        {"Arrivals thousand": truth(0.1), "Departures thousand": truth(0.1, 9000)},
    ),
    Fresh(
        "balances below zero in parentheses",
        "balance.ods",
        accounts,
        {"": {k: v - 14000 for k, v in truth().items()}},
    ),
    Fresh("a search index with <1", "below_one.csv", text(trends, "<1", "<<1"), {}, told="<1"),
    Fresh("ISO weeks", "weeks.csv", text(iso_weeks, "2015-W07", "2015-07"), {}, told="week"),
    Fresh(
        "half years",
        "halves.csv",
        text(half_years, "2004 H1", "2004 1"),
        {},
        told="half",
        first="told, without the word half-yearly",
    ),
)


def destatis() -> str:
    head = [
        "Tabelle: 45412-0001",
        "Ankünfte in Beherbergungsbetrieben: Deutschland, Monate",
        ";;Ankünfte",
        ";;Anzahl",
    ]
    body = [f"{m.year};{GERMAN[m.month - 1]};{figure(i):.0f}" for i, m in enumerate(MONTHS)]
    return rows(
        [*head, *body, "__________", "© Statistisches Bundesamt (Destatis), 2024 | Stand: 12.11.2024"]
    )


def bank() -> str:
    body = [f"{m.end_time:%d %b %y},{figure(i) / 10000:.4f}" for i, m in enumerate(MONTHS)]
    return rows(["DATE,IUMBV34", *body])


def spanish_bank() -> str:
    short = ["ENE", "FEB", "MAR", "ABR", "MAY", "JUN", "JUL", "AGO", "SEP", "OCT", "NOV", "DIC"]
    body = [
        f'"{short[m.month - 1]} {m.year}";"{figure(i) / 10:.1f}"'.replace(".", ",")
        for i, m in enumerate(MONTHS)
    ]
    return rows(['"FECHA";"EURIBOR"', *body])


def monetary_fund() -> str:
    lines = ["Country Name,Country Code,Indicator Name," + ",".join(f"{m.year}M{m.month}" for m in MONTHS)]
    for name, code, base in (("Chad", 628, 700), ("Togo", 742, 1400)):
        lines.append(
            f"{name},{code},Exports of goods," + ",".join(f"{figure(i, base):.0f}" for i in range(48))
        )
    return rows(lines)


def oecd() -> str:
    lines = ['"LOCATION","INDICATOR","SUBJECT","MEASURE","FREQUENCY","TIME","Value","Flag Codes"']
    for place, base in (("AUS", 500), ("USA", 900)):
        lines += [
            f'"{place}","HUR","TOT","PC_LF","M","{m}",{figure(i, base) / 100:.2f},'
            for i, m in enumerate(MONTHS)
        ]
    return rows(lines)


def australian() -> str:
    lines = [
        ",Employed ;  Persons ;,Unemployed ;  Persons ;",
        "Unit,000,000",
        "Series Type,Original,Original",
    ]
    lines += ["Data Type,STOCK,STOCK", "Frequency,Month,Month", "Collection Month,1,1"]
    lines += ["Series Start,Jan-2015,Jan-2015", "Series End,Dec-2018,Dec-2018", "No. Obs,48,48"]
    lines += ["Series ID,A84423085A,A84423085B"]
    lines += [
        f"{m.start_time:%b-%Y},{figure(i) / 10:.1f},{figure(i, 4000) / 10:.1f}" for i, m in enumerate(MONTHS)
    ]
    return rows(lines)


def dutch() -> str:
    names = ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus"]
    names += ["september", "oktober", "november", "december"]
    body = [f'"{m.year} {names[m.month - 1]}";"{figure(i):.0f}"' for i, m in enumerate(MONTHS)]
    return rows(['"Perioden";"Asielverzoeken (aantal)"', *body])


def starred() -> str:
    body = [
        f'{m.start_time:%B-%Y},"{commas(figure(i))}{"*" if i > 44 else ""}"' for i, m in enumerate(MONTHS)
    ]
    return rows(["Month-Year,Apprehensions", *body, '"* Figures are preliminary."'])


def pivot() -> str:
    head = "Row Labels," + ",".join(f"{m.start_time:%b %Y}" for m in MONTHS[:36]) + ",Grand Total"
    lines, every = [head], [0.0] * 36
    for name, base in (("Land", 7000), ("Sea", 2000)):
        cells = [figure(i, base) for i in range(36)]
        every = [a + b for a, b in zip(every, cells, strict=True)]
        lines.append(f"{name}," + ",".join(f"{v:.0f}" for v in cells) + f",{sum(cells):.0f}")
    lines.append("Grand Total," + ",".join(f"{v:.0f}" for v in every) + f",{sum(every):.0f}")
    return rows(lines)


def analytics() -> str:
    head = [
        "# ----------------------------------------",
        "# All Web Site Data",
        "# 20150101-20181231",
        "# ----",
        "",
    ]
    body = [f'{i:04d},"{commas(figure(i))}"' for i in range(48)]
    return rows([*head, "Month Index,Sessions", *body])


def totals_by_place() -> dict[str, float]:
    return {m: figure(i, 7000) + figure(i, 2000) for i, m in enumerate(map(str, MONTHS[:36]))}


#: Written after the first were mended, when the readers were known.
SECOND: tuple[Fresh, ...] = (
    Fresh(
        "year and month of Destatis below heads without names",
        "destatis.csv",
        text(destatis, "2016;April", "2016;Apfil"),
        {"": truth()},
    ),
    Fresh("31 Jan 15", "bank.csv", text(bank, "31 May 16", "31 May 61"), {"": truth(0.0001, digits=4)}),
    Fresh(
        "quoted cells, ENE 2015, decimal commas",
        "euribor.csv",
        text(spanish_bank, "ABR 2016", "ABT 2016"),
        {"": truth(0.1, digits=1)},
    ),
    Fresh(
        "2015M1 across, codes beside the names",
        "exports.csv",
        text(monetary_fund, ",2016M4,", ",2016M44,"),
        {"Chad": truth(base=700), "Togo": truth(base=1400)},
        first="told: a column of figures is no month",
    ),
    Fresh(
        "OECD's long table",
        "oecd.csv",
        text(oecd, '"AUS","HUR","TOT","PC_LF","M","2016-04"', '"AUS","HUR","TOT","PC_LF","M","2016-4?"'),
        {"AUS": truth(0.01, 500, digits=2), "USA": truth(0.01, 900, digits=2)},
    ),
    Fresh(
        "rows of facts below the heads",
        "labour.csv",
        text(australian, "Apr-2016", "Apr-2106"),
        {
            "Employed ;  Persons ;": truth(0.1, digits=1),
            "Unemployed ;  Persons ;": truth(0.1, 4000, digits=1),
        },
        first="told: rows that are no months",
    ),
    Fresh(
        "months of another language", "asiel.csv", text(dutch, "2016 april", "2016 apfil"), {}, told="month"
    ),
    Fresh(
        "January-2015, stars and a note",
        "apprehensions.csv",
        text(starred, "April-2016", "Apfil-2016"),
        {"": truth()},
    ),
    Fresh(
        "a pivot table with totals both ways",
        "pivot.csv",
        text(pivot, "Apr 2016", "Apr 2015"),
        {
            "Land": dict(list(truth(base=7000).items())[:36]),
            "Sea": dict(list(truth(base=2000).items())[:36]),
            "Grand Total": totals_by_place(),
        },
    ),
    Fresh("a month index without dates", "analytics.csv", text(analytics, "0010", "001O"), {}, told="month"),
)
