"""The box that QGIS shows under the pointer: a few lines of HTML with QGIS expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fragility.export import labels


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _text(column: str) -> str:
    """Return an expression that writes a text field; names are data, never HTML."""
    escaped = f"replace(replace(coalesce(\"{column}\", ''), '&', '&amp;'), '<', '&lt;')"
    return f"[% {escaped} %]"


def _number(column: str, unit: str = "") -> str:
    """Return an expression that writes a number, or a dash when it is missing."""
    shown = f'format_number("{column}", {labels.decimals_of(column)})'
    if unit:
        shown += f" || {_quoted(' ' + unit)}"
    return f"[% coalesce({shown}, '–') %]"


def _when(column: str, opening: str) -> str:
    """Return an expression that writes a line only where the field is filled."""
    filled = f'{_quoted(opening)} || "{column}"'
    return f"[% CASE WHEN \"{column}\" IS NULL THEN '' ELSE {filled} END %]"


def _words(column: str, words: Mapping[str, str], otherwise: str) -> str:
    """Return an expression that writes the words for a code."""
    cases = " ".join(
        f'WHEN to_string("{column}") = {_quoted(value)} THEN {_quoted(label)}'
        for value, label in words.items()
    )
    return f"[% CASE {cases} ELSE {_quoted(otherwise)} END %]"


def _list(column: str, words: Mapping[str, str], opening: str = "") -> str:
    """Return an expression that writes the words for codes parted by « | », nothing for none."""
    said = f"'|' || \"{column}\" || '|'"
    for value, label in words.items():
        said = f"replace({said}, {_quoted(f'|{value}|')}, {_quoted(f'|{label}|')})"
    return (
        f"[% {_quoted(opening)} || replace(regexp_replace({said}, '^[|]|[|]$', ''), '|', ', ') %]"
    )


def _between(low: str, high: str) -> str:
    """Return an expression that writes the bounds of a number, or nothing where there are none."""
    first, last = (f'format_number("{c}", {labels.decimals_of(c)})' for c in (low, high))
    said = f"' (de ' || {first} || ' à ' || {last} || ')'"
    return f"[% CASE WHEN \"{low}\" IS NULL THEN '' ELSE {said} END %]"


def _share(percent: str) -> str:
    """Return an expression that writes a share of the calculations; none of them is a proof."""
    return (
        f"CASE WHEN {percent} < 1 THEN 'moins de 1' WHEN {percent} > 99 THEN 'plus de 99' "
        f"ELSE format_number({percent}, 0) END"
    )


def _verdict(columns: Sequence[str]) -> str:
    """Return an expression that says how sure the verdict is: the share that agrees with it."""
    chance = '"probabilite_fragile_pct"'
    agree = f"'fragile dans ' || {_share(chance)}"
    # A layer of fragile communes only does not say that they are.
    if "est_fragile" in columns:
        other = f"'non fragile dans ' || {_share(f'100 - {chance}')}"
        agree = f'CASE WHEN "est_fragile" THEN {agree} ELSE {other} END'
    said = f"'Verdict ' || \"confiance\" || ' : ' || {agree} || ' % des calculs'"
    return f"[% CASE WHEN \"confiance\" IS NULL THEN 'Verdict non calculé' ELSE {said} END %]"


def map_tip(table: str, columns: Sequence[str], banner: str = "", out_of: str = " sur 10") -> str:
    """Build the map tip of a layer from the fields it has.

    Parameters
    ----------
    table : name of the layer.
    columns : fields of the layer.
    banner : warning written above everything else.
    out_of : what follows a score, see `ProfileWords.out_of`.
    """
    name = next(c for c in ("nom", "nom_epci", "nom_departement") if c in columns)
    lines = [f"<b>{_text(name)}</b>"]
    if table == "iris":
        lines.append(_text("nom_commune"))
    if "nb_personnes_gagnees" in columns:
        lines.append(_text("nom_commune"))
        lines.append(f"Poste proposé n° {_number('rang')}")
        gained = _number("nb_personnes_gagnees")
        lines.append(f"Personnes en difficulté mises à portée : {gained}")
    if "dispositifs" in columns:
        lines.append(_list("dispositifs", labels.DISPOSITIF_LABELS))
        lines.append(_when("date_maj", "Fiche mise à jour : "))
        old = "Fiche ancienne, à vérifier : "
        lines.append(_list("dispositifs_anciens", labels.DISPOSITIF_LABELS, old))
    classes = {str(rank): labels.class_label(rank) for rank in labels.CLASS_LABELS}
    if "classe" in columns:
        lines.append("Classe : " + _words("classe", classes, labels.NOT_COMPUTED_LABEL))
    if "score" in columns:
        between = _between("score_bas", "score_haut") if "score_bas" in columns else ""
        lines.append(f"Score : {_number('score', out_of.strip())}{between}")
    if "confiance" in columns:
        lines.append(_verdict(columns))
    if "population" in columns:
        lines.append(f"Population : {_number('population')}")
    if "difficulte_numerique_pct" in columns:
        between = _between("difficulte_numerique_bas", "difficulte_numerique_haut")
        lines.append(
            "En difficulté numérique (estimation) : "
            + _number("nb_personnes_en_difficulte")
            + " personnes, "
            + _number("difficulte_numerique_pct", "%")
            + between
        )
    if "couverture" in columns:
        lines.append(_words("couverture", labels.COVERAGE_LABELS, "Couverture non calculée"))
        lines.append(
            "Conseiller le plus proche : "
            + _number("conseiller_plus_proche_min", "min (estimation)")
        )
    if "nb_communes_fragiles_non_couvertes" in columns:
        lines.append(
            "Communes fragiles et non couvertes : " + _number("nb_communes_fragiles_non_couvertes")
        )
    if "motif" in columns:
        lines.append(f"<i>{_text('motif')}</i>")
    if banner:
        lines.insert(0, f"<b>{banner}</b>")
    return '<div style="max-width:22em">' + "<br>".join(lines) + "</div>"
