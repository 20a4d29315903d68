// What is shown, kept in the address: a link restores the view.

import { LEVELS } from "./words.js";

export const MOST = 4;
// The map has no room beyond: Mercator stops at these latitudes.
const FARTHEST = 85, CLOSEST = 14;

let account;
const usual = {
  theme: "", niveau: "commune", zone: "", fiche: "", comparer: [], lieux: ["conseiller_numerique"],
  cerner: true, ordre: "fort", action: false, carte: null,
  // What was asked and cannot be shown, in words; not in the address.
  refus: [],
};
export const state = { ...usual };
// Whether the map goes to what is chosen: not to what was just clicked on it.
export const manner = { travel: true };
const followers = [];

// Call with the set of what changed, now and at every change.
export function follow(names, action) {
  followers.push({ names, action });
}

export function change(patch) {
  const next = { ...patch };
  if ("theme" in patch || "niveau" in patch) {
    const asked = { theme: state.theme, niveau: state.niveau, ...patch };
    const { theme, refus } = settle(asked.theme, asked.niveau);
    Object.assign(next, { theme, refus });
  }
  const changed = new Set(Object.keys(next).filter(
    (key) => JSON.stringify(next[key]) !== JSON.stringify(state[key]),
  ));
  Object.assign(state, next);
  // « Back » goes to the card before, not to every place the map has been.
  write(changed.has("fiche"));
  tell(changed);
}

// A theme without figures at a level gives way to the first that has some, and that is said.
function settle(id, level) {
  const wanted = account.themes.find((theme) => theme.id === id);
  if (wanted.niveaux.includes(level)) return { theme: id, refus: [] };
  const shown = account.themes.find((theme) => theme.niveaux.includes(level)) ?? account.themes[0];
  return { theme: shown.id, refus: [
    `« ${wanted.titre} » n’a pas de chiffre par ${LEVELS[level]} : la carte montre « ${shown.titre} ».`] };
}

// Add to what is said to be impossible.
export function refuse(...lines) {
  change({ refus: [...state.refus, ...lines] });
}

function tell(changed) {
  for (const { names, action } of followers) {
    if (names.some((name) => changed.has(name))) action(changed);
  }
}

function write(step) {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) {
    if (key === "refus" || JSON.stringify(value) === JSON.stringify(usual[key])) continue;
    if (key === "carte") parts.set(key, value.join("/"));
    else if (Array.isArray(value)) parts.set(key, value.join(","));
    else if (typeof value === "boolean") parts.set(key, value ? "oui" : "non");
    else parts.set(key, value);
  }
  const text = parts.toString().replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("%2C", ",");
  const address = text ? `#${text}` : location.pathname + location.search;
  if (step) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}

// A view that the map can have, or none: the closest zoom it has, a point of the Earth.
function position(text) {
  const [zoom, latitude, longitude, ...more] = text.split("/").map(Number);
  const known = !more.length && [zoom, latitude, longitude].every(Number.isFinite);
  if (!known || Math.abs(latitude) > FARTHEST || Math.abs(longitude) > 180) return null;
  return [Math.min(Math.max(zoom, account.zooms.min - 1), CLOSEST), latitude, longitude];
}

// Read the address; what it says wrongly is left as usual, and said.
export function read(described) {
  account = described;
  const parts = new URLSearchParams(location.hash.slice(1));
  const refus = [];
  usual.theme = account.themes[0].id;
  const list = (key) => (parts.get(key) ?? "").split(",").filter(Boolean);
  const among = (key, values, what) => {
    if (!parts.get(key) || values.includes(parts.get(key))) return parts.get(key) || usual[key];
    if (what) refus.push(`Le lien demande ${what} que cette édition n’a pas : « ${parts.get(key)} ».`);
    return usual[key];
  };
  const territories = (key) => list(key).filter((text) => {
    const known = /^(commune|iris|epci|departement):[0-9A-Z]{1,9}$/.test(text);
    if (!known) refus.push(`Le lien demande un territoire que cette édition n’a pas : « ${text} ».`);
    return known;
  });
  const levels = ["commune", "epci", "departement"].filter((level) => account.niveaux[level]);
  const niveau = among("niveau", levels, "un découpage");
  const settled = settle(
    among("theme", account.themes.map((theme) => theme.id), "un thème"), niveau);
  const carte = parts.get("carte") ? position(parts.get("carte")) : null;
  if (parts.get("carte") && !carte) refus.push("Le lien demande une position hors de la carte.");
  Object.assign(state, {
    theme: settled.theme,
    niveau,
    zone: parts.get("zone") ?? "",
    fiche: territories("fiche")[0] ?? "",
    comparer: territories("comparer").slice(0, MOST),
    lieux: parts.has("lieux")
      ? list("lieux").filter((kind) => kind in account.mots.dispositif) : usual.lieux,
    cerner: parts.get("cerner") !== "non",
    ordre: among("ordre", ["fort", "faible", "nom", "population"]),
    action: parts.get("action") === "oui",
    carte,
    refus: [...refus, ...settled.refus],
  });
}

export function listen() {
  window.addEventListener("hashchange", () => {
    read(account);
    // The address says where the map was.
    manner.travel = !state.carte;
    tell(new Set(Object.keys(usual)));
    manner.travel = true;
  });
}
