// The files of the site, each read once, when it is first needed.

const ACCOUNT = "edition.json";
const kept = new Map();
let mark = "", outdated = () => {}, lost = () => {};

// Call once a file is no longer there, or is of another run than the page; and once one could not
// be read at all.
export function when(actions) {
  ({ outdated, lost } = actions);
}

function get(path) {
  if (!kept.has(path)) {
    const answer = read(path);
    answer.catch(() => kept.delete(path));
    kept.set(path, answer);
  }
  return kept.get(path);
}

// Values are in the order of the territories: those of another run would be given to others.
async function read(path) {
  // What a browser keeps of another run has another address.
  const response = await fetch(`${path}?${mark}`).catch((error) => { lost(); throw error; });
  if (response.ok) {
    const content = await response.json();
    if (content.calcul === mark) return content;
  } else if (response.status !== 404) {
    lost();
    throw new Error(`${path} : ${response.status}`);
  }
  // The page that follows must not find the account of this one.
  await fetch(ACCOUNT, { cache: "reload" }).catch(() => null);
  outdated();
  throw new Outdated(`${path} : ${response.status}`);
}

// Said on the page: the console has nothing to add.
class Outdated extends Error {}
window.addEventListener("unhandledrejection", (event) => {
  if (event.reason instanceof Outdated) event.preventDefault();
});

export async function account() {
  const response = await fetch(ACCOUNT);
  if (!response.ok) throw new Error(`${ACCOUNT} : ${response.status}`);
  const content = await response.json();
  mark = content.calcul;
  return content;
}
export const places = () => get("lieux.json");
export const names = () => get("noms.json");
export const positions = () => get("positions.json");

export function values(theme, level) {
  if (!theme.niveaux.includes(level)) return Promise.resolve(null);
  return get(`valeurs/${level}/${theme.fichier}.json`);
}

// Whether the figure of a rank is one that its producer has to confirm.
export function doubted(read, rank) {
  read.doutes ??= new Set(read.a_verifier);
  return read.doutes.has(rank);
}

// Territories of a level, with the rank of each code.
export async function territories(level) {
  const table = await get(`territoires/${level}.json`);
  table.ranks ??= new Map(table.codes.map((code, rank) => [code, rank]));
  return table;
}

// Everything known of a territory, or null when there is no such code.
export async function card(key) {
  const [level, code] = key.split(":");
  const table = await territories(level);
  const rank = table.ranks.get(code);
  if (rank === undefined) return null;
  const inFiles = level === "commune" || level === "iris";
  const file = await get(`fiches/${inFiles ? table.departements[rank] : level}.json`);
  const { colonnes, lignes } = file[level];
  const row = lignes[code];
  const facts = { niveau: level, code, cle: key };
  colonnes.forEach((column, i) => { facts[column] = row[i]; });
  facts.departement = inFiles ? file : null;
  return facts;
}

// The IRIS of a commune, as keys and names; none when it is not divided.
export function irisOf(facts) {
  const iris = facts.departement?.iris;
  if (!iris || facts.niveau !== "commune") return [];
  const name = iris.colonnes.indexOf("nom");
  const commune = iris.colonnes.indexOf("code_commune");
  return Object.entries(iris.lignes).filter(([, row]) => row[commune] === facts.code)
    .map(([code, row]) => ({ cle: `iris:${code}`, nom: row[name] }));
}
