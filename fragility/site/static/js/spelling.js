// Names near what was typed: a letter too many, too few, another, or two swapped.

const LONG = 8, START_FROM = 5, LONGEST = 60;
const ARTICLE = /^(?:l|la|le|les) /;

// How many wrong letters are forgiven.
export const forgiven = (text) => (text.length < 3 || text.length > LONGEST || /\d/.test(text) ? 0
  : text.length < LONG ? 1 : 2);

// Three rows are enough: a swap looks two rows back.
const rows = [0, 1, 2].map(() => new Uint8Array(LONGEST + 8));

// Edits from a text to a name and to its nearest beginning (optimal string alignment). Only the
// diagonals that `most` edits can reach are read; more than `most` is `most + 1`.
export function edits(text, name, most) {
  const far = most + 1;
  const none = { whole: far, start: far };
  const height = text.length, width = Math.min(name.length, height + most);
  if (width < height - most) return none;
  let [before, above, here] = rows;
  for (let j = 0; j <= far; j += 1) above[j] = j;
  for (let i = 1; i <= height; i += 1) {
    const from = Math.max(1, i - most), to = Math.min(width, i + most);
    here[from - 1] = from === 1 ? Math.min(i, far) : far;
    let least = here[from - 1];
    for (let j = from; j <= to; j += 1) {
      const same = text[i - 1] === name[j - 1];
      let cost = Math.min(above[j - 1] + !same, above[j] + 1, here[j - 1] + 1, far);
      if (!same && i > 1 && j > 1 && text[i - 1] === name[j - 2] && text[i - 2] === name[j - 1]) {
        cost = Math.min(cost, before[j - 2] + 1);
      }
      here[j] = cost;
      least = Math.min(least, cost);
    }
    if (least > most) return none;
    here[to + 1] = far;
    [before, above, here] = [above, here, before];
  }
  let start = far;
  for (let j = Math.max(0, height - most); j <= width; j += 1) start = Math.min(start, above[j]);
  return { whole: name.length <= height + most ? above[name.length] : far, start };
}

// Entries whose name, or its beginning, is near a text that none contains: the fewest edits
// first, whole names before beginnings, then the most populous.
export function nearest(entries, text, count) {
  const most = forgiven(text);
  if (!most) return [];
  const found = [];
  for (const entry of entries) {
    let best = 2 * most + 2;
    entry.bare ??= entry.folded.replace(ARTICLE, "");
    for (const name of entry.bare === entry.folded ? [entry.folded] : [entry.folded, entry.bare]) {
      const { whole, start } = edits(text, name, most);
      if (whole <= most) best = Math.min(best, 2 * whole);
      if (start <= most && text.length >= START_FROM) best = Math.min(best, 2 * start + 1);
    }
    if (best < 2 * most + 2) found.push({ entry, best });
  }
  return found.sort((a, b) => a.best - b.best || b.entry.people - a.entry.people)
    .slice(0, count).map(({ entry }) => entry);
}
