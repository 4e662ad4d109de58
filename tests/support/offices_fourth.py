"""Files of real offices, written from memory before any reader saw them."""

from __future__ import annotations

import calendar
import datetime as dt
from pathlib import Path

import openpyxl

from offices import EN, EN3, Maker, Office, months


def fourth(folder: Path) -> list[Office]:
    """Write the files and return what must be read of each."""
    made = Maker(folder, 4)
    # 1 Eurostat, data browser "spreadsheet" CSV (SDMX-CSV 1.0 with labels)
    M = months(2018, 1, 60)
    t = 0
    s = "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,freq,Time frequency,unit,Unit of measure,c_resid,Country of residence,geo,Geopolitical entity (reporting),TIME_PERIOD,Time,OBS_VALUE,Observation value,OBS_FLAG,Observation status (Flag) V2 structure,CONF_STATUS,Confidentiality status (flag)\n"
    for g, n in (("AT", "Austria"), ("ES", "Spain"), ("PT", "Portugal")):
        for i, (y, m) in enumerate(M):
            v = made.draw.randint(100000, 9000000)
            t += v
            s += f'dataflow,ESTAT:TOUR_OCC_NIM(1.0),"Nights spent at tourist accommodation establishments, monthly",M,Monthly,NR,Number,TOTAL,Total,{g},{n},{y}-{m:02d},,{v},,{"p" if i > 56 else ""},{"provisional" if i > 56 else ""},,\n'
    made.put("estat_tour_occ_nim_en.csv", s)
    made.yes("estat_tour_occ_nim_en.csv", 3, M[0], M[-1], t)

    # 2 Eurostat workbook: sheets Summary, Structure, Sheet 1; head row TIME with months across and blank flag columns between
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "Summary"
    ws["A1"] = "Data extracted on 30/11/2026 from [ESTAT]"
    ws["A3"] = "Dataset:"
    ws["B3"] = "Unemployment by sex and age - monthly data [une_rt_m]"
    ws["A4"] = "Last updated:"
    ws["B4"] = "30/10/2026 11:00"
    ws = wb.create_sheet("Structure")
    ws.append(["Dimension", "Position", "Label"])
    ws.append(["Time frequency", "1", "Monthly"])
    ws.append(["Time", "2", "2020-01"])
    ws = wb.create_sheet("Sheet 1")
    M = months(2020, 1, 48)
    t = 0
    for r in (
        ["Data extracted on 30/11/2026 from [ESTAT]"],
        ["Dataset: ", "", "Unemployment by sex and age - monthly data [une_rt_m]"],
        ["Last updated: ", "", "30/10/2026 11:00"],
        [],
        ["Time frequency", "", "Monthly"],
        ["Unit of measure", "", "Percentage of population in the labour force"],
        [],
    ):
        ws.append(r)
    h = ["TIME"]
    for y, m in M:
        h += [f"{y}-{m:02d}", None]
    ws.append(h)
    ws.append(["GEO (Labels)"] + [None] * (len(h) - 1))
    for n in ("Belgium", "Germany", "France"):
        r = [n]
        for i, _ in enumerate(M):
            v = made.draw.randint(30, 95) / 10
            t += v
            r += [v, "p" if i > 45 else None]
        ws.append(r)
    for r in ([], ["Special value"], [":", "not available"], ["Available flags:"], ["p", "provisional"]):
        ws.append(r)
    wb.save(made.folder / "une_rt_m_spreadsheet.xlsx")
    made.yes("une_rt_m_spreadsheet.xlsx", 3, M[0], M[-1], t)

    # 3 ONS time series CSV with years, quarters, months
    M = months(2015, 1, 60)
    v = [made.draw.randint(980, 1200) / 10 for _ in M]
    s = '"Title","CPIH INDEX 00: ALL ITEMS 2015=100"\n"CDID","L522"\n"Source dataset ID","MM23"\n"PreUnit",""\n"Unit","Index, base year = 100"\n"Release date","19-11-2026"\n"Next release","16 December 2026"\n"Important notes",\n'
    for k in range(5):
        s += f'"{2015 + k}","{sum(v[12 * k : 12 * k + 12]) / 12:.1f}"\n'
    for k in range(20):
        s += f'"{2015 + k // 4} Q{k % 4 + 1}","{sum(v[3 * k : 3 * k + 3]) / 3:.1f}"\n'
    for (y, m), x in zip(M, v, strict=False):
        s += f'"{y} {EN3[m - 1].upper()}","{x}"\n'
    made.put("series-301126.csv", s)
    made.yes("series-301126.csv", 1, M[0], M[-1], sum(v))

    # 4 ONS/Home Office style workbook: cover, contents, notes in brackets, data sheet with year and month columns and nationality
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "Cover"
    ws["A1"] = "Irregular migration to the UK, monthly"
    ws["A2"] = "Published 26 November 2026"
    ws = wb.create_sheet("Contents")
    ws.append(["Worksheet", "Title"])
    ws.append(["Irr_01", "Detected arrivals"])
    ws = wb.create_sheet("Irr_01")
    ws.append(["Irr_01: Number of people detected arriving, by method of entry [note 1][note 2]"])
    ws.append(["This worksheet contains one table. Some cells refer to notes."])
    ws.append(["Source: Home Office, Migrant journey"])
    ws.append(["Year", "Month", "Small boats", "Other routes [note 3]", "Total"])
    t = 0
    for y, m in months(2019, 1, 60):
        a, b = made.draw.randint(50, 7000), made.draw.randint(100, 900)
        t += a + b
        ws.append([y, EN[m - 1], a, b, a + b])
    ws.append(["[note 1] Figures are provisional."])
    wb.save(made.folder / "irregular-migration-monthly.xlsx")
    made.yes("irregular-migration-monthly.xlsx", 3, (2019, 1), (2023, 12), 2 * t, "Total kept as a series")

    # 5 INE (Spain) csv: ; separated, "Total nacional", Periodo 2019M03, Total with comma decimals, newest first
    M = months(2016, 1, 72)
    t = 0
    s = "Total Nacional;Tipo de dato;Periodo;Total\n"
    for k in ("Índice",):
        for y, m in reversed(M):
            v = made.draw.randint(90000, 110000) / 1000
            t += v
            s += f"Total Nacional;{k};{y}M{m:02d};" + f"{v:.3f}".replace(".", ",") + "\n"
    made.put("50902.csv", s, "utf-8-sig", "\r\n")
    made.no("50902.csv", "two ways")

    # 6 INE PC-Axis export csv: title lines, months across newest first, names down
    M = months(2019, 1, 36)
    t = 0
    s = (
        "Encuesta de ocupación hotelera\nViajeros y pernoctaciones\n\nUnidades: personas\n\n;"
        + ";".join(f"{y}M{m:02d}" for y, m in reversed(M))
        + ";\n"
    )
    for n in ("Viajeros: Residentes en España", "Viajeros: Residentes en el extranjero"):
        r = made.ints(36, 100000, 9000000)
        t += sum(r)
        s += n + ";" + ";".join(f"{x:,}".replace(",", ".") for x in r) + ";\n"
    s += "\nNotas:\n1) Datos provisionales desde enero de 2021\n\nFuente: \nInstituto Nacional de Estadística\n"
    made.put("2074.csv", s, "latin-1", "\r\n")
    made.yes("2074.csv", 2, M[0], M[-1], t)

    # 7 BLS one-screen XLSX: labels above, Year Jan..Dec HALF1 HALF2
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "BLS Data Series"
    for r in (
        ["Consumer Price Index for All Urban Consumers (CPI-U)"],
        ["Original Data Value"],
        [],
        ["Series Id:", "CUUR0000SA0"],
        ["Not Seasonally Adjusted"],
        ["Series Title:", "All items in U.S. city average"],
        ["Area:", "U.S. city average"],
        ["Item:", "All items"],
        ["Base Period:", "1982-84=100"],
        ["Years:", "2016 to 2025"],
        [],
        ["Year", *EN3, "HALF1", "HALF2"],
    ):
        ws.append(r)
    t = 0
    for y in range(2016, 2026):
        r = [made.draw.randint(230000, 330000) / 1000 for _ in range(12 if y < 2025 else 9)]
        t += sum(r)
        full = r + [None] * (12 - len(r))
        ws.append([y, *full, round(sum(r[:6]) / 6, 3), round(sum(r[6:]) / 6, 3) if y < 2025 else None])
    wb.save(made.folder / "SeriesReport-20261130.xlsx")
    made.yes("SeriesReport-20261130.xlsx", 1, (2016, 1), (2025, 9), t)

    # 8 BLS flat file: tab, padded cells
    M = months(2014, 1, 96)
    t = 0
    s = "series_id        \tyear\tperiod\t       value\tfootnote_codes\n"
    for q in ("LNS14000000      ", "LNS14000001      "):
        for y, m in M:
            v = made.draw.randint(30, 99) / 10
            t += v
            s += f"{q}\t{y}\tM{m:02d}\t{v:>12}\t\n"
    made.put("ln.data.1.AllData", s, newline="\r\n")
    made.yes("ln.data.1.AllData", 2, M[0], M[-1], t)

    # 9 FRED csv with '.' for a missing ... modern: observation_date
    M = months(2010, 1, 150)
    v = [made.draw.randint(30, 99) / 10 for _ in M]
    made.put(
        "UNRATENSA.csv",
        "observation_date,UNRATENSA\n"
        + "".join(f"{y}-{m:02d}-01,{x}\n" for (y, m), x in zip(M, v, strict=False)),
    )
    made.yes("UNRATENSA.csv", 1, M[0], M[-1], sum(v))

    # 10 FRED workbook: README sheet and Monthly sheet
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "README"
    for r in (
        ["FRED Graph Observations"],
        ["Federal Reserve Economic Data"],
        ["Link: https://fred.stlouisfed.org"],
        [],
        ["Series ID", "Description"],
        [
            "HOUSTNSA",
            "New Privately-Owned Housing Units Started, Thousands of Units, Monthly, Not Seasonally Adjusted",
        ],
    ):
        ws.append(r)
    ws = wb.create_sheet("Monthly")
    ws.append(["observation_date", "HOUSTNSA"])
    M = months(2012, 1, 120)
    t = 0
    for y, m in M:
        v = made.draw.randint(300, 1800) / 10
        t += v
        ws.append([dt.datetime(y, m, 1), v])
    wb.save(made.folder / "fredgraph.xlsx")
    made.yes("fredgraph.xlsx", 1, M[0], M[-1], t)

    # 11 StatCan full table download with two dims and DGUID, status column
    M = months(2017, 1, 60)
    t = 0
    s = '"REF_DATE","GEO","DGUID","Traveller type","UOM","UOM_ID","SCALAR_FACTOR","SCALAR_ID","VECTOR","COORDINATE","VALUE","STATUS","SYMBOL","TERMINATED","DECIMALS"\n'
    for k, n in enumerate(
        ("United States residents", "Residents of countries other than the United States"), 1
    ):
        for y, m in M:
            v = made.draw.randint(10000, 3000000)
            t += v
            s += f'"{y}-{m:02d}","Canada","2021A000011124","{n}","Persons","249","units ","0","v{k}","1.{k}","{v}","","","","0"\n'
    made.put("24100053.csv", s, "utf-8-sig")
    made.yes("24100053.csv", 2, M[0], M[-1], t)

    # 12 StatCan on-screen download: footnoted head, months across, titles
    M = months(2021, 1, 24)
    t = 0
    s = (
        '"Number of international travellers entering Canada 1 2"\n"Frequency: Monthly"\n"Table: 24-10-0050-01"\n"Release date: 2026-11-23"\n"Geography: Canada, Province or territory"\n\n\n"Geography","Canada"'
        + "," * 23
        + "\n"
        + '"Traveller category",'
        + ",".join(f'"{EN[m - 1]} {y}"' for y, m in M)
        + "\n"
        + ","
        + ",".join(['"Persons"'] * 24)
        + "\n"
    )
    for n in ("Non-resident visitors", "Canadian residents"):
        r = made.ints(24, 10000, 4000000)
        t += sum(r)
        s += f'"{n}",' + ",".join(f'"{x:,}"' for x in r) + "\n"
    s += '\n"Footnotes:"\n1,"Data are preliminary."\n'
    made.put("2410005001-eng.csv", s, "utf-8-sig")
    made.yes("2410005001-eng.csv", 2, M[0], M[-1], t)

    # 13 CBP style: fiscal year calendar by FY rows Oct..Sep per component (needs fiscal start)
    s = "Component,Fiscal Year,OCT,NOV,DEC,JAN,FEB,MAR,APR,MAY,JUN,JUL,AUG,SEP,TOTAL\n"
    for c in ("Office of Field Operations", "U.S. Border Patrol"):
        for y in (2022, 2023, 2024):
            r = made.ints(12, 9000, 250000)
            s += f"{c},{y}," + ",".join(f'"{x:,}"' for x in r) + f',"{sum(r):,}"\n'
    made.put("sbo-encounters.csv", s)
    made.no("sbo-encounters.csv", "fiscal")

    # 14 CBP nationwide encounters long CSV: Fiscal Year, Month (abbv), many dimensions -> several rows a month
    s = "Fiscal Year,Month Grouping,Month (abbv),Component,Land Border Region,Citizenship,Encounter Count\n"
    for y in (2023, 2024):
        for mth in ["OCT", "NOV", "DEC", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP"]:
            for c in ("OFO", "USBP"):
                for n in ("GUATEMALA", "MEXICO"):
                    s += f"{y},FYTD,{mth},{c},Southwest Land Border,{n},{made.draw.randint(100, 90000)}\n"
    made.put("nationwide-encounters-fy23-fy24-aor.csv", s)
    made.no("nationwide-encounters-fy23-fy24-aor.csv", "lacks demographic")

    # 15 Frontex monthly detections workbook: Route, BorderLocation, Nationality, then JAN2019 FEB2019 ...
    M = months(2019, 1, 48)
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "Detections_of_IBC"
    ws.append(["Route", "Border Type", "Nationality", *[f"{EN3[m - 1].upper()}{y}" for y, m in M]])
    for a, b, n in (
        ("Central Mediterranean Route", "Sea", "Tunisia"),
        ("Central Mediterranean Route", "Sea", "Egypt"),
        ("Eastern Mediterranean Route", "Land", "Syria"),
        ("Western Balkan Route", "Land", "Syria"),
    ):
        ws.append([a, b, n, *made.ints(48, 0, 900)])
    wb.save(made.folder / "Monthly_detections_of_IBC.xlsx")
    made.no("Monthly_detections_of_IBC.xlsx", "name the rows together")

    # 16 UNHCR operational portal sea arrivals: month_year like "2021-01" , individuals; geo columns constant
    M = months(2016, 1, 96)
    v = made.ints(96, 500, 40000)
    made.put(
        "sea-arrivals-italy.csv",
        "geomaster_name,admin_level,source,date,month,year,individuals\n"
        + "".join(
            f"Italy,Country,Ministry of Interior,{y}-{m:02d}-01,{m},{y},{x}\n"
            for (y, m), x in zip(M, v, strict=False)
        ),
    )
    made.yes("sea-arrivals-italy.csv", 1, M[0], M[-1], sum(v))

    # 17 Banxico SIE csv: title block and "Fecha","SF..." with 01/01/2015 and N/E for none
    M = months(2015, 1, 90)
    v = [made.draw.randint(150000, 600000) / 100 for _ in M]
    s = '"Banco de México"\n\n"Balanza de pagos"\n"Ingresos por remesas familiares"\n"Fecha de consulta: 30/11/2026 10:12:08"\n\n"Título","Ingresos por Remesas, Total"\n"Período disponible","Ene 1995 - Sep 2026"\n"Periodicidad","Mensual"\n"Cifra","Flujos"\n"Unidad","Millones de Dólares"\n"Base",""\n"Aviso",""\n"Tipo de información","Niveles"\n"Fecha","SE27803"\n'
    s += "".join(f'"{1:02d}/{m:02d}/{y}","{x:,.2f}"\n' for (y, m), x in zip(M, v, strict=False))
    made.put("Consulta_20261130-101208.csv", s, "latin-1", "\r\n")
    made.yes("Consulta_20261130-101208.csv", 1, M[0], M[-1], sum(v))

    # 18 Excel pivot: filters above, "Sum of Cases" / "Column Labels", years over months collapsed: rows months, columns years, grand totals
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "Sheet1"
    ws.append(["Region", "(All)"])
    ws.append([])
    ws.append(["Sum of Cases", "Column Labels"])
    ws.append(["Row Labels", 2021, 2022, 2023, "Grand Total"])
    t = 0
    g = [made.ints(3, 10, 900) for _ in range(12)]
    for i, r in enumerate(g):
        ws.append([EN3[i], *r, sum(r)])
        t += sum(r)
    ws.append(["Grand Total", *[sum(r[k] for r in g) for k in range(3)], t])
    wb.save(made.folder / "pivot_cases.xlsx")
    made.yes("pivot_cases.xlsx", 1, (2021, 1), (2023, 12), t)

    # 19 Excel pivot: rows years with months nested below (outline), one value column
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "Pivot"
    ws.append(["Row Labels", "Sum of Amount"])
    t = 0
    for y in range(2019, 2024):
        r = made.ints(12, 100, 9000)
        ws.append([y, sum(r)])
        t += sum(r)
        for i, x in enumerate(r):
            ws.append([EN3[i], x])
    ws.append(["Grand Total", t])
    wb.save(made.folder / "pivot_outline.xlsx")
    made.yes("pivot_outline.xlsx", 1, (2019, 1), (2023, 12), t)

    # 20 Destatis GENESIS flat file (ffcsv): many code/label columns, value with comma
    M = months(2018, 1, 48)
    t = 0
    s = "Statistik_Code;Statistik_Label;Zeit_Code;Zeit_Label;Zeit;1_Merkmal_Code;1_Merkmal_Label;1_Auspraegung_Code;1_Auspraegung_Label;2_Merkmal_Code;2_Merkmal_Label;2_Auspraegung_Code;2_Auspraegung_Label;GAEUEB__Gaesteuebernachtungen__Anzahl\n"
    for y, m in M:
        v = made.draw.randint(9000000, 60000000)
        t += v
        s += f"45412;Monatserhebung im Tourismus;JAHR;Jahr;{y};DINSG;Deutschland insgesamt;DG;Deutschland;MONAT;Monate;MONAT{m:02d};{['Januar', 'Februar', 'März', 'April', 'Mai', 'Juni', 'Juli', 'August', 'September', 'Oktober', 'November', 'Dezember'][m - 1]};{v}\n"
    made.put("45412-0009_flat.csv", s, "latin-1", "\r\n")
    made.yes("45412-0009_flat.csv", 1, M[0], M[-1], t)

    # 21 OECD/IMF: DBnomics style csv: period + long header name with brackets
    M = months(2011, 1, 130)
    v = [made.draw.randint(5000, 20000) / 100 for _ in M]
    made.put(
        "dbnomics.csv",
        'period,"Monthly – Harmonised index – France (M.FR.CPI)"\n'
        + "".join(f"{y}-{m:02d},{x}\n" for (y, m), x in zip(M, v, strict=False)),
    )
    made.yes("dbnomics.csv", 1, M[0], M[-1], sum(v))

    # 22 INSEE csv: "Libellé";"idBank";"Dernière mise à jour";"Période" then months down in rows newest first with codes column
    M = months(2016, 1, 60)
    v = [made.draw.randint(9000, 12000) / 100 for _ in M]
    s = (
        '"Libellé";"Indice des prix à la consommation - Base 2015"\n"idBank";"001759970"\n"Dernière mise à jour";"14/11/2026 08:45"\n"Période";""\n'
        + "".join(f'"{y}-{m:02d}";"{x:.2f}";"A"\n' for (y, m), x in reversed(list(zip(M, v, strict=False))))
    )
    made.put("valeurs_mensuelles.csv", s)
    made.yes("valeurs_mensuelles.csv", 1, M[0], M[-1], sum(v))

    # 23 Bank of England IADB csv: DATE,XUMAUSS with 31 Jan 2015
    M = months(2013, 1, 100)
    v = [made.draw.randint(10000, 17000) / 10000 for _ in M]
    made.put(
        "boe.csv",
        "DATE,XUMAUSS,XUMAERS\n"
        + "".join(
            f"{calendar.monthrange(y, m)[1]:02d} {EN3[m - 1]} {y},{x},{x / 2:.4f}\n"
            for (y, m), x in zip(M, v, strict=False)
        ),
    )
    made.yes("boe.csv", 2, M[0], M[-1], sum(v) + sum(float(f"{x / 2:.4f}") for x in v))

    # 24 Google Trends with two terms and <1 refused earlier; here whole numbers, category line
    M = months(2018, 1, 72)
    a, b = made.ints(72, 2, 100), made.ints(72, 2, 100)
    made.put(
        "multiTimeline.csv",
        "Category: All categories\n\nMonth,visa: (Worldwide),asylum: (Worldwide)\n"
        + "".join(f"{y}-{m:02d},{p},{q}\n" for (y, m), p, q in zip(M, a, b, strict=False)),
    )
    made.yes("multiTimeline.csv", 2, M[0], M[-1], sum(a) + sum(b))

    return made.files
