"""Sections of rapport.html that say what the run computed: scores, origins, certainty, model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from fragility.export.facts import RunFacts
from fragility.export.labels import (
    CLASS_COLOURS,
    CLASS_LABELS,
    NOT_COMPUTED_LABEL,
    class_label,
    french,
    plural,
)
from fragility.export.origins import origin_shares
from fragility.export.spans import EMPTY, spans
from fragility.validation.blocks import Block
from fragility.validation.sensitivity_figures import ACCENT, DARK, LIGHT, MIDDLE, plain

BINS = 45
ORIGIN_INKS = (DARK, MIDDLE, LIGHT, "#d9d9d9")
CONFIDENCES = ("robuste", "probable", "incertain")

Tables = Mapping[str, pd.DataFrame]


def distribution(tables: Tables, profile: str) -> Block:
    """How the scores spread, and what each class holds; bounds of the edition's own profile."""
    communes, bounds = tables["communes"], tables["index_bornes"]
    score, people = communes["score"], communes["population"]
    lowest = _lowest(bounds, profile)
    words = dict(enumerate(spans(list(lowest.values()), 2), start=1))
    rows = []
    for rank in CLASS_LABELS:
        own = communes["classe"].eq(rank).fillna(False)
        rows.append((
            class_label(rank), words.get(rank, EMPTY), int(own.sum()),
            round(people[own].sum()), int((own & communes["est_fragile_non_couverte"]).sum()),
        ))  # fmt: skip
    none = communes["classe"].isna()
    if none.any():
        rows.append((NOT_COMPUTED_LABEL, EMPTY, int(none.sum()), round(people[none].sum()), 0))
    columns = ("Classe", "Score", "Communes", "Habitants", "Fragiles et non couvertes")
    table = pd.DataFrame(rows, columns=columns)
    return Block(
        "Distribution du score",
        (
            "La moitié des communes ont un score entre "
            f"{french(float(score.quantile(0.25)), 1)} et {french(float(score.quantile(0.75)), 1)}."
            if score.notna().any()
            else "Aucune commune n'a de score.",
        ),
        table=table,
        figure=_histogram(score.dropna(), lowest) if score.notna().any() else None,
        alt="Histogramme : nombre de communes par score, coloré par classe. Le tableau qui suit "
        "donne le compte par classe.",
        caption="Communes par classe",
    )


def _lowest(bounds: pd.DataFrame, profile: str) -> dict[int, float]:
    """Lowest score of each class above the first."""
    own = bounds[bounds["borne"].eq("classe") & bounds["profil"].eq(profile)].sort_values("classe")
    return {int(k): float(v) for k, v in zip(own["classe"], own["score_min"], strict=True)}


def _histogram(score: pd.Series, lowest: Mapping[int, float]) -> Figure:
    """Counts by score, each bar in the colour of its class."""
    step = 0.2 if score.between(1, 10).all() else max(float(np.ptp(score)) / BINS, 1e-9)
    # Most scores are fifths: they fall in the middle of a bar.
    first = np.floor(score.min() / step) * step
    edges = np.arange(first - step / 2, score.max() + step, step)
    counts, edges = np.histogram(score, edges)
    middles = (edges[:-1] + edges[1:]) / 2
    rank = np.searchsorted(sorted(lowest.values()), middles + 1e-9, side="right") + 1
    figure = Figure(figsize=(7.2, 2.8), layout="constrained")
    axes = plain(figure.add_subplot())
    for value, colour in CLASS_COLOURS.items():
        own = rank == value
        axes.bar(
            middles[own], counts[own], width=step * 0.92, color=colour, edgecolor="#555",
            linewidth=0.4, label=class_label(value),
        )  # fmt: skip
    axes.set_xlabel("Score (1 : moins fragile, 10 : plus fragile)", fontsize=9)
    axes.set_ylabel("Communes", fontsize=9)
    axes.legend(fontsize=8, frameon=False)
    return figure


def origins(tables: Tables, facts: RunFacts) -> Block:
    """Share of the communes whose figure is published, derived, modelled or absent."""
    shares = origin_shares(pd.DataFrame(tables["communes"]), facts)
    names = {
        "observe_pct": "Observé (%)", "derive_pct": "Hérité ou agrégé (%)",
        "impute_pct": "Estimé (%)", "absent_pct": "Absent (%)",
    }  # fmt: skip
    table = shares.rename(columns={"indicateur": "Indicateur", "annees": "Années", **names})
    for name in names.values():
        table[name] = [french(value, 1) for value in table[name]]
    figure = Figure(figsize=(7.2, 0.32 * len(shares) + 1.0), layout="constrained")
    axes = plain(figure.add_subplot())
    place, left = np.arange(len(shares))[::-1], np.zeros(len(shares))
    for (column, name), ink in zip(names.items(), ORIGIN_INKS, strict=True):
        width = shares[column].to_numpy(float)
        axes.barh(
            place, width, left=left, color=ink, edgecolor="#555", linewidth=0.4, height=0.6,
            label=name.removesuffix(" (%)"),
        )  # fmt: skip
        left += width
    axes.set_yticks(place, shares["indicateur"].tolist())
    axes.set_xlim(0, 100)
    axes.set_xlabel("% des communes", fontsize=9)
    figure.legend(fontsize=8, frameon=False, ncol=4, loc="outside upper right")
    return Block(
        "Observé, hérité ou estimé",
        ("Chaque case des tableaux dit son origine et son année ; voici leur part.",),
        table=table,
        figure=figure,
        alt="Barres : part des communes par origine du chiffre ; les valeurs sont au tableau.",
        caption="Origine des chiffres, en % des communes",
    )


def certainty(tables: Tables) -> list[Block]:
    """How many verdicts are robust, and how wide the intervals are."""
    known = tables["index_incertitude"]
    own = known[known["niveau"] == "commune"].set_index("code")
    communes = tables["communes"].set_index("code_commune").reindex(own.index)
    fragile = communes["est_fragile"].to_numpy(bool)
    rows = [
        (
            name.capitalize(),
            int((own["confiance"].eq(name) & fragile).sum()),
            int((own["confiance"].eq(name) & ~fragile).sum()),
            round(communes.loc[own["confiance"].eq(name) & fragile, "population"].sum()),
        )
        for name in CONFIDENCES
    ]
    columns = (
        "Confiance", "Communes fragiles", "Autres communes", "Habitants des communes fragiles",
    )  # fmt: skip
    ranks = (own["rang_haut"] - own["rang_bas"]).astype(float)
    scores = own["score_haut"] - own["score_bas"]
    sure = int((own["confiance"].eq("robuste") & fragile).sum())
    return (
        [
            Block(
                "Confiance dans le verdict",
                (
                    f"{plural(sure, 'commune fragile', 'communes fragiles')} sur "
                    f"{french(fragile.sum())} le restent dans neuf tirages sur dix au moins, au "
                    "pour-cent près, quand varient poids, normalisation, chiffres estimés et "
                    "petits effectifs.",
                    "L'intervalle à 90 % d'une commune médiane est large de "
                    f"{french(ranks.median())} rangs sur {french(len(own))}, et de "
                    f"{french(scores.median(), 1)} de score.",
                ),
                table=pd.DataFrame(rows, columns=columns),
                caption="Communes par confiance",
            )
        ]
        if len(own)
        else []
    )


def poverty_model(tables: Tables) -> Block:
    """Error of the poverty model on groups that it never saw."""
    measures, residuals = tables["index_imputation"], tables["index_residus"]
    table = pd.DataFrame(
        {
            "Mesure": measures["description"],
            "Valeur": [
                french(v) if name.startswith("nb_") else french(v, 2)
                for name, v in zip(measures["mesure"], measures["valeur"], strict=True)
            ],
        }
    )
    return Block(
        "Erreur mesurée",
        (
            "La pauvreté est masquée dans la plupart des petites communes ; un modèle l'y estime. "
            "Son erreur est mesurée sur des territoires qu'il n'a jamais vus.",
        ),
        table=table,
        figure=_model_error(residuals) if len(residuals) else None,
        alt="Barres : erreur absolue moyenne du modèle selon le taux prédit.",
        caption="Validation croisée du modèle de pauvreté",
    )


def _model_error(residuals: pd.DataFrame) -> Figure:
    """Mean absolute error by predicted level."""
    edges = np.array([0, 8, 10, 12, 15, 20, 25, 100])
    band = np.searchsorted(edges, residuals["predit"].to_numpy(float), side="right") - 1
    error = (residuals["observe"] - residuals["predit"]).abs().to_numpy(float)
    labels, values, counts = [], [], []
    for rank in np.unique(band):
        own = band == rank
        last = rank == len(edges) - 2
        labels.append(f"{edges[rank]} et +" if last else f"{edges[rank]}–{edges[rank + 1]}")
        values.append(error[own].mean())
        counts.append(int(own.sum()))
    figure = Figure(figsize=(7.2, 2.4), layout="constrained")
    axes = plain(figure.add_subplot())
    bars = axes.bar(range(len(values)), values, color=DARK, width=0.7)
    axes.bar_label(bars, [f"{french(v, 1)}\n({n})" for v, n in zip(values, counts, strict=True)],
                   fontsize=8)  # fmt: skip
    axes.set_xticks(range(len(labels)), labels)
    axes.set_xlabel("Pauvreté prédite (%)", fontsize=9)
    axes.set_ylabel("Erreur (points)", fontsize=9, color=ACCENT)
    axes.margins(y=0.25)
    return figure
