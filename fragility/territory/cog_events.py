"""What became of each piece of territory, event by event, as INSEE's movement file tells it.

A piece is a territory that no event of the file divides. It keeps its identity inside the commune
it merges into, so that a commune created again takes back its own figures and those of nobody
else. Which pieces two communes of two years share is all that a passage between them needs
(`cog.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import pandas as pd

CHANGES_OF_CODE = ("41", "50")
CREATIONS = ("20", "21")
FUSIONS = ("30", "31", "32", "33")
# The order in which the events of one day apply: a commune that changes département and merges
# the same day (49144, 2018) takes its new code first; a new seat gives its code last. With it the
# file gives the communes of every day since 1943 (tests/unit/test_cog_pack.py). The other
# events (names, delegated parts) leave figures where they are.
_STEPS = {"41": 0, **dict.fromkeys(CREATIONS, 1), **dict.fromkeys(FUSIONS, 2), "50": 3}


@dataclass
class _Piece:
    """Where a piece has been: `moves` in time, `homes` from its own code to the widest."""

    homes: list[str]
    moves: list[tuple[str, str, str | None]]

    def enter(self, date: str, mod: str, code: str | None) -> None:
        """Write down a move, unless the piece is there already."""
        if self.moves and self.moves[-1][2] == code:
            return
        self.moves.append((date, mod, code))
        if code is not None and code not in self.homes:
            self.homes.append(code)


def trace_pieces(movements: pd.DataFrame) -> pd.DataFrame:
    """Follow every piece of territory through the file.

    Parameters
    ----------
    movements : see `readers.insee_cog.read_movements`. As INSEE writes it, a commune that keeps
        its code in an event has a row of its own there.

    Returns
    -------
    One row per piece and move, in the order of time: `piece` (a number), `date_effet` and `mod`
    (both empty for where the piece is when the file begins), `code` (the commune it is in from
    then on; missing when it left the map). A piece without an empty date came from nowhere
    (overseas communes in 1946, land gained in 1947). Communes of no event are not there.

    Notes
    -----
    A commune that is divided gives each new commune the pieces that were that commune before. A
    new commune that none of them was (merged before 1943, or never one) is a piece cut out of the
    commune's own piece; a suppressed commune shared by its neighbours is cut into as many. The
    file does not say which new commune an associated commune follows: it stays with the seat
    (55273, which followed 55386 in 1983, is the one case that COG 2026 contradicts).

    Examples
    --------
    >>> there_and_back = pd.DataFrame(
    ...     [["33", "2010-01-01", "COM", "B", "COM", "A"], ["33", "2010-01-01", "COM", "A", "COM",
    ...      "A"], ["21", "2020-01-01", "COM", "A", "COM", "A"],
    ...      ["21", "2020-01-01", "COM", "A", "COM", "B"]],
    ...     columns=["mod", "date_effet", "type_avant", "code_avant", "type_apres", "code_apres"])
    >>> trace_pieces(there_and_back)["code"].tolist()
    ['B', 'A', 'B', 'A']
    """
    pieces: list[_Piece] = []
    inside: dict[str, list[int]] = {}
    seen: set[str] = set()
    parts = _parts_created_again(movements)
    for (date, _), group in groupby(_events(movements), key=itemgetter(0, 1)):
        successors: dict[str | None, dict[str | None, str]] = {}
        for _, _, mod, before, after in group:
            successors.setdefault(before, {}).setdefault(after, mod)
        taken = {
            before: _take(before, inside, seen, pieces)
            for before in successors
            if before is not None
        }
        arrivals: list[tuple[str | None, str, int]] = []
        for before, targets in successors.items():
            if before is None:
                placed = _create(targets, pieces)
            else:
                again = {code for code in targets if (date, code) in parts}
                placed = _share(before, taken[before], list(targets), again, pieces)
            arrivals += [(after, targets[after], piece) for after, piece in placed]
        for after, mod, piece in arrivals:
            pieces[piece].enter(date, mod, after)
            if after is not None:
                inside.setdefault(after, []).append(piece)
                seen.add(after)
    rows = [(n, *move) for n, piece in enumerate(pieces) for move in piece.moves]
    frame = pd.DataFrame(rows, columns=["piece", "date_effet", "mod", "code"])
    return frame.astype({"piece": "int64", "date_effet": "str", "mod": "str", "code": "str"})


def locate(places: pd.DataFrame, date: str) -> pd.Series:
    """Commune of each piece on one day, indexed by piece; absent or missing if off the map."""
    then = places[places["date_effet"] <= date].drop_duplicates("piece", keep="last")
    return then.set_index("piece")["code"]


def _events(movements: pd.DataFrame) -> Iterable[tuple[str, int, str, str | None, str | None]]:
    """Events that move figures, sorted: date, step of the day, kind, codes (None: no commune).

    Parts of communes (COMA, COMD) and arrondissements (ARM) are inside a commune that has its own
    rows: a row with one of them on a side moves nothing more.
    """
    kept = movements["mod"].isin(list(_STEPS))
    for side in ("type_avant", "type_apres"):
        kept &= movements[side].eq("COM") | movements[side].isna()
    rows = movements[kept].assign(step=movements.loc[kept, "mod"].map(_STEPS))
    rows = rows.sort_values(["date_effet", "step"], kind="stable")
    before, after = (
        rows[side].astype(object).where(rows[side].notna(), None)
        for side in ("code_avant", "code_apres")
    )
    return zip(rows["date_effet"], rows["step"], rows["mod"], before, after, strict=True)


def _parts_created_again(movements: pd.DataFrame) -> set[tuple[str, str]]:
    """Day and code of the parts of communes that became communes."""
    kept = (
        movements["mod"].isin(CREATIONS)
        & movements["type_avant"].isin(["COMA", "COMD"])
        & movements["type_apres"].eq("COM")
        & (movements["code_avant"] == movements["code_apres"])
    )
    return set(
        zip(movements.loc[kept, "date_effet"], movements.loc[kept, "code_apres"], strict=True)
    )


def _take(
    code: str, inside: dict[str, list[int]], seen: set[str], pieces: list[_Piece]
) -> list[int]:
    """Take the pieces out of a commune; one that the file had not named yet is one piece."""
    if code not in inside:
        # A code that left and takes part again without having come back is a hole in the file:
        # its territory starts there rather than in two places at once.
        pieces.append(_Piece([code], [] if code in seen else [("", "", code)]))
        inside[code] = [len(pieces) - 1]
    seen.add(code)
    return inside.pop(code)


def _create(targets: Iterable[str | None], pieces: list[_Piece]) -> list[tuple[str | None, int]]:
    """Communes that come from no commune."""
    placed: list[tuple[str | None, int]] = []
    for code in targets:
        if code is not None:
            pieces.append(_Piece([code], []))
            placed.append((code, len(pieces) - 1))
    return placed


def _share(
    before: str,
    members: list[int],
    targets: list[str | None],
    again: set[str | None],
    pieces: list[_Piece],
) -> list[tuple[str | None, int]]:
    """Say which piece of a commune goes to which successor, cutting pieces where it must.

    `again` are the successors that the file says are a former part of the commune.
    """
    if len(targets) == 1:
        return [(targets[0], piece) for piece in members]
    placed = [(_first_home(pieces[piece], targets), piece) for piece in members]
    rest = [code for code in targets if code not in again]
    if before in again and len(rest) == 1:
        # The seat leaves with its code alone (60054, 2024): what had merged into it stays behind.
        placed = [
            (rest[0] if code == before and pieces[piece].moves[-1][1] in FUSIONS else code, piece)
            for code, piece in placed
        ]
    reached = {code for code, _ in placed}
    orphans = [code for code in targets if code not in reached]
    homeless = [piece for code, piece in placed if code is None]
    result: list[tuple[str | None, int]] = [way for way in placed if way[0] is not None]
    for piece in homeless:
        first, *others = orphans or targets
        result += [(first, piece), *((code, _cut(piece, code, pieces)) for code in others)]
    if not homeless:
        own = min(members, key=lambda piece: (pieces[piece].homes.index(before), piece))
        result += [(code, _cut(own, code, pieces)) for code in orphans]
    return result


def _first_home(piece: _Piece, targets: list[str | None]) -> str | None:
    """The successor that the piece was, the most precise of them."""
    return next((code for code in piece.homes if code in targets), None)


def _cut(piece: int, code: str | None, pieces: list[_Piece]) -> int:
    """Cut a piece for a successor: it has the past of the whole, and a code of its own."""
    whole = pieces[piece]
    homes = whole.homes if code is None else [code, *whole.homes]
    pieces.append(_Piece(list(homes), list(whole.moves)))
    return len(pieces) - 1


def moves_between(places: pd.DataFrame, start: str, end: str) -> pd.DataFrame:
    """Moves after one day and up to another, with the code before (missing: from nowhere)."""
    before: Mapping[str, pd.Series] = {"avant": places.groupby("piece")["code"].shift()}
    moves = places.assign(**before)
    return moves[(moves["date_effet"] > start) & (moves["date_effet"] <= end)]
