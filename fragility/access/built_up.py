"""Where towns are, told by their streets: a limit that no sign gives is 50 km/h there.

The code de la route sets 80 km/h on open roads and 50 km/h in towns (R413-2, R413-3), and maps
seldom hold the limits of towns.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

# Streets where people live, in km per km2 of the three by three squares around: a village has a
# few hundred metres of them, the open country none. An assumption.
STREETS_KM_PER_KM2 = 2.0
SQUARE_M = 250.0
_AROUND = 3


def in_town(
    xy: NDArray[np.float64], km: NDArray[np.float64], is_street: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell the pieces of road that are in a town.

    Parameters
    ----------
    xy : middle of each piece in metres, shape (n, 2).
    km : lengths, shape (n,).
    is_street : whether people live along it (residential streets), shape (n,).

    Examples
    --------
    A road among three streets of 500 m each, and the same road 20 km further.

    >>> xy = np.array([[0.0, 0.0]] * 4 + [[20_000.0, 0.0]])
    >>> km = np.array([0.5, 0.5, 0.5, 1.0, 1.0])
    >>> in_town(xy, km, np.arange(5) < 3).tolist()
    [True, True, True, True, False]
    """
    if len(km) == 0:
        return np.zeros(0, dtype=bool)
    column, row = np.floor(xy / SQUARE_M).astype(np.int64).T
    row, column = row - row.min(), column - column.min()
    shape = (int(row.max()) + 1, int(column.max()) + 1)
    streets = np.bincount(row * shape[1] + column, km * is_street, minlength=shape[0] * shape[1])
    around = uniform_filter(streets.reshape(shape), _AROUND, mode="constant")
    town: NDArray[np.bool_] = around[row, column] / (SQUARE_M / 1000) ** 2 >= STREETS_KM_PER_KM2
    return town
