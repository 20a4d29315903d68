"""Words of the sensitivity study: what each choice is called, and how it was tried."""

from __future__ import annotations

from fragility.export.labels import french
from fragility.index.choices import REPLICATES
from fragility.index.draws import CONCENTRATION
from fragility.index.lookup import TRIMMED
from fragility.index.robustness import FACTORS
from fragility.index.sensitivity import BASE_SAMPLES

PANELS = {
    "decalage_moyen": "Rang des communes",
    "remplacees_pct": "Liste des communes fragiles",
}
CHOICES = {
    "deciles": "Déciles",
    "percentiles": "Centiles (rang continu)",
    "min_max": "Valeurs étirées entre deux bornes",
    "mean": "Moyenne arithmétique",
    "geometric": "Moyenne géométrique",
    "mid": "Ex æquo au milieu de leurs rangs",
    "upper": "Ex æquo au rang le plus haut",
    "iris": "IRIS et communes non découpées comparés",
    "commune": "Communes comparées entre elles",
    "piliers": "Réseaux et personnes à poids égal",
    "imputation": "Pauvreté estimée, tirée de nouveau",
    "petits_effectifs": "Taux du recensement, tirés de nouveau",
}
DENSITY_WORDS = {
    "moins_30": "moins de 30 hab./km²",
    "30_100": "30 à 100 hab./km²",
    "100_500": "100 à 500 hab./km²",
    "500_plus": "500 hab./km² et plus",
}
SCENARIOS = {
    "agregation": "Qui change de place : l'autre moyenne",
    "piliers": "Qui change de place : réseaux et personnes à poids égal",
}
SCENARIO_SENTENCES = {
    "agregation": "Une moyenne géométrique compense moins : un sous-score bas tire le score vers "
    "le bas, même si les autres sont hauts. Ici, géométrique à la place d'arithmétique, ou "
    "l'inverse si le profil la prend déjà.",
    "piliers": "Les indicateurs de réseaux pèsent ensemble autant que ceux des personnes.",
}


def _ordinal(share: float) -> str:
    return f"{round(100 * share)}e"


def how_measured() -> tuple[str, ...]:
    """How the choices were varied, and what was not."""
    return (
        f"Indices de Sobol, par la bibliothèque SALib : plan de Saltelli de {BASE_SAMPLES} points, "
        f"sept choix, {french(BASE_SAMPLES * (len(FACTORS) + 2))} classements, graine fixe, "
        "intervalles par rééchantillonnage. Les poids suivent une loi de Dirichlet centrée sur "
        f"ceux du profil (concentration {french(CONCENTRATION)}) et forment un seul choix ; les "
        "possibilités de chaque autre choix ont la même probabilité. Noter les valeurs "
        f"elles-mêmes, c'est les étirer entre leur {_ordinal(TRIMMED)} et leur "
        f"{_ordinal(1 - TRIMMED)} centile. La pauvreté estimée et les taux du recensement sont "
        f"gardés une fois sur deux, sinon tirés de nouveau ({REPLICATES} tirages) selon leur "
        "erreur (docs/incertitude.md). Les repères de l'échelle ne changent pas avec les tirages.",
        "Ne sont pas testés : les données elles-mêmes (distance à un site 4G, année des sources), "
        "ni le choix d'autres indicateurs que ceux du profil.",
    )
