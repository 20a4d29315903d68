"""What to say of a file that no reader of its source can open."""

from __future__ import annotations

import difflib
import shlex
from pathlib import Path

from fragility.errors import BadFileError
from fragility.sources.catalogue import RELEASES, SOURCES, licence_of
from fragility.sources.detect.attempt import attempt, fits
from fragility.sources.detect.cells import level_of, writing_of
from fragility.sources.detect.families import FAMILIES, families_of
from fragility.sources.detect.look import Look
from fragility.sources.detect.roles import Family, Match, usual_name
from fragility.sources.model import Release

_LEVELS = {"commune": "communes", "iris": "IRIS"}
_ARTICLES = {"commune": "des communes", "iris": "des IRIS", "": "autre chose"}


def nearest_release(source: str, year: int | None, form: object = None) -> Release | None:
    """Known release of a source that a file is nearest to: same form, then nearest year."""
    known = [r for r in RELEASES.values() if r.source == source and licence_of(r) != "fictif"]
    same = [r for r in known if form is None or r.options.get("form") == form] or known
    return min(same, key=lambda r: (abs(r.year - (year or r.year)), -r.year), default=None)


def unknown_file(source: str, path: Path, looks: list[Look], tried: list[Match]) -> BadFileError:
    """Say what was recognised, what misses, and how to name the columns by hand."""
    if not any(look.rows for look in looks):
        return BadFileError(
            "Le tableau n'a aucune ligne.", path=path, remedy="reprenez le fichier du producteur"
        )
    other = _elsewhere(looks)
    rather = [f"on dirait plutôt {other.source} ({other.form})"] if other else []
    if not tried:
        wanted: set[str] = {kind for f in families_of(source) for kind in f.kinds}
        return BadFileError(
            f"Ce fichier n'est pas de la source {source} ({SOURCES[source].title}).",
            path=path, expected="un fichier de nature " + " ou ".join(sorted(wanted)),
            found="\n             ".join([" et ".join(sorted({k.kind for k in looks})), *rather]),
            remedy=f"essayez --set {other.source}=…" if other else _other_kind(wanted, looks),
        )  # fmt: skip
    best = min(tried, key=lambda m: (len(m.missing), -len(m.columns)))
    look = next(k for k in looks if set(best.columns.values()) <= set(k.columns))
    near = nearest_release(source, None, best.family.options.get("form"))
    options = {**best.family.defaults, **(dict(near.options) if near else {})}
    usual = [usual_name(r, options) for r in best.family.roles if r.required or best.family.any_of]
    seen = ", ".join(f"{role} = {column}" for role, column in best.columns.items()) or "rien"
    others = [c for c in look.columns if c not in best.columns.values()]
    found = [f"reconnu : {seen}", "autres colonnes : " + _short(others), *rather]
    if best.missing:
        problem = f"Aucune colonne n'est reconnue pour : {', '.join(best.missing)}."
        remedy = "si des colonnes du fichier tiennent ces rôles, nommez-les : " + " ".join(
            "--colonne "
            + shlex.quote(f"{role.split(' ou ')[0]}={_guess(best, role, others, look)}")
            for role in best.missing
        )
    else:
        key = best.columns[best.family.roles[0].name]
        level = level_of(look.load([key])[key], named=True)
        problem = f"Les lignes du fichier ne sont pas des {_LEVELS[best.family.level]}."
        found.insert(0, f"la colonne {key} désigne {_ARTICLES[level]}")
        remedy = "donnez le fichier de ce niveau, ou changez de source"
    return BadFileError(
        problem, path=path,
        expected=f"{best.family.form}, par exemple {', '.join(usual[:8])}"
        + (f" ({near.id})" if near else ""),
        found="\n             ".join(found),
        remedy=f"essayez --set {other.source}=…" if other else remedy,
    )  # fmt: skip


def _other_kind(wanted: set[str], looks: list[Look]) -> str:
    if "texte" in wanted and any(look.kind == "classeur" for look in looks):
        return "enregistrez la feuille en CSV, et donnez ce fichier"
    return "donnez le fichier dans la forme du producteur"


def _guess(best: Match, missing: str, others: list[str], look: Look) -> str:
    """Column that may play a role: of numbers, with the nearest name."""
    name = missing.split(" ou ")[0]
    role = best.family.role(name)
    others = [c for c in others if c != "geometry"]
    numbers = [c for c in others if writing_of(look.load([c])).is_mostly_numbers]
    for wanted in (name, role.usual if role else name):
        if close := difflib.get_close_matches(wanted, numbers, 1, 0.4):
            return close[0]
    return numbers[0] if len(numbers) == 1 else "COLONNE"


def _elsewhere(looks: list[Look]) -> Family | None:
    """Family that a file plainly belongs to."""
    for look in looks:
        for family in FAMILIES:
            found = attempt(family, look, {}) if family.roles else None
            if found is not None and not found.missing and fits(found, look):
                return family
    return None


def _short(names: list[str], shown: int = 12) -> str:
    more = f" … et {len(names) - shown} autres" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more if names else "aucune"
