"""Tiny files in the forms of the published index, for the tests that compare with it."""

import pytest

HEADER_2023 = "name,code,no_thd_coverage_rate,no_4g_coverage_rate,poverty_rate,older_65_rate," \
    "nscol15p_rate,total"  # fmt: skip
# Headings of 2020 as published: accents, misspellings, two spaces and all.
HEADINGS_2020 = {
    "score": "SCORE GLOBAL",
    "information": "ACCES A L'INFORMATION",
    "interfaces": "ACCÈS AUX INTERFACES NUMERIQUES",
    "administratives": "COMPETENCES ADMINISTATIVES",
    "numeriques": "COMPÉTENCES NUMÉRIQUES / SCOLAIRES",
    "acces": "GLOBAL ACCES",
    "competences": "GLOBAL COMPETENCES ",
}
AXES_2020 = {"information": 60.0, "interfaces": 90.0, "administratives": 30.0, "numeriques": 120.0}


def whole_2020(axes):
    """Axes and the aggregates that follow: 2, 1, 1 and 2 indicators below them, by hand."""
    row = {**AXES_2020, **axes}
    access = (2 * row["information"] + row["interfaces"]) / 3
    skills = (row["administratives"] + 2 * row["numeriques"]) / 3
    return {"acces": access, "competences": skills, "score": (access + skills) / 2, **row}


def lines_2020(rows, references=("departement", "epci", "region"), separator=";", decimal="."):
    """Text of a file of 2020; `rows` maps codes to axes, and to aggregates that break the rule."""
    columns = [(axis, ref) for axis in HEADINGS_2020 for ref in references]
    header = ["Libcom", *(f"{HEADINGS_2020[a]} {r} 1" for a, r in columns), "Code Iris",
              "Insee Dep", "Epci", "Insee Reg", "Nom Iris"]  # fmt: skip

    def cell(value):
        text = f"{value:.9f}".replace(".", decimal)
        return f'"{text}"' if decimal == separator else text

    lines = [separator.join(header)]
    for code, axes in rows.items():
        whole = whole_2020(axes)
        lines.append(separator.join([
            "Ici", *(cell(whole[axis]) for axis, _ in columns), code, str(int(code.zfill(9)[:2])),
            "200059228", "11", f"Nom {code}",
        ]))  # fmt: skip
    return "\r\n".join(lines) + "\r\n"


def write_2020(path, rows, encoding="utf-8", **form):
    path.write_bytes(lines_2020(rows, **form).encode(encoding))
    return path


def write_2023(path, table):
    """Write a portal file from a frame indexed by code, in the order of `HEADER_2023`."""
    lines = [f"{code},{code}," + ",".join(map(repr, map(float, row)))
             for code, row in zip(table.index, table.to_numpy(), strict=True)]  # fmt: skip
    path.write_text("\n".join([HEADER_2023, *lines]) + "\n", encoding="utf-8")
    return path


def reference(pack, name):
    """One of the published files of the pack, or skip."""
    path = pack / "reference" / name
    if not path.is_file():
        pytest.skip(f"{name} is not in the pack")
    return path
