// @ts-check
/** One answer on the page, from the first dots to its sources and what the visitor thinks of it. */

import { make } from "./dom.js";
import { linkedHosts, renderMarkdown, safeLink } from "./markdown.js";
import { copyOf, ui } from "./page.js";
import { rateable } from "./reply.js";

/** @typedef {import("./conversation.js").AnswerEvent} AnswerEvent */
/** @typedef {import("./conversation.js").Citation} Citation */
/** @typedef {import("./marks.js").Checked} Checked */

/**
 * What to say of a sentence, by its status. Where the owner wants no marks the page has no words for them.
 *
 * @type {Record<string, string | undefined>}
 */
const verdictWords = { unsupported: ui.unsupported, contradicted: ui.contradicted };
/** Marks sentences; it stays at home where nothing is marked. @type {typeof import("./marks.js") | null} */
let marks = null;
/** To be waited for before answers are shown. */
export const prepared = ui.unsupported ? import("./marks.js").then((loaded) => void (marks = loaded)) : null;

for (const host of [location.host, ...(ui.hosts ?? "").split(" ")]) linkedHosts.add(host);

export class AnswerView {
  /**
   * @param {HTMLElement} log to the end of which it is added
   * @param {HTMLElement} scroll what scrolls
   * @param {string} asked
   */
  constructor(log, scroll, asked) {
    this.scroll = scroll;
    this.asked = asked;
    this.turn = "";
    this.text = "";
    /** @type {Map<number, Citation>} */
    this.citations = new Map();
    /** @type {Checked[]} */
    this.checked = [];
    this.frame = 0;
    this.article = make("article", "turn answer");
    this.article.setAttribute("aria-busy", "true");
    this.body = make("div", "body");
    this.body.append(make("span", "only-heard", ui.thinking));
    this.article.append(make("span", "only-heard", `${ui.assistant}: `), this.body);
    this.question = /** @type {HTMLElement | null} */ (log.lastElementChild);
    log.append(this.article);
    // A new question is always brought into view, wherever the visitor was reading.
    scroll.scrollTop = this.resting();
    /** Where the page was last scrolled to by this answer; `null` once the visitor scrolls elsewhere.
     * @type {number | null} */
    this.followed = scroll.scrollTop;
  }

  /** @param {AnswerEvent} event */
  take(event) {
    if (event.event === "delta") this.text += event.text;
    else if (event.event === "replace") {
      this.text = event.text;
      // Sources of the void text are void too, and what was found about it; those of the new text follow.
      this.citations.clear();
      this.checked = [];
    } else if (event.event === "citation") this.citations.set(event.index, /** @type {any} */ (event));
    else if (event.event === "verdict" && event.sentence !== null) {
      this.checked.push({ text: event.sentence, status: event.status });
    } else if (event.event === "done") return this.finish(event);
    // At most once a frame, however fast the pieces come.
    this.frame ||= requestAnimationFrame(() => this.draw());
  }

  /**
   * Shows an answer of an earlier visit.
   *
   * @param {Record<string, any>} turn
   */
  recall(turn) {
    this.turn = turn.turn_id;
    for (const citation of turn.citations ?? []) this.citations.set(citation.index, citation);
    this.text = turn.answer ?? "";
    if (turn.status === "complete") this.finish(turn);
    else this.stop(ui.stopped ?? "");
  }

  /** @param {Record<string, any>} done */
  finish(done) {
    if (done.language) this.body.lang = done.language;
    if (done.verification) this.checked = done.verification.sentences;
    const missed = this.draw();
    for (const { text, status } of missed) this.add(make("p", "meta", `«${text}» (${verdictWords[status]})`));
    this.showSources();
    for (const made of rateable(this, done)) this.add(made);
    this.settle();
  }

  /**
   * @param {string} words why there is no more
   * @param {() => void} [again]
   * @param {string} [kind]
   */
  stop(words, again, kind = "meta") {
    this.draw();
    this.showSources();
    const end = make("div", kind);
    end.append(make("p", "", words));
    if (again) {
      const button = copyOf("retry");
      button.addEventListener("click", again);
      end.append(button);
    }
    this.add(end);
    this.settle();
  }

  /** With its question. */
  remove() {
    cancelAnimationFrame(this.frame);
    this.question?.remove();
    this.article.remove();
  }

  /** Returns sentences that are not confirmed and could not be marked in the text. */
  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.body.replaceChildren(renderMarkdown(this.text, (index) => this.chip(index)));
    const missed = marks?.markSentences(this.body, this.checked, verdictWords) ?? [];
    this.follow();
    return missed;
  }

  /** Keeps the growing answer in view, until its question reaches the top: what is being read must not move away. */
  follow() {
    if (this.followed === null || Math.abs(this.scroll.scrollTop - this.followed) > 4) {
      this.followed = null;
      return;
    }
    this.scroll.scrollTop = this.resting();
    this.followed = this.scroll.scrollTop;
  }

  /** The scroll position at which as much of the turn shows as fits, from its question on. */
  resting() {
    const top = (this.question ?? this.article).offsetTop - 12;
    return Math.max(0, Math.min(top, this.scroll.scrollHeight - this.scroll.clientHeight));
  }

  /**
   * The `[n]` in the text, as a link to its source.
   *
   * @param {number} index
   */
  chip(index) {
    const citation = this.citations.get(index);
    const link = citation && safeLink(citation.url);
    if (!link) return null;
    link.className = "chip";
    link.textContent = String(index);
    link.title = citation.title;
    link.setAttribute("aria-label", `${withNumber(ui.openSource, index)}: ${citation.title}`);
    return link;
  }

  showSources() {
    const all = [...this.citations.values()];
    const mentioned = all.filter((each) => this.text.includes(`[${each.index}`));
    const shown = (mentioned.length > 0 ? mentioned : all).sort((a, b) => a.index - b.index);
    if (shown.length === 0) return;
    const section = make("section", "sources");
    const list = make("ol");
    for (const { index, title, quote, url, page } of shown) {
      const item = make("li");
      const link = safeLink(url) ?? make("span");
      const at = page ? ` · ${withNumber(ui.page, page)}` : "";
      link.append(make("span", "source-title", title + at), make("span", "source-quote", quote));
      item.append(make("span", "number", String(index)), link);
      list.append(item);
    }
    section.append(make("h2", "", ui.sources), list);
    this.add(section);
  }

  /** @param {Node} made */
  add(made) {
    this.article.append(made);
  }

  settle() {
    this.article.removeAttribute("aria-busy");
    this.follow();
  }
}

/**
 * @param {string | undefined} pattern
 * @param {number} number
 */
function withNumber(pattern, number) {
  return (pattern ?? "{n}").replace("{n}", String(number));
}
