"""The maps of communes of all years and the passages between them, each computed once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from fragility.territory.cog import apply_passage, build_passage, list_communes
from fragility.territory.cog_events import CHANGES_OF_CODE, CREATIONS, locate, trace_pieces


@dataclass
class Maps:
    """All maps, from the movements and the inhabitants of one of them.

    Attributes
    ----------
    movements : see `readers.insee_cog.read_movements`.
    population : inhabitants by commune of the map of `year`: all of its communes, a few missing.
    year : map of the population.
    """

    movements: pd.DataFrame
    population: pd.Series
    year: int
    _codes: dict[int, pd.Index] = field(default_factory=dict)
    _weights: dict[int, pd.Series] = field(default_factory=dict)

    @cached_property
    def places(self) -> pd.DataFrame:
        """Movements, traced."""
        return trace_pieces(self.movements)

    def codes(self, year: int) -> pd.Index:
        """Communes of a map."""
        if year not in self._codes:
            self._codes[year] = list_communes(
                self.movements, self.population.index, year, places=self.places
            )
        return self._codes[year]

    def weights(self, year: int) -> pd.Series:
        """Inhabitants by commune of a map; left out where a share would have to be guessed."""
        if year not in self._weights:
            passage = build_passage(
                self.movements, self.year, year, self.codes(year), places=self.places
            )
            frame = self.population.rename("n").rename_axis("code_commune").reset_index()
            moved = apply_passage(frame, passage, counts=["n"])[0].set_index("code_commune")["n"]
            guessed = passage.loc[passage["part"] < 1, "code_apres"].dropna()
            self._weights[year] = moved.drop(guessed.unique())
        return self._weights[year]

    def passage(self, start: int, end: int) -> pd.DataFrame:
        """Passage between two maps, shared by the inhabitants that are known."""
        return build_passage(
            self.movements, start, end, self.codes(end), weights=self.weights(end),
            places=self.places,
        )  # fmt: skip

    def parts_elsewhere(self, communes: pd.DataFrame) -> tuple[int, list[str]]:
        """Find the parts of communes that the movements do not bring to their own commune.

        Parameters
        ----------
        communes : COG of the map's year: its associated and delegated communes have a
            `code_parent`.

        Returns
        -------
        Number of parts that the movements know, and the codes of those that are elsewhere.
        """
        now = locate(self.places, f"{self.year}-01-01")
        places = self.places.assign(commune=self.places["piece"].map(now))
        parts = communes[communes["type_commune"].isin(["COMA", "COMD"])]
        # A piece bears the code of its part from the beginning, or since it got a code of its own.
        first = places.drop_duplicates("piece")
        own = places["mod"].isin([*CHANGES_OF_CODE, *CREATIONS])
        later = places[own & ~places["code"].isin(first["code"])]
        held = parts.merge(pd.concat([first, later]), on="code")
        at_home = held.loc[held["commune"] == held["code_parent"], "code"]
        return held["code"].nunique(), sorted(set(held["code"]) - set(at_home))
