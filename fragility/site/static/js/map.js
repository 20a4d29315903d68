// The map: shapes come from tiles, colours from the classes of the theme, by the rank of the shape.

import * as maplibre from "../vendor/maplibre-gl.mjs";
import * as data from "./data.js";
import { OUTLINE_FROM, layers, palette, placeLayer, placePaint } from "./layers.js";
import { change, follow, manner, state } from "./state.js";
import { DOUBT, brief, byId, el, fill, name, shownValue, swatch } from "./words.js";

export const IRIS_FROM = 9;
const SOURCE = "territoires", LINES = "traits";
const FRENCH = {
  "Map.Title": "Carte : les flèches la déplacent, + et - l’agrandissent et la réduisent",
  "NavigationControl.ZoomIn": "Agrandir", "NavigationControl.ZoomOut": "Réduire",
  "ScaleControl.Meters": "m", "ScaleControl.Kilometers": "km",
};
// While the account of the edition comes.
maplibre.prewarm();
let map, account, themes, shades;
// What is painted: level -> { theme, found: { classes, valeurs } }.
const painted = {};
// Themes asked for, by level.
const asked = {};
// How many changes are on their way to the map.
let coming = 0;

export function levelsShown() {
  return state.niveau === "commune" ? ["commune", "iris"] : [state.niveau];
}

// Those that can be seen from here: half of all shapes are IRIS, for close by only.
function levelsDrawn() {
  return levelsShown().filter((level) => level !== "iris" || map.getZoom() >= IRIS_FROM - 1);
}

function tiles() {
  return { type: "vector", minzoom: account.zooms.min, maxzoom: account.zooms.max,
    // Tiles that number their shapes otherwise have another address.
    tiles: [`${new URL(".", document.baseURI).href}tuiles/${account.tuiles}/{z}/{x}/{y}.pbf`] };
}

// Without a graphics card, smooth borders would take as long as all the rest. Some browsers give
// no context then, others the name of what draws.
function hasCard() {
  const context = document.createElement("canvas")
    .getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  const told = context?.getExtension("WEBGL_debug_renderer_info");
  const name = told ? context.getParameter(told.UNMASKED_RENDERER_WEBGL) : "";
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return !!context && !/swiftshader|llvmpipe|softpipe|basic render/i.test(name);
}

// `lost` is called when shapes could not be read.
export function start(read, lost) {
  account = read;
  themes = new Map(account.themes.map((theme) => [theme.id, theme]));
  shades = new Map(palette(account).map((shade, rank) => [shade, rank]));
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const view = state.carte
    ? { zoom: state.carte[0], center: [state.carte[2], state.carte[1]] }
    : { bounds: account.emprise, fitBoundsOptions: { padding: 12 } };
  map = new maplibre.Map({
    container: "carte",
    style: {
      version: 8,
      sources: { [SOURCE]: tiles(), [LINES]: tiles() },
      layers: layers(SOURCE, LINES, account, IRIS_FROM, levelsShown()),
    },
    ...view,
    minZoom: account.zooms.min - 1, maxZoom: 14, renderWorldCopies: false,
    dragRotate: false, pitchWithRotate: false, touchPitch: false, attributionControl: false,
    locale: FRENCH, fadeDuration: still ? 0 : 150, canvasContextAttributes: { antialias: hasCard() },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibre.ScaleControl({ unit: "metric" }), "bottom-right");
  map.once("style.load", begin);
  map.on("movestart", () => tell("bouge"));
  map.on("render", first);
  map.on("error", ({ error }) => {
    // A host may answer what it likes for a tile that is not: open sea.
    if (error.status === 0 || error.status >= 500) lost();
    console.error(error);
  });
  map.on("idle", () => {
    if (!coming) tell("prete");
  });
  // Another link, in this page.
  window.addEventListener("hashchange", () => {
    if (state.carte) map.jumpTo({ zoom: state.carte[0], center: [state.carte[2], state.carte[1]] });
  });
  map.on("moveend", () => {
    const { lng, lat } = map.getCenter();
    change({ carte: [+map.getZoom().toFixed(2), +lat.toFixed(4), +lng.toFixed(4)] });
  });
  map.on("click", (event) => {
    const feature = featureAt(event.point);
    if (!feature) return;
    manner.travel = false;
    change({ fiche: `${feature.sourceLayer}:${feature.properties.code}` });
    manner.travel = true;
  });
  map.on("mousemove", (event) => tip(event.point));
  map.on("mouseout", () => { pointed = null; byId("info").hidden = true; });
  return map;
}

// Before its style is read, a map takes no change.
function begin() {
  paint();
  show();
  map.on("zoom", () => {
    const lacking = levelsDrawn().filter((level) => asked[level] !== state.theme);
    if (lacking.length) paint(lacking);
    outlines();
    if (names?.lacking(map)) during(() => names.show(map));
  });
  map.on("moveend", () => during(showPlaces));
  follow(["theme", "niveau"], () => paint());
  follow(["niveau", "cerner", "fiche"], show);
  follow(["lieux"], () => during(showPlaces));
}

// The first frame with every shape and its colour; what goes over them waits until it is seen.
function first() {
  if (coming || !map.isSourceLoaded(SOURCE)) return;
  map.off("render", first);
  byId("attente").hidden = true;
  during(async () => {
    await new Promise((seen) => { requestAnimationFrame(() => setTimeout(seen)); });
    await Promise.all([outlines(), showNames(), showPlaces()]);
  });
}

// For whoever waits for the map: tests, and printing.
function tell(what) {
  document.documentElement.dataset.carte = what;
}

export function theme() {
  return themes.get(state.theme);
}

// A box of degrees: islands and small communes are not enlarged beyond what their contour bears.
export function goTo(box) {
  if (!box || !map) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  // The card may just have taken some of the room of the map.
  requestAnimationFrame(() => {
    map.resize();
    const room = map.getContainer();
    const padding = Math.min(room.clientWidth, room.clientHeight) / 6;
    map.fitBounds(box, { padding, maxZoom: 11.5, duration: still ? 0 : 700 });
  });
}

// Give each shape its class.
async function paint(levels = levelsDrawn()) {
  const wanted = theme();
  forget(Object.keys(painted).filter((level) => painted[level].theme !== wanted.id
    && !levels.includes(level)));
  for (const level of levels) asked[level] = wanted.id;
  await during(async () => {
    const found = await Promise.all(levels.map((level) => data.values(wanted, level)))
      .catch((error) => {
        forget(levels.filter((level) => asked[level] === wanted.id));
        throw error;
      });
    if (wanted !== theme()) return;
    levels.forEach((level, i) => give(level, wanted, found[i]));
    if (pointed) tip(pointed);
    document.documentElement.dataset.theme = wanted.id;
  });
}

// What is not seen now is not seen later in the colours of another theme.
function forget(levels) {
  for (const level of levels) {
    map.removeFeatureState({ source: SOURCE, sourceLayer: level });
    delete painted[level];
    delete asked[level];
  }
}

// Say that the map is not at rest while something is on its way to it.
async function during(work) {
  tell("bouge");
  coming += 1;
  try {
    await work();
  } finally {
    coming -= 1;
    map.triggerRepaint();
  }
}

function give(level, wanted, found) {
  painted[level] = { theme: wanted.id, found };
  const count = account.niveaux[level];
  const ofClass = [account.non_calcule.couleur, ...wanted.couleurs].map((shade) => shades.get(shade));
  for (let rank = 0; rank < count; rank += 1) {
    map.setFeatureState({ source: SOURCE, sourceLayer: level, id: rank + 1 },
      { c: ofClass[found ? +found.classes[rank] : 0] });
  }
}

// Only once they can be seen: the codes of all the shapes concerned are long to read.
let outlined = false;
async function outlines() {
  if (outlined || map.getZoom() < OUTLINE_FROM - 0.5) return;
  outlined = true;
  await during(async () => {
    for (const level of ["commune", "iris"]) {
      const { codes, non_couvertes: uncovered } = await data.territories(level)
        .catch((error) => { outlined = false; throw error; });
      const there = codes.filter((_, rank) => uncovered[rank] === "1");
      // `match` looks codes up at once; it wants one at least.
      const filter = ["match", ["get", "code"], there.length ? there : [""], true, false];
      for (const part of ["cerne-clair", "cerne"]) map.setFilter(`${part}-${level}`, filter);
    }
  });
}

function show() {
  const shown = levelsShown();
  const [level, code] = state.fiche.split(":");
  for (const each of Object.keys(account.niveaux)) {
    const visible = shown.includes(each) ? "visible" : "none";
    map.setLayoutProperty(`aplat-${each}`, "visibility", visible);
    map.setLayoutProperty(`bord-${each}`, "visibility",
      visible === "visible" || each === "departement" ? "visible" : "none");
    for (const part of ["choix-clair", "choix"]) {
      const here = each === level;
      if (here) map.setFilter(`${part}-${each}`, ["==", ["get", "code"], code]);
      map.setLayoutProperty(`${part}-${each}`, "visibility", here ? "visible" : "none");
    }
    for (const part of ["cerne-clair", "cerne"]) {
      if (map.getLayer(`${part}-${each}`)) {
        map.setLayoutProperty(`${part}-${each}`, "visibility",
          visible === "visible" && state.cerner ? "visible" : "none");
      }
    }
  }
}

function featureAt(point) {
  // The IRIS is above its commune.
  const shown = levelsShown().map((level) => `aplat-${level}`).reverse();
  const found = map.queryRenderedFeatures(point, { layers: shown });
  return found.find((feature) => feature.sourceLayer === "iris") ?? found[0];
}

// Where the mouse is on the map.
let pointed = null;
async function tip(point) {
  pointed = point;
  const info = byId("info");
  const place = map.getLayer("lieux") && map.queryRenderedFeatures(point, { layers: ["lieux"] })[0];
  const feature = featureAt(point);
  map.getCanvas().style.cursor = feature ? "pointer" : "";
  info.hidden = !feature && !place;
  if (place) {
    const offers = place.properties.genres.split("|").map((kind) => account.mots.dispositif[kind]);
    fill(info, name(place.properties.nom), ` (${offers.join(", ")})`);
  } else if (feature) {
    const level = feature.sourceLayer;
    const rank = feature.id - 1;
    const table = await data.territories(level);
    const wanted = theme();
    if (painted[level]?.theme !== wanted.id) {
      info.hidden = true;
      return;
    }
    const shown = painted[level].found;
    const kind = shown ? +shown.classes[rank] : 0;
    const shade = kind === 0 ? account.non_calcule.couleur : wanted.couleurs[kind - 1];
    fill(info, el("strong", {}, name(table.noms[rank])),
      el("span", {}, swatch(shade), ` ${figureOf(wanted, shown, rank, kind)}`));
  }
}

// « Pauvreté : 14,2 % », « Couverture : incertaine ».
function figureOf(wanted, shown, rank, kind) {
  const title = brief(wanted);
  const words = kind === 0 ? account.non_calcule.mot : wanted.mots && wanted.legende[kind - 1];
  const lower = words && words[0].toLowerCase() + words.slice(1);
  const said = lower ? lower.replace(`${title.toLowerCase()} `, "")
    : shownValue(shown.valeurs[rank], wanted) + (data.doubted(shown, rank) ? DOUBT : "");
  return `${title} : ${said}`;
}

// Their script too comes after the colours.
let names = null;
async function showNames() {
  names = await import("./names.js");
  await names.show(map);
}

// Places, from close enough to tell them apart.
const PLACES_FROM = 7;
async function showPlaces() {
  if (map.getLayer("lieux")) {
    const { filter, colour: shade } = placePaint(account, state.lieux);
    map.setFilter("lieux", filter);
    map.setPaintProperty("lieux", "circle-color", shade);
    return;
  }
  if (!state.lieux.length || map.getZoom() < PLACES_FROM) return;
  const list = await data.places();
  if (map.getSource("lieux")) return;
  map.addSource("lieux", { type: "geojson", data: { type: "FeatureCollection",
    features: list.nom.map((nom, i) => ({ type: "Feature",
      properties: { nom, genres: list.dispositifs[i].map((kind) => list.genres[kind]).join("|") },
      geometry: { type: "Point", coordinates: [list.lon[i], list.lat[i]] } })) } });
  map.addLayer(placeLayer(PLACES_FROM), ["noms-communes", "noms"].find((id) => map.getLayer(id)));
  showPlaces();
}
