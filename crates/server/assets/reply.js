// @ts-check
/** What a visitor can say back: whether an answer helped, a message for the owner, and that all of it be forgotten. */

import { AskFailed, remember, remembered, tell } from "./conversation.js";
import { make } from "./dom.js";
import { announce, byId, copyOf, ui } from "./page.js";

/** @typedef {{ rating: string | null, reason?: string | null, comment?: string | null }} Feedback */

/**
 * What stands below a whole answer.
 *
 * @param {{ turn: string, asked: string, body: HTMLElement, article: HTMLElement }} view
 * @param {Record<string, any>} done
 * @returns {HTMLElement[]}
 */
export function rateable(view, done) {
  const row = copyOf("actions");
  const [up, down, copy] = /** @type {HTMLButtonElement[]} */ ([...row.querySelectorAll("button")]);
  /** @type {HTMLElement | null} */
  let why = null;
  let kept = done.feedback?.rating ?? null;
  let rating = kept;
  /** One after the other, so that the last press is the one that holds. @type {Promise<any>} */
  let sent = Promise.resolve();
  const show = () => {
    up?.setAttribute("aria-pressed", String(rating === "up"));
    down?.setAttribute("aria-pressed", String(rating === "down"));
  };
  const failed = (/** @type {unknown} */ cause) => complain(cause, view.article);
  /** @param {Feedback} said */
  const rate = (said) => {
    clear(view.article);
    rating = said.rating;
    show();
    return (sent = sent
      .then(() => tell("POST", "feedback", { turn_id: view.turn, ...said }))
      .then(() => {
        kept = said.rating;
        if (kept) announce(ui.thanks ?? "");
        return true;
      }, failed)
      .finally(() => {
        rating = kept;
        show();
      }));
  };
  const choose = (/** @type {string} */ chosen) => {
    why?.remove();
    why = null;
    const withdrawn = rating === chosen;
    void rate({ rating: withdrawn ? null : chosen });
    if (withdrawn || chosen === "up") return;
    const form = /** @type {HTMLFormElement} */ (copyOf("why"));
    why = form;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!(await rate({ rating: "down", ...Object.fromEntries(new FormData(form)) }))) return;
      why = make("p", "meta", ui.thanks);
      form.replaceWith(why);
      down?.focus();
    });
    row.after(form);
    form.querySelector("input")?.focus();
    form.scrollIntoView({ block: "nearest" });
  };
  up?.addEventListener("click", () => choose("up"));
  down?.addEventListener("click", () => choose("down"));
  copy?.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(plain(view.body));
    } catch (cause) {
      return failed(cause);
    }
    announce(ui.copied ?? "");
    copy.classList.add("done");
    setTimeout(() => copy.classList.remove("done"), 1500);
  });
  if (!navigator.clipboard) copy?.remove();
  show();
  if (done.outcome !== "not_known" || !document.getElementById("letter")) return [row];
  const offer = copyOf("offer");
  offer.addEventListener("click", () => write(view.asked, view.turn));
  return [offer, row];
}

/**
 * What an answer says, as plain text without the numbers of its sources.
 *
 * @param {HTMLElement} body
 */
export function plain(body) {
  const copy = /** @type {HTMLElement} */ (body.cloneNode(true));
  for (const chip of copy.querySelectorAll(".chip")) {
    // The space before it goes too.
    const before = chip.previousSibling;
    if (before) before.textContent = before.textContent?.trimEnd() ?? "";
    chip.remove();
  }
  for (const end of copy.querySelectorAll("br")) end.replaceWith("\n");
  for (const item of copy.querySelectorAll("li")) item.prepend("\n- ");
  return [...copy.children].map((each) => each.textContent?.trim()).join("\n\n");
}

/**
 * Makes the menu's entries work.
 *
 * @param {() => void} forgotten called when nothing of the visitor is left on the server
 */
export function offerReplies(forgotten) {
  const menu = byId("menu");
  document.getElementById("write")?.addEventListener("click", () => write("", ""));
  const sure = /** @type {HTMLDialogElement} */ (byId("sure"));
  byId("forget").addEventListener("click", () => {
    menu.hidePopover();
    sure.showModal();
  });
  sure.addEventListener("close", async () => {
    if (sure.returnValue !== "yes") return;
    try {
      if (remembered()) await tell("DELETE", "visitor");
      forgotten();
    } catch (cause) {
      complain(cause, byId("log"));
    }
  });
}

/**
 * Opens the message for the owner.
 *
 * @param {string} text to begin with
 * @param {string} turn of the answer that it is about, or empty
 */
async function write(text, turn) {
  byId("menu").hidePopover();
  try {
    const { openLetter } = await import("./letter.js");
    openLetter({ tell, remember, remembered, problem }, text, turn);
  } catch (cause) {
    complain(cause, byId("log"));
  }
}

/**
 * @param {unknown} cause
 * @param {HTMLElement} where
 */
function complain(cause, where) {
  clear(where);
  const made = problem(cause);
  where.append(made);
  made.scrollIntoView({ block: "nearest" });
}

/** @param {HTMLElement} where */
function clear(where) {
  where.querySelector(":scope > .problem")?.remove();
}

/** @param {unknown} cause */
function problem(cause) {
  const made = make("p", "problem", wordsFor(cause));
  made.setAttribute("role", "alert");
  return made;
}

/**
 * What went wrong, in the page's language: the server's own words are for developers.
 *
 * @param {unknown} cause
 */
export function wordsFor(cause) {
  const code = cause instanceof AskFailed ? cause.code : "";
  console.warn(`portavoz: ${code}`, cause);
  // Codes that the page has words for stand among them.
  return ui[`error_${code}`] ?? ui.error ?? "";
}
