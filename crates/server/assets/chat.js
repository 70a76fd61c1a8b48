// @ts-check
/**
 * The chat page: sends questions, shows answers as they stream, and their sources.
 *
 * Talking to the server is `conversation.js`, Markdown is `markdown.js`. Every visible string comes from the page.
 */

import { AskFailed, ask, history, isAbort, remember, remembered } from "./conversation.js";
import { renderMarkdown, safeLink } from "./markdown.js";
import { markSentences } from "./marks.js";

/** @typedef {import("./conversation.js").Citation} Citation */
/** @typedef {import("./conversation.js").Done} Done */
/** @typedef {import("./marks.js").Checked} Checked */

const root = byId("chat");
const scroll = byId("scroll");
const log = byId("log");
const welcome = byId("welcome");
const form = /** @type {HTMLFormElement} */ (byId("composer"));
const input = /** @type {HTMLTextAreaElement} */ (byId("message"));
const sendButton = /** @type {HTMLButtonElement} */ (byId("send"));
const stopButton = /** @type {HTMLButtonElement} */ (byId("stop"));
const newButton = /** @type {HTMLButtonElement} */ (byId("new-conversation"));

/** The localised strings, as the template put them on the root element. */
const ui = /** @type {Record<string, string>} */ ({ ...root.dataset });

/**
 * What to say of a sentence, by its status. Where the owner wants no marks the page has no words for them.
 * @type {Record<string, string | undefined>}
 */
const verdictWords = { unsupported: ui.unsupported, contradicted: ui.contradicted };

let conversation = remembered();
/** Aborts the answer that is being streamed. @type {AbortController | null} */
let running = null;

start();

function start() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(input.value);
  });
  input.addEventListener("keydown", (event) => {
    // While an input method composes a character, Enter belongs to it.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit(input.value);
    }
  });
  input.addEventListener("input", fitInput);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") running?.abort();
  });
  stopButton.addEventListener("click", () => {
    running?.abort();
    input.focus();
  });
  newButton.addEventListener("click", startAfresh);
  for (const button of document.querySelectorAll(".suggestion")) {
    button.addEventListener("click", () => submit(button.textContent ?? ""));
  }
  if (conversation) void restore();
  focusInput();
}

/** @param {string} text */
function submit(text) {
  const question = text.trim();
  if (question === "" || running) return;
  input.value = "";
  fitInput();
  addQuestion(question);
  // A suggestion that was clicked is gone now, and the focus with it.
  focusInput();
  void answer(question);
}

/**
 * Streams the answer to `question` into a new article.
 *
 * @param {string} question
 */
async function answer(question) {
  const view = new AnswerView();
  const controller = new AbortController();
  setRunning(controller);
  try {
    for await (const event of ask(question, conversation, controller.signal)) {
      if (event.event === "start") {
        conversation = { conversationId: event.conversation_id, visitorToken: event.visitor_token };
        remember(conversation);
      } else if (event.event === "delta") view.append(event.text);
      else if (event.event === "replace") view.replace(event.text);
      else if (event.event === "citation") view.cite(/** @type {any} */ (event));
      else if (event.event === "verdict") view.judge(/** @type {any} */ (event));
      else if (event.event === "done") view.finish(/** @type {any} */ (event));
    }
  } catch (cause) {
    if (isAbort(cause)) view.stop();
    else if (isLostConversation(cause)) {
      // The server forgot the conversation or no longer accepts its token: go on in a new one.
      forget();
      view.remove();
      setRunning(null);
      return answer(question);
    } else {
      view.fail(messageFor(cause), () => {
        view.remove();
        void answer(question);
      });
    }
  }
  setRunning(null);
}

/** Shows the conversation of the last visit. */
async function restore() {
  const from = /** @type {import("./conversation.js").Remembered} */ (conversation);
  log.setAttribute("aria-busy", "true");
  try {
    const turns = await history(from);
    if (conversation !== from || running) return;
    if (!turns) {
      forget();
      addNote(ui.historyLost ?? "");
      return;
    }
    for (const turn of turns) {
      addQuestion(turn.question);
      const view = new AnswerView();
      for (const citation of turn.citations ?? []) view.cite(citation);
      view.append(turn.answer ?? "");
      if (turn.status === "complete") view.finish(/** @type {any} */ (turn));
      else view.stop();
    }
    scroll.scrollTop = scroll.scrollHeight;
  } catch {
    // Without its history the page still answers; the next question tells whether the server is there.
  } finally {
    log.removeAttribute("aria-busy");
  }
}

function startAfresh() {
  running?.abort();
  forget();
  log.replaceChildren();
  welcome.hidden = false;
  newButton.hidden = true;
  focusInput();
}

function forget() {
  conversation = null;
  remember(null);
}

/** @param {AbortController | null} controller */
function setRunning(controller) {
  const hadFocus = document.activeElement === stopButton;
  running = controller;
  sendButton.hidden = controller !== null;
  stopButton.hidden = controller === null;
  if (hadFocus) input.focus();
}

/** @param {unknown} cause */
function isLostConversation(cause) {
  return conversation !== null && cause instanceof AskFailed && cause.code === "conversation_not_found";
}

/**
 * What went wrong, in the page's language: the server's own words are for developers.
 *
 * @param {unknown} cause
 */
function messageFor(cause) {
  const code = cause instanceof AskFailed ? cause.code : "";
  if (cause instanceof AskFailed) console.warn(`portavoz: ${code}`, cause.message);
  else console.error(cause);
  if (code === "offline") return ui.errorOffline ?? "";
  if (code === "rate_limited") return ui.errorBusy ?? "";
  if (code === "message_too_long") return ui.errorTooLong ?? "";
  return ui.errorGeneric ?? "";
}

/** @param {string} text */
function addQuestion(text) {
  welcome.hidden = true;
  newButton.hidden = false;
  const article = make("article", "turn question");
  const body = make("p", "bubble");
  body.textContent = text;
  article.append(hiddenLabel(ui.you ?? ""), body);
  log.append(article);
  return article;
}

/** @param {string} text */
function addNote(text) {
  const note = make("p", "note");
  note.textContent = text;
  log.append(note);
}

/** One answer on the page, from the first dots to its sources. */
class AnswerView {
  constructor() {
    this.text = "";
    /** @type {Map<number, Citation>} */
    this.citations = new Map();
    /** @type {Checked[]} */
    this.checked = [];
    this.frame = 0;
    /** Where the page was last scrolled to by this answer; `null` once the visitor scrolls elsewhere.
     * @type {number | null} */
    this.followed = scroll.scrollTop;
    this.article = make("article", "turn answer");
    // Screen readers wait for the whole answer instead of reading each piece.
    this.article.setAttribute("aria-busy", "true");
    this.body = make("div", "body");
    this.body.append(thinking());
    this.article.append(hiddenLabel(ui.assistant ?? ""), this.body);
    this.question = /** @type {HTMLElement | null} */ (log.lastElementChild);
    log.append(this.article);
    // A new question is always brought into view, wherever the visitor was reading.
    scroll.scrollTop = this.resting();
    this.followed = scroll.scrollTop;
  }

  /** @param {string} text */
  append(text) {
    this.text += text;
    this.draw();
  }

  /** @param {string} text */
  replace(text) {
    this.text = text;
    // Sources of the void text are void too, and what was found about it; those of the new text follow.
    this.citations.clear();
    this.checked = [];
    this.draw();
  }

  /** @param {Citation} citation */
  cite(citation) {
    this.citations.set(citation.index, citation);
    this.draw();
  }

  /** @param {{ sentence: string | null, status: string }} verdict */
  judge(verdict) {
    if (verdict.sentence === null) return;
    this.checked.push({ text: verdict.sentence, status: verdict.status });
    this.draw();
  }

  /** @param {Done} done */
  finish(done) {
    if (done.language) this.body.lang = done.language;
    if (done.verification) this.checked = done.verification.sentences;
    for (const { text, status } of this.drawNow()) this.addMeta(`«${text}» (${verdictWords[status]})`);
    this.showSources();
    // The history does not say what its answers cost.
    if (done.model !== undefined) this.addMeta(costLine(done));
    this.settle();
  }

  stop() {
    if (this.text === "") this.body.replaceChildren();
    else this.drawNow();
    this.showSources();
    this.addMeta(ui.stopped ?? "");
    this.settle();
  }

  /**
   * @param {string} message
   * @param {() => void} retry
   */
  fail(message, retry) {
    if (this.text === "") this.body.replaceChildren();
    else this.drawNow();
    const problem = make("div", "problem");
    const words = make("p", "");
    words.textContent = message;
    const button = /** @type {HTMLButtonElement} */ (make("button", "quiet"));
    button.type = "button";
    button.textContent = ui.retry ?? "";
    button.addEventListener("click", () => {
      input.focus();
      retry();
    });
    problem.append(words, button);
    this.article.append(problem);
    this.settle();
  }

  remove() {
    cancelAnimationFrame(this.frame);
    this.article.remove();
  }

  /** Draws at most once a frame, however fast the pieces come. */
  draw() {
    if (this.frame === 0) this.frame = requestAnimationFrame(() => this.drawNow());
  }

  /** Returns sentences that are not confirmed and could not be marked in the text. */
  drawNow() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    if (this.text === "") return [];
    this.body.replaceChildren(renderMarkdown(this.text, (index) => this.chip(index)));
    const missed = markSentences(this.body, this.checked, verdictWords);
    this.follow();
    return missed;
  }

  /** Keeps the growing answer in view, until its question reaches the top: what is being read must not move away. */
  follow() {
    if (this.followed === null || Math.abs(scroll.scrollTop - this.followed) > 4) {
      this.followed = null;
      return;
    }
    scroll.scrollTop = this.resting();
    this.followed = scroll.scrollTop;
  }

  /** The scroll position at which as much of the turn shows as fits, from its question on. */
  resting() {
    const top = (this.question ?? this.article).offsetTop - 12;
    return Math.max(0, Math.min(top, scroll.scrollHeight - scroll.clientHeight));
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
    const mentioned = [...this.citations.values()].filter((each) => this.text.includes(`[${each.index}`));
    const shown = mentioned.length > 0 ? mentioned : [...this.citations.values()];
    if (shown.length === 0) return;
    const section = make("section", "sources");
    const heading = make("h2", "");
    heading.textContent = ui.sources ?? "";
    const list = make("ol", "");
    shown.sort((a, b) => a.index - b.index);
    for (const citation of shown) list.append(sourceItem(citation));
    section.append(heading, list);
    this.article.append(section);
  }

  /** @param {string} text */
  addMeta(text) {
    if (text === "") return;
    const meta = make("p", "meta");
    meta.textContent = text;
    this.article.append(meta);
  }

  settle() {
    this.article.removeAttribute("aria-busy");
    this.follow();
  }
}

/** @param {Citation} citation */
function sourceItem(citation) {
  const item = make("li", "");
  const number = make("span", "number");
  number.textContent = String(citation.index);
  const link = safeLink(citation.url) ?? make("span", "");
  const title = make("span", "source-title");
  const page = citation.page ? ` · ${withNumber(ui.page, citation.page)}` : "";
  title.textContent = citation.title + page;
  const quote = make("span", "source-quote");
  quote.textContent = citation.quote;
  link.append(title, quote);
  item.append(number, link);
  return item;
}

/**
 * What the answer cost and who gave it: `gpt-4o-mini · 0,0003 $ · 1,2 s`.
 *
 * @param {Done} done
 */
function costLine(done) {
  const language = document.documentElement.lang || undefined;
  const parts = [done.model ?? ui.noModel ?? ""];
  if (typeof done.cost_usd === "number") {
    const cost = new Intl.NumberFormat(language, {
      style: "currency",
      currency: "USD",
      currencyDisplay: "narrowSymbol",
      minimumFractionDigits: 0,
      maximumSignificantDigits: 2,
    }).format(done.cost_usd);
    parts.push(done.usage?.estimated ? `${cost} (${ui.estimated})` : cost);
  } else if (done.model) parts.push(ui.unpriced ?? "");
  if (typeof done.took_ms === "number") {
    parts.push(
      done.took_ms < 1000
        ? `${Math.round(done.took_ms)} ms`
        : `${new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(done.took_ms / 1000)} s`,
    );
  }
  return parts.join(" · ");
}

function thinking() {
  const dots = make("p", "thinking");
  const words = make("span", "only-heard");
  words.textContent = ui.thinking ?? "";
  dots.append(words, make("i", ""), make("i", ""), make("i", ""));
  return dots;
}

/** @param {string} text */
function hiddenLabel(text) {
  const label = make("span", "only-heard");
  label.textContent = `${text}: `;
  return label;
}

/** Puts the cursor into the field, except where that would open a keyboard over the page. */
function focusInput() {
  if (matchMedia("(pointer: fine)").matches) input.focus({ preventScroll: true });
}

/** Lets the field grow with its text, up to the height the stylesheet allows. */
function fitInput() {
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight}px`;
}

/**
 * @param {string | undefined} pattern
 * @param {number} number
 */
function withNumber(pattern, number) {
  return (pattern ?? "{n}").replace("{n}", String(number));
}

/**
 * @param {string} name
 * @param {string} classes
 */
function make(name, classes) {
  const made = document.createElement(name);
  if (classes !== "") made.className = classes;
  return made;
}

/** @param {string} id */
function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}
