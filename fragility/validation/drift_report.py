"""What an edition is compared with, and which of its moves deserve a warning.

An edition is compared with its own last published run and with the edition it names as its
previous one. Neither is needed, and one that cannot be read is said so: it never stops a run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fragility.errors import BadFileError
from fragility.export.labels import french, plural
from fragility.sources.catalogue import find_edition
from fragility.sources.model import Edition
from fragility.validation.drift import TOTALS, Drift, compare
from fragility.validation.drift_measures import CORRELATION, DISTANCE, MISSING
from fragility.validation.markup import number
from fragility.validation.publication import Publication, read_publication

PAGE = "derive.html"
SHOWN = 5
PLACES = 20.0
# Checks of the report, all of them warnings: name -> what it looks at.
CHECKS = {
    "relecture": "La publication précédente peut être relue.",
    "codes": "Aucun code ne disparaît sans explication.",
    "distributions": "La distribution et l'ordre de chaque indicateur tiennent.",
    "manquants": f"Aucun indicateur ne manque dans {MISSING:g} % de communes de plus.",
    "lieux": f"Aucune liste de lieux ne perd ou ne gagne plus de {PLACES:g} % de ses lieux.",
    "departements": "Aucun département ne bouge à l'écart des autres.",
}


@dataclass(frozen=True)
class DriftReport:
    """Everything the page says of one edition.

    Attributes
    ----------
    now : the edition being computed.
    drifts : comparisons: with the last run of the edition, then with the previous edition.
    notes : why a comparison is not there, one French sentence each.
    unread : publications that are there but cannot be read, one French sentence each.
    """

    now: Publication
    drifts: tuple[Drift, ...]
    notes: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def build_report(
    edition: Edition,
    computed: Path,
    published: Path,
    profile: str,
    weights: Mapping[str, float],
) -> DriftReport:
    """Compare an edition with its last published run and with its previous edition.

    Parameters
    ----------
    edition : the edition being computed.
    computed : folder it is computed in.
    published : folder that holds the published editions.
    profile, weights : index profile of the run, and the weight of each of its indicators.

    Returns
    -------
    The report; what is not there or cannot be read is a note, never a failure.
    """
    now = read_publication(computed, edition, profile)
    drifts: list[Drift] = []
    notes: list[str] = []
    unread: list[str] = []

    def add(folder: Path, older: Edition) -> None:
        try:
            before = read_publication(folder, older)
        except BadFileError as error:
            name = error.path.name if error.path else folder.name
            unread.append(
                f"La publication « {older.name} » ne peut être relue ({name} : {error.found}) : "
                "rien ne lui est comparé."
            )
            return
        moved = older.cog_year != edition.cog_year
        drifts.append(compare(before, now, now.passage if moved else None, weights))

    last = published / edition.name
    if last.resolve() == computed.resolve():
        notes.append(
            "Ce calcul écrit dans le dossier publié : le précédent n'est plus là pour lui être "
            "comparé (« fragility run » le garde jusqu'à la fin)."
        )
    elif last.is_dir():
        add(last, edition)
    else:
        notes.append("Cette édition n'avait pas encore été publiée dans ce dossier.")
    if not edition.previous:
        notes.append("L'édition ne nomme pas d'édition qui la précède.")
    elif (published / edition.previous).is_dir():
        add(published / edition.previous, find_edition(edition.previous))
    else:
        notes.append(
            f"L'édition qui la précède n'est pas publiée dans ce dossier : lancez d'abord "
            f"« fragility run --edition {edition.previous} »."
        )
    return DriftReport(now, tuple(drifts), tuple(notes), tuple(unread))


def name_of(drift: Drift) -> str:
    """What the edition is compared with, as a sentence says it."""
    if drift.is_same_edition:
        return "le calcul précédent"
    return f"l'édition {drift.before.edition.name}"


def list_alerts(report: DriftReport) -> dict[str, str]:
    """One French sentence per check of `CHECKS` that finds something; empty when all is well."""
    alerts = {"relecture": " ".join(report.unread)} if report.unread else {}
    kinds: dict[str, Callable[[Drift], str]] = {
        "codes": _lost_codes,
        "distributions": _jumps,
        "manquants": _missing,
        "lieux": _places,
        "departements": _departements,
    }
    for name, say in kinds.items():
        said = [
            f"depuis {name_of(drift)}, {text}" for drift in report.drifts if (text := say(drift))
        ]
        if said:
            text = " ; ".join(said)
            alerts[name] = f"{text[0].upper()}{text[1:]}. Voir {PAGE}."
    return alerts


def _some(items: list[str]) -> str:
    """The first few, and how many more."""
    more = len(items) - SHOWN
    return ", ".join(items[:SHOWN]) + (f" et {more} de plus" if more > 0 else "")


def _quoted(drift: Drift, key: str) -> str:
    return f"« {drift.after.labels[key][0]} »"


def _lost_codes(drift: Drift) -> str:
    gone = drift.codes[drift.codes["sens"].eq("perdu") & drift.codes["nature"].eq("")]
    # The IRIS of a lost commune are lost with it: once is enough.
    lost = gone.loc[gone["niveau"] == "commune", "code"]
    gone = gone[gone["niveau"].eq("commune") | ~gone["code"].str[:5].isin(lost)]
    parts = []
    for level, singular, many in (
        ("commune", "code de commune disparu", "codes de communes disparus"),
        ("iris", "code d'IRIS disparu", "codes d'IRIS disparus"),
    ):
        own = gone.loc[gone["niveau"] == level, "code"].tolist()
        if own:
            parts.append(f"{plural(len(own), singular, many)} sans explication ({_some(own)})")
    return " et ".join(parts)


def _jumps(drift: Drift) -> str:
    texts = []
    for row in drift.indicators[drift.indicators["est_saut"]].to_dict("records"):
        why = []
        if row["distance"] >= DISTANCE:
            why.append(f"distance {number(row['distance'], 2)}")
        if row["correlation"] < CORRELATION:
            why.append(f"corrélation {number(row['correlation'], 2)}")
        if row["indicateur"] in drift.redefined:
            why.append("définition différente")
        texts.append(f"{_quoted(drift, row['indicateur'])} ({', '.join(why)})")
    return f"saut de {', '.join(texts)}" if texts else ""


def _places(drift: Drift) -> str:
    """A list that has lost a half was cut, or changed its meaning."""
    before, after = drift.before.places.to_dict(), drift.after.places.to_dict()
    said = [
        f"{TOTALS[kind][0].lower()}{TOTALS[kind][1:]} : {french(count)} puis "
        f"{french(after.get(kind, 0))}"
        for kind, count in before.items()
        if kind in TOTALS and count and abs(after.get(kind, 0) / count - 1) > PLACES / 100
    ]
    return ", ".join(said)


def _missing(drift: Drift) -> str:
    more = drift.indicators[drift.indicators["est_plus_absent"]]
    texts = [
        f"{_quoted(drift, row['indicateur'])} manque dans {french(row['absent_pct'], 1)} % des "
        f"communes ({french(row['absent_avant_pct'], 1)} % avant)"
        for row in more.to_dict("records")
    ]
    return ", ".join(texts)


def _departements(drift: Drift) -> str:
    jumps = drift.departements[drift.departements["est_saut"]]
    if jumps.empty:
        return ""
    order = jumps["ecart"].abs().sort_values(ascending=False, kind="stable").index
    texts = [
        f"{row['code_departement']} pour {_quoted(drift, row['indicateur'])}"
        for row in jumps.loc[order].to_dict("records")
    ]
    return f"{plural(len(texts), 'saut', 'sauts')} de département ({_some(texts)})"
