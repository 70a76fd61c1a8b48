// @ts-check
/**
 * Renders the Markdown that answers are written in, as DOM nodes.
 *
 * An answer may quote anything a document or a model says, so no text ever becomes markup: nodes are made one by one
 * and filled with text, links lead to `http`, `https` and `mailto` only, and images are never loaded. Known:
 * paragraphs, lists, quotes, code, bold, italic, links, and the `[1]` that point at sources. All else stays text.
 */

/**
 * Makes the node for a `[1]`; `null` leaves it as text.
 * @typedef {(index: number) => Node | null} CitationMaker
 */

// In order: escaped sign, code, bold, italic, link (or image), citations, bare address, bare e-mail address.
const INLINE = new RegExp(
  [
    String.raw`\\([\\${"`"}*_\[\](){}#+.!>-])`,
    String.raw`${"`"}([^${"`"}\n]+)${"`"}`,
    String.raw`\*\*(\S(?:.*?\S)?)\*\*`,
    String.raw`(?<![\p{L}\p{N}])__(\S(?:.*?\S)?)__(?![\p{L}\p{N}])`,
    String.raw`\*([^\s*](?:[^*\n]*[^\s*])?)\*`,
    String.raw`(?<![\p{L}\p{N}_])_([^\s_](?:[^_\n]*[^\s_])?)_(?![\p{L}\p{N}_])`,
    String.raw`!?\[([^\[\]\n]*)\]\(([^\s()]*(?:\([^\s()]*\)[^\s()]*)*)\)`,
    String.raw`\[(\d{1,2}(?:\s?,\s?\d{1,2})*)\]`,
    String.raw`(https?:\/\/[^\s<>()\[\]"]*[^\s<>()\[\]".,;:!?'»”*_])`,
    String.raw`([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)`,
  ].join("|"),
  "gu",
);

const BULLET = /^(\s*)[-*•]\s+(.*)$/;
const NUMBER = /^(\s*)(\d{1,3})[.)]\s+(.*)$/;
const HEADING = /^#{1,6}\s+(.*)$/;
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
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  /** @type {string[]} */
  let paragraph = [];
  const endParagraph = () => {
    if (paragraph.length > 0) fragment.append(paragraphOf(paragraph, cite));
    paragraph = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (FENCE.test(line)) {
      endParagraph();
      let end = at + 1;
      while (end < lines.length && !FENCE.test(lines[end] ?? "")) end += 1;
      const code = element("code");
      code.textContent = lines.slice(at + 1, end).join("\n");
      const pre = element("pre");
      // A long line scrolls sideways; that must be possible with the keyboard too.
      pre.tabIndex = 0;
      pre.append(code);
      fragment.append(pre);
      at = end;
    } else if (BULLET.test(line) || NUMBER.test(line)) {
      endParagraph();
      let end = at + 1;
      while (end < lines.length && isListLine(lines[end] ?? "")) end += 1;
      fragment.append(listOf(lines.slice(at, end), cite, depth));
      at = end - 1;
    } else if (HEADING.test(line)) {
      endParagraph();
      const strong = element("strong");
      appendInline(strong, line.replace(HEADING, "$1"), cite);
      const heading = element("p");
      heading.append(strong);
      fragment.append(heading);
    } else if (line.startsWith(">") && depth < DEEPEST) {
      endParagraph();
      let end = at + 1;
      while (end < lines.length && (lines[end] ?? "").startsWith(">")) end += 1;
      const quote = element("blockquote");
      const quoted = lines.slice(at, end).map((each) => each.replace(/^>\s?/, ""));
      quote.append(renderMarkdown(quoted.join("\n"), cite, depth + 1));
      fragment.append(quote);
      at = end - 1;
    } else if (line.trim() === "") {
      endParagraph();
    } else {
      paragraph.push(line.trim());
    }
  }
  endParagraph();
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
  const link = /** @type {HTMLAnchorElement} */ (element("a"));
  link.href = url.href;
  if (url.protocol !== "mailto:") {
    link.target = "_blank";
    link.rel = "noopener nofollow";
  }
  return link;
}

/** @param {string} line */
function isListLine(line) {
  return BULLET.test(line) || NUMBER.test(line) || /^\s{2,}\S/.test(line);
}

/**
 * @param {string[]} lines
 * @param {CitationMaker} cite
 */
function paragraphOf(lines, cite) {
  const paragraph = element("p");
  lines.forEach((line, at) => {
    if (at > 0) paragraph.append(element("br"));
    appendInline(paragraph, line, cite);
  });
  return paragraph;
}

/**
 * A list of `lines`; deeper items become a list inside the item above them.
 *
 * @param {string[]} lines
 * @param {CitationMaker} cite
 * @param {number} depth lists and quotations around this one
 */
function listOf(lines, cite, depth) {
  const numbered = NUMBER.exec(lines[0] ?? "");
  const list = element(numbered ? "ol" : "ul");
  if (numbered && numbered[2] !== "1") list.setAttribute("start", numbered[2] ?? "1");
  const own = indent(lines[0] ?? "");
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    let end = at + 1;
    while (end < lines.length && indent(lines[end] ?? "") > own) end += 1;
    const item = element("li");
    appendInline(item, line.replace(BULLET, "$2").replace(NUMBER, "$3").trim(), cite);
    const inner = lines.slice(at + 1, end);
    const isItem = (/** @type {string} */ each) => BULLET.test(each) || NUMBER.test(each);
    const firstItem = depth < DEEPEST ? inner.findIndex(isItem) : -1;
    const plain = firstItem === -1 ? inner : inner.slice(0, firstItem);
    for (const each of plain) {
      item.append(" ");
      appendInline(item, each.trim(), cite);
    }
    if (firstItem !== -1) item.append(listOf(inner.slice(firstItem), cite, depth + 1));
    list.append(item);
    at = end - 1;
  }
  return list;
}

/** @param {string} line */
function indent(line) {
  return line.length - line.trimStart().length;
}

/**
 * @param {Element} parent
 * @param {string} text
 * @param {CitationMaker} cite
 */
function appendInline(parent, text, cite) {
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    const [all, escaped, code, bold, bold2, italic, italic2, label, address, indexes, url, mail] = match;
    const before = text.slice(from, match.index);
    // A citation stays on the line of the word it belongs to.
    parent.append(indexes === undefined ? before : before.replace(/ $/, "\u00a0"));
    from = match.index + all.length;
    if (escaped !== undefined) parent.append(escaped);
    else if (code !== undefined) parent.append(textElement("code", code));
    else if (bold ?? bold2) parent.append(inlineElement("strong", bold ?? bold2 ?? "", cite));
    else if (italic ?? italic2) parent.append(inlineElement("em", italic ?? italic2 ?? "", cite));
    else if (label !== undefined) parent.append(linkOf(all, label, address ?? ""));
    else if (indexes !== undefined) appendCitations(parent, indexes, cite);
    else if (url !== undefined) parent.append(linkOf(url, url, url));
    else if (mail !== undefined) parent.append(linkOf(mail, mail, `mailto:${mail}`));
  }
  parent.append(text.slice(from));
}

/**
 * @param {Element} parent
 * @param {string} indexes
 * @param {CitationMaker} cite
 */
function appendCitations(parent, indexes, cite) {
  for (const index of indexes.split(",")) {
    parent.append(cite(Number(index)) ?? `[${index.trim()}]`);
  }
}

/**
 * @param {string} all
 * @param {string} label
 * @param {string} address
 */
function linkOf(all, label, address) {
  // An image's own text stands for it: loading it would tell its server who reads this.
  if (all.startsWith("!")) return document.createTextNode(label);
  const link = safeLink(address);
  if (!link) return document.createTextNode(label);
  link.textContent = label || address;
  return link;
}

/**
 * @param {string} name
 * @param {string} text
 * @param {CitationMaker} cite
 */
function inlineElement(name, text, cite) {
  const made = element(name);
  appendInline(made, text, cite);
  return made;
}

/**
 * @param {string} name
 * @param {string} text
 */
function textElement(name, text) {
  const made = element(name);
  made.textContent = text;
  return made;
}

/** @param {string} name */
function element(name) {
  return document.createElement(name);
}
