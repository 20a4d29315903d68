// The figures of a card as words and tables.

import { agreement, el, name, number, plural } from "./words.js";

const minus = "–";
const between = (low, high, decimals, unit = "") => (low === null || low === undefined ? null
  : `de ${number(low, decimals)} à ${number(high, decimals)}${unit}`);

// One point stands for the commune: the doubt is where people live, not how fast they travel.
export const coverageWords = (facts, { mots }) => {
  const { couverture, population_hors_portee_pct: out, est_conseiller_dans_commune: inside } = facts;
  if (!couverture) return [];
  const why = out === null && inside ? mots.couverture_inconnue : mots.couverture_phrases[couverture];
  return [`${mots.couverture[couverture]} : ${why}.`];
};

export function scoreWords(facts, account) {
  const main = account.themes[0];
  if (facts.score === null || facts.score === undefined) {
    return { score: "Score non calculé", colour: account.non_calcule.couleur,
      lines: facts.population === 0 ? ["Personne n’y habite."]
        : ["Trop peu d’indicateurs sont connus ici.", ...coverageWords(facts, account)] };
  }
  const lines = [];
  const kind = facts.classe;
  const words = account.classes[kind - 1];
  const fragile = facts.est_fragile ? ", parmi les territoires fragiles de l’édition" : "";
  lines.push(`${words} : classe ${kind} sur ${account.classes.length}${fragile}.`);
  if (facts.score_bas !== null && facts.score_bas !== undefined) {
    lines.push(`Avec d’autres choix raisonnables et l’incertitude des données, le score est compris neuf fois sur dix entre ${number(facts.score_bas, 2)} et ${number(facts.score_haut, 2)}.`);
  }
  if (facts.confiance) {
    const said = agreement(facts.est_fragile, facts.probabilite_fragile_pct);
    lines.push(`${said[0].toUpperCase()}${said.slice(1)}. Verdict ${facts.confiance} : ${account.mots.confiance[facts.confiance]}.`);
  }
  lines.push(...coverageWords(facts, account));
  return { score: `Score ${number(facts.score, 2)}${account.profil.sur}`, lines,
    colour: main.couleurs[kind - 1] };
}

const header = (...titles) => el("thead", {}, el("tr", {},
  ...titles.map((title) => el("th", { scope: "col", text: title }))));

export function subscores(facts, account) {
  const lines = Object.entries(account.indicateurs).flatMap(([key, [label]]) => {
    const points = facts[`score_${key}`];
    if (points === undefined) return [];
    const ten = account.profil.sur === " sur 10";
    const bar = el("span");
    if (points !== null) bar.style.width = `${Math.max(0, Math.min(100, points * 10))}%`;
    const gauge = ten ? el("span", { class: "jauge", "aria-hidden": "true" }, bar) : null;
    return [el("tr", {}, el("th", { scope: "row" }, label, gauge),
      el("td", { class: "nombre", text: number(points, 2) }))];
  });
  const title = account.profil.sur === " sur 10" ? "Sous-score (1 à 10)" : "Sous-score";
  return lines.length ? el("table", {}, header("Indicateur", title), el("tbody", {}, ...lines)) : null;
}

export function figures(facts, account) {
  const lines = Object.entries(account.indicateurs).flatMap(([key, [label]]) => {
    if (facts[`${key}_origine`] === undefined) return [];
    const value = facts[`${key}_pct`];
    const year = facts[`${key}_annee`];
    const origin = account.mots.origine[facts[`${key}_origine`]] ?? minus;
    const doubt = key === "non_thd" && facts.est_non_thd_douteux
      ? el("small", { text: "à vérifier : zéro que le producteur doit confirmer" }) : null;
    return [el("tr", {}, el("th", { scope: "row", text: label }),
      el("td", { class: "nombre", text: value === null ? minus : `${number(value, 1)} %` }),
      el("td", {}, origin, year ? el("small", { text: `chiffre de ${year}` }) : null, doubt))];
  });
  return lines.length
    ? el("table", {}, header("Indicateur", "Part", "Origine"), el("tbody", {}, ...lines)) : null;
}

export function people(facts, account) {
  const count = facts.nb_personnes_en_difficulte;
  if (count === undefined) return null;
  if (count === null) return el("p", { text: "Non estimé." });
  const share = between(facts.difficulte_numerique_bas, facts.difficulte_numerique_haut, 1, " %");
  const many = between(facts.nb_personnes_en_difficulte_bas, facts.nb_personnes_en_difficulte_haut, 0);
  const notes = [
    facts.est_difficulte_extrapolee ? "Estimation extrapolée, hors de ce que l’enquête a vu." : null,
    facts.est_petit_effectif ? "Peu d’habitants : les taux du recensement y sont très incertains." : null,
    facts.difficulte_origine ? `${account.mots.origine[facts.difficulte_origine] ?? ""}.` : null,
  ].filter(Boolean);
  return [el("p", {}, el("strong", { text: plural(count, "personne", "personnes") }),
    ` (${many}), soit ${number(facts.difficulte_numerique_pct, 1)} % des 15 ans ou plus (${share}).`),
  el("p", { class: "ou", text: notes.join(" ") })];
}

export function near(facts, account) {
  const kinds = Object.entries(account.mots.acces).filter(([kind]) => `${kind}_min` in facts);
  const lines = kinds.map(([kind, label]) => {
    const minutes = facts[`${kind}_min`];
    const km = facts[`${kind}_km`];
    const far = km !== null && number(km, 1) === number(0, 1) ? "moins de 100 m" : `${number(km, 1)} km`;
    const way = minutes === null ? "aucun atteint" : `${number(minutes)} min (${far})`;
    return el("tr", {}, el("th", { scope: "row" }, label, el("small", {}, name(facts[`${kind}_nom`]))),
      el("td", { class: "nombre", text: way }));
  });
  // By name, the durations shown.
  const ways = new Map();
  for (const [kind] of kinds) {
    const place = facts[`${kind}_nom`];
    if (place) ways.set(place, (ways.get(place) ?? new Set()).add(number(facts[`${kind}_min`])));
  }
  const twice = [...ways.values()].some((minutes) => minutes.size > 1);
  const out = facts.population_hors_portee_pct;
  return [
    lines.length ? el("table", {}, header("Lieu", "Trajet estimé"), el("tbody", {}, ...lines)) : null,
    twice ? el("p", { class: "aide", text: "Chaque trajet est celui de l’habitant médian vers le lieu le plus proche de chacun ; le lieu nommé est celui du plus grand nombre : un même lieu peut donc avoir deux durées." }) : null,
    out === null || out === undefined ? null
      : el("p", { text: `Habitants hors de portée d’un conseiller numérique : ${number(out, 1)} %.` }),
    facts.nb_communes_fragiles_non_couvertes === undefined ? null
      : el("p", { text: toReach(facts) }),
  ];
}

// Fragile communes of a group, and those that no conseiller reaches.
function toReach(facts) {
  const fragile = facts.nb_communes_fragiles, bare = facts.nb_communes_fragiles_non_couvertes;
  if (facts.score === null) return "Communes fragiles : non calculé.";
  if (!fragile) return "Aucune commune fragile.";
  const count = plural(fragile, "commune fragile", "communes fragiles");
  if (!bare) return `${count}, ${fragile < 2 ? "couverte ou incertaine" : "toutes couvertes ou incertaines"}.`;
  return `${count}, dont ${plural(bare, "non couverte", "non couvertes")} (${plural(facts.population_fragile_non_couverte, "habitant", "habitants")}).`;
}

// One line of the comparison for each: its title and how to write it.
export function comparable(account) {
  const percent = (key) => (f) => (f[key] === null || f[key] === undefined ? minus : `${number(f[key], 1)} %`);
  const known = (f, key, text) => (f[key] === null || f[key] === undefined ? minus : text());
  return [
    ["Population", (f) => number(f.population)],
    ["Score", (f) => known(f, "score", () => number(f.score, 2))],
    ["Intervalle du score", (f) => between(f.score_bas, f.score_haut, 2) ?? minus],
    ["Classe", (f) => known(f, "classe", () => account.classes[f.classe - 1])],
    ["Verdict", (f) => known(f, "confiance", () => `${f.est_fragile ? "fragile" : "non fragile"} (${f.confiance})`)],
    ...Object.entries(account.indicateurs).flatMap(([key, [label]]) => [
      [label, percent(`${key}_pct`)],
      [`${label} : sous-score`, (f) => number(f[`score_${key}`], 2)],
    ]),
    ["Personnes en difficulté", (f) => known(f, "nb_personnes_en_difficulte", () => number(f.nb_personnes_en_difficulte))],
    ["… avec ses bornes", (f) => between(f.nb_personnes_en_difficulte_bas, f.nb_personnes_en_difficulte_haut, 0) ?? minus],
    ["… part des 15 ans ou plus", percent("difficulte_numerique_pct")],
    ["Couverture", (f) => account.mots.couverture[f.couverture] ?? minus],
    ["Habitants hors de portée", percent("population_hors_portee_pct")],
    ["Conseiller le plus proche", (f) => known(f, "conseiller_numerique_min", () => `${number(f.conseiller_numerique_min)} min`)],
  ];
}
