// The card of a territory: its score in words, what makes it, how sure, who, how far.

import * as data from "./data.js";
import { goThere } from "./compare.js";
import { figures, near, people, scoreWords, subscores } from "./facts.js";
import { MOST, change, follow, manner, state } from "./state.js";
import { LEVELS, byId, el, fill, name, number, plural } from "./words.js";

const LISTED = 12;
const PATIENCE_MS = 300; // a card that takes longer says so
let account, goTo, turn = 0;
// What had the keyboard before the card took it.
let opener = null;
// The card shown, and the end of what is still being read for it.
let shown = null, whole = null;

export function start(read, move) {
  account = read;
  goTo = move;
  follow(["fiche"], (changed) => draw(changed, manner.travel));
  follow(["comparer"], () => buttons());
  printing();
  byId("fiche").addEventListener("keydown", (event) => { if (event.key === "Escape") shut(); });
  if (state.fiche) draw(new Set(), !state.carte);
}

async function draw(changed, travel) {
  turn += 1;
  const mine = turn;
  const aside = byId("fiche");
  shown = null;
  if (!state.fiche) { aside.hidden = true; return; }
  if (changed.size && !aside.contains(document.activeElement)) opener = document.activeElement;
  const late = setTimeout(() => { if (mine === turn) instead(aside, "Lecture de la fiche…"); }, PATIENCE_MS);
  const facts = await data.card(state.fiche).catch((error) => {
    if (mine === turn) instead(aside, "La fiche n’a pas pu être lue.");
    throw error;
  }).finally(() => clearTimeout(late));
  if (mine !== turn) return;
  if (!facts) {
    aside.hidden = false;
    const [level, code] = state.fiche.split(":");
    fill(aside, head(code), el("p", { text: `Aucun territoire de cette édition n’a ce code (${LEVELS[level]}). Il a pu changer de code ; cherchez-le par son nom.` }));
    document.documentElement.dataset.fiche = "inconnue";
    return;
  }
  aside.hidden = false;
  shown = facts;
  fill(aside,
    head(facts.nom), where(facts), verdict(facts), el("div", { class: "boutons", id: "boutons" }),
    facts.motif ? el("p", { text: facts.motif }) : null,
    ...section("Ce qui fait le score", subscores(facts, account)),
    ...section("D’où viennent les chiffres", figures(facts, account)),
    ...section("Personnes en difficulté avec le numérique", people(facts, account)),
    ...section(facts.niveau === "commune" || facts.niveau === "iris" ? "Lieux les plus proches"
      : "Portée des conseillers", near(facts, account)),
    ...inside(facts), el("div", { id: "sur-place" }), origins());
  buttons();
  aside.scrollTop = 0;
  document.documentElement.dataset.fiche = facts.cle;
  if (travel) goTo(facts.emprise);
  if (changed.size) {
    aside.focus({ preventScroll: true });
    if (matchMedia("(max-width: 720px)").matches) aside.scrollIntoView({ block: "start" });
  }
  whole = onTheSpot(facts, mine);
}

// Nothing of another territory stays under the address of this one.
function instead(aside, text) {
  aside.hidden = false;
  fill(aside, head("Fiche"), el("p", { text }));
}

// The sources, on paper only: those of several years on one line.
function origins() {
  const years = new Map();
  for (const { citation } of account.sources) {
    const [, title, year] = /^(.*?)(?:, ([\d-]+))?$/.exec(citation);
    years.set(title, [...(years.get(title) ?? []), year].filter(Boolean));
  }
  const said = [...years].map(([title, list]) => [title, ...list].join(", "));
  const licences = [...new Set(account.sources.map((source) => source.licence))];
  return el("div", { class: "imprime", text: `Sources : ${said.join(" ; ")}. Licences : ${licences.join(" ; ")}. Fait avec fragilite ${account.version}.` });
}

// A file of the card is named after the territory.
function printing() {
  let usual = document.title;
  window.addEventListener("beforeprint", () => {
    usual = document.title;
    if (shown) document.title = `${shown.nom} (${shown.code}) : ${usual}`;
  });
  window.addEventListener("afterprint", () => { document.title = usual; });
}

async function print() {
  await whole?.catch(() => null);
  window.print();
}

const section = (title, ...nodes) => (nodes.flat().some(Boolean)
  ? [el("h3", { text: title }), ...nodes.flat().filter(Boolean)] : []);

function head(title) {
  return el("div", { class: "entete" }, el("h2", {}, name(title)),
    el("button", { type: "button", class: "fermer", "aria-label": "Fermer la fiche", onclick: shut,
      text: "✕" }));
}

function shut() {
  change({ fiche: "" });
  const back = opener?.isConnected && opener !== document.body ? opener : byId("recherche");
  back.focus();
}

function where(facts) {
  const around = [facts.niveau === "iris" ? facts.nom_commune : null,
    /^\d{9}$/.test(facts.code_epci ?? "") && facts.niveau !== "epci" ? facts.nom_epci : null,
    facts.nom_departement, facts.nom_region];
  const names = [...new Set(around.filter(Boolean))].filter((text) => text !== facts.nom);
  const count = facts.population === null ? "Population inconnue"
    : plural(facts.population, "habitant", "habitants");
  // A share of the commune's population is not a count.
  const from = facts.population_origine === "impute" ? "estimation, d’après le recensement" : "recensement";
  const year = facts.population_annee ? ` (${from} de ${facts.population_annee})` : "";
  return el("p", { class: "ou" }, `${LEVELS[facts.niveau]} ${facts.code}`,
    ...names.flatMap((text) => [" · ", name(text)]), el("br"), count + year,
    facts.nb_communes ? `, ${plural(facts.nb_communes, "commune", "communes")}` : null);
}

function verdict(facts) {
  const said = scoreWords(facts, account);
  const box = el("div", { class: "verdict" }, el("strong", { text: said.score }),
    ...said.lines.map((line) => el("p", { text: line })));
  box.style.setProperty("--teinte", said.colour);
  return box;
}

function buttons() {
  const row = byId("boutons");
  if (!row) return;
  const here = state.comparer.includes(state.fiche);
  const full = state.comparer.length >= MOST && !here;
  const key = state.fiche;
  const others = here ? state.comparer.filter((one) => one !== key) : [...state.comparer, key];
  fill(row, el("button", { type: "button", disabled: full,
    onclick: () => change({ comparer: others }),
    text: here ? "Retirer de la comparaison"
      : full ? `Comparaison pleine (${MOST})` : "Ajouter à la comparaison" }),
  // On a narrow screen, the comparison is far below.
  here ? el("button", { type: "button", class: "etroit", onclick: goThere,
    text: `Voir la comparaison (${state.comparer.length})` }) : null,
  el("button", { type: "button", onclick: print, text: "Imprimer cette fiche" }));
}

// Ways to what contains the territory, and to the IRIS it is made of.
function inside(facts) {
  const go = (key, label) => el("li", {}, el("button", { type: "button", onclick: () => change(
    { fiche: key, niveau: key.startsWith("iris") ? "commune" : key.split(":")[0] }) }, label));
  const links = [];
  if (facts.niveau === "iris") links.push(go(`commune:${facts.code_commune}`, `Commune : ${facts.nom_commune}`));
  if (facts.niveau === "commune" || facts.niveau === "iris") {
    if (/^\d{9}$/.test(facts.code_epci ?? "")) links.push(go(`epci:${facts.code_epci}`, facts.nom_epci));
    if (facts.code_departement) {
      links.push(go(`departement:${facts.code_departement}`, `Département : ${facts.nom_departement}`));
    }
  }
  const iris = data.irisOf(facts).map((one) => go(one.cle, one.nom));
  const parts = [...section("Autour", links.length ? el("ul", {}, ...links) : null),
    ...section(`Ses ${number(iris.length)} IRIS`, iris.length ? el("ul", {}, ...iris) : null)];
  // Nothing to press on paper.
  for (const part of parts) part.classList.add("chemins");
  return parts;
}

// Places of the commune itself, when the list has come.
async function onTheSpot(facts, mine) {
  if (facts.niveau !== "commune") return;
  const list = await data.places();
  if (mine !== turn || !byId("sur-place")) return;
  // What only old records tell of comes last.
  const old = (i) => list.dispositifs[i].every((kind) => list.anciens[i].includes(kind));
  const here = list.nom.map((_, i) => i).filter((i) => list.code_commune[i] === facts.code)
    .sort((a, b) => old(a) - old(b));
  if (!here.length) return;
  const offers = (i) => list.dispositifs[i].map((kind) => account.mots.dispositif[list.genres[kind]]
    + (list.anciens[i].includes(kind) ? " (fiche ancienne : à vérifier)" : ""));
  const lines = here.slice(0, LISTED).map((i) => el("li", {}, name(list.nom[i]),
    ` : ${offers(i).join(", ")}`));
  if (here.length > LISTED) {
    lines.push(el("li", { text: `et ${number(here.length - LISTED)} de plus, sur la carte.` }));
  }
  fill(byId("sur-place"), ...section("Lieux dans la commune", el("ul", {}, ...lines)));
}
