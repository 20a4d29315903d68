"""The page that finds a fiche by code or name, written with or without accents."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from fragility.export.fiche_html import Markup, element, text
from fragility.export.fiche_store import FOLDERS, Store
from fragility.export.fiche_style import document
from fragility.export.files import write_text
from fragility.export.labels import plural
from fragility.index.place_codes import plain_names

_KINDS = {"departement": "département", "epci": "intercommunalité", "commune": "commune"}
_SHOWN = 60
# Words of the search are written plainly as `plain_names` writes the names: same folding.
_SCRIPT = """
const all=JSON.parse(document.getElementById("fiches").textContent),
box=document.getElementById("q"),list=document.getElementById("r"),count=document.getElementById("n");
const plain=s=>s.replace(/œ/gi,"oe").replace(/æ/gi,"ae").normalize("NFKD")
.replace(/[\\u0300-\\u036f]/g,"").toLowerCase().replace(/[^a-z0-9]+/g," ").trim()
.replace(/\\bst\\b/g,"saint").replace(/\\bste\\b/g,"sainte");
const rank=(f,q)=>f[1].toLowerCase()===q||f[3]===q?0:f[3].startsWith(q)||
f[1].toLowerCase().startsWith(q)?1:(" "+f[3]).includes(" "+q)?2:f[3].includes(q)?3:9;
function show(){const q=plain(box.value);
const found=all.map(f=>[rank(f,q),f]).filter(p=>p[0]<9).sort((a,b)=>a[0]-b[0]).map(p=>p[1]);
count.textContent=found.length+(found.length<2?" fiche":" fiches")+
(found.length>SHOWN?", les SHOWN premières :":" :");
list.replaceChildren(...found.slice(0,SHOWN).map(f=>{
const make=tag=>document.createElement(tag),line=make("li"),link=make("a"),name=make("bdi");
link.href=f[0]+"/"+f[1]+".html";name.textContent=f[2];link.append(name);
line.append(link," ("+f[1]+", "+f[4]+")");return line}))}
box.addEventListener("input",show);show();
"""


def fiches_there(folder: Path) -> frozenset[str]:
    """Fiches that are written, as "communes/23096"."""
    return frozenset(
        f"{of}/{path.stem}" for of in FOLDERS.values() for path in (folder / of).glob("[!.]*.html")
    )


def write_index(store: Store, folder: Path) -> Path:
    """Write the page of all the fiches that are in a folder.

    Parameters
    ----------
    folder : folder of the fiches of the edition.
    """
    there = fiches_there(folder)
    entries = _entries(store, there)
    rows = entries.to_numpy().tolist()
    # A name must not close the script: JSON may write its characters by their number.
    data = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    words = store.words
    body = [
        element("p", words.banner, class_="bandeau") if words.banner else "",
        element("h1", "Fiches de fragilité numérique"),
        element(
            "p",
            f"Édition {words.edition} ({words.title}), calculée le {store.computed:%d/%m/%Y} : "
            f"{plural(len(rows), 'fiche', 'fiches')}.",
        ),
        element(
            "p",
            element("label", "Nom ou code, avec ou sans accents : ", for_="q"),
            Markup('<input id="q" type="search" autocomplete="off" size="28">'),
        ),
        Markup('<p id="n" role="status"></p><ul id="r"></ul>'),
        element("noscript", text("La recherche demande JavaScript ; les fiches sont dans les "
                                 "dossiers communes, epci et departements, une par code.")),
        Markup(f'<script type="application/json" id="fiches">{data}</script>'),
        Markup(f"<script>{_SCRIPT.replace('SHOWN', str(_SHOWN))}</script>"),
    ]  # fmt: skip
    return write_text(folder / "index.html", document("Fiches de fragilité numérique", *body))


def _entries(store: Store, there: frozenset[str]) -> pd.DataFrame:
    """Folder, code, name, plain name and kind of each fiche, groups first, then by name."""
    communes = store.communes
    groups = {
        level: communes.drop_duplicates(f"code_{level}").set_index(f"code_{level}")[f"nom_{level}"]
        for level in ("departement", "epci")
    }
    found = []
    for level, kind in _KINDS.items():
        names = communes["nom"] if level == "commune" else groups[level]
        folder = FOLDERS[level]
        own = names[[f"{folder}/{code}" in there for code in names.index]]
        around = communes["nom_departement"].reindex(own.index)
        said = kind + (", " + around.astype("str") if level == "commune" else "")
        table = pd.DataFrame(
            {"folder": folder, "code": own.index, "nom": own.to_numpy(),
             "simple": plain_names(own.astype("str")).to_numpy(), "genre": said}
        )  # fmt: skip
        found.append(table.sort_values(["simple", "code"]))
    return pd.concat(found, ignore_index=True)
