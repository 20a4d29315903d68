// Start the page: what the edition is, then the map, then all that goes around it.

import * as card from "./card.js";
import * as compare from "./compare.js";
import * as controls from "./controls.js";
import * as data from "./data.js";
import * as list from "./list.js";
import * as map from "./map.js";
import * as search from "./search.js";
import { listen, read } from "./state.js";
import { byId, el, fill } from "./words.js";

function notes(account) {
  const paragraphs = (title, lines) => [el("h2", { text: title }),
    el("ul", {}, ...lines.map((text) => el("li", { text })))];
  fill(byId("lecture"), ...paragraphs("Lire", account.lecture), ...paragraphs("Ne pas lire", account.limites),
    ...(account.avertissements.length ? paragraphs("À savoir", account.avertissements) : []));
  fill(byId("sources"), ...account.sources.map((source) => el("li",
    { text: `${source.citation} (${source.licence})` })));
}

function titles(account) {
  const banner = byId("bandeau");
  banner.hidden = !account.bandeau;
  banner.textContent = account.bandeau;
  const date = new Date(`${account.date}T12:00:00`).toLocaleDateString("fr-FR", { dateStyle: "long" });
  byId("edition").textContent = `${account.titre}. Calcul du ${date}.`;
  document.title = `Fragilité numérique : ${account.titre}`;
}

// Ask to read the page again.
function warn(text) {
  const notice = byId("perte");
  notice.hidden = false;
  fill(notice, el("span", { text: `${text} ` }),
    el("button", { type: "button", onclick: () => location.reload(), text: "Recharger" }));
}

// Nothing stays that could be read with the words of another run.
function outdated() {
  document.documentElement.dataset.perime = "oui";
  warn("L’édition a été recalculée : rechargez la page.");
}

function lost() {
  if (document.documentElement.dataset.perime) return;
  warn("Une partie de la page n’a pas pu être lue : vérifiez que « fragility serve » tourne encore, ou votre connexion, puis rechargez.");
}

async function start() {
  data.when({ outdated, lost });
  const account = await data.account();
  read(account);
  listen();
  titles(account);
  // What takes room beside the map, before it.
  controls.frame(account, map.goTo);
  try {
    map.start(account, lost);
  } catch (error) {
    // Without WebGL, the list and the cards remain.
    byId("attente").textContent = "La carte ne peut pas se dessiner dans ce navigateur ; la liste et les fiches disent la même chose.";
    console.error(error);
  }
  search.start();
  controls.start(account, map.goTo);
  compare.start(account);
  list.start(account);
  card.start(account, map.goTo);
  notes(account);
}

// Scripts came: nothing has to be said in their place.
byId("secours").remove();
start().catch((error) => {
  byId("attente").textContent = "La carte n’a pas pu être lue : rechargez la page, ou lancez-la avec « fragility serve ».";
  console.error(error);
});
