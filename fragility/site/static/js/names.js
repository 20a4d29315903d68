// Names on the map: those of towns once the colours are seen, those of every commune from close.

import * as data from "./data.js";

// Asked a little before they can be seen.
const ALL_FROM = 10, EARLY = 0.5;
let towns = null, rest = null;

export const lacking = (map) => !towns || (!rest && map.getZoom() >= ALL_FROM - EARLY);

export async function show(map) {
  towns ??= addTowns(map).catch((error) => { towns = null; throw error; });
  await towns;
  if (map.getZoom() < ALL_FROM - EARLY) return;
  rest ??= addRest(map).catch((error) => { rest = null; throw error; });
  await rest;
}

const written = (size, more) => ({
  layout: { "text-field": ["get", "nom"], "text-font": ["sans-serif"], "text-size": size,
    "symbol-sort-key": ["get", "rang"], ...more },
  paint: { "text-color": "#14181f", "text-halo-color": "#ffffff", "text-halo-width": 1.6 } });

function points(map, id, features) {
  map.addSource(id, { type: "geojson", data: { type: "FeatureCollection",
    features: features.map(([nom, rang, coordinates]) => ({ type: "Feature",
      properties: { nom, rang }, geometry: { type: "Point", coordinates } })) } });
}

async function addTowns(map) {
  const { noms, points: where } = await data.names();
  points(map, "noms", noms.map((nom, rang) => [nom, rang, where[rang]]));
  // Steps are those of the tiles: whole zooms.
  map.addLayer({ id: "noms", type: "symbol", source: "noms",
    filter: ["<", ["get", "rang"],
      ["step", ["zoom"], 25, 6, 80, 7, 250, 8, 1200, 9, 3000, ALL_FROM, noms.length]],
    ...written(13, { "text-padding": 6 }) });
}

// The others, where no town has its name already: what is under is placed after.
async function addRest(map) {
  const [{ lon, lat }, { noms, population }] = await Promise.all(
    [data.positions(), data.territories("commune")]);
  points(map, "noms-communes", lon.map((_, rank) => rank).filter((rank) => lon[rank] !== null)
    .map((rank) => [noms[rank], -(population[rank] ?? 0), [lon[rank], lat[rank]]]));
  map.addLayer({ id: "noms-communes", type: "symbol", source: "noms-communes", minzoom: ALL_FROM,
    ...written(12, { "text-padding": 3 }) }, "noms");
}
