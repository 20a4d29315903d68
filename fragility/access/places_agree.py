"""What two rows of the lists must not contradict to be one place, for each reason to join them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.access.places_names import KINDS, WAYS, overlap

# Geocoders part two writings of one address. Pairs of the lists of 2022-2023 were read, by fifty,
# on both sides of each bound. Names alike: 46 true from 100 to 300 m, 38 from 300 to 500 m; but 25
# from 100 to 300 m where both give a number in streets that differ.
SAME_NAME_M = 300.0
OTHER_STREET_M = 100.0
# One number of one street in one commune: all true, up to 3 km; kept short for communes that were
# merged and have two streets of a name.
SAME_ADDRESS_M = 1000.0
# A body has one SIRET and several sites: from 50 to 300 m, 14 pairs of 40 are of two buildings.
SAME_SIRET_M = 50.0
# The middle of a street stands for its houses: on it, and without two numbers, one building; 20
# of 25 true, against half from 1 to 25 m.
SAME_POINT_M = 1.0
REGISTER_M = 50.0
# Lists in which a place has one row: two of their rows are two places unless all agrees.
REGISTERS = frozenset({"france_services", "bibliotheque", "la_poste"})
# « Point services particuliers » and « Points services aux particuliers », under one SIRET.
NAMES_AGREE = 0.6
# « 10 place du 11 novembre 1918 » and « place du onze novembre 1918 », under one SIRET.
STREETS_AGREE = 0.5

SAME_ID = "même identifiant du producteur"
SAME_SIRET = "même SIRET"
SAME_ADDRESS = "même adresse"
SAME_STREET = "même voie, même point"
SAME_NAME = "même nom"
# Under one identifier and other names: 0.5 km within a town that the place moved across, 19 km
# between two places whose identifiers are exchanged.
_BOUNDS = {SAME_ID: SAME_ADDRESS_M, SAME_SIRET: SAME_SIRET_M, SAME_ADDRESS: SAME_ADDRESS_M,
           SAME_STREET: SAME_POINT_M, SAME_NAME: SAME_NAME_M}  # fmt: skip
# In the order of their strength.
REASONS = tuple(_BOUNDS)


def accepted(pairs: pd.DataFrame, places: pd.DataFrame, table: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell the pairs whose distance, names, addresses and lists agree with their reason.

    Parameters
    ----------
    pairs : `a`, `b` (positions in `places`), `raison`, `metres` (missing when one has no point).
    places : `dispositif`, `est_employeur`, `itinerance`.
    table : what rows are compared by, in the order of `places`: `commune`, `declaree` (words),
        `numero`, `voie`, `mots` (words of the name), `mobile` (its name says that it moves).

    Returns
    -------
    Booleans, shape (number of pairs,).
    """
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    reason, metres = pairs["raison"].to_numpy(dtype=object), pairs["metres"].to_numpy()

    def equal(values: pd.Series) -> NDArray[np.bool_]:
        of = values.to_numpy(dtype=object)
        return np.array(of[a] == of[b], dtype=bool)

    def shared(sets: pd.Series) -> NDArray[np.float64]:
        of = sets.to_numpy(dtype=object)
        return np.array([overlap(of[i], of[j]) for i, j in zip(a, b, strict=True)], dtype=float)

    alike = shared(table["mots"])
    streets = table["voie"].fillna("").str.split().map(frozenset)
    street = shared(streets)
    told = shared(streets.map(lambda words: words - WAYS))
    numbered = table["numero"].notna().to_numpy()
    both = numbered[a] & numbered[b]
    other_street = both & (told == 0)
    other_number = both & ~equal(table["numero"])
    one_commune = shared(table["declaree"]) == 1
    apart = np.isnan(metres)
    bound = np.array([_BOUNDS[r] for r in reason])
    bound = np.where((reason == SAME_NAME) & other_street, OTHER_STREET_M, bound)
    near = np.where(apart, equal(table["commune"]), metres <= bound)
    # A van parked at the door is another service. Many tick « itinérant » of a building from which
    # a team also sets out: only a van says so in its name.
    van, moves = (f.to_numpy(dtype=bool) for f in (table["mobile"], places["itinerance"]))
    ok = near & ~(van[a] & ~moves[b]) & ~(van[b] & ~moves[a])
    ok &= (reason != SAME_NAME) | ((alike == 1) & one_commune)
    ok &= (reason != SAME_STREET) | ((street == 1) & ~other_number & ~apart)
    # One body, and neither its name nor its street: two of its sites.
    known = (streets != frozenset()).to_numpy()
    whole = equal(table["mots"])
    bare = np.array([words <= KINDS for words in table["mots"]], dtype=bool)
    named = (alike >= NAMES_AGREE) & (whole | ~(bare[a] | bare[b]))
    there = (told >= STREETS_AGREE) | (street == 1) | ~(known[a] & known[b])
    ok &= (reason != SAME_SIRET) | named | there
    # Without a distance, two numbers that differ are two sites of one body.
    ok &= (reason != SAME_SIRET) | ~apart | ~(other_street | other_number)
    kind = places["dispositif"].to_numpy(dtype=str)
    register = (kind[a] == kind[b]) & np.isin(kind[a], sorted(REGISTERS))
    twin = (alike == 1) & one_commune & (street == 1) & ~other_number & (metres <= REGISTER_M)
    ok &= ~register | twin
    # An employer receives where its SIRET does, or elsewhere.
    employer = places["est_employeur"].to_numpy(dtype=bool)
    ok &= ~(employer[a] | employer[b]) | (reason == SAME_SIRET)
    # A place moves, a van changes its base, a point is mistaken: its name follows it. Identifiers
    # are exchanged between places that their names do not tell apart.
    follows = (alike == 1) & (one_commune | ~(bare[a] & bare[b]))
    return np.where(reason == SAME_ID, near | follows, ok).astype(bool)
