"""The frame of a page that needs nothing else: head, style for the screen, the phone and A4."""

from __future__ import annotations

from fragility.export.fiche_html import Markup, element, text

ACCENT = "#1b4f8a"
STYLE = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{font:16px/1.42 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;color:#1a1a1a;
background:#fff;max-width:60rem;margin:0 auto;padding:1rem;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.15;margin:.2rem 0}
h2{font-size:1.08rem;color:#00224e;border-bottom:2px solid #00224e;padding-bottom:.1rem;
margin:1.3rem 0 .4rem}
p,ul{margin:.35rem 0}ul{padding-left:1.2rem}li{margin:.15rem 0}
a{color:#00458b}
header p{margin:.1rem 0;color:#333}
.bandeau{background:#00224e;color:#fff;padding:.3rem .6rem;font-weight:600}
.avis{border-left:5px solid #ba5400;background:#fff4ea;padding:.35rem .7rem;margin:.5rem 0}
.petit{font-size:.82rem;color:#3d3d3d}
.cote{display:flex;flex-wrap:wrap;gap:.2rem 1.6rem;align-items:flex-start}
.cote>*{flex:1 1 20rem;min-width:0}
.gros{font-size:2rem;font-weight:700;line-height:1.1;margin:.2rem 0}
.gros small{font-size:1rem;font-weight:400}
.classe{display:inline-block;border:1px solid #00224e;padding:.1rem .5rem;font-weight:600}
.pastille{display:inline-block;width:.9em;height:.9em;border:1px solid #555;margin-right:.35em;
vertical-align:-.08em}
.legende{font-size:.8rem;margin:.2rem 0;padding:0;list-style:none;display:flex;flex-wrap:wrap;
gap:.05rem .9rem}
.legende svg{width:1em;height:1em;vertical-align:-.12em;margin-right:.35em}
.large{overflow-x:auto}
table{border-collapse:collapse;font-size:.86rem;margin:.3rem 0;width:100%}
caption{text-align:left;padding:.1rem 0;color:#3d3d3d;max-width:calc(100vw - 2rem)}
th,td{border-bottom:1px solid #ccc;padding:.16rem .35rem;text-align:left;vertical-align:top;
overflow-wrap:break-word}
tbody th{font-weight:400}
thead th{background:#eee;font-weight:600}
.n{text-align:right;font-variant-numeric:tabular-nums}td.n{white-space:nowrap}
tr.total th,tr.total td{font-weight:700;border-top:2px solid #555}
td.barre,th.barre{width:34%;vertical-align:middle}
td.barre svg{display:block;width:100%;height:1.05rem}
.estime{white-space:nowrap;font-weight:600;color:#8a3d00}
svg{max-width:100%;height:auto}
figure{margin:.2rem 0}
footer{margin-top:1rem}
@media(max-width:560px){body{padding:.7rem}table{font-size:.8rem}th,td{padding:.14rem .22rem}
td.barre,th.barre{min-width:3rem;width:20%}.cote>*{flex-basis:100%}.opt{display:none}
.etage thead{display:none}.etage tr{display:flex;flex-wrap:wrap;gap:0 .7rem;
border-bottom:1px solid #ccc;padding:.2rem 0}.etage th,.etage td{border:0}
.etage th{font-weight:600}.etage td:last-child{flex-basis:100%}}
@media print{
@page{size:A4;margin:10mm 11mm}
body{font-size:8.6pt;line-height:1.27;max-width:none;padding:0}
h1{font-size:15pt}h2{font-size:10pt;margin:.6rem 0 .2rem}
p,ul{margin:.2rem 0}li{margin:.05rem 0}
.gros{font-size:17pt}.gros small{font-size:9pt}
table{font-size:7.8pt;margin:.15rem 0}th,td{padding:.06rem .3rem}
.petit,.legende{font-size:7pt}
.cote>*{flex-basis:7.6cm}
.large{overflow:visible}
tr,li,p,.bloc,figure{break-inside:avoid}h2,caption{break-after:avoid}
.ecran{display:none}
.avis{padding:.15rem .5rem;margin:.25rem 0}
footer{margin-top:.4rem}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
a{color:inherit;text-decoration:none}
}
"""
_STYLE = STYLE.replace("\n", "")


def document(title: str, *body: object) -> str:
    """A whole page in French.

    Parameters
    ----------
    title : plain text.
    body : its parts, HTML or text.
    """
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{text(title)}</title><style>{_STYLE}</style>"
    )
    inside = element("body", *body)
    return f'<!doctype html>\n<html lang="fr"><head>{Markup(head)}</head>{inside}</html>\n'
