// How the shapes are drawn; the state of each says its colour.

const hidden = { visibility: "none" };
const BORDER_FROM = 7.5;
// From further, the outlines of neighbours would hide the colours.
export const OUTLINE_FROM = 6;

// Width by zoom of the outline of what a conseiller does not reach.
const width = (light) => ["interpolate", ["linear"], ["zoom"],
  OUTLINE_FROM, 0.5, 8, 1.4 + light, 11, 3 + light];
const NOTHING = ["==", ["get", "code"], ""];

// Lines of a few territories, which are filtered: they have a source of their own, so that another
// choice does not have every shape read again.
function outlined(source, level, account, from) {
  const line = (id, colour, size, more) => ({
    id: `${id}-${level}`, type: "line", source, "source-layer": level, filter: NOTHING,
    layout: { ...hidden, "line-join": "round" },
    paint: { "line-color": colour, "line-width": size }, ...more,
  });
  const rings = level === "commune" || level === "iris" ? [
    line("cerne-clair", account.contour.clair, width(1.4), { minzoom: from ?? OUTLINE_FROM }),
    line("cerne", account.contour.fonce, width(0), { minzoom: from ?? OUTLINE_FROM }),
  ] : [];
  return { rings, chosen: [line("choix-clair", "#ffffff", 6), line("choix", "#d55e00", 3)] };
}

// The colours of all themes: a shape has the rank of its own for state. One expression for every
// theme: with another one, MapLibre would read every shape again.
export function palette(account) {
  return [...new Set([account.non_calcule.couleur,
    ...account.themes.flatMap((theme) => theme.couleurs)])];
}

// An IRIS without its own colour lets that of its commune be seen.
function colour(account, level) {
  const cases = palette(account).flatMap((shade, rank) => [rank, shade]);
  const none = level === "iris" ? "rgba(0, 0, 0, 0)" : "#f4f6f8";
  return ["match", ["number", ["feature-state", "c"], -1], ...cases, none];
}

export function layers(source, lines, account, irisFrom, shown) {
  // Lines that would be thinner than a pixel are not even read from the tiles.
  const start = { commune: BORDER_FROM, iris: irisFrom };
  const from = (level) => (level === "iris" ? { minzoom: irisFrom } : {});
  const base = (level) => ({ source, "source-layer": level, ...from(level) });
  const seen = (is) => ({ visibility: is ? "visible" : "none" });
  const flat = (level) => ({ id: `aplat-${level}`, type: "fill", layout: seen(shown.includes(level)),
    paint: { "fill-color": colour(account, level), "fill-antialias": false }, ...base(level) });
  const thin = { commune: [7.5, 0.1, 11, 0.8], iris: [9, 0.2, 12, 1], epci: [5, 0.4, 9, 1.2] };
  const border = (level) => ({ id: `bord-${level}`, type: "line",
    layout: seen(level === "departement" || shown.includes(level)),
    paint: { "line-color": level === "departement" ? "#1c2430" : "#ffffff",
      "line-opacity": level === "departement" ? 0.65 : 1,
      "line-width": ["interpolate", ["linear"], ["zoom"],
        ...(thin[level] ?? [5, 0.5, 10, 1.6])] }, ...base(level), minzoom: start[level] ?? 0 });
  const levels = ["commune", "iris", "epci", "departement"];
  const above = levels.map((level) => outlined(lines, level, account,
    level === "iris" ? irisFrom : undefined));
  return [
    { id: "fond", type: "background", paint: { "background-color": "#dfe7ee" } },
    ...levels.map(flat),
    ...levels.map(border),
    ...above.flatMap(({ rings }) => rings),
    ...above.flatMap(({ chosen }) => chosen),
  ];
}

export function placeLayer(from) {
  return { id: "lieux", type: "circle", source: "lieux", minzoom: from,
    paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], from, 2, 11, 6],
      "circle-stroke-color": "#000000", "circle-stroke-width": 1 } };
}

// Places that offer something ticked, in the colour of the first of those.
export function placePaint(account, ticked) {
  const offers = (kind) => ["in", kind, ["get", "genres"]];
  const kinds = Object.keys(account.mots.dispositif).filter((kind) => ticked.includes(kind));
  const cases = kinds.flatMap((kind) => [offers(kind), account.symboles[kind][1]]);
  return { filter: ["any", ...kinds.map(offers)],
    colour: cases.length ? ["case", ...cases, "#888888"] : "#888888" };
}
