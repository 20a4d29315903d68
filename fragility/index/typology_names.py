"""What a kind of fragile commune is called, and what to do first there: rules on its profile.

A trait is written when the sub-score of the kind is well above that of all communes; it is spared
when it is well below that of fragile communes, and said to be so against them unless it is below
that of all communes too, in nearly all communes of the kind. Where people of the kind live (urban,
small town, rural) is said when nearly all of its communes are of that density. No name is tied to
a number of group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from fragility.schemas import INDICATOR_LABELS, INDICATORS

# Standard deviations of the sub-score: above the mean of all communes, below that of fragile ones.
HIGH = 0.5
SPARED = -0.75
MOST_TRAITS = 3
# Share of the communes of a kind from which a word is true of the kind: one in four may differ.
MOST = 0.75
# Order in which traits are written, and their words when high and when spared.
TRAITS = {
    "plus_65": ("âgé", "moins âgé"),
    "pauvrete": ("pauvre", "moins pauvre"),
    "peu_diplomes": ("peu diplômé", "plus diplômé"),
    "non_thd": ("mal raccordé", "mieux raccordé"),
    "non_4g": ("loin de la 4G", "plus près de la 4G"),
}
NETWORKS = ("non_thd", "non_4g")
BOTH_NETWORKS = "mal desservi"
# Inhabitants per km² from which a place is urban: thresholds of the European degree of
# urbanisation; that of small towns is ours.
PLACES = ((1500.0, "Urbain dense"), (300.0, "Urbain"), (100.0, "Bourg"), (0.0, "Rural"))
MIXED = "Territoire"  # of any size
AMONG = "que les autres communes fragiles"
_OTHER = "l'autre"
# What acts on which indicators, in the order that settles a tie.
LEVERS = {
    "réseaux": NETWORKS,
    "personnes": ("plus_65", "peu_diplomes"),
    "revenus": ("pauvrete",),
}
ORDER = ("D'abord", "Puis")
# What to do about each indicator that is high; joined by lever.
ACTIONS = {
    "non_thd": "demander le calendrier de raccordement des locaux",
    "non_4g": "faire inscrire les zones sans 4G au programme de couverture mobile",
    "plus_65": "tenir des permanences régulières, y compris à domicile",
    "peu_diplomes": "accompagner pas à pas les démarches, sans supposer la lecture aisée",
    "pauvrete": "lier la médiation aux droits sociaux (France services, CCAS, CAF) et à un "
    "équipement et un abonnement à bas prix",
}


def _median_inhabitant(values: pd.Series, population: pd.Series) -> float:
    """Value for the place of the median inhabitant; missing if nobody lives there."""
    known = values.notna() & population.gt(0)
    if not known.any():
        return float("nan")
    ordered = values[known].sort_values(kind="stable")
    weight = population.reindex(ordered.index).cumsum()
    return float(ordered.iloc[int(np.searchsorted(weight, weight.iloc[-1] / 2))])


def place_word(density: pd.Series) -> str:
    """Say what most of the communes of a kind are, or nothing of their size where they differ.

    Parameters
    ----------
    density : inhabitants per km² of each commune.

    Examples
    --------
    >>> place_word(pd.Series([20.0, 10.0, 30.0, 2000.0])), place_word(pd.Series([20.0, 2000.0]))
    ('Rural', 'Territoire')
    """
    known = density.dropna()
    if known.empty:
        return MIXED
    words = np.select([known >= least for least, _ in PLACES], [word for _, word in PLACES], "")
    share = pd.Series(words).value_counts(normalize=True)
    return str(share.index[0]) if share.iloc[0] >= MOST else MIXED


def name_of(
    place: str, above_all: pd.Series, above_fragile: pd.Series, below_all: pd.Series
) -> str:
    """Name a profile.

    Parameters
    ----------
    place : see `place_word`.
    above_all, above_fragile : sub-score of each indicator in standard deviations, from the mean
        of all communes and from that of fragile ones.
    below_all : share (0-1) of the communes of the kind that are below the mean of all communes.

    Examples
    --------
    >>> one = pd.Series({"plus_65": 1.2, "pauvrete": 1.2, "peu_diplomes": 1.1, "non_thd": -0.5})
    >>> two = pd.Series({"plus_65": 0.3, "pauvrete": 0.3, "peu_diplomes": 0.4, "non_thd": -1.5})
    >>> name_of("Rural", one, two, (one < 0).astype(float))
    'Rural âgé, pauvre et peu diplômé, mieux raccordé'
    >>> name_of("Rural", one, two, 0 * one)
    'Rural âgé, pauvre et peu diplômé, mieux raccordé que les autres communes fragiles'
    >>> name_of("Bourg", one + 2, two + 2, 0 * one)
    'Bourg qui cumule tout'
    """
    known = [key for key in TRAITS if key in above_all.index]
    spared = [key for key in known if above_fragile[key] <= SPARED]
    high = {key: float(above_all[key]) for key in known if above_all[key] >= HIGH}
    high = {key: strength for key, strength in high.items() if key not in spared}
    if len(known) > 1 and len(high) == len(known):
        return f"{place} qui cumule tout"
    words = {TRAITS[key][0]: strength for key, strength in high.items()}
    if all(key in high for key in NETWORKS):
        strength = float(np.mean([words.pop(TRAITS[key][0]) for key in NETWORKS]))
        words[BOTH_NETWORKS] = strength
    strongest = sorted(words, key=lambda word: -words[word])[:MOST_TRAITS]
    name = f"{place} {_listed([word for word in words if word in strongest]) or 'fragile'}"
    if not spared:
        return name
    less = _listed([TRAITS[key][1] for key in spared])
    return f"{name}, {less}" if (below_all[spared] >= MOST).all() else f"{name}, {less} {AMONG}"


def first_lever(above_fragile: pd.Series) -> list[str]:
    """Order the levers, the one that stands out most among fragile communes first."""
    strength = {
        lever: float(np.mean([above_fragile[key] for key in keys if key in above_fragile.index]))
        for lever, keys in LEVERS.items()
        if any(key in above_fragile.index for key in keys)
    }
    return sorted(strength, key=lambda lever: -strength[lever])


def what_to_do(above_all: pd.Series, above_fragile: pd.Series) -> str:
    """Say what to do first, then what next: the two levers that stand out most.

    Examples
    --------
    >>> what_to_do(pd.Series({"non_thd": 1.0, "pauvrete": 0.0}),
    ...            pd.Series({"non_thd": 0.5, "pauvrete": -1.5}))
    "D'abord les réseaux : demander le calendrier de raccordement des locaux."
    """
    steps = []
    for lever in first_lever(above_fragile):
        high = [key for key in LEVERS[lever] if above_all.get(key, -np.inf) >= HIGH]
        high = [key for key in high if above_fragile[key] > SPARED]
        if high:
            steps.append(f"les {lever} : {' ; '.join(ACTIONS[key] for key in high)}")
    steps = steps or [f"les personnes : {ACTIONS['plus_65']}"]
    return " ".join(f"{opening} {step}." for opening, step in zip(ORDER, steps, strict=False))


def _listed(words: Sequence[str]) -> str:
    """Join words as French does."""
    return " et ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _whole(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u202f")


def _percent(value: float) -> str:
    return f"{value:.1f}".replace(".", ",") + " %"


def describe_type(
    facts: pd.DataFrame, means: pd.Series, labels: Mapping[str, tuple[str, str]], shape: pd.Series
) -> str:
    """Describe a kind in figures: what sets it apart among fragile communes comes first."""
    order = sorted(shape.index, key=lambda key: -abs(shape[key]))
    parts = [
        f"{labels[key][0][0].lower()}{labels[key][0][1:]} {_percent(facts[f'{key}_pct'].mean())} "
        f"({_percent(means[f'{key}_pct'])} dans l'ensemble)"
        for key in order
        if f"{key}_pct" in facts.columns and facts[f"{key}_pct"].notna().any()
    ]
    size = _median_inhabitant(facts["population"], facts["population"])
    opening = (
        ""
        if np.isnan(size)
        else f"L'habitant médian vit dans une commune de {_whole(size)} habitants. "
    )
    return f"{opening}En moyenne des communes : {' ; '.join(parts)}."


def name_types(
    facts: pd.DataFrame,
    means: pd.Series,
    *,
    above_fragile: pd.DataFrame,
    above_all: pd.DataFrame,
    labels: Mapping[str, tuple[str, str]] = INDICATOR_LABELS,
) -> pd.DataFrame:
    """Build `index_typologie_classes`.

    Parameters
    ----------
    facts : `type`, `population`, `densite_hab_km2` and `<indicator>_pct` of each fragile commune.
    means : mean of `<indicator>_pct` over all communes.
    above_fragile, above_all : one column per indicator, same index, see `name_of`.
    labels : words of the indicators.
    """
    rows = []
    for number in sorted(facts["type"].unique()):
        members = facts[facts["type"] == number]
        shape = above_fragile.loc[members.index].mean()
        level = above_all.loc[members.index].mean()
        below = {key: _share_below(members[f"{key}_pct"], means[f"{key}_pct"]) for key in TRAITS}
        place = place_word(members["densite_hab_km2"])
        rows.append(
            {
                "type": int(number),
                "nom_type": name_of(place, level, shape, pd.Series(below)),
                "nb_communes": len(members),
                "population": float(members["population"].sum()),
                **{f"{key}_pct": members[f"{key}_pct"].mean() for key in INDICATORS},
                "mots": describe_type(members, means, labels, shape),
                "quoi_faire": what_to_do(level, shape),
                "shape": shape,
            }
        )
    return _frame(_told_apart(rows))


def _share_below(values: pd.Series, mean: float) -> float:
    """Share of the known values that are below a mean, 0 when none is known."""
    known = values.dropna()
    return float((known < mean).mean()) if len(known) else 0.0


def _told_apart(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Give kinds of the same name one more trait: where they differ most from one another."""
    names = pd.Series([str(row["nom_type"]) for row in rows], dtype="str")
    for name in names[names.duplicated()].unique():
        same = [row for row in rows if row["nom_type"] == name]
        shapes = pd.DataFrame([row["shape"] for row in same])
        known = [key for key in TRAITS if key in shapes.columns]
        if not known:
            continue
        key = str((shapes[known].max() - shapes[known].min()).idxmax())
        rank = shapes[key].rank(ascending=False, method="first").astype(int)
        for row, place in zip(same, rank, strict=True):
            least = f"{TRAITS[key][1]} que {'le premier' if len(same) > 2 else _OTHER}"
            degree = f"surtout {TRAITS[key][0]}" if place == 1 else least
            further = f" ({place})" if len(same) > 2 else ""
            row["nom_type"] = f"{name}, {degree}{further}"
    return rows


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    values = [f"{key}_pct" for key in INDICATORS]
    columns = ["type", "nom_type", "nb_communes", "population", *values, "mots", "quoi_faire"]
    types = {
        "type": "int64",
        "nom_type": "str",
        "nb_communes": "int64",
        "population": "float64",
        **dict.fromkeys(values, "float64"),
        "mots": "str",
        "quoi_faire": "str",
    }
    return pd.DataFrame(rows, columns=columns).astype(types)
