// What to show, by what level, where; the legend; which places.

import * as data from "./data.js";
import { change, follow, refuse, state } from "./state.js";
import { LEVELS_MANY, byId, el, fill, number, swatch, typeset } from "./words.js";

const MARK = { circle: "M8 2a6 6 0 1 0 .01 0z", square: "M2 2h12v12H2z", diamond: "M8 1l7 7-7 7-7-7z",
  triangle: "M8 2l7 12H1z", pentagon: "M8 1l7 5-3 9H4L1 6z" };

export function frame(account, goTo) {
  views(account, goTo);
  follow(["refus"], warn);
  warn();
}

export function start(account, map) {
  themeMenu(account);
  levels(account);
  zones(account, map);
  placeBoxes(account);
  const ring = byId("cerner");
  ring.addEventListener("change", () => change({ cerner: ring.checked }));
  follow(["theme", "niveau"], () => legend(account));
  follow(["theme", "niveau", "zone", "cerner", "lieux"], () => reflect(account));
  legend(account);
  reflect(account);
}

function themeMenu(account) {
  const groups = new Map();
  for (const theme of account.themes) {
    if (!groups.has(theme.groupe)) groups.set(theme.groupe, el("optgroup", { label: theme.groupe }));
    groups.get(theme.groupe).append(el("option", { value: theme.id, text: theme.titre }));
  }
  const menu = byId("theme");
  fill(menu, ...groups.values());
  menu.addEventListener("change", () => {
    const theme = account.themes.find((one) => one.id === menu.value);
    // A theme known for communes only brings back the communes.
    const level = theme.niveaux.includes(state.niveau) ? state.niveau : "commune";
    change({ theme: theme.id, niveau: level });
  });
}

function levels(account) {
  for (const box of document.querySelectorAll('input[name="niveau"]')) {
    box.disabled = !account.niveaux[box.value];
    box.addEventListener("change", () => change({ niveau: box.value }));
  }
}

async function zones(account, goTo) {
  const menu = byId("zone");
  const { codes, noms } = await data.territories("departement");
  menu.append(...codes.map((code, i) => el("option", { value: code, text: `${code} – ${noms[i]}` })));
  const check = () => {
    if (!state.zone || codes.includes(state.zone)) return;
    refuse(`Le lien demande un département que cette édition n’a pas : « ${state.zone} ».`);
    change({ zone: "" });
  };
  check();
  follow(["zone"], check);
  menu.value = state.zone;
  menu.addEventListener("change", async () => {
    change({ zone: menu.value });
    const card = menu.value ? await data.card(`departement:${menu.value}`) : null;
    goTo(card ? card.emprise : account.emprise);
  });
}

// Ways to what the first view leaves out: overseas, then back.
function views(account, goTo) {
  byId("vues").hidden = account.vues.length < 2;
  fill(byId("vues"), ...account.vues.map((view) => el("button", { type: "button",
    onclick: () => goTo(view.emprise) }, view.nom)));
}

// What was asked and is not shown.
function warn() {
  if (document.documentElement.dataset.perime) return;
  byId("avis").hidden = !state.refus.length;
  byId("avis").textContent = typeset(state.refus.join(" "));
}

function symbol(shape, colour) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "symbole");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", MARK[shape]);
  path.setAttribute("fill", colour);
  path.setAttribute("stroke", "#000");
  svg.append(path);
  return svg;
}

async function placeBoxes(account) {
  const boxes = account.dispositifs.map((kind) => {
    const box = el("input", { type: "checkbox", value: kind, onchange: () => {
      const kinds = state.lieux.filter((one) => one !== kind);
      change({ lieux: box.checked ? [...kinds, kind] : kinds });
    } });
    // On the map a place is a disc of the colour of the first thing it offers.
    return el("label", { class: "case" }, box, symbol("circle", account.symboles[kind][1]),
      el("span", { text: account.mots.dispositif[kind] }));
  });
  fill(byId("lieux"), ...boxes);
}

function reflect(account) {
  byId("theme").value = state.theme;
  byId("zone").value = state.zone;
  byId("cerner").checked = state.cerner;
  byId("cerner").closest("label").hidden = state.niveau !== "commune";
  byId("filtre-action").hidden = state.niveau !== "commune";
  for (const box of document.querySelectorAll('input[name="niveau"]')) {
    box.checked = box.value === state.niveau;
  }
  for (const box of byId("lieux").querySelectorAll("input")) {
    box.checked = state.lieux.includes(box.value);
  }
  help(account.themes.find((one) => one.id === state.theme).aide);
}

// What is short is seen; definitions (« Couverte » : …) are one press away.
function help(text) {
  const at = text.search(/« [^»]+ » :/);
  const short = at < 0 ? text : text.slice(0, at);
  byId("aide-theme").hidden = !short;
  byId("aide-theme").textContent = typeset(short);
  const more = byId("sens-theme");
  more.hidden = at < 0;
  fill(more.querySelector("ul"), ...(at < 0 ? [] : text.slice(at).split(/ ; (?=«)/))
    .map((line) => el("li", { text: line })));
}

// Classes from the most to the least exposed, in words, with how many territories each holds.
async function legend(account) {
  const theme = account.themes.find((one) => one.id === state.theme);
  const read = await data.values(theme, state.niveau);
  if (theme.id !== state.theme || !read) return;
  const counts = new Array(theme.legende.length + 1).fill(0);
  for (const kind of read.classes) counts[+kind] += 1;
  const line = (shade, words, count) => el("li", {}, swatch(shade), el("span", { text: words }),
    el("span", { text: number(count) }));
  const lines = theme.legende.map((words, i) => line(theme.couleurs[i], words, counts[i + 1]));
  if (!theme.inverse) lines.reverse();
  fill(byId("classes"), ...lines,
    line(account.non_calcule.couleur, account.non_calcule.mot, counts[0]));
  // A menu may cut a long title; the legend has room for it.
  byId("titre-legende").textContent = typeset(`${theme.titre} (${LEVELS_MANY[state.niveau]} par classe)`);
  byId("classes").dataset.montre = `${state.niveau} ${theme.id}`;
}
