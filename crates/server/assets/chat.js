// @ts-check
/**
 * The chat page: sends questions and shows what comes of them. An answer is `answer.js`, talking to the server
 * `conversation.js`, what can be said back `reply.js`. Every visible string comes from the page.
 */

import { AnswerView, prepared } from "./answer.js";
import { AskFailed, ask, history, isAbort, remember, remembered } from "./conversation.js";
import { make } from "./dom.js";
import { framed } from "./frame.js";
import { announce, byId, ui } from "./page.js";
import { offerReplies, plain, wordsFor } from "./reply.js";

const scroll = byId("scroll");
const log = byId("log");
const welcome = byId("welcome");
const input = /** @type {HTMLTextAreaElement} */ (byId("message"));
const sendButton = byId("send");
const stopButton = byId("stop");
const newButton = byId("new-conversation");

/** Aborts the answer that is being streamed. @type {AbortController | null} */
let running = null;
/** What the page around this one is told of, if there is one. */
const outside = framed({ opened: focusInput });

start();

function start() {
  byId("composer").addEventListener("submit", (event) => {
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
    if (event.key === "Escape" && running) {
      // Whoever stops an answer does not want to leave.
      event.stopImmediatePropagation();
      running.abort();
    }
  });
  stopButton.addEventListener("click", () => {
    running?.abort();
    input.focus();
  });
  newButton.addEventListener("click", startAfresh);
  for (const button of document.querySelectorAll(".suggestion")) {
    button.addEventListener("click", () => submit(button.textContent ?? ""));
  }
  offerReplies(() => {
    startAfresh();
    remember(null);
    addNote(ui.forgotten ?? "");
  });
  if (remembered()?.conversationId) void restore();
  // A page around this one says itself when the focus is to come in.
  if (!outside) focusInput();
}

/** @param {string} text */
function submit(text) {
  const question = text.trim();
  if (question === "" || running) return;
  input.value = "";
  fitInput();
  put(question);
}

/** @param {string} question */
function put(question) {
  addQuestion(question);
  // The suggestion or button that was clicked is gone now, and the focus with it.
  focusInput();
  void answer(question);
}

/**
 * Streams the answer to `question` into a new article.
 *
 * @param {string} question
 */
async function answer(question) {
  const view = new AnswerView(log, scroll, question);
  const again = () => {
    if (running) return;
    view.remove();
    put(question);
  };
  const controller = new AbortController();
  setRunning(controller);
  try {
    await prepared;
    for await (const event of ask(question, remembered(), controller.signal)) {
      if (event.event === "start") {
        remember({ conversationId: event.conversation_id, visitorToken: event.visitor_token });
        view.turn = event.turn_id;
      } else view.take(event);
    }
    announce(`${ui.assistant}: ${plain(view.body)}`);
    outside?.answered();
  } catch (cause) {
    if (isAbort(cause)) view.stop(ui.stopped ?? "", again);
    else if (cause instanceof AskFailed && cause.code === "conversation_not_found" && remembered()) {
      // The server forgot the conversation or no longer accepts its token: go on in a new one.
      remember(null);
      view.remove();
      setRunning(null);
      return put(question);
    } else {
      const words = wordsFor(cause);
      view.stop(words, again, "problem");
      announce(words);
    }
  }
  setRunning(null);
}

/** Shows the conversation of the last visit. */
async function restore() {
  const from = remembered();
  if (!from) return;
  try {
    await prepared;
    const turns = await history(from);
    if (remembered()?.conversationId !== from.conversationId || running) return;
    if (!turns) {
      remember(null);
      addNote(ui.historyLost ?? "");
      return;
    }
    for (const turn of turns) {
      addQuestion(turn.question);
      new AnswerView(log, scroll, turn.question).recall(turn);
    }
    scroll.scrollTop = scroll.scrollHeight;
  } catch {
    // Without its history the page still answers; the next question tells whether the server is there.
  }
}

function startAfresh() {
  running?.abort();
  // Still the same visitor, who can have all of it forgotten.
  const from = remembered();
  remember(from && { ...from, conversationId: "" });
  log.replaceChildren();
  welcome.hidden = false;
  newButton.hidden = true;
  focusInput();
}

/** @param {AbortController | null} controller */
function setRunning(controller) {
  const hadFocus = document.activeElement === stopButton;
  running = controller;
  sendButton.hidden = controller !== null;
  stopButton.hidden = controller === null;
  if (hadFocus) input.focus();
}

/** @param {string} text */
function addQuestion(text) {
  welcome.hidden = true;
  newButton.hidden = false;
  const article = make("article", "turn question");
  article.append(make("span", "only-heard", `${ui.you}: `), make("p", "bubble", text));
  log.append(article);
}

/** @param {string} text */
function addNote(text) {
  log.append(make("p", "note", text));
  announce(text);
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
