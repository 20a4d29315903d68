"""Write a user's edition to `editions.toml`, and take it out, leaving the rest as it is.

The file may have been edited by hand: blocks are added and removed as text, so that comments stay.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from fragility.sources.model import Dialect, Edition, Release
from fragility.sources.user_editions import NAME, parse_user_editions, role_of

_HEAD = """\
# Vos éditions. « fragility edition new » écrit ce fichier ; il peut aussi être modifié à la main.
# Les chemins partent de ce dossier. Chaque clé est décrite dans docs/nouvelle-edition.md.
"""
_HEADER = re.compile(r"^\s*\[\[?\s*(edition|release)\s*\.\s*(\"[^\"]*\"|'[^']*'|[\w-]+)")


def toml_value(value: Any) -> str:
    """Write a value in TOML.

    Examples
    --------
    >>> toml_value({"sep": ";", "secrets": ("nr",)})
    '{ "sep" = ";", "secrets" = ["nr"] }'
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{toml_value(str(k))} = {toml_value(v)}" for k, v in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    return "[" + ", ".join(map(toml_value, value)) + "]"


def write_edition(
    raw: Path,
    edition: Edition,
    base: str,
    releases: tuple[Release, ...],
    detected: Mapping[str, Mapping[str, Any]],
) -> Path:
    """Add an edition and its releases to `editions.toml`, in the place of those of that name.

    Parameters
    ----------
    base : edition that it was made from.
    detected : release id -> what was recognised, kept for whoever reads the file.

    Returns
    -------
    The file.
    """
    path = raw / NAME
    text = path.read_text(encoding="utf-8-sig") if path.is_file() else _HEAD
    text = _without(text, path, edition.name, [r.id for r in releases]).rstrip("\n")
    blocks = [_edition_block(edition, base)]
    blocks += [_release_block(r, detected.get(r.id, {})) for r in releases]
    _replace(path, "\n\n".join([text, *blocks]) + "\n")
    return path


def remove_edition(raw: Path, name: str) -> list[Release]:
    """Take an edition out of `editions.toml`, and the releases that nothing else picks.

    Returns
    -------
    Those releases: their files are left where they are.
    """
    path = raw / NAME
    text = path.read_text(encoding="utf-8-sig")
    before = parse_user_editions(text.encode(), path)
    after = _without(text, path, name)
    left = parse_user_editions(after.encode(), path)
    _replace(path, after.rstrip("\n") + "\n")
    return [r for key, r in before.releases.items() if key not in left.releases]


def _without(text: str, path: Path, name: str, releases: Collection[str] = ()) -> str:
    """Text without an edition, without the releases that only it picks, and without some others."""
    known = parse_user_editions(text.encode(), path)
    others = {pick for n, e in known.editions.items() if n != name for pick in e.releases}
    own = set(known.editions[name].releases) - others if name in known.editions else set()
    gone = {("edition", name), *(("release", key) for key in (*own, *releases))}
    kept, skipping = [], False
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith("["):
            found = _HEADER.match(line)
            skipping = found is not None and (found[1], found[2].strip("\"'")) in gone
        if not skipping:
            kept.append(line)
    return "".join(kept)


def _edition_block(edition: Edition, base: str) -> str:
    picks = "".join(f"    {toml_value(pick)},\n" for pick in edition.releases)
    lines = [
        f"[edition.{edition.name}]",
        f"base = {toml_value(base)}",
        f"title = {toml_value(edition.title)}",
        f"cog_year = {edition.cog_year}",
        f"releases = [\n{picks}]",
    ]
    if edition.controls:
        lines.append(f"controls = {toml_value(edition.controls)}")
    return "\n".join(lines)


def _release_block(release: Release, detected: Mapping[str, Any]) -> str:
    header = f"release.{toml_value(release.id)}"
    facts = {
        "folder": release.folder, "year": release.year, "geography_year": release.geography_year,
        "published": release.published, "options": dict(release.options),
        "licence": release.licence, "note": release.note,
        "detected": dict(detected),
    }  # fmt: skip
    lines = [f"[{header}]"]
    lines += [f"{k} = {toml_value(v)}" for k, v in facts.items() if v not in (None, "", {})]
    for file in release.files:
        values = {"name": file.name, "size": file.size, "sha256": file.sha256, "part": file.part,
                  **_dialect(release, file.dialect)}  # fmt: skip
        lines += ["", f"[[{header}.files]]"]
        lines += [
            f"{k} = {toml_value(v)}" for k, v in values.items() if v not in (None, "", (), {})
        ]
    return "\n".join(lines)


def _dialect(release: Release, dialect: Dialect) -> dict[str, Any]:
    columns = {role_of(release, usual): own for usual, own in dialect.columns.items()}
    return {
        "sep": dialect.sep, "encoding": dialect.encoding, "skip_rows": dialect.skip_rows,
        "sheet": dialect.sheet, "secrets": dialect.secrets, "columns": columns,
    }  # fmt: skip


def _replace(path: Path, text: str) -> None:
    """Check the text as it will be read, then put it in place in one step."""
    parse_user_editions(text.encode(), path)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
