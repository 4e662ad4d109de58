"""More files of real offices, written from memory after those of the fourth round were read."""

from __future__ import annotations

import calendar
import datetime as dt
from pathlib import Path

import openpyxl

from offices import DE, EN, EN3, Maker, Office, months


def fifth(folder: Path) -> list[Office]:
    """Write the files and return what must be read of each."""
    made = Maker(folder, 5)
    # 1 Eurostat bulk tsv: first cell freq,unit,geo\TIME_PERIOD, tabs with trailing spaces and flags after the figure
    M = months(2020, 1, 36)
    t = 0
    s = "freq,unit,s_adj,geo\\TIME_PERIOD\t" + "\t".join(f"{y}-{m:02d} " for y, m in M) + "\n"
    for g in ("AT", "BE", "BG"):
        r = made.ints(36, 900, 1400)
        r = [x / 10 for x in r]
        t += sum(r)
        s += f"M,I15,NSA,{g}\t" + "\t".join(f"{x} p" if i > 33 else f"{x} " for i, x in enumerate(r)) + "\n"
    made.put("prc_hicp_midx.tsv", s)
    made.yes("prc_hicp_midx.tsv", 3, M[0], M[-1], t)
    # 2 ECB data portal csv: DATE, TIME PERIOD, long series name
    M = months(2012, 1, 100)
    v = [made.draw.randint(100, 500) / 100 for _ in M]
    made.put(
        "ECB Data Portal_20261130.csv",
        '"DATE","TIME PERIOD","Bank interest rates - loans to households - euro area (MIR.M.U2.B.A2C.AM.R.A.2250.EUR.N)"\n'
        + "".join(
            f'"{y}-{m:02d}-{calendar.monthrange(y, m)[1]}","{y}{EN3[m - 1]}","{x}"\n'
            for (y, m), x in zip(M, v, strict=False)
        ),
    )
    made.yes("ECB Data Portal_20261130.csv", 1, M[0], M[-1], sum(v))
    # 3 ONS workbook with Table 1, two-row merged heads, "Jan 2019" text and [x] for missing at start
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "Cover sheet"
    ws["A1"] = "Retail sales"
    ws = wb.create_sheet("Table 1")
    ws.append(
        [
            "Table 1: Retail sales index, chained volume, seasonally adjusted, Great Britain, January 2019 to December 2023"
        ]
    )
    ws.append(["This worksheet contains one table."])
    ws.append(["Source: Office for National Statistics"])
    ws.append([])
    ws.append(
        [
            "Time period",
            "All retailing including automotive fuel",
            "All retailing excluding automotive fuel",
            "Food stores",
        ]
    )
    t = 0
    for y, m in months(2019, 1, 60):
        r = [made.draw.randint(800, 1200) / 10 for _ in range(3)]
        t += sum(r)
        ws.append([f"{EN3[m - 1]} {y}", *r])
    wb.save(made.folder / "poundsdata.xlsx")
    made.yes("poundsdata.xlsx", 3, (2019, 1), (2023, 12), t)
    # 4 NHS England: "Period" like 2019-20, "Month" APRIL -> fiscal
    s = "Year,Period,Type 1 attendances\n"
    for y in (2019, 2020, 2021):
        for i in range(12):
            s += f'{y}-{(y + 1) % 100:02d},{EN[(3 + i) % 12].upper()},"{made.draw.randint(800000, 1500000):,}"\n'
    made.put("ae-timeseries.csv", s)
    made.no("ae-timeseries.csv", "fiscal")
    # 5 INE PX csv with tabs names nested: series col then months down : "Índice general;2019M12;104,3"
    M = months(2017, 1, 48)
    t = 0
    s = "Grupos ECOICOP;Tipo de dato;Periodo;Total\n"
    for g in ("Índice general", "01 Alimentos y bebidas no alcohólicas", "02 Bebidas alcohólicas y tabaco"):
        for y, m in reversed(M):
            v = made.draw.randint(9000, 12000) / 100
            t += v
            s += f"{g};Índice;{y}M{m:02d};" + f"{v:.2f}".replace(".", ",") + "\n"
    made.put("25331.csv", s, "latin-1", "\r\n")
    made.yes("25331.csv", 3, M[0], M[-1], t)
    # 6 BLS multi-series xlsx: Series ID column and months across "Jan 2020"
    M = months(2020, 1, 36)
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "BLS Data Series"
    ws.append(["Labor Force Statistics from the Current Population Survey"])
    ws.append(["Source: Bureau of Labor Statistics"])
    ws.append([])
    ws.append(["Series ID", *[f"{EN3[m - 1]}\n{y}" for y, m in M]])
    t = 0
    for q in ("LNU04000000", "LNU04000025"):
        r = [made.draw.randint(30, 150) / 10 for _ in M]
        t += sum(r)
        ws.append([q, *r])
    wb.save(made.folder / "SeriesReport-multi.xlsx")
    made.yes("SeriesReport-multi.xlsx", 2, M[0], M[-1], t)
    # 7 FRED multi csv with blank cells at the start of one series
    M = months(2015, 1, 84)
    t = 0
    s = "observation_date,CPIAUCNS,PCUATRANS\n"
    for i, (y, m) in enumerate(M):
        a, b = made.draw.randint(230000, 310000) / 1000, made.draw.randint(900, 1300) / 10
        t += a
        s += f"{y}-{m:02d}-01,{a},"
        if i >= 12:
            t += b
            s += f"{b}"
        s += "\n"
    made.put("fredgraph.csv", s)
    made.yes("fredgraph.csv", 2, M[0], M[-1], t)
    # 8 StatCan old csv with "Ref_Date" 2015/01 and "Vector","Coordinate","Value"
    M = months(2012, 1, 60)
    t = 0
    s = "Ref_Date,GEO,SEX,Vector,Coordinate,Value\n"
    for k, x in enumerate(("Males", "Females"), 1):
        for y, m in M:
            v = made.draw.randint(5000, 9000)
            t += v
            s += f"{y}/{m:02d},Canada,{x},v{2062800 + k},1.{k},{v}\n"
    made.put("02820087-eng.csv", s)
    made.yes("02820087-eng.csv", 2, M[0], M[-1], t)
    # 9 StatCan on-screen with French heads, months across
    M = months(2022, 1, 18)
    t = 0
    s = (
        '"Voyageurs internationaux entrant au Canada"\n"Fréquence : Mensuelle"\n"Tableau : 24-10-0050-01"\n"Date de diffusion : 2023-08-22"\n"Géographie : Canada"\n\n"Géographie","Canada"'
        + "," * 17
        + "\n"
        + '"Catégorie de voyageurs",'
        + ",".join(
            f'"{(["Janvier", "Février", "Mars", "Avril", "Mai", "Juin", "Juillet", "Août", "Septembre", "Octobre", "Novembre", "Décembre"])[m - 1]} {y}"'
            for y, m in M
        )
        + "\n"
        + ","
        + ",".join(['"Nombre"'] * 18)
        + "\n"
    )
    for n in ("Visiteurs non-résidents", "Résidents canadiens"):
        r = made.ints(18, 10000, 900000)
        t += sum(r)
        s += f'"{n}",' + ",".join(f'"{x}"' for x in r) + "\n"
    s += '\n"Notes :"\n1,"Données provisoires."\n\n"Comment citer : Statistique Canada. Tableau 24-10-0050-01"\n'
    made.put("2410005001-fra.csv", s, "utf-8-sig")
    made.yes("2410005001-fra.csv", 2, M[0], M[-1], t)
    # 10 CBP operational statistics long: "Fiscal Year","Month","Encounters" OCT.. refused w/o fiscal start
    s = "Fiscal Year,Month,Encounters\n"
    for y in (2022, 2023, 2024):
        for mth in ["OCT", "NOV", "DEC", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP"]:
            s += f'{y},{mth},"{made.draw.randint(90000, 260000):,}"\n'
    made.put("cbp-monthly.csv", s)
    made.no("cbp-monthly.csv", "fiscal")
    # 11 UNHCR population csv yearly
    s = "Year,Country of origin,Country of asylum,Refugees\n" + "".join(
        f"{y},Venezuela,Colombia,{made.draw.randint(1000, 90000)}\n" for y in range(2000, 2024)
    )
    made.put("population.csv", s)
    made.no("population.csv", "yearly")
    # 12 UNHCR/IOM sea arrivals calendar in workbook: title, years across, months down, % change column
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "Arrivals"
    ws.append(["Mediterranean sea arrivals by month"])
    ws.append(["Month", 2021, 2022, 2023, "Average"])
    t = 0
    g = [made.ints(3, 900, 20000) for _ in range(12)]
    for i, r in enumerate(g):
        ws.append([EN[i], *r, round(sum(r) / 3, 1)])
        t += sum(r)
    ws.append(["Total", *[sum(r[k] for r in g) for k in range(3)], None])
    ws.append(["Source: national authorities, IOM"])
    wb.save(made.folder / "sea_arrivals.xlsx")
    made.yes("sea_arrivals.xlsx", 1, (2021, 1), (2023, 12), t)
    # 13 Banxico xlsx: title block, "Fecha" + two series, N/E before the first
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "Hoja1"
    for r in (
        ["Banco de México"],
        ["Tipo de cambio promedio del periodo"],
        ["Fecha de consulta: 30/11/2026"],
        [],
        ["Título", "Tipo de cambio FIX", "Tipo de cambio para solventar obligaciones"],
        ["Periodo disponible", "Nov 1991 - Oct 2026", "Nov 1991 - Oct 2026"],
        ["Periodicidad", "Mensual", "Mensual"],
        ["Unidad", "Pesos por Dólar", "Pesos por Dólar"],
        ["Fecha", "SF17908", "SF17906"],
    ):
        ws.append(r)
    t = 0
    for i, (y, m) in enumerate(months(2014, 1, 80)):
        a, b = made.draw.randint(130000, 210000) / 10000, made.draw.randint(130000, 210000) / 10000
        t += a + (b if i > 4 else 0)
        ws.append([dt.datetime(y, m, 1), a, b if i > 4 else "N/E"])
    wb.save(made.folder / "Consulta_banxico.xlsx")
    made.yes("Consulta_banxico.xlsx", 2, (2014, 1), (2020, 8), t)
    # 14 Brazil BCB SGS: data;valor 01/01/2015 with decimal comma quoted
    M = months(2015, 1, 80)
    v = [made.draw.randint(100, 900) / 100 for _ in M]
    made.put(
        "bcdata.sgs.433.csv",
        '"data";"valor"\n'
        + "".join(f'"01/{m:02d}/{y}";"{x:.2f}"\n'.replace(".", ",") for (y, m), x in zip(M, v, strict=False)),
        "latin-1",
        "\r\n",
    )
    made.yes("bcdata.sgs.433.csv", 1, M[0], M[-1], sum(v))
    # 15 Bundesbank time series csv: name row, unit, dimension, last update, comment then 2015-01;value;flags
    M = months(2013, 1, 90)
    v = [made.draw.randint(500, 2500) / 100 for _ in M]
    s = (
        ";BBIM1.M.DE.B;BBIM1.M.DE.B_FLAGS\n;Effektivzinssätze Banken DE;\nEinheit;% p.a.;\nDimension;Eins;\nStand vom;04.11.2026 10:52:01;\n"
        + "".join(
            f"{y}-{m:02d};" + f"{x:.2f}".replace(".", ",") + ";\n" for (y, m), x in zip(M, v, strict=False)
        )
        + ";;Kommentar\n"
    )
    made.put("BBIM1.csv", s, "utf-8", "\r\n")
    made.yes("BBIM1.csv", 1, M[0], M[-1], sum(v))
    # 16 Destatis GENESIS csv table: heads, year and months down with German names, "Stand:" copyright
    s = "Ankünfte und Übernachtungen in Beherbergungsbetrieben:\nDeutschland, Monate;;;\nMonatserhebung im Tourismus;;;\nDeutschland;;;\n;;Ankünfte;Übernachtungen\n;;Anzahl;Anzahl\n"
    t = 0
    for y in (2019, 2020, 2021, 2022):
        for n in DE:
            a, b = made.ints(2, 1000000, 50000000)
            t += a + b
            s += f"{y};{n};{a};{b}\n"
    s += "__________;;;\n© Statistisches Bundesamt (Destatis), 2026;;;\nStand: 30.11.2026 / 10:12:08;;;\n"
    made.put("45412-0003.csv", s, "latin-1", "\r\n")
    made.yes("45412-0003.csv", 2, (2019, 1), (2022, 12), t)
    # 17 INSEE/Melodi: TIME_PERIOD;GEO;OBS_VALUE;OBS_STATUS
    M = months(2018, 1, 60)
    t = 0
    s = '"GEO";"FREQ";"TIME_PERIOD";"OBS_VALUE";"OBS_STATUS_FR"\n'
    for g in ("FRANCE-F", "2024-REG-11"):
        for y, m in M:
            v = made.draw.randint(900, 1300) / 10
            t += v
            s += f'"{g}";"M";"{y}-{m:02d}";"{v}";"D"\n'
    made.put("DS_melodi_data.csv", s)
    made.yes("DS_melodi_data.csv", 2, M[0], M[-1], t)
    # 18 ISTAT: ITTER107,Territorio,TIPO_DATO,...,TIME,Seleziona periodo,Value,Flag Codes,Flags
    M = months(2017, 1, 48)
    t = 0
    s = '"ITTER107","Territorio","TIPO_DATO","Tipo dato","TIME","Seleziona periodo","Value","Flag Codes","Flags"\n'
    for c, n in (("IT", "Italia"), ("ITC4", "Lombardia")):
        for y, m in M:
            v = made.draw.randint(9000, 9000000)
            t += v
            s += f'"{c}","{n}","AR","arrivi","{y}-{m:02d}","{["Gen", "Feb", "Mar", "Apr", "Mag", "Giu", "Lug", "Ago", "Set", "Ott", "Nov", "Dic"][m - 1]}-{y}",{v},,\n'
    made.put("DCSC_TUR.csv", s, "utf-8-sig")
    made.yes("DCSC_TUR.csv", 2, M[0], M[-1], t)
    # 19 Statistics Netherlands: Perioden 2019MM01 ; value
    M = months(2019, 1, 48)
    t = 0
    s = '"ID";"Geslacht";"Perioden";"Werkloosheid_1"\n'
    k = 0
    for g in ("T001038", "3000   "):
        for y, m in M:
            v = made.draw.randint(200, 500)
            t += v
            s += f'"{k}";"{g}";"{y}MM{m:02d}";"{v}"\n'
            k += 1
    made.put("80590ned_TypedDataSet.csv", s)
    made.yes("80590ned_TypedDataSet.csv", 2, M[0], M[-1], t)
    # 20 Statistics Sweden / Norway px: "region","kön","2019M01",... across quoted
    M = months(2019, 1, 30)
    t = 0
    s = '"region","' + '","'.join(f"{y}M{m:02d}" for y, m in M) + '"\n'
    for g in ("01 Stockholms län", "12 Skåne län"):
        r = made.ints(30, 10, 900)
        t += sum(r)
        s += f'"{g}",' + ",".join(map(str, r)) + "\n"
    made.put("000001NO_20261130.csv", s, "latin-1", "\r\n")
    made.yes("000001NO_20261130.csv", 2, M[0], M[-1], t)
    # 21 Frontex-like csv with single key Route, months across JAN2019
    M = months(2019, 1, 40)
    t = 0
    s = "Route," + ",".join(f"{EN3[m - 1].upper()}{y}" for y, m in M) + "\n"
    for g in ("Central Mediterranean Route", "Western African Route", "Other"):
        r = made.ints(40, 0, 900)
        t += sum(r)
        s += g + "," + ",".join(map(str, r)) + "\n"
    made.put("detections_routes.csv", s)
    made.yes("detections_routes.csv", 3, M[0], M[-1], t)
    # 22 Excel pivot: years over months across (two head rows), rows regions, Grand Total both
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.append(["Sum of n", "Column Labels"])
    Y = (2022, 2023)
    h1 = [None]
    h2 = ["Row Labels"]
    for y in Y:
        h1 += [y] + [None] * 11 + [f"{y} Total"]
        h2 += [*EN3, None]
    ws.append([*h1, "Grand Total"])
    ws.append([*h2, None])
    t = 0
    cols = []
    for g in ("North", "South"):
        r = []
        for _ in Y:
            q = made.ints(12, 5, 90)
            t += sum(q)
            r += [*q, sum(q)]
        r += [r[12] + r[25]]
        cols.append(r)
        ws.append([g, *r])
    ws.append(["Grand Total", *[sum(c) for c in zip(*cols, strict=False)]])
    wb.save(made.folder / "pivot_years.xlsx")
    made.yes(
        "pivot_years.xlsx",
        3,
        (2022, 1),
        (2023, 12),
        2 * t,
        "Grand Total as a series, as in the earlier pivot",
    )
    # 23 Australian ABS Time series workbook Data1: rows of facts: Unit, Series Type, Data Type, Frequency, Collection Month, Series Start, Series End, No. Obs, Series ID then dates
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "Index"
    ws.append(["Time Series Workbook"])
    ws.append(["Data Item Description", "Series ID", "Unit"])
    ws.append(["Short-term visitors arriving", "A85232555J", "Persons"])
    ws = wb.create_sheet("Data1")
    M = months(2013, 1, 90)
    t = 0
    ws.append(
        [
            None,
            "Number of movements ;  Short-term Visitors arriving ;",
            "Number of movements ;  Short-term Residents departing ;",
        ]
    )
    for r in (
        ["Unit", "Number", "Number"],
        ["Series Type", "Original", "Original"],
        ["Data Type", "FLOW", "FLOW"],
        ["Frequency", "Month", "Month"],
        ["Collection Month", 1, 1],
        ["Series Start", dt.datetime(2013, 1, 1), dt.datetime(2013, 1, 1)],
        ["Series End", dt.datetime(2020, 6, 1), dt.datetime(2020, 6, 1)],
        ["No. Obs", 90, 90],
        ["Series ID", "A85232555J", "A85232558R"],
    ):
        ws.append(r)
    for y, m in M:
        r = made.ints(2, 100, 900000)
        t += sum(r)
        ws.append([dt.datetime(y, m, 1), *r])
    wb.save(made.folder / "340101.xlsx")
    made.yes("340101.xlsx", 2, M[0], M[-1], t)
    # 24 Google sheets export: Timestamp-like 1/1/2019 US, value $1,234.50 quoted
    M = months(2019, 1, 60)
    v = [made.draw.randint(100000, 999999) / 100 for _ in M]
    made.put(
        "Budget - Sheet1.csv",
        "Month,Spend\n" + "".join(f'{m}/1/{y},"${x:,.2f}"\n' for (y, m), x in zip(M, v, strict=False)),
        newline="\r\n",
    )
    made.yes("Budget - Sheet1.csv", 1, M[0], M[-1], sum(v))
    # 25 Tableau crosstab export: UTF-16 tab, "Month of Date" January 2019, Measure
    M = months(2019, 1, 60)
    v = made.ints(60, 100, 99999)
    made.put(
        "Crosstab.csv",
        "Month of Date\tEncounters\n"
        + "".join(f"{EN[m - 1]} {y}\t{x:,}\n" for (y, m), x in zip(M, v, strict=False)),
        "utf-16",
        "\r\n",
    )
    made.yes("Crosstab.csv", 1, M[0], M[-1], sum(v))
    # 26 weekly SDMX
    s = "geo,TIME_PERIOD,OBS_VALUE\n" + "".join(
        f"ES,{y}-W{w:02d},{made.draw.randint(6000, 9999)}\n" for y in (2020, 2021) for w in range(1, 53)
    )
    made.put("demo_r_mwk_ts.csv", s)
    made.no("demo_r_mwk_ts.csv", "weekly")

    return made.files
