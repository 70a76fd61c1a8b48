// @ts-check
/** What a visitor can say back: whether an answer helped, a message for the owner, and that all of it be forgotten. */

import { AskFailed, remember, remembered, tell } from "./conversation.js";
import { make } from "./dom.js";
import { announce, byId, copyOf, ui } from "./page.js";

/** @typedef {{ rating: string | null, reason?: string | null, comment?: string | null }} Feedback */

/**
 * What stands below a whole answer.
 *
 * @param {{ turn: string, asked: string, body: HTMLElement }} view
 * @param {Record<string, any>} done
 * @returns {HTMLElement[]}
 */
export function rateable(view, done) {
  const row = copyOf("actions");
  const [up, down, copy] = /** @type {HTMLButtonElement[]} */ ([...row.querySelectorAll("button")]);
  /** @type {HTMLElement | null} */
  let why = null;
  let rating = done.feedback?.rating ?? null;
  const show = () => {
    up?.setAttribute("aria-pressed", String(rating === "up"));
    down?.setAttribute("aria-pressed", String(rating === "down"));
  };
  /** @param {Feedback} said */
  const rate = async (said) => {
    const before = rating;
    rating = said.rating;
    show();
    try {
      await tell("POST", "feedback", { turn_id: view.turn, ...said });
      if (rating) announce(ui.thanks ?? "");
      return true;
    } catch (cause) {
      rating = before;
      show();
      row.after(problem(cause));
      return false;
    }
  };
  const choose = (/** @type {string} */ chosen) => {
    row.parentElement?.querySelector(":scope > .problem")?.remove();
    why?.remove();
    why = null;
    const withdrawn = rating === chosen;
    void rate({ rating: withdrawn ? null : chosen });
    if (withdrawn || chosen === "up") return;
    const form = /** @type {HTMLFormElement} */ (copyOf("why"));
    why = form;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const said = new FormData(form);
      const told = { rating: "down", reason: said.get("reason"), comment: said.get("comment") || null };
      if (!(await rate(/** @type {Feedback} */ (told)))) return;
      const thanks = make("p", "meta", ui.thanks);
      form.replaceWith(thanks);
      why = thanks;
      down?.focus();
    });
    row.after(form);
    form.querySelector("input")?.focus();
    form.scrollIntoView({ block: "nearest" });
  };
  up?.addEventListener("click", () => choose("up"));
  down?.addEventListener("click", () => choose("down"));
  copy?.addEventListener("click", async () => {
    await navigator.clipboard.writeText(plain(view.body));
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
  for (const chip of copy.querySelectorAll(".chip")) chip.remove();
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
  const letter = document.getElementById("letter")?.querySelector("form");
  letter?.addEventListener("submit", (event) => {
    // The button that closes the dialog sends nothing.
    if (/** @type {HTMLButtonElement | null} */ (event.submitter)?.formMethod === "dialog") return;
    event.preventDefault();
    void post(letter);
  });
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
      byId("log").append(problem(cause));
    }
  });
}

/**
 * Opens the letter to the owner.
 *
 * @param {string} text
 * @param {string} turn of the answer that it is about, or empty
 */
function write(text, turn) {
  byId("menu").hidePopover();
  const letter = /** @type {HTMLDialogElement} */ (byId("letter"));
  const form = /** @type {HTMLFormElement} */ (letter.querySelector("form"));
  letter.classList.remove("sent");
  form.querySelector(".problem")?.remove();
  const area = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("message"));
  if (text) area.value = text;
  form.dataset.turn = turn;
  letter.showModal();
}

/** @param {HTMLFormElement} form */
async function post(form) {
  form.querySelector(".problem")?.remove();
  const said = Object.fromEntries([...new FormData(form)].filter(([, value]) => String(value).trim() !== ""));
  const about = form.dataset.turn && { turn_id: form.dataset.turn };
  const at = remembered();
  const conversation = at && about && { conversation_id: at.conversationId };
  try {
    const told = { ...said, ...about, ...conversation, language: document.documentElement.lang };
    const { visitor_token } = await tell("POST", "messages", told);
    // With it, the visitor can take the message back.
    if (!at) remember({ conversationId: "", visitorToken: visitor_token });
    form.reset();
    form.closest("dialog")?.classList.add("sent");
    byId("letter-sent").focus();
  } catch (cause) {
    form.querySelector("menu")?.before(problem(cause));
  }
}

/** @param {unknown} cause */
function problem(cause) {
  const code = cause instanceof AskFailed ? cause.code : "";
  const words = { offline: ui.errorOffline, rate_limited: ui.errorBusy, bad_email: ui.errorEmail }[code];
  const made = make("p", "problem", words ?? ui.errorGeneric);
  made.setAttribute("role", "alert");
  return made;
}
