// @ts-check
/**
 * Talks to the server: asks a question, fetches the history, says what the visitor has to say, and remembers which
 * conversation this browser is in.
 */

import { readEvents } from "./stream.js";

/**
 * @typedef {{ index: number, document: string, title: string, url: string, quote: string, page?: number }} Citation
 * @typedef {{ event: string } & Record<string, any>} AnswerEvent
 * @typedef {{ conversationId: string, visitorToken: string }} Remembered `conversationId` is empty if nothing was asked yet
 */

const STORAGE_KEY = "portavoz.conversation";

/** A question could not be answered; `code` is the server's stable code, or `offline`, or `cut`. */
export class AskFailed extends Error {
  /**
   * @param {string} code
   * @param {string} [message] for developers
   */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** The conversation of this page; other tabs may have begun others since. @type {Remembered | null} */
let current = stored();

/** @returns {Remembered | null} */
function stored() {
  try {
    const kept = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "null");
    return kept?.visitorToken ? { conversationId: "", ...kept } : null;
  } catch {
    return null;
  }
}

export function remembered() {
  return current;
}

/** @param {Remembered | null} conversation */
export function remember(conversation) {
  current = conversation;
  // Storage may be switched off: then the conversation lasts as long as the page.
  try {
    if (conversation) localStorage.setItem(STORAGE_KEY, JSON.stringify(conversation));
    else localStorage.removeItem(STORAGE_KEY);
  } catch {}
}

/**
 * Asks `message` and yields what happens, the last being `done`; everything else throws [`AskFailed`].
 *
 * No `language` is sent: the server answers in the language of the question, not in that of the page.
 *
 * @param {string} message
 * @param {Remembered | null} conversation
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<AnswerEvent, void, void>}
 */
export async function* ask(message, conversation, signal) {
  const response = await send("chat", conversation, {
    method: "POST",
    body: JSON.stringify({
      message,
      stream: true,
      ...(conversation?.conversationId && { conversation_id: conversation.conversationId }),
    }),
    signal,
  });
  if (!response.ok || !response.body) throw await failureOf(response);
  try {
    for await (const { name, data } of readEvents(response.body)) {
      const event = { ...JSON.parse(data), event: name };
      if (name === "failed") throw new AskFailed(event.code ?? "failed", event.message);
      yield event;
      if (name === "done") return;
    }
  } catch (cause) {
    if (cause instanceof AskFailed || isAbort(cause)) throw cause;
    throw new AskFailed("cut");
  }
  // Ended without its last event: whatever came is not a whole answer.
  throw new AskFailed("cut");
}

/**
 * The turns of a conversation; `null` if the server no longer has it for this visitor.
 *
 * @param {Remembered} conversation
 * @returns {Promise<Array<Record<string, any>> | null>}
 */
export async function history(conversation) {
  const response = await send(`conversations/${encodeURIComponent(conversation.conversationId)}`, conversation);
  if ([401, 403, 404].includes(response.status)) return null;
  if (!response.ok) throw await failureOf(response);
  return (await response.json()).turns ?? [];
}

/**
 * Tells the server something else: feedback, a message, or to forget.
 *
 * @param {string} method
 * @param {string} what the last part of the address
 * @param {object} [said]
 */
export async function tell(method, what, said) {
  const response = await send(what, current, { method, ...(said && { body: JSON.stringify(said) }) });
  if (!response.ok) throw await failureOf(response);
  return response.status === 204 ? null : response.json();
}

/** @param {unknown} cause */
export function isAbort(cause) {
  return cause instanceof DOMException && cause.name === "AbortError";
}

/**
 * @param {string} what the last part of the address
 * @param {Remembered | null} conversation
 * @param {RequestInit} [request]
 */
async function send(what, conversation, request) {
  try {
    return await fetch(`/api/${what}`, {
      ...request,
      headers: {
        "Content-Type": "application/json",
        ...(conversation && { Authorization: `Bearer ${conversation.visitorToken}` }),
      },
      credentials: "omit",
      cache: "no-store",
    });
  } catch (cause) {
    if (isAbort(cause)) throw cause;
    throw new AskFailed("offline");
  }
}

/** @param {Response} response */
async function failureOf(response) {
  try {
    const { error } = await response.json();
    return new AskFailed(error.code, error.message);
  } catch {
    return new AskFailed(`http_${response.status}`);
  }
}
