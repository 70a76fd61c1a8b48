// @ts-check
/**
 * The message for the owner: fetched when somebody opens it. What it shares with the page is handed in, because it
 * travels as a file of its own.
 */

/**
 * @typedef {object} Page
 * @property {typeof import("./conversation.js").tell} tell
 * @property {typeof import("./conversation.js").remember} remember
 * @property {typeof import("./conversation.js").remembered} remembered
 * @property {(cause: unknown) => HTMLElement} problem
 */

/**
 * Opens the letter to the owner.
 *
 * @param {Page} page
 * @param {string} text to begin with
 * @param {string} turn of the answer that it is about, or empty
 */
export function openLetter(page, text, turn) {
  const letter = /** @type {HTMLDialogElement} */ (document.getElementById("letter"));
  const form = /** @type {HTMLFormElement} */ (letter.querySelector("form"));
  letter.classList.remove("sent");
  form.querySelector(".problem")?.remove();
  if (text) /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("message")).value = text;
  form.onsubmit = (event) => {
    // The button that closes the dialog sends nothing.
    if (/** @type {HTMLButtonElement | null} */ (event.submitter)?.formMethod === "dialog") return;
    event.preventDefault();
    void post(page, form, turn);
  };
  letter.showModal();
}

/**
 * @param {Page} page
 * @param {HTMLFormElement} form
 * @param {string} turn
 */
async function post({ tell, remember, remembered, problem }, form, turn) {
  form.querySelector(".problem")?.remove();
  const text = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("message"));
  if (text.value.trim() === "") {
    text.value = "";
    form.reportValidity();
    return;
  }
  const said = Object.fromEntries([...new FormData(form)].filter(([, value]) => String(value).trim() !== ""));
  const at = remembered();
  const about = turn && { turn_id: turn, conversation_id: at?.conversationId };
  try {
    const told = { ...said, ...about, language: document.documentElement.lang };
    const { visitor_token } = await tell("POST", "messages", told);
    // With it, the visitor can take the message back.
    remember({ conversationId: "", ...at, visitorToken: visitor_token });
    form.reset();
    form.closest("dialog")?.classList.add("sent");
    document.getElementById("letter-sent")?.focus();
  } catch (cause) {
    form.querySelector("menu")?.before(problem(cause));
  }
}
