// Search by name or code, without accents: a list that arrows walk (ARIA combobox).

import * as data from "./data.js";
import { change } from "./state.js";
import { LEVELS, byId, el, fill, fold, name, typeset } from "./words.js";

const MOST = 12;
let index = null, found = [], near = false, coded = false, active = -1;
const NEAR = "Aucun nom exact ; noms proches :", NONE = "Aucun territoire de ce nom ou de ce code.";
const NO_CODE = "Aucune commune de cette édition n’a ce code INSEE (ni arrondissements, ni anciennes communes). Si c’est un code postal, tapez le nom.";
const SAME_CODE = "Code INSEE : le même nombre peut être le code postal d’une autre commune.";
// « Paris 15 », « Lyon 3e arrondissement »: an arrondissement is not a commune.
const ARTICLE = /^(le|la|les|l) /;
const PART = / \d{1,2}(er|e|eme)?( arr\w*)?$/;

export function start() {
  const field = byId("recherche");
  field.addEventListener("focus", load, { once: true });
  field.addEventListener("input", () => search(field.value));
  field.addEventListener("keydown", onKey);
  // Leaving by the keyboard or by a press elsewhere; a press on a suggestion is not leaving.
  const leave = (event) => { if (!event.target.closest(".recherche")) close(); };
  document.addEventListener("focusin", leave);
  document.addEventListener("pointerdown", leave);
}

// Names of all levels, folded once.
async function load() {
  index ??= Promise.all(["commune", "epci", "departement"].map(async (level) => {
    const { codes, noms, population, departements } = await data.territories(level);
    return codes.map((code, rank) => ({ key: `${level}:${code}`, level, code, name: noms[rank],
      folded: fold(noms[rank] ?? ""), people: population[rank] ?? 0,
      departement: departements?.[rank] }));
  })).then((levels) => levels.flat());
  return index;
}

// How well an entry answers: its code, its whole name, its beginning, a word, a part; -1 for no.
function fit(entry, text) {
  if (entry.code.toLowerCase() === text.replaceAll(" ", "")) return 0;
  if (entry.folded === text || entry.folded.replace(ARTICLE, "") === text) return 1;
  if (entry.folded.startsWith(text)) return 2;
  if (entry.folded.includes(` ${text}`)) return 3;
  if (entry.code.toLowerCase().startsWith(text)) return 4;
  return entry.folded.includes(text) ? 5 : -1;
}

function answers(entries, text) {
  return entries.map((entry) => ({ entry, fit: fit(entry, text) })).filter((one) => one.fit >= 0)
    .sort((a, b) => a.fit - b.fit || b.entry.people - a.entry.people).slice(0, MOST)
    .map((one) => one.entry);
}

async function search(typed) {
  const text = fold(typed);
  if (text.length < 2) { close(); return; }
  const entries = await load();
  if (byId("recherche").value !== typed) return;
  found = answers(entries, text);
  near = !found.length;
  coded = /^\d{5}$/.test(text);
  if (near) found = answers(entries, text.replace(PART, ""));
  if (!found.length) {
    // Seldom needed: its script comes when it is.
    const { nearest } = await import("./spelling.js").catch(() => ({ nearest: () => [] }));
    if (byId("recherche").value !== typed) return;
    found = nearest(entries, text, MOST);
  }
  active = found.length ? 0 : -1;
  draw();
}

function draw() {
  const list = byId("propositions");
  const field = byId("recherche");
  const lines = found.map((entry, i) => {
    const kind = entry.level === "commune" ? entry.departement : LEVELS[entry.level];
    return el("li", { id: `proposition-${i}`, role: "option", "aria-selected": String(i === active),
      onclick: () => choose(i) },
    name(entry.name), " ", el("small", { text: `${entry.code} · ${kind}` }));
  });
  const note = !lines.length ? (coded ? NO_CODE : NONE) : near ? NEAR : coded ? SAME_CODE : "";
  fill(list, note ? el("li", { role: "option", "aria-disabled": "true", "aria-selected": "false",
    text: note }) : null, ...lines);
  const told = typeset([note, near ? found.map((entry) => entry.name).join(", ") : ""].join(" ").trim());
  // Arrows do not have it said again.
  if (byId("annonce").textContent !== told) byId("annonce").textContent = told;
  list.hidden = false;
  field.setAttribute("aria-expanded", "true");
  if (active >= 0) field.setAttribute("aria-activedescendant", `proposition-${active}`);
  else field.removeAttribute("aria-activedescendant");
  byId(`proposition-${active}`)?.scrollIntoView({ block: "nearest" });
}

function close() {
  byId("propositions").hidden = true;
  byId("annonce").textContent = "";
  byId("recherche").setAttribute("aria-expanded", "false");
  byId("recherche").removeAttribute("aria-activedescendant");
  found = [];
}

function choose(i) {
  const entry = found[i];
  if (!entry) return;
  byId("recherche").value = entry.name;
  close();
  change({ niveau: entry.level, fiche: entry.key });
}

function onKey(event) {
  if (event.key === "Escape" || event.key === "Tab") close();
  else if (event.key === "Enter" && found.length) { event.preventDefault(); choose(active); }
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!found.length) return;
    event.preventDefault();
    active = (active + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length;
    draw();
  }
}
