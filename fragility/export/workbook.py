"""The workbook: what an élu opens first. Codes stay text, numbers stay numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from fragility import schemas
from fragility.export.facts import RunFacts
from fragility.export.files import publishing
from fragility.export.labels import (
    CLASS_LABELS,
    COVERAGE_LABELS,
    decimals_of,
)
from fragility.export.readme import how_not_to_use, how_to_read
from fragility.export.sheet_paper import A4, WRAPPED, longest, paper_of, width_of
from fragility.export.sheet_rows import LINE_POINTS, Rows, add_rows
from fragility.export.tables import ordered

PEOPLE = (
    "nb_personnes_en_difficulte",
    "nb_personnes_en_difficulte_bas",
    "nb_personnes_en_difficulte_haut",
)
_GROUP = (
    "population",
    "score",
    "nb_communes",
    "nb_communes_fragiles",
    "nb_communes_fragiles_non_couvertes",
    "population_fragile_non_couverte",
    *PEOPLE,
    "difficulte_numerique_pct",
    "nb_lieux_conseillers",
)
# What a person reads, first what must be and is printed; the CSV and the DuckDB file have the rest.
SHEETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Fragiles non couvertes": (
        "communes_fragiles_non_couvertes",
        (
            "ordre",
            "code_commune",
            "nom",
            "nom_departement",
            "population",
            "population_hors_portee",
            "nb_personnes_en_difficulte",
            "score",
            "probabilite_fragile_pct",
            "probabilite_fragile_non_couverte_pct",
            "conseiller_plus_proche_min",
            "conseiller_plus_proche_nom",
            "nb_france_services",
            "motif",
            *PEOPLE[1:],
            "confiance_fragile_non_couverte",
            "conseiller_plus_proche_km",
            "nom_epci",
            "nom_region",
            "type_fragilite",
            "est_petit_effectif",
            "est_non_thd_douteux",
        ),
    ),
    "Communes": (
        "communes",
        (
            "code_commune",
            "nom",
            "nom_departement",
            "population",
            "score",
            "classe",
            "est_fragile",
            "probabilite_fragile_pct",
            *PEOPLE,
            "couverture",
            "conseiller_plus_proche_min",
            "population_hors_portee_pct",
            "est_fragile_non_couverte",
            *(f"{key}_pct" for key in schemas.INDICATORS),
            "score_bas",
            "score_haut",
            "confiance",
            "rang",
            "rang_bas",
            "rang_haut",
            "quintile_region",
            "quintile_departement",
            "difficulte_numerique_pct",
            "difficulte_numerique_bas",
            "difficulte_numerique_haut",
            "nom_epci",
            "code_departement",
            "nom_region",
            "type_fragilite",
            "id_foyer",
            "pauvrete_origine",
            "est_petit_effectif",
            "est_non_thd_douteux",
        ),
    ),
    "EPCI": ("epci", ("code_epci", "nom_epci", *_GROUP)),
    "Départements": ("departements", ("code_departement", "nom_departement", *_GROUP)),
}
# Within A4 upright, also where a wider font takes the place of Calibri: LibreOffice cuts a column
# that is wider than the page, instead of fitting it.
NOTE_WIDTH = 74
ON_SCREEN = "colonnes suivantes à l'écran seulement"
MARGIN_INCHES = 0.4
NUMBER_FORMATS = {0: "#,##0", 1: "#,##0.0", 2: "0.00"}
_ORIGIN_WORDS = {
    "observe": "observé",
    "impute": "estimé",
    "absent": "absent",
    "iris": "agrégé",
    "commune": "hérité",
}


def readable(series: pd.Series) -> list[object]:
    """Return the values of a column as a person reads them; missing is None.

    Booleans become oui / non, codes of coverage and class become words, numbers are rounded to
    the digits worth reading.
    """
    name = str(series.name)
    if pd.api.types.is_bool_dtype(series):
        return list(series.map({True: "oui", False: "non"}))
    if name == "classe":
        words = {rank: f"{rank} – {label}" for rank, label in CLASS_LABELS.items()}
        return series.map(words).astype(object).where(series.notna(), None).tolist()
    if name == "couverture":
        return series.map(COVERAGE_LABELS).astype(object).where(series.notna(), None).tolist()
    if name.endswith("_origine"):
        return series.map(_ORIGIN_WORDS).astype(object).where(series.notna(), None).tolist()
    if pd.api.types.is_float_dtype(series):
        series = series.round(decimals_of(name))
    return series.astype(object).where(series.notna(), None).tolist()


def _number_format(series: pd.Series) -> str:
    """Whole numbers without decimals, years and ranks without thousands separator."""
    if pd.api.types.is_integer_dtype(series):
        return "0"
    return NUMBER_FORMATS[decimals_of(str(series.name))]


def _column_format(series: pd.Series) -> dict[str, object]:
    """Style of the cells of a column; next to a text of several lines, all begin at the top."""
    style: dict[str, object] = {"valign": "top"}
    numeric = pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series)
    # Classes are numbers in the table, and words here.
    if numeric and series.name != "classe":
        return style | {"num_format": _number_format(series)}
    # Words do not touch the number on their left.
    return style | {"align": "left", "indent": 1, "text_wrap": series.name in WRAPPED}


def _write_sheet(
    book: xlsxwriter.Workbook, title: str, frame: pd.DataFrame, headers: list[str], heading: Format
) -> Rows:
    """Write the headers of a table, frozen and filtered; return its rows, to be added."""
    sheet = book.add_worksheet(title)
    names = [str(name) for name in frame.columns]
    columns = [readable(frame[name]) for name in names]
    lengths = [
        longest(values, 0 if pd.api.types.is_integer_dtype(frame[name]) else decimals_of(name))
        for name, values in zip(names, columns, strict=True)
    ]
    widths = list(map(width_of, names, headers, lengths))
    for rank, (name, width) in enumerate(zip(names, widths, strict=True)):
        sheet.set_column(rank, rank, width, book.add_format(_column_format(frame[name])))
    sheet.freeze_panes(1, 2 if len(columns) > 2 else 0)
    sheet.autofilter(0, 0, len(frame), max(len(columns) - 1, 0))
    lines = (
        math.ceil(len(text) / (width - 4)) for text, width in zip(headers, widths, strict=True)
    )
    sheet.set_row(0, min(5, 1 + max(lines)) * LINE_POINTS)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_margins(MARGIN_INCHES, MARGIN_INCHES)
    paper, printed = paper_of(widths)
    sheet.set_paper(paper)
    sheet.print_area(0, 0, len(frame), printed - 1)
    sheet.fit_to_pages(1, 0)
    middle = f"&C{ON_SCREEN}" if printed < len(widths) else ""
    sheet.set_footer(f"&L&A{middle}&RPage &P / &N")
    for rank, text in enumerate(headers):
        sheet.write_string(0, rank, text, heading)
    return Rows(columns, {names.index(name): WRAPPED[name] for name in names if name in WRAPPED})


def _write_notes(
    sheet: Worksheet, facts: RunFacts, big: Format, bold: Format, wrap: Format
) -> None:
    """Write the first sheet: what this is, how to read it, how not to."""
    sheet.set_column(0, 0, NOTE_WIDTH)
    lines: list[tuple[str, Format]] = [(facts.heading, big)]
    if facts.banner:
        lines.append((f"{facts.banner} : ces chiffres ne décrivent aucun lieu réel.", bold))
    lines += [
        (
            f"Édition {facts.edition}, code géographique {facts.cog_year}, calcul du "
            f"{facts.date:%d/%m/%Y}, version {facts.version}, profil {facts.profile}.",
            wrap,
        ),
        ("", wrap),
        ("Les feuilles", bold),
        (
            "Fragiles non couvertes : la liste d'action, d'abord là où le plus d'habitants sont "
            "hors de portée (chacun compte pour la probabilité que sa commune soit fragile ; le "
            "produit de ces deux colonnes donne l'ordre).",
            wrap,
        ),
        ("Communes, EPCI, Départements : l'essentiel, une ligne par territoire, à filtrer.", wrap),
        ("Dictionnaire : ce que signifie chaque colonne de tous les fichiers.", wrap),
        ("", wrap),
        ("Comment lire", bold),
        *((f"• {line}", wrap) for line in how_to_read(facts)),
        ("", wrap),
        ("Comment ne pas s'en servir", bold),
        *((f"• {line}", wrap) for line in how_not_to_use()),
        ("", wrap),
        ("Sources", bold),
        *((f"• {s.title}, {s.producer}, {s.year} — {s.licence}", wrap) for s in facts.sources),
    ]
    if facts.warnings:
        lines += [
            ("", wrap),
            ("Avertissements", bold),
            *((f"• {line}", wrap) for line in facts.warnings),
        ]
    for row, (text, style) in enumerate(lines):
        # Not every spreadsheet fits the height of a wrapped line by itself.
        per_line = NOTE_WIDTH * (0.6 if style is big else 1)
        sheet.set_row(
            row, (20 if style is big else LINE_POINTS) * max(1, math.ceil(len(text) / per_line))
        )
        sheet.write_string(row, 0, text, style)
    sheet.set_paper(A4)
    sheet.set_margins(MARGIN_INCHES, MARGIN_INCHES)
    sheet.fit_to_pages(1, 0)


def _with_communes(
    frame: pd.DataFrame, communes: pd.DataFrame, wanted: Sequence[str]
) -> pd.DataFrame:
    """Take columns of a table, those that it has not from the commune of each row."""
    frame = pd.DataFrame(frame)
    if lacking := [name for name in wanted if name not in frame]:
        own = pd.DataFrame(communes).set_index("code_commune")[lacking]
        frame = frame.join(own, on="code_commune")
    return frame[list(wanted)]


def write_workbook(path: Path, tables: dict[str, pd.DataFrame], facts: RunFacts) -> Path:
    """Write the workbook: notes, action list, communes, EPCI, départements, dictionary.

    Parameters
    ----------
    path : file to write, replaced whole.
    tables : the marts by name.
    facts : titles, date, banner and sources.
    """
    with publishing(path) as draft:
        book = xlsxwriter.Workbook(
            str(draft),
            {
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "nan_inf_to_errors": False,
            },
        )
        book.set_properties(
            {
                "title": facts.heading,
                "created": facts.moment,
                "comments": f"Édition {facts.edition}",
            }
        )
        heading = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#e8e8e8", "border": 1}
        )
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        bold = book.add_format({"bold": True, "text_wrap": True})
        big = book.add_format({"bold": True, "font_size": 14, "text_wrap": True})
        _write_notes(book.add_worksheet("Lisez-moi"), facts, big, bold, wrap)
        rows = []
        for title, (table, wanted) in SHEETS.items():
            # What the list of communes has not is that of the communes themselves.
            model = facts.models["communes"].columns | facts.models[table].columns
            frame = _with_communes(ordered(tables[table], table), tables["communes"], wanted)
            headers = [str(model[name].title) for name in wanted]
            rows.append(_write_sheet(book, title, frame, headers, heading))
        dictionary = schemas.dictionary(facts.models)
        headers = ["Table", "Colonne", "Type", "Libellé", "Description"]
        rows.append(_write_sheet(book, "Dictionnaire", dictionary, headers, heading))
        book.close()
        # The notes are the first sheet.
        add_rows(draft, dict(enumerate(rows, start=2)))
    return path
