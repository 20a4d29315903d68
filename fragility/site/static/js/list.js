// The territories of the map as a table: the same figures, for the keyboard and for who listens.

import * as data from "./data.js";
import { change, follow, state } from "./state.js";
import {
  DOUBT, LEVELS, LEVELS_MANY, byId, el, fill, name, number, plural, shownValue, swatch,
} from "./words.js";

const STEP = 50;
let account, shown = STEP, turn = 0;
const compare = new Intl.Collator("fr", { numeric: true }).compare;

export function start(read) {
  account = read;
  byId("suite").addEventListener("click", async () => {
    const before = shown;
    shown += STEP;
    await draw();
    byId("lignes").rows[before]?.querySelector("button").focus();
  });
  const order = byId("ordre");
  order.addEventListener("change", () => change({ ordre: order.value }));
  const action = byId("action");
  action.addEventListener("change", () => change({ action: action.checked }));
  follow(["theme", "niveau", "zone", "ordre", "action"], () => { shown = STEP; draw(); });
  follow(["fiche"], mark);
  draw();
}

async function draw() {
  turn += 1;
  const mine = turn;
  const level = state.niveau;
  const theme = account.themes.find((one) => one.id === state.theme);
  const [table, read] = await Promise.all([data.territories(level), data.values(theme, level)]);
  if (mine !== turn || !read) return;
  byId("ordre").value = state.ordre;
  byId("action").checked = state.action;
  const ranks = sorted(chosen(table, level), table, read, theme);
  fill(byId("lignes"), ...ranks.slice(0, shown).map((rank) => row(table, read, theme, level, rank)));
  byId("colonne").textContent = theme.groupe === "Indice" ? "Score" : theme.titre;
  byId("titre-liste").textContent = `Liste des ${LEVELS_MANY[level]}`;
  const count = Math.min(shown, ranks.length);
  byId("compte").textContent = ranks.length
    ? `${plural(ranks.length, LEVELS[level], LEVELS_MANY[level])}, dont ${number(count)} ci-dessous.`
    : "Aucun territoire ne répond à ces choix.";
  byId("suite").hidden = count >= ranks.length;
  byId("lignes").dataset.montre = `${level} ${theme.id} ${state.ordre} ${state.zone} ${state.action}`;
  mark();
}

function chosen(table, level) {
  const ranks = table.codes.map((_, rank) => rank);
  // An EPCI may have communes in several départements.
  const inZone = (rank) => !state.zone
    || (table.departements ?? table.codes)[rank].split(",").includes(state.zone);
  const toAct = (rank) => !state.action || level !== "commune"
    || table.fragiles_non_couvertes[rank] === "1";
  return ranks.filter((rank) => inZone(rank) && toAct(rank));
}

function sorted(ranks, table, read, theme) {
  const figure = theme.mots ? Array.from(read.classes, (kind) => (kind === "0" ? null : +kind))
    : read.valeurs;
  const up = (state.ordre === "faible") !== theme.inverse ? 1 : -1;
  const last = (value) => value === null || value === undefined;
  const by = (values, sign) => (a, b) => last(values[a]) - last(values[b])
    || sign * (values[a] - values[b]) || (table.population[b] ?? 0) - (table.population[a] ?? 0);
  if (state.ordre === "nom") return ranks.sort((a, b) => compare(table.noms[a], table.noms[b]));
  if (state.ordre === "population") return ranks.sort(by(table.population, -1));
  return ranks.sort(by(figure, up));
}

function row(table, read, theme, level, rank) {
  const key = `${level}:${table.codes[rank]}`;
  const kind = +read.classes[rank];
  const words = kind ? theme.legende[kind - 1] : account.non_calcule.mot;
  const shade = kind ? theme.couleurs[kind - 1] : account.non_calcule.couleur;
  const population = table.population[rank];
  const notes = [table.codes[rank],
    population === null ? null : plural(population, "habitant", "habitants"),
    table.non_couvertes?.[rank] === "1" ? "non couverte" : null];
  return el("tr", { "data-cle": key },
    el("td", {},
      el("button", { type: "button", onclick: () => change({ fiche: key }) }, name(table.noms[rank])),
      el("small", { text: notes.filter(Boolean).join(" · ") })),
    el("td", { class: "nombre" }, theme.mots ? "" : shownValue(read.valeurs?.[rank], theme),
      data.doubted(read, rank) ? el("small", { text: DOUBT }) : null),
    el("td", {}, el("span", { class: "classe" }, swatch(shade),
      el("span", { text: words.replace(/ \(.*/, "") }))));
}

function mark() {
  for (const line of byId("lignes").rows) {
    const here = line.dataset.cle === state.fiche;
    line.classList.toggle("choisi", here);
    if (here) line.setAttribute("aria-current", "true");
    else line.removeAttribute("aria-current");
  }
}
