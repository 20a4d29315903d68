// Numbers and elements. Text from the data only ever becomes text: nothing here parses HTML.

const formats = new Map();

export function number(value, decimals = 0) {
  if (value === null || value === undefined) return "–";
  if (!formats.has(decimals)) {
    formats.set(decimals, new Intl.NumberFormat("fr-FR", {
      minimumFractionDigits: decimals, maximumFractionDigits: decimals,
    }));
  }
  return formats.get(decimals).format(value);
}

export function plural(count, one, many) {
  return `${number(count)} ${Math.abs(count) < 2 ? one : many}`;
}

// The share of the calculations that agree; no number of them proves anything.
export function agreement(fragile, percent) {
  const share = fragile ? percent : 100 - percent;
  const said = share < 1 ? "moins de 1" : share > 99 ? "plus de 99" : number(share);
  return `${fragile ? "fragile" : "non fragile"} dans ${said} % des calculs`;
}

// A figure of the map as text.
export function shownValue(value, theme) {
  if (value === null || value === undefined) return "–";
  if (theme.id === "probabilite_fragile_pct") return typeset(agreement(value >= 50, value));
  return number(value, theme.decimales) + (theme.unite ? `\u202f${theme.unite}` : "");
}

// A theme in few words, beside a figure.
const BRIEF = { couverture: "Couverture", confiance: "Verdict", probabilite_fragile_pct: "Verdict" };
export function brief(theme) {
  if (theme.groupe === "Indice") return "Score";
  return BRIEF[theme.id] ?? theme.titre.replace(/ : minutes$| \(estimation\)$| – .*$/, "");
}

// Said after a figure that its producer has to confirm.
export const DOUBT = " (à vérifier)";

// French keeps high punctuation and quotation marks on the line of their word.
export function typeset(text) {
  return text.replace(/ ([:;!?»%])/g, "\u00a0$1").replace(/« /g, "«\u00a0");
}

// An element, its properties (attributes where they have a dash or are roles) and its children.
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "text") node.textContent = typeset(value);
    else if (name.startsWith("--")) node.style.setProperty(name, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined)
    .map((child) => (typeof child === "string" ? typeset(child) : child)));
  return node;
}

export function fill(node, ...children) {
  node.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
}

export const byId = (id) => document.getElementById(id);

// A name of another script keeps its direction to itself.
export function name(text) {
  const node = document.createElement("bdi");
  node.textContent = text ?? "–";
  return node;
}

export function swatch(colour) {
  const node = el("span", { class: "pastille", "aria-hidden": "true" });
  node.style.background = colour;
  return node;
}

// What people type and what names are, brought together: no accents, no case, no hyphens.
export function fold(text) {
  return text.toLowerCase().replaceAll("œ", "oe").replaceAll("æ", "ae")
    .normalize("NFD").replace(/\p{M}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ").trim()
    .replace(/\b(ste?)\b/gu, (found) => (found === "st" ? "saint" : "sainte"));
}

export const LEVELS = {
  commune: "commune", iris: "IRIS", epci: "intercommunalité", departement: "département",
};
export const LEVELS_MANY = {
  commune: "communes", iris: "IRIS", epci: "intercommunalités", departement: "départements",
};
