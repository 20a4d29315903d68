// Up to four territories side by side.

import * as data from "./data.js";
import { comparable } from "./facts.js";
import { MOST, change, follow, refuse, state } from "./state.js";
import { LEVELS, byId, el, fill, name, typeset } from "./words.js";

let turn = 0;

export function start(account) {
  byId("vers-comparaison").addEventListener("click", goThere);
  follow(["comparer"], () => draw(account));
  draw(account);
}

export function goThere() {
  const box = byId("comparaison");
  box.focus({ preventScroll: true });
  box.scrollIntoView({ block: "start" });
}

async function draw(account) {
  turn += 1;
  const mine = turn;
  const box = byId("comparaison");
  const way = byId("vers-comparaison");
  way.hidden = !state.comparer.length;
  way.textContent = typeset(`Comparaison : ${state.comparer.length} sur ${MOST}`);
  if (!state.comparer.length) { box.hidden = true; return; }
  const asked = [...state.comparer];
  const found = await Promise.all(asked.map(data.card));
  if (mine !== turn) return;
  const cards = found.filter(Boolean);
  if (cards.length < asked.length) {
    // The link may be of another edition.
    const lost = asked.filter((_, i) => !found[i]).map((key) => key.replace(":", " "));
    refuse(`Territoires à comparer que cette édition n’a pas : ${lost.join(", ")}.`);
    change({ comparer: cards.map((facts) => facts.cle) });
    return;
  }
  box.hidden = !cards.length;
  const remove = (facts) => el("button", { type: "button", text: "Retirer",
    "aria-label": `Retirer ${facts.nom} de la comparaison`,
    onclick: () => change({ comparer: state.comparer.filter((key) => key !== facts.cle) }) });
  const heads = cards.map((facts) => el("th", { scope: "col" },
    name(facts.nom), el("small", { text: ` ${LEVELS[facts.niveau]} ${facts.code}` }), el("br"),
    remove(facts)));
  const lines = comparable(account).map(([title, write]) => [title, cards.map(write)])
    .filter(([, cells]) => cells.some((cell) => cell !== "–"))
    .map(([title, cells]) => el("tr", {}, el("th", { scope: "row", text: title }),
      ...cells.map((cell) => el("td", { text: cell }))));
  fill(box,
    el("h2", { text: `Comparaison (${cards.length} sur ${MOST})` }),
    el("table", {}, el("thead", {}, el("tr", {}, el("td"), ...heads)), el("tbody", {}, ...lines)),
    el("p", { class: "aide", text: "Deux intervalles qui se recouvrent largement ne départagent pas deux territoires." }),
    el("button", { type: "button", onclick: () => change({ comparer: [] }), text: "Vider la comparaison" }));
}
