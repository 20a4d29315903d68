"""Pieces of a report: said once, shown in a page of HTML or in a page of Markdown with pictures.

Whoever measures something returns a list of `Block`; it holds sentences, a table and a figure, and
knows nothing of the page. Here is how they become HTML (whole in itself: pictures are inside) or
Markdown (pictures beside it). Equal blocks give equal bytes.
"""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image

from fragility.validation.markup import Markup, element, join, number
from fragility.validation.markup import table as table_element
from fragility.validation.pictures import save

# Beyond this, a drawing has so many points that pixels are lighter.
MAX_SVG = 60_000
PNG_DPI = 110
PALETTE = 128
# Columns from which a table scrolls sideways on a phone rather than being squeezed.
WIDE = 5


@dataclass(frozen=True)
class Block:
    """One finding, in words first.

    Attributes
    ----------
    title : heading.
    paragraphs : plain sentences; escaped where they are shown.
    table : column names are its headings (French); numbers are written as French text does and
        aligned to the right, texts as they are, missing values as a dash.
    figure : a drawing; close to 7 inches wide reads well on a screen and on A4.
    alt : what a reader who does not see the figure is told; the title by default.
    caption : title of the table; that of the block by default.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    table: pd.DataFrame | None = None
    figure: Figure | None = None
    alt: str = ""
    caption: str = ""


def to_html(blocks: Iterable[Block], level: int = 3) -> Markup:
    """Render blocks under one another.

    Parameters
    ----------
    level : of the headings, 2 to 6.
    """
    return join(*(_section(block, level) for block in blocks))


def _section(block: Block, level: int) -> Markup:
    words = join(
        element(f"h{level}", spaced(block.title)),
        *(element("p", spaced(paragraph)) for paragraph in block.paragraphs),
    )
    if block.figure is not None:
        shown = picture(block.figure, block.alt or block.title)
        words = element("div", words, shown, class_="bloc")
    below = Markup("")
    if block.table is not None:
        below = frame_table(block.table, spaced(block.caption or block.title))
    return element("section", words, below)


def spaced(words: str) -> str:
    """Keep together what French typography does: no line begins with a colon.

    Examples
    --------
    >>> spaced("« oui » : 5 %").replace(chr(0xA0), "_")
    '«_oui_»_: 5_%'
    """
    return re.sub(r" (?=[:;?!%»])|(?<=«) ", "\u00a0", words)


def frame_table(frame: pd.DataFrame, caption: str) -> Markup:
    """Render a frame as a table, without its index."""
    cells = {name: written(frame[name]) for name in frame.columns}
    numeric = [k for k, name in enumerate(frame.columns) if _is_figures(frame[name])]
    rows = zip(*cells.values(), strict=True) if len(cells) else ()
    heads = [spaced(str(name)) for name in cells]
    kind = "ample" if len(heads) >= WIDE else ""
    return table_element(heads, rows, numbers=numeric, caption=caption, kind=kind)


def written(values: pd.Series) -> list[str]:
    """Write a column as French text does, with the same decimals all along.

    Examples
    --------
    >>> written(pd.Series([0.5, 12.0, None]))
    ['0,50', '12,00', '–']
    >>> written(pd.Series([True, False]))
    ['oui', 'non']
    """
    if values.dtype == bool:
        return ["oui" if value else "non" for value in values]
    if not _is_numeric(values):
        return ["–" if pd.isna(value) else str(value) for value in values]
    numbers = values.astype(float)
    known = numbers.dropna().abs()
    whole = bool((known == known.round()).all())
    decimals = 0 if whole else 1 if known.max() >= 100 else 2
    return [number(value, decimals) for value in numbers]


def _is_numeric(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) and values.dtype != bool


def _is_figures(values: pd.Series) -> bool:
    """Whether a column is read from the right: numbers, or texts that begin like one."""
    if _is_numeric(values) or values.dtype == bool or values.isna().all():
        return _is_numeric(values)
    return bool(values.dropna().astype(str).str.match(r"[+\u2212–-]?\s?\d|–$").all())


def picture(figure: Figure, alt: str) -> Markup:
    """A figure inside the page: a drawing where that is light, else pixels."""
    width, height = (round(96 * side) for side in figure.get_size_inches())
    drawing = svg_bytes(figure)
    kind, content = (
        ("image/svg+xml", drawing) if len(drawing) <= MAX_SVG else ("image/png", png_bytes(figure))
    )
    source = f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
    image = element("img", src=source, alt=alt, width=str(width), height=str(height))
    # An image has no end tag.
    return element("figure", Markup(image.removesuffix("</img>")), class_="dessin")


def svg_bytes(figure: Figure) -> bytes:
    """Write a figure as SVG, without date; its texts stay texts."""
    buffer = io.BytesIO()
    FigureCanvasSVG(figure)
    with mpl.rc_context({"svg.hashsalt": "fragilite", "svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def png_bytes(figure: Figure, dpi: int = PNG_DPI) -> bytes:
    """Write a figure as PNG with a palette: a third of the size."""
    FigureCanvasAgg(figure)
    buffer, packed = io.BytesIO(), io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    pixels = Image.open(buffer).convert("RGB").quantize(PALETTE, dither=Image.Dither.NONE)
    pixels.save(packed, format="PNG", optimize=True)
    return packed.getvalue()


def to_markdown(
    blocks: Sequence[Block], images: Path, prefix: str, *, level: int = 2, folder: str = "images"
) -> str:
    """Render blocks as Markdown, and write their figures.

    Parameters
    ----------
    images : folder where the PNG files go.
    prefix : beginning of their names: `<prefix>-<rank>.png`, ranks from 1 among the figures.
    level : of the headings.
    folder : path of `images` as seen from the page.
    """
    parts, rank = [], 0
    for block in blocks:
        parts += [f"{'#' * level} {_plain(block.title)}", *map(_plain, block.paragraphs)]
        if block.figure is not None:
            rank += 1
            name = f"{prefix}-{rank}.png"
            save(block.figure, images / name)
            alt = _plain(block.alt or block.title).replace("[", "(").replace("]", ")")
            parts.append(f"![{alt}]({folder}/{name})")
        if block.table is not None:
            parts.append(markdown_table(block.table))
    return "\n\n".join(parts) + "\n"


def _plain(words: str) -> str:
    """Text of data inside Markdown: neither a tag nor the edge of a cell."""
    return words.replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")


def markdown_table(frame: pd.DataFrame) -> str:
    """Write a frame as a table of Markdown, numbers to the right."""
    cells = np.array([written(frame[name]) for name in frame.columns], dtype=object).T
    line = "|".join(" ---: " if _is_figures(frame[n]) else " --- " for n in frame.columns)
    head = "| " + " | ".join(map(str, frame.columns)) + " |"
    rows = ["| " + " | ".join(_plain(str(c)) for c in row) + " |" for row in cells]
    return "\n".join([head, f"|{line}|", *rows])
