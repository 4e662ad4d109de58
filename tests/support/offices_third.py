"""Twenty-five files written from the page of layouts alone, by one who had not seen the readers."""

from __future__ import annotations

import calendar
import datetime as dt
from pathlib import Path

import openpyxl
from openpyxl.styles import Font

from offices import DE, DE3, EN, EN3, ENS, ES3, FR, FRS, Maker, Office, dots, months, ods


def third(folder: Path) -> list[Office]:
    """Write the files and return what must be read of each."""
    made = Maker(folder, 20261130)
    # 1 Spanish port: title, blank row, ene-18, dots for thousands up to millions, Latin-1, source below
    M = months(2018, 1, 60)
    v = made.ints(60, 780_000, 1_240_000)
    made.put(
        "01_puerto_contenedores.csv",
        "Autoridad Portuaria - Tráfico de contenedores;\n;\nPeríodo;Toneladas\n"
        + "".join(f"{ES3[m - 1]}-{y % 100:02d};{dots(x)}\n" for (y, m), x in zip(M, v, strict=False))
        + ";\nFuente: Autoridad Portuaria. Datos provisionales desde julio de 2022.;\n",
        "latin-1",
        "\r\n",
    )
    made.yes("01_puerto_contenedores.csv", 1, M[0], M[-1], sum(v))

    # 2 German, BOM, full month names, decimal commas with dots for thousands, copyright below
    M = months(2016, 3, 55)
    v = [made.draw.randint(81_000, 452_000) / 100 * 10 for _ in M]
    v = [round(x, 1) for x in v]
    made.put(
        "02_stromabsatz.csv",
        "Monat und Jahr;Stromabsatz in GWh\n"
        + "".join(
            f"{DE[m - 1]} {y};" + f"{x:,.1f}".replace(",", "_").replace(".", ",").replace("_", ".") + "\n"
            for (y, m), x in zip(M, v, strict=False)
        )
        + "\n© Beispielwerke AG, 2020\nStand: 14.11.2020 / 09:31:02\n",
        "utf-8-sig",
    )
    made.yes("02_stromabsatz.csv", 1, M[0], M[-1], sum(v))

    # 3 French txt, tabs, short names with dots, narrow hard spaces
    M = months(2015, 9, 50)
    v = made.ints(50, 9_000, 1_480_000)
    made.put(
        "03_frequentation.txt",
        "Mois\tVisiteurs\n"
        + "".join(
            f"{FRS[m - 1]} {y}\t{x:,}\n".replace(",", "\u202f") for (y, m), x in zip(M, v, strict=False)
        ),
        "utf-8",
    )
    made.yes("03_frequentation.txt", 1, M[0], M[-1], sum(v))

    # 4 workbook, title, two merged head rows, real dates, four series
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "Accommodation"
    ws["A1"] = "Nights and arrivals in hotels, by residence of the guest"
    ws["A1"].font = Font(bold=True)
    ws["A2"] = "Unadjusted"
    ws.append([])
    ws.append(["", "Residents", None, "Non-residents", None])
    ws.append(["Month", "Nights", "Arrivals", "Nights", "Arrivals"])
    ws.merge_cells("B4:C4")
    ws.merge_cells("D4:E4")
    M = months(2017, 1, 48)
    tot = 0
    for y, m in M:
        row = made.ints(4, 2_000, 70_000)
        tot += sum(row)
        ws.append([dt.datetime(y, m, 1), *row])
        ws.cell(ws.max_row, 1).number_format = "mmm yyyy"
    wb.save(made.folder / "04_hotels.xlsx")
    made.yes("04_hotels.xlsx", 4, M[0], M[-1], tot)

    # 5 ds,y month ends, float figures
    M = months(2014, 1, 80)
    v = [round(made.draw.uniform(3, 90), 3) for _ in M]
    made.put(
        "05_ds_y.csv",
        "ds,y\n"
        + "".join(
            f"{y}-{m:02d}-{calendar.monthrange(y, m)[1]},{x}\n" for (y, m), x in zip(M, v, strict=False)
        ),
    )
    made.yes("05_ds_y.csv", 1, M[0], M[-1], sum(v))

    # 6 unique_id,ds,y: three series of other lengths, rows shuffled, CRLF
    rows = []
    tot = 0
    for s, start, n in (
        ("clinic A", (2016, 1), 60),
        ("clinic B", (2017, 7), 42),
        ("clinic C", (2018, 1), 36),
    ):
        for y, m in months(*start, n):
            x = made.draw.randint(0, 400)
            tot += x
            rows.append(f"{s},{y}-{m:02d}-01,{x}\n")
    made.draw.shuffle(rows)
    made.put("06_clinics_long.csv", "unique_id,ds,y\n" + "".join(rows), newline="\r\n")
    made.yes(
        "06_clinics_long.csv",
        3,
        (2016, 1),
        (2020, 12),
        tot,
        "all three end 2020-12; B starts 2017-07, C 2018-01",
    )

    # 7 Spanish calendar, newest year first, year under way blank, total column
    years = list(range(2023, 2017, -1))
    tot = 0
    text = "Año;" + ";".join(n.capitalize() for n in ES3) + ";Total\n"
    for y in years:
        r = made.ints(12 if y < 2023 else 8, 100, 999)
        tot += sum(r)
        text += f"{y};" + ";".join(map(str, r + [""] * (12 - len(r)))) + f";{sum(r)}\n"
    made.put("07_matrimonios_calendario.csv", text, "utf-8", "\r\n")
    made.yes("07_matrimonios_calendario.csv", 1, (2018, 1), (2023, 8), tot)

    # 8 German workbook calendar, months down, years across, sum row, title above
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "Tabelle1"
    ws.append(["Fahrgäste der Stadtbahn (in Tausend)"])
    ws.append([])
    Y = [2018, 2019, 2020, 2021]
    ws.append(["Monat", *Y])
    g = {y: made.ints(12, 800, 2400) for y in Y}
    for i in range(12):
        ws.append([DE[i], *(g[y][i] for y in Y)])
    ws.append(["Insgesamt", *(sum(g[y]) for y in Y)])
    wb.save(made.folder / "08_stadtbahn.xlsx")
    made.yes("08_stadtbahn.xlsx", 1, (2018, 1), (2021, 12), sum(map(sum, g.values())))

    # 9 pipes, JAN-1998, decimal points, provisional marks (p) on the last four
    M = months(1998, 6, 70)
    v = [round(made.draw.uniform(0, 211), 1) for _ in M]
    made.put(
        "09_rain_gauge.txt",
        "MONTH|Rain (mm)\n"
        + "".join(
            f"{EN3[m - 1].upper()}-{y}|{x:.1f}{' (p)' if i >= 66 else ''}\n"
            for i, ((y, m), x) in enumerate(zip(M, v, strict=False))
        )
        + "(p) provisional|\n",
    )
    made.yes("09_rain_gauge.txt", 1, M[0], M[-1], sum(v))

    # 10 quoted dollars, parentheses below zero, newest first
    M = months(2016, 10, 50)
    v = made.ints(50, -90_000, 140_000)
    v[7] = -1_204_118
    made.put(
        "10_cash_ledger.csv",
        '"Period","Net flow (USD)"\n'
        + "".join(
            f'"{ENS[m - 1]} {y}","' + (f"({-x:,})" if x < 0 else f"{x:,}") + '"\n'
            for (y, m), x in reversed(list(zip(M, v, strict=False)))
        ),
    )
    made.yes("10_cash_ledger.csv", 1, M[0], M[-1], sum(v), "figures in parentheses are below zero")

    # 11 ods by hand: title row, a blank row, two columns
    M = months(2019, 1, 42)
    a, b = made.ints(42, 1000, 9000), made.ints(42, 1000, 9000)
    ods(
        made.folder / "11_trade.ods",
        [["Trade in goods, million", None, None], [None, None, None], ["Month", "Exports", "Imports"]]
        + [[dt.date(y, m, 1), p, q] for (y, m), p, q in zip(M, a, b, strict=False)]
        + [["Source: customs declarations", None, None]],
    )
    made.yes("11_trade.ods", 2, M[0], M[-1], sum(a) + sum(b))

    # 12 year only in the first row of its block, a total after each block, hard spaces
    text = "Year;Month;Admissions\n"
    tot = 0
    for y in range(2016, 2021):
        s = 0
        for i in range(12):
            x = made.draw.randint(900, 41_000)
            s += x
            text += f"{y if i == 0 else ''};{EN[i]};{x:,}\n".replace(",", "\u00a0")
        text += f";Total;{s:,}\n".replace(",", "\u00a0")
        tot += s
    made.put("12_admissions_blocks.csv", text, "cp1252")
    made.yes("12_admissions_blocks.csv", 1, (2016, 1), (2020, 12), tot)

    # 13 workbook: a row of the year above its months, French, two columns of figures
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "Séries"
    ws.append(["Période", "Entrées", "Sorties"])
    tot = 0
    for y in range(2019, 2023):
        ws.append([y, None, None])
        for i in range(12):
            r = made.ints(2, 300, 7000)
            tot += sum(r)
            ws.append([FR[i].capitalize(), *r])
    wb.save(made.folder / "13_entrees_sorties.xlsx")
    made.yes("13_entrees_sorties.xlsx", 2, (2019, 1), (2022, 12), tot)

    # 14 UTF-16, semicolons, a column for each of five regions, MM.YYYY
    M = months(2013, 5, 64)
    tot = 0
    text = "Monat;Nord;Süd;Ost;West;Übrige\n"
    for y, m in M:
        r = made.ints(5, 10, 5000)
        tot += sum(r)
        text += f"{m:02d}.{y};" + ";".join(map(str, r)) + "\n"
    made.put("14_regionen.csv", text, "utf-16", "\r\n")
    made.yes("14_regionen.csv", 5, M[0], M[-1], tot)

    # 15 a column of release days named vintage; the first 40 months revised once
    M = months(2018, 1, 44)
    text = "month,value,vintage\n"
    last = {}
    for i, (y, m) in enumerate(M):
        ny, nm = months(y, m, 2)[1]
        x = made.draw.randint(500, 900)
        text += f"{y}-{m:02d},{x},{ny}-{nm:02d}-12\n"
        last[y, m] = x
        if i < 40:
            ry, rm = months(y, m, 4)[3]
            x += made.draw.randint(-20, 20)
            text += f"{y}-{m:02d},{x},{ry}-{rm:02d}-12\n"
            last[y, m] = x
    made.put("15_vintages.csv", text)
    made.yes(
        "15_vintages.csv",
        1,
        M[0],
        M[-1],
        sum(last.values()),
        "sum of the latest figures; earlier ones stay as earlier releases",
    )

    # 16 MM/YYYY, months to come blank up to the end of the year, commas for thousands, quoted
    M = months(2017, 1, 60)
    v = made.ints(55, 600, 23_000)
    made.put(
        "16_bookings_to_date.csv",
        "Stay month,Bookings\n"
        + "".join(f'{m:02d}/{y},"{v[i]:,}"\n' if i < 55 else f"{m:02d}/{y},\n" for i, (y, m) in enumerate(M)),
    )
    made.yes("16_bookings_to_date.csv", 1, M[0], M[54], sum(v))

    # 17 series down, months across, a code beside the name, a Total row
    M = months(2019, 4, 40)
    names = [("ABZ", "Aberdeen"), ("BRS", "Bristol"), ("CWL", "Cardiff")]
    cols = {n: made.ints(40, 20_000, 800_000) for _, n in names}
    text = "IATA\tAirport\t" + "\t".join(f"{EN3[m - 1]} {y}" for y, m in M) + "\n"
    for c, n in names:
        text += f"{c}\t{n}\t" + "\t".join(map(str, cols[n])) + "\n"
    text += "\tTotal\t" + "\t".join(str(sum(cols[n][i] for n in cols)) for i in range(40)) + "\n"
    made.put("17_airports_wide.tsv", text)
    made.yes("17_airports_wide.tsv", 3, M[0], M[-1], sum(map(sum, cols.values())))

    # 18 text column as the series, month name and year in two columns (month first), sorted by product
    text = "Product,Month,Year,Units\n"
    tot = 0
    for p in ("Apples, fresh", "Pears", "Quinces"):
        for y, m in months(2018, 1, 36):
            x = made.draw.randint(0, 4000)
            tot += x
            text += (f'"{p}"' if "," in p else p) + f",{EN[m - 1]},{y},{x}\n"
    made.put("18_products_long.csv", text)
    made.yes("18_products_long.csv", 3, (2018, 1), (2020, 12), tot)

    # 19 all cells quoted, semicolon at the end of each row, German short months, stars for provisional, note below
    M = months(2017, 2, 58)
    v = made.ints(58, 31, 988)
    made.put(
        "19_antraege.csv",
        '"Monat";"Anträge";\n'
        + "".join(
            f'"{DE3[m - 1]} {y}";"{x}{"*" if i >= 55 else ""}";\n'
            for i, ((y, m), x) in enumerate(zip(M, v, strict=False))
        )
        + '"* vorläufig";"";\n',
        "utf-8",
        "\r\n",
    )
    made.yes("19_antraege.csv", 1, M[0], M[-1], sum(v))

    # 20 fiscal labels without the month in which the year begins
    text = "Fiscal period,Cases\n"
    for fy in range(2019, 2023):
        for p in range(1, 13):
            text += f"FY{fy} P{p:02d},{made.draw.randint(100, 900)}\n"
    made.put("20_fiscal_labels.csv", text)
    made.no(
        "20_fiscal_labels.csv",
        "fiscal",
    )

    # 21 two candidates for the value beside names of series
    text = "Airline;Month;Passengers;Flights\n"
    for a_ in ("Alder Air", "Birch Air"):
        for y, m in months(2017, 1, 48):
            text += f"{a_};{y}-{m:02d};{made.draw.randint(9000, 99000)};{made.draw.randint(90, 900)}\n"
    made.put("21_airlines_two_values.csv", text)
    made.no("21_airlines_two_values.csv", "may both hold the figures")

    # 22 quarters in French
    text = "Trimestre;Mises en chantier\n" + "".join(
        f"T{q} {y};{made.draw.randint(50, 500)}\n" for y in range(2012, 2023) for q in range(1, 5)
    )
    made.put("22_trimestres.csv", text)
    made.no("22_trimestres.csv", "quarterly")

    # 23 weeks ending on Sundays, British days
    d = dt.date(2018, 1, 7)
    text = "Week ending,Deaths registered\n"
    for i in range(170):
        text += f"{d + dt.timedelta(7 * i):%d/%m/%Y},{made.draw.randint(8000, 12000):d}\n"
    made.put("23_week_ending.csv", text)
    made.no("23_week_ending.csv", "weekly")

    # 24 working days, US days
    d = dt.date(2019, 1, 2)
    text = "Date\tClose\n"
    n = 0
    while n < 400:
        if d.weekday() < 5:
            text += f"{d.month}/{d.day}/{d.year}\t{made.draw.uniform(80, 120):.2f}\n"
            n += 1
        d += dt.timedelta(1)
    made.put("24_closing_prices.txt", text)
    made.no("24_closing_prices.txt", "daily")

    # 25 years, workbook with a title
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.append(["Población residente"])
    ws.append(["Año", "Habitantes"])
    for y in range(1981, 2021):
        ws.append([y, made.draw.randint(1_000_000, 1_300_000)])
    wb.save(made.folder / "25_poblacion.xlsx")
    made.no("25_poblacion.xlsx", "yearly")

    return made.files
