"""temps_acces.tif: minutes to the nearest conseiller, pixel by pixel, for a map or a calculation.

They are those of the cost surface, and say so: a road network answers for homes, not for every
pixel.

One byte per pixel of 500 m, with its colours in the file, as a Cloud-Optimised GeoTIFF: QGIS shows
it as it is, and a server may send a part of it only.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import rasterio
import rasterio.shutil
from matplotlib import colormaps
from numpy.typing import NDArray
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

from fragility.access.cost_surface import PIXEL_M
from fragility.export.facts import RunFacts
from fragility.export.files import publishing
from fragility.territory.crs import METROPOLE

MOST, CUT_OFF, NOTHING = 250, 254, 255  # minutes; no place reached by land; no land
DARKEST_MIN = 45  # from here on one colour
CUT_OFF_COLOUR = (213, 94, 0)


def palette() -> dict[int, tuple[int, int, int, int]]:
    """Colour of each value: from light (near) to dark (far), orange where nobody gets by land."""
    shades = colormaps["cividis_r"](np.linspace(0, 1, DARKEST_MIN + 1))
    colours = {}
    for value in range(MOST + 1):
        red, green, blue = np.rint(255 * shades[min(value, DARKEST_MIN)][:3]).astype(int).tolist()
        colours[value] = (red, green, blue, 255)
    return colours | {CUT_OFF: (*CUT_OFF_COLOUR, 255), NOTHING: (0, 0, 0, 0)}


def raster_of(
    surface: pd.DataFrame, epsg: int
) -> tuple[NDArray[np.uint8], tuple[float, float]] | None:
    """Minutes as bytes, and the north-west corner in metres; None without a pixel.

    Parameters
    ----------
    surface : table `access_surface`.
    epsg : projection wanted.

    Notes
    -----
    Minutes are rounded up: 20 means at most 20.
    """
    own = surface[surface["epsg"] == epsg]
    if own.empty:
        return None
    x, y = own["x_m"].to_numpy(float), own["y_m"].to_numpy(float)
    left, top = x.min() - PIXEL_M / 2, y.max() + PIXEL_M / 2
    column = np.rint((x - left) / PIXEL_M - 0.5).astype(int)
    row = np.rint((top - y) / PIXEL_M - 0.5).astype(int)
    image = np.full((row.max() + 1, column.max() + 1), NOTHING, dtype=np.uint8)
    minutes = own["minutes"].to_numpy(float)
    image[row, column] = np.where(
        np.isnan(minutes), CUT_OFF, np.minimum(np.ceil(np.nan_to_num(minutes) - 1e-6), MOST)
    ).astype(np.uint8)
    return image, (left, top)


def write_raster(path: Path, surface: pd.DataFrame, facts: RunFacts) -> Path | None:
    """Write the raster of the metropole; None for an edition without any.

    Parameters
    ----------
    surface : table `access_surface`.
    facts : edition, date and warning.
    """
    found = raster_of(surface, METROPOLE)
    if found is None:
        path.unlink(missing_ok=True)
        return None
    image, (left, top) = found
    profile = {
        "driver": "GTiff",
        "width": image.shape[1],
        "height": image.shape[0],
        "count": 1,
        "dtype": "uint8",
        "crs": f"EPSG:{METROPOLE}",
        "transform": from_origin(left, top, PIXEL_M, PIXEL_M),
        "nodata": NOTHING,
    }
    with MemoryFile() as memory:
        with memory.open(**profile) as band:
            band.write(image, 1)
            band.write_colormap(1, palette())
            band.set_band_description(
                1, "Minutes jusqu'au conseiller numérique le plus proche, sans réseau routier"
            )
            band.update_tags(
                TITRE=facts.heading,
                EDITION=facts.edition,
                DATE=f"{facts.date:%Y-%m-%d}",
                UNITE=f"minutes, arrondies au-dessus ; {MOST} : {MOST} ou plus ; {CUT_OFF} : "
                f"aucun lieu ne peut être rejoint par la terre ; {NOTHING} : mer ou étranger",
                METHODE="vitesse à vol d'oiseau selon la densité, connue à 25 % près ; sans les "
                "routes, même quand un extrait OpenStreetMap a donné le temps de logements de "
                "l'édition (ceux-là sont dans access_couts, moteur « route »)",
            )
        with publishing(path) as draft, memory.open() as band:
            rasterio.shutil.copy(
                band, draft, driver="COG", compress="DEFLATE", predictor="NO",
                overview_resampling="mode", blocksize=512, add_mask="NO",
            )  # fmt: skip
    return path
