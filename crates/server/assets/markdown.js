// @ts-check
/**
 * Renders the Markdown that answers are written in, as DOM nodes.
 *
 * An answer may quote anything a document or a model says, so no text ever becomes markup: nodes are made one by one
 * and filled with text, links lead to `http`, `https` and `mailto` only, and images are never loaded. Known:
 * paragraphs, lists, quotes, code, bold, italic, links, and the `[1]` that point at sources. All else stays text.
 */

import { make } from "./dom.js";

/**
 * Makes the node for a `[1]`; `null` leaves it as text.
 * @typedef {(index: number) => Node | null} CitationMaker
 */

// In order: escaped sign, code, bold, italic, link (or image), citations, bare address, bare e-mail address.
const INLINE = new RegExp(
  [
    String.raw`\\([\\${"`"}*_\[\](){}#+.!>-])`,
    String.raw`${"`"}([^${"`"}\n]+)${"`"}`,
    String.raw`\*\*(\S(?:.*?\S)?)\*\*|(?<![\p{L}\p{N}])__(\S(?:.*?\S)?)__(?![\p{L}\p{N}])`,
    String.raw`\*([^\s*](?:[^*\n]*[^\s*])?)\*|(?<![\p{L}\p{N}_])_([^\s_](?:[^_\n]*[^\s_])?)_(?![\p{L}\p{N}_])`,
    String.raw`!?\[([^\[\]\n]*)\]\(([^\s()]*(?:\([^\s()]*\)[^\s()]*)*)\)`,
    String.raw`\[(\d{1,2}(?:\s?,\s?\d{1,2})*)\]`,
    String.raw`(https?:\/\/[^\s<>()\[\]"]*[^\s<>()\[\]".,;:!?'»”*_]|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)`,
  ].join("|"),
  "gu",
);

const ITEM = /^(\s*)(?:[-*•]|(\d{1,3})[.)])\s+(.*)$/;
const HEADING = /^#{1,6}\s+/;
const FENCE = /^\s*```/;
// Quotations and lists inside each other; what is deeper is shown as text. Nobody writes more, except to make us hang.
const DEEPEST = 8;

/**
 * Renders `text`.
 *
 * @param {string} text
 * @param {CitationMaker} cite
 * @param {number} [depth] quotations around this one
 * @returns {DocumentFragment}
 */
export function renderMarkdown(text, cite, depth = 0) {
  const fragment = document.createDocumentFragment();
  const lines = text.split(/\r\n?|\n/);
  /** The paragraph that is being read. @type {Element | null} */
  let paragraph = null;
  for (let at = 0; at < lines.length; ) {
    const line = lines[at] ?? "";
    const first = at;
    /** Moves past the lines from the next one on that hold. @param {(line: string) => boolean} holds */
    const rest = (holds) => {
      do at += 1;
      while (at < lines.length && holds(lines[at] ?? ""));
      return lines.slice(first, at);
    };
    /** @type {Element | null} */
    let block = null;
    if (FENCE.test(line)) {
      block = make("pre");
      // A long line scrolls sideways; that must be possible with the keyboard too.
      block.setAttribute("tabindex", "0");
      block.append(make("code", "", rest((each) => !FENCE.test(each)).slice(1).join("\n")));
      at += 1;
    } else if (ITEM.test(line)) {
      block = listOf(rest((each) => ITEM.test(each) || /^\s{2,}\S/.test(each)), cite, depth);
    } else if (HEADING.test(line)) {
      block = make("p");
      block.append(inline(make("strong"), line.replace(HEADING, ""), cite));
      at += 1;
    } else if (line.startsWith(">") && depth < DEEPEST) {
      block = make("blockquote");
      const quoted = rest((each) => each.startsWith(">")).map((each) => each.replace(/^>\s?/, ""));
      block.append(renderMarkdown(quoted.join("\n"), cite, depth + 1));
    } else {
      at += 1;
      if (line.trim() === "") paragraph = null;
      else {
        if (paragraph) paragraph.append(make("br"));
        else fragment.append((paragraph = make("p")));
        inline(paragraph, line.trim(), cite);
      }
    }
    if (block) {
      paragraph = null;
      fragment.append(block);
    }
  }
  return fragment;
}

/** Hosts of pages and mailboxes that links may lead to. */
export const linkedHosts = /** @type {Set<string | undefined>} */ (new Set());

/**
 * A link to `address`, or `null` where it leads anywhere but to a page or a mailbox of a host that the documents name:
 * an answer may hold what a stranger wrote.
 *
 * @param {string} address
 * @returns {HTMLAnchorElement | null}
 */
export function safeLink(address) {
  let url;
  try {
    url = new URL(address, document.baseURI);
  } catch {
    return null;
  }
  if (!["http:", "https:", "mailto:"].includes(url.protocol)) return null;
  // A mailbox and nothing behind it: a ready-made text could carry words of the conversation away.
  const host = url.protocol === "mailto:" ? /^[^@?,;%]+@([^@?,;%]+)$/.exec(url.pathname + url.search)?.[1] : url.host;
  if (!host || url.username || !linkedHosts.has(host.toLowerCase())) return null;
  const link = /** @type {HTMLAnchorElement} */ (make("a"));
  link.href = url.href;
  if (url.protocol !== "mailto:") {
    link.target = "_blank";
    link.rel = "noopener nofollow";
  }
  return link;
}

/**
 * A list of `lines`; deeper items become a list inside the item above them.
 *
 * @param {string[]} lines
 * @param {CitationMaker} cite
 * @param {number} depth lists and quotations around this one
 */
function listOf(lines, cite, depth) {
  const number = ITEM.exec(lines[0] ?? "")?.[2];
  const list = make(number ? "ol" : "ul");
  if (number && number !== "1") list.setAttribute("start", number);
  const indent = (/** @type {string | undefined} */ line = "") => line.length - line.trimStart().length;
  const own = indent(lines[0]);
  for (let at = 0; at < lines.length; ) {
    const first = at;
    do at += 1;
    while (at < lines.length && indent(lines[at]) > own);
    const inner = lines.slice(first + 1, at);
    const item = inline(make("li"), (lines[first] ?? "").replace(ITEM, "$3").trim(), cite);
    const deeper = depth < DEEPEST ? inner.findIndex((each) => ITEM.test(each)) : -1;
    for (const each of deeper < 0 ? inner : inner.slice(0, deeper)) {
      item.append(" ");
      inline(item, each.trim(), cite);
    }
    if (deeper >= 0) item.append(listOf(inner.slice(deeper), cite, depth + 1));
    list.append(item);
  }
  return list;
}

/**
 * Adds a line of text to an element.
 *
 * @template {Element} Made
 * @param {Made} made
 * @param {string} text
 * @param {CitationMaker} cite
 * @returns {Made}
 */
function inline(made, text, cite) {
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [all, escaped, code, bold, bold2, italic, italic2, label, address, indexes, bare] = match;
    const before = text.slice(from, match.index);
    // A citation stays on the line of the word it belongs to.
    made.append(indexes ? before.replace(/ $/, "\u00a0") : before);
    from = match.index + all.length;
    if (indexes) for (const index of indexes.split(",")) made.append(cite(Number(index)) ?? `[${index.trim()}]`);
    else if (bold ?? bold2) made.append(inline(make("strong"), bold ?? bold2 ?? "", cite));
    else if (italic ?? italic2) made.append(inline(make("em"), italic ?? italic2 ?? "", cite));
    else if (code) made.append(make("code", "", code));
    else if (bare) made.append(linkOf(bare, bare.includes("://") ? bare : `mailto:${bare}`));
    // An image's own text stands for it: loading it would tell its server who reads this.
    else if (escaped || all[0] === "!") made.append(escaped ?? label ?? "");
    else made.append(linkOf(label ?? "", address ?? ""));
  }
  made.append(text.slice(from));
  return made;
}

/**
 * @param {string} label
 * @param {string} address
 */
function linkOf(label, address) {
  const link = safeLink(address);
  if (!link) return label;
  link.textContent = label || address;
  return link;
}
