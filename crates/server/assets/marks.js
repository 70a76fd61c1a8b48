// @ts-check
/**
 * Marks the sentences of a rendered answer that its sources do not support.
 *
 * A sentence is found again by its letters and digits alone: the Markdown around it has become elements by now, its
 * `[1]` have become links. What it becomes is read aloud too, because the mark ends in words.
 */

/**
 * @typedef {{ text: string, status: string }} Checked
 * @typedef {{ at: number, end: number, words: string }} Place
 */

const LETTER = /[\p{L}\p{N}]/u;
const CITATION = /\[\d{1,3}(?:\s?,\s?\d{1,3})*\]/g;
const ADDRESS = /\]\([^()\s]*\)/g;
const CLOSING = /^[.,;:!?…»”"')]+/;

/**
 * Marks those of `sentences` that are not supported, inside `body`.
 *
 * @param {Element} body
 * @param {readonly Checked[]} sentences in the order of the answer
 * @param {Record<string, string | undefined>} words what to say of a sentence, by its status
 * @returns {Checked[]} those that should be marked and were not found
 */
export function markSentences(body, sentences, words) {
  const letters = lettersOf(body);
  /** @type {Place[]} */
  const places = [];
  /** @type {Checked[]} */
  const missed = [];
  let from = 0;
  for (const sentence of sentences) {
    const wanted = bare(sentence.text);
    if (wanted === "") continue;
    const at = letters.text.indexOf(wanted, from);
    if (at !== -1) from = at + wanted.length;
    const said = words[sentence.status];
    if (said === undefined) continue;
    if (at === -1) missed.push(sentence);
    else places.push({ at, end: from, words: said });
  }
  // From the last to the first: marking splits a text node behind the places that are still to come.
  for (const place of places.reverse()) mark(letters, place);
  return missed;
}

/**
 * The letters and digits of the text nodes, each with its place; links to sources say nothing of the sentence.
 *
 * @param {Element} body
 */
function lettersOf(body) {
  let text = "";
  /** @type {Text[]} */
  const nodes = [];
  /** @type {number[]} */
  const offsets = [];
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.parentElement?.closest(".chip")) continue;
    const written = /** @type {Text} */ (node).data;
    for (let offset = 0; offset < written.length; offset += 1) {
      const letter = written[offset] ?? "";
      if (!LETTER.test(letter)) continue;
      text += letter;
      nodes.push(/** @type {Text} */ (node));
      offsets.push(offset);
    }
  }
  return { text, nodes, offsets };
}

/** @param {string} text */
function bare(text) {
  const plain = text.replace(CITATION, "").replace(ADDRESS, "]");
  return [...plain].filter((letter) => LETTER.test(letter) && letter.length === 1).join("");
}

/**
 * @param {ReturnType<typeof lettersOf>} letters
 * @param {Place} place
 */
function mark({ nodes, offsets }, { at, end, words }) {
  /** Per text node, what of it belongs to the sentence. @type {Map<Text, { from: number, to: number }>} */
  const parts = new Map();
  for (let letter = at; letter < end; letter += 1) {
    const node = nodes[letter];
    const offset = offsets[letter];
    if (!node || offset === undefined) continue;
    parts.set(node, { from: parts.get(node)?.from ?? offset, to: offset + 1 });
  }
  /** @type {HTMLElement | null} */
  let last = null;
  for (const [node, { from, to }] of parts) {
    const closing = CLOSING.exec(node.data.slice(to))?.[0].length ?? 0;
    const part = node.splitText(from);
    part.splitText(to + closing - from);
    last = document.createElement("span");
    last.className = "unconfirmed";
    part.replaceWith(last);
    last.append(part);
  }
  const note = document.createElement("span");
  note.className = "unconfirmed-note";
  note.textContent = ` (${words})`;
  last?.after(note);
}
