// What is shown, kept in the address: a link restores the view.

export const MOST = 4;

const usual = {
  theme: "", niveau: "commune", zone: "", fiche: "", comparer: [], lieux: ["conseiller_numerique"],
  cerner: true, ordre: "fort", action: false, carte: null,
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
  const changed = new Set(Object.keys(patch).filter(
    (key) => JSON.stringify(patch[key]) !== JSON.stringify(state[key]),
  ));
  Object.assign(state, patch);
  write();
  tell(changed);
}

function tell(changed) {
  for (const { names, action } of followers) {
    if (names.some((name) => changed.has(name))) action(changed);
  }
}

function write() {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) {
    if (JSON.stringify(value) === JSON.stringify(usual[key])) continue;
    if (key === "carte") parts.set(key, value.join("/"));
    else if (Array.isArray(value)) parts.set(key, value.join(","));
    else if (typeof value === "boolean") parts.set(key, value ? "oui" : "non");
    else parts.set(key, value);
  }
  const text = parts.toString().replaceAll("%2F", "/").replaceAll("%3A", ":").replaceAll("%2C", ",");
  history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
}

// Read the address; what it says wrongly is left as usual.
export function read(account) {
  const parts = new URLSearchParams(location.hash.slice(1));
  usual.theme = account.themes[0].id;
  const list = (key) => (parts.get(key) ?? "").split(",").filter(Boolean);
  const place = (parts.get("carte") ?? "").split("/").map(Number);
  const among = (key, values) => (values.includes(parts.get(key)) ? parts.get(key) : usual[key]);
  const isTerritory = (text) => /^(commune|iris|epci|departement):[0-9A-Z]{1,9}$/.test(text);
  Object.assign(state, {
    theme: among("theme", account.themes.map((theme) => theme.id)),
    niveau: among("niveau", ["commune", "epci", "departement"]),
    zone: /^[0-9AB]{2,3}$/.test(parts.get("zone") ?? "") ? parts.get("zone") : "",
    fiche: isTerritory(parts.get("fiche") ?? "") ? parts.get("fiche") : "",
    comparer: list("comparer").filter(isTerritory).slice(0, MOST),
    lieux: parts.has("lieux")
      ? list("lieux").filter((kind) => kind in account.mots.dispositif) : usual.lieux,
    cerner: parts.get("cerner") !== "non",
    ordre: among("ordre", ["fort", "faible", "nom", "population"]),
    action: parts.get("action") === "oui",
    carte: place.length === 3 && place.every(Number.isFinite) ? place : null,
  });
}

export function listen(account) {
  window.addEventListener("hashchange", () => {
    read(account);
    tell(new Set(Object.keys(usual)));
  });
}
