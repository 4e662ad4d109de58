"""Twenty-five files of exports and agencies, written from the page of layouts by one who had not seen the readers."""

from __future__ import annotations

import calendar
import datetime as dt
from pathlib import Path

import openpyxl

from offices import DE, EN, EN3, ES3, FRS, Maker, Office, dots, euros, months, ods, quoted


def sixth(folder: Path) -> list[Office]:
    """Write the files and return what must be read of each."""
    made = Maker(folder, 6)
    _exports(made)
    _offices(made)
    _agencies(made)
    _with_options(made)
    _refused(made)
    return made.files


def _exports(made: Maker) -> None:
    """Programs: SAP, Tableau, Power BI, a pivot table, R."""
    M = months(2017, 1, 72)
    v = [made.draw.randint(-90_000_00, 150_000_000) / 100 for _ in M]
    rule = "-" * 52 + "\n"
    row = "|{:<10}|{:<10}|{:>28}|\n".format
    made.put(
        "01_sap_saldo.txt",
        f"14.03.2023            Dynamische Listenausgabe\n\nSaldenliste Sachkonto 400100\n\n{rule}"
        + row("Kal.Monat", "Sachkonto", "Saldo in EUR")
        + rule
        + "".join(
            row(f"{m:02d}.{y}", "400100", euros(abs(x)) + ("-" if x < 0 else " "))
            for (y, m), x in zip(M, v, strict=True)
        )
        + rule
        + row("* Summe", "", euros(sum(v)))
        + rule,
        "cp1252",
        "\r\n",
    )
    made.yes("01_sap_saldo.txt", 1, M[0], M[-1], sum(v))
    M, t = months(2018, 1, 60), 0
    s = "Port Name\tMonth of Crossing Date\tMeasure Names\tTravelers\n"
    for place in ("Douglas", "Nogales", "San Luis"):
        for y, m in M:
            x = made.draw.randint(200_000, 900_000)
            t += x
            s += f"{place}\t{EN[m - 1]} {y}\tTravelers\t{x:,}\n"
    made.put("07_tableau_crossings.csv", s, "utf-16", "\r\n")
    made.yes("07_tableau_crossings.csv", 3, M[0], M[-1], t)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Year", "Quarter", "Month", "Sum of Admissions"])
    M, v = months(2018, 4, 66), made.ints(66, 4000, 6000)
    for (y, m), x in zip(M, v, strict=True):
        sheet.append([y, f"Qtr {(m + 2) // 3}", EN[m - 1], x])
    sheet.append([])
    sheet.append(["Applied filters:\nSite is Harbour\nAdmission type is not (Blank)"])
    book.save(made.folder / "08_powerbi_data.xlsx")
    made.yes("08_powerbi_data.xlsx", 1, M[0], M[-1], sum(v))
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in (["Department", "(All)"], ["Status", "(Multiple Items)"], [], ["Row Labels", "Count of ID"]):
        sheet.append(cells)
    M, v = months(2019, 1, 60), made.ints(60, 1500, 2600)
    for j in range(5):
        sheet.append([2019 + j, sum(v[12 * j : 12 * j + 12])])
        for name, x in zip(EN3, v[12 * j : 12 * j + 12], strict=True):
            sheet.append([name, x])
    sheet.append(["Grand Total", sum(v)])
    book.save(made.folder / "10_pivot_tickets.xlsx")
    made.yes("10_pivot_tickets.xlsx", 1, M[0], M[-1], sum(v))
    M, t, i = months(2014, 1, 114), 0.0, 0
    s = '"";"code_region";"region";"taux";"date"\n'
    for at, (y, m) in enumerate(M):
        for code, name in ((11, "Île-de-France"), (53, "Bretagne"), (32, "Hauts-de-France")):
            x, i = made.draw.randint(700, 1200) / 100, i + 1
            t += x if at < 112 else 0
            s += f'"{i}";{code};"{name}";{f"{x}".replace(".", ",") if at < 112 else "NA"};{y}-{m:02d}-01\n'
    made.put("11_r_taux_emploi.csv", s)
    made.yes("11_r_taux_emploi.csv", 3, M[0], M[-3], t)


def _offices(made: Maker) -> None:
    """Statistics offices: Eurostat, Sweden, Spain, Germany, Canada, Berne, Austria, and the World Bank."""
    M, t = months(2016, 1, 99), 0
    s = (
        "freq,applicant,citizen,sex,age,unit,geo\\TIME_PERIOD\t"
        + "\t".join(f"{y}-{m:02d} " for y, m in M)
        + "\n"
    )
    for name in ("SY", "AF", "UA"):
        v = made.ints(98, 900, 20_000)
        t += sum(v)
        s += f"M,FRST,{name},T,TOTAL,PER,EU27_2020\t"
        s += (
            "\t".join(f"{x} " + ("p" if i > 94 else "b" if i == 60 else "") for i, x in enumerate(v))
            + "\t: \n"
        )
    made.put("02_estat_migr_asyappctzm.tsv", s)
    made.yes("02_estat_migr_asyappctzm.tsv", 3, M[0], M[-2], t)
    M, t = months(2015, 1, 108), 0
    s = '"Immigrations by region, sex and month"\n\n' + quoted(
        ["region", "sex", *(f"{y}M{m:02d}" for y, m in M)]
    )
    for name, late in (("men", 0), ("women", 0), ("other or not stated", 36)):
        v = made.ints(108 - late, 40, 6000)
        t += sum(v)
        s += f'"00 Sweden","{name}",' + ",".join(['".."'] * late + list(map(str, v))) + "\n"
    s += '\n"Data up to 2017 are published for men and women only."\n\n"Latest update:"\n"20240222 08:00"\n'
    made.put(
        "03_pxweb_immigration.csv", s + '\n"Source:"\n"Statistics Sweden"\n\n"Unit:"\n"number"\n', "latin-1"
    )
    made.yes("03_pxweb_immigration.csv", 3, M[0], M[-1], t)
    book = openpyxl.Workbook()
    sheet = book.active
    for cells in (
        ["World Bank Commodity Price Data"],
        ["monthly prices, 2014 to present"],
        ["Updated on April 02, 2024"],
    ):
        sheet.append(cells)
    sheet.append([None, "Crude oil, average", "Coal, Australian", "Urea"])
    sheet.append([None, "($/bbl)", "($/mt)", "($/mt)"])
    M, t = months(2014, 1, 123), 0.0
    for i, (y, m) in enumerate(M):
        v = [made.draw.randint(5000, 30000) / 100 for _ in range(3)]
        t += sum(v[: 2 if i < 10 else 3])
        sheet.append([f"{y}M{m:02d}", *v[:2], v[2] if i >= 10 else "…"])
    about = book.create_sheet("Description")
    for cells in (
        ["Series", "Description"],
        ["Crude oil, average", "Average spot price."],
        ["Urea", "f.o.b."],
    ):
        about.append(cells)
    book.save(made.folder / "04_CMO-Historical-Data-Monthly.xlsx")
    made.yes("04_CMO-Historical-Data-Monthly.xlsx", 3, M[0], M[-1], t)
    M, t, s = months(2016, 1, 96), 0, "Total Nacional;Viajeros y pernoctaciones;Residencia;Periodo;Total\n"
    for name in ("Residentes en España", "Residentes en el extranjero"):
        for y, m in reversed(M):
            x = made.draw.randint(2_000_000, 6_000_000)
            t += x
            s += f"Total Nacional;Viajero;{name};{y}M{m:02d};{dots(x)}\n"
    made.put("05_ine_eoh_viajeros.csv", s, "utf-8-sig", "\r\n")
    made.yes("05_ine_eoh_viajeros.csv", 2, M[0], M[-1], t)
    M, t = months(2015, 1, 84), 0
    s = "Statistik_Code;Statistik_Label;Zeit_Code;Zeit_Label;Zeit;1_Merkmal_Code;1_Merkmal_Label;1_Auspraegung_Code"
    s += ";1_Auspraegung_Label;2_Merkmal_Code;2_Merkmal_Label;2_Auspraegung_Code;2_Auspraegung_Label;BEV081__Anzahl\n"
    for y, m in M:
        for name, code in (("Deutsche", "NATD"), ("Ausländer", "NATA")):
            x = made.draw.randint(10_000, 130_000)
            t += x
            s += f"12711;Wanderungsstatistik;JAHR;Jahr;{y};MONAT;Monat;MONAT{m:02d};{DE[m - 1]}"
            s += f";NAT;Nationalität;{code};{name};{x}\n"
    made.put("06_12711-0005_flat.csv", s, "latin-1", "\r\n")
    made.yes("06_12711-0005_flat.csv", 2, M[0], M[-1], t)
    M, t = months(2018, 1, 60), 0
    s = '"International travellers entering Canada, by type of transportation 1 2"\n"Frequency: Monthly"\n'
    s += '"Release date: 2023-02-23"\n"Geography: Canada, Province or territory"\n\n'
    s += quoted(["Geography", "Canada", *[""] * 59])
    s += quoted(["Traveller characteristics", *(f"{EN[m - 1]} {y}" for y, m in M)])
    s += quoted(["", "Number", *[""] * 59])
    for name in ("United States residents 4", "Residents of Europe", "Residents of Asia 5"):
        v = made.ints(60, 100_000, 2_000_000)
        t += sum(v)
        s += quoted([name, *(f"{x:,}" for x in v)])
    s += '\n"Footnotes:"\n1,"Counts are for entries."\n2,"Not adjusted."\n4,"Includes same-day visitors."\n'
    made.put("12_2410005001-eng.csv", s + '\n"How to cite: Table 24-10-0050-01"\n', "utf-8-sig", "\r\n")
    made.yes("12_2410005001-eng.csv", 3, M[0], M[-1], t)
    v = made.ints(81, 300_000, 700_000)
    s = "Hotellerie: Logiernächte im Kanton Bern\nQuelle: BFS\n\nMonat;2017;2018;2019;2020;2021;2022;2023 (p)\n"
    for m in range(12):
        s += (
            ";".join([DE[m], *(f"{x:,}".replace(",", "'") for x in v[m::12]), *([""] if m > 8 else [])])
            + "\n"
        )
    s += ";".join(["Total", *(f"{sum(v[12 * j : 12 * j + 12]):,}".replace(",", "'") for j in range(7))])
    made.put("14_bfs_logiernaechte_be.csv", s + "\n\n(p) provisorische Werte; Total Januar bis September\n")
    made.yes("14_bfs_logiernaechte_be.csv", 1, (2017, 1), (2023, 9), sum(v))
    M, t = months(2018, 1, 72), 0
    s = '"Ankünfte und Nächtigungen"\n"Berichtsmonat";"Ankünfte";"Nächtigungen"\n'
    for j in range(6):
        held = [made.ints(2, 2_000_000, 16_000_000) for _ in range(12)]
        for m, pair in enumerate(held):
            mark = " p" if (j, m) >= (5, 9) else ""
            s += quoted([f"{'Jänner' if m == 0 else DE[m]} {2018 + j}", *(dots(x) + mark for x in pair)], ";")
        t += sum(map(sum, held))
        s += quoted([f"Summe {2018 + j}", *(dots(sum(column)) for column in zip(*held, strict=True))], ";")
    made.put("18_statistik_austria.csv", s + '\n"r = revidiert, p = vorläufig"\n', "utf-8-sig", "\r\n")
    made.yes("18_statistik_austria.csv", 2, M[0], M[-1], t)


def _agencies(made: Maker) -> None:
    """A museum, Frontex, a town, the European Central Bank, a French ministry."""
    M, t = months(2019, 1, 60), 0.0
    s = "Mes,Boletos vendidos,Ingresos (MXN),Observaciones\n"
    for i, (y, m) in enumerate(M):
        sold, paid = made.draw.randint(14_000, 25_000), made.draw.randint(120_000_000, 220_000_000) / 100
        t += sold + paid
        note = '"Noche de museos, dos fechas"' if i == 44 else ""
        s += (",,,\n" if m == 1 and i else "") + f'{ES3[m - 1]}-{y % 100},"{sold:,}","${paid:,.2f}",{note}\n'
    made.put("09_museo_boletos.csv", s + 'TOTAL,"1,125,407","$99,227,131.12",\n', newline="\r\n")
    made.yes("09_museo_boletos.csv", 2, M[0], M[-1], t)
    book = openpyxl.Workbook()
    sheet = book.active
    M, t = months(2015, 1, 111), 0
    sheet.append(["Route", "BorderLocation", "NationalityLong", *(f"{EN3[m - 1].upper()}{y}" for y, m in M)])
    for name, place in (
        ("Central Mediterranean Route", "Sea"),
        ("Western Balkan Route", "Land"),
        ("Other", "Land"),
    ):
        v = made.ints(111, 100, 9000)
        t += sum(v)
        sheet.append([name, place, "All nationalities", *v])
    sheet.append([])
    sheet.append(["Source: FRAN data as of 3 May 2024. Figures may be revised without notice."])
    book.save(made.folder / "13_frontex_detections.xlsx")
    made.yes("13_frontex_detections.xlsx", 3, M[0], M[-1], t)
    v = made.ints(102, 400_000, 800_000)
    rows = [
        ["Ayuntamiento - Servicio de Energía"],
        ["Consumo eléctrico (kWh)"],
        [],
        ["Año", *ES3, "Total", "Media mensual"],
    ]
    for j in range(9):
        held = v[12 * j : 12 * j + 12]
        mean = round(sum(held) / len(held), 1)
        rows.append([2016 + j, *held, *[None] * (12 - len(held)), sum(held), mean])
    ods(made.folder / "15_consumo_electrico.ods", [*rows, [], ["Fuente: facturas. 2024: hasta junio."]])
    made.yes("15_consumo_electrico.ods", 1, (2016, 1), (2024, 6), sum(v))
    M, t = months(2015, 1, 110), 0.0
    names = [
        f"HICP - Overall index, {name}, Annual rate of change (ICP.M.ANR)" for name in ("Germany", "Spain")
    ]
    s = quoted(["DATE", "TIME PERIOD", *names])
    for y, m in reversed(M):
        pair = [made.draw.randint(-5, 40) / 10 for _ in names]
        t += sum(pair)
        s += quoted([f"{y}-{m:02d}-{calendar.monthrange(y, m)[1]}", f"{y}{EN3[m - 1]}", *pair])
    made.put("16_ecb_data_portal.csv", s)
    made.yes("16_ecb_data_portal.csv", 2, M[0], M[-1], t)
    M, t = months(2018, 1, 75), 0
    s = "Délivrances mensuelles;;;\n;;;\nMois;Visas délivrés (1);Premiers titres de séjour;\n"
    for i, (y, m) in enumerate(M):
        pair = made.ints(2, 15_000, 350_000)
        t += sum(pair[: 2 if i < 73 else 1])
        cells = [f"{x:,}".replace(",", "\u00a0") for x in pair]
        s += f"{FRS[m - 1]}-{y % 100};{cells[0]};{cells[1] if i < 73 else 'n.d.'};\n"
    s += ";;;\n(1) Visas de court et de long séjour.;;;\nSource : ministère, n.d. : non disponible;;;\n"
    made.put("17_dgef_visas_titres.csv", s, "cp1252", "\r\n")
    made.yes("17_dgef_visas_titres.csv", 2, M[0], M[-1], t)


def _with_options(made: Maker) -> None:
    M, v = months(2016, 10, 90), made.ints(90, 70_000, 180_000)
    s = '"Encounters by Month"\n\n' + quoted(
        ["Fiscal Year", *(EN3[m - 1].upper() for m in [10, 11, 12, *range(1, 10)]), "Total"]
    )
    for j in reversed(range(8)):
        held = v[12 * j : 12 * j + 12]
        cells = [*(f"{x:,}" for x in held), *[""] * (12 - len(held)), f"{sum(held):,}"]
        s += quoted([f"{2017 + j} (FYTD)" if j == 7 else 2017 + j, *cells])
    made.put("19_cbp_fytd.csv", s + '\n"FYTD: fiscal year to date."\n"Source: official year end reporting"\n')
    made.yes("19_cbp_fytd.csv", 1, M[0], M[-1], sum(v), layout={"fiscal_start": 10})
    book, M, totals = openpyxl.Workbook(), months(2015, 4, 100), {}
    for name in ("Attendances", "Admissions"):
        sheet = book.create_sheet(name)
        facts = (
            ("Title:", f"A&E {name}"),
            ("Published:", dt.datetime(2023, 8, 10)),
            ("Status:", "Published"),
        )
        for cells in ((), *facts, (), ("Period", "Type 1 A&E", "Type 2 A&E", "Other (i.e not via A&E)")):
            sheet.append([None, *cells])
        v = [made.ints(3, 1000, 400_000) for _ in M]
        for (y, m), cells in zip(M, v, strict=True):
            sheet.append([None, dt.datetime(y, m, 1), *cells])
        sheet.append([])
        sheet.append([None, "Note: from June 2020 figures include booked appointments."])
        totals[name] = sum(map(sum, v))
    book.save(made.folder / "20_nhs_timeseries.xlsx")
    made.yes("20_nhs_timeseries.xlsx", 3, M[0], M[-1], totals["Admissions"], layout={"sheet": "Admissions"})
    s, t, day = "Date,Weekday,Tickets sold,Weather\n", 0, dt.date(2019, 1, 1)
    while day < dt.date(2021, 1, 1):
        x = made.draw.randint(20, 1900)
        t, shown = t + x, f'"{x:,}"' if x > 999 else x
        s += f"{day:%d/%m/%Y},{day:%a},{shown},{made.draw.choice(['sun', 'rain', 'cloud'])}\n"
        day += dt.timedelta(1)
    made.put("21_zoo_daily_tickets.csv", s, newline="\r\n")
    made.yes("21_zoo_daily_tickets.csv", 1, (2019, 1), (2020, 12), t, layout={"by_month": "sum"})
    M, t, s = months(2014, 1, 84), 0, "region,sex,mdate,births,deaths\n"
    for region in ("North", "Mid", "South"):
        for sex in ("female", "male"):
            for y, m in M:
                births, deaths = made.ints(2, 700, 1700)
                t += deaths
                s += f"{region},{sex},{y}m{m},{births},{deaths}\n"
    made.put("22_stata_births_deaths.csv", s)
    columns = {"series": "region,sex", "value": "deaths"}
    made.yes("22_stata_births_deaths.csv", 6, M[0], M[-1], t, columns=columns)


def _refused(made: Maker) -> None:
    M = months(2018, 1, 60)
    s = "Mes;Consumo de agua\n" + "".join(
        f"{m:02d}/{y};{dots(made.draw.randint(39_000, 55_000))}\n" for y, m in M
    )
    made.put("23_consumo_agua.csv", s)
    made.no("23_consumo_agua.csv", "two ways")
    s = '"Title","Unemployment rate: %"\n"CDID","MGSX"\n"Release date","15-04-2021"\n"Period","Rate"\n'
    s += "".join(f'"{EN3[(m - 3) % 12]}-{EN3[m - 1]} {y}","{made.draw.randint(36, 48) / 10}"\n' for y, m in M)
    made.put("24_lfs_rolling_quarters.csv", s)
    made.no("24_lfs_rolling_quarters.csv", "quarter")
    s = "Month,Building permits issued\n"
    s += "".join(f"{y}-{m:02d},{made.draw.randint(3000, 4700)}\n" for y, m in (*M[:40], *M[34:]))
    made.put("25_permits_two_exports.csv", s)
    made.no("25_permits_two_exports.csv", "stands twice")
