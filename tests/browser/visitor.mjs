// What a visitor does on the chat page, and how to wait for what comes of it. Every wait is for a condition.

import assert from "node:assert/strict";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Locator} Locator */

/**
 * Opens the chat page and waits until its script listens.
 *
 * @param {Page} page
 */
export async function openChat(page) {
  await page.goto("/");
  await ready(page);
}

/** @param {Page} page */
export async function ready(page) {
  // The script's last act at its start, where a mouse is the pointer.
  await page.waitForFunction(() => document.activeElement?.id === "message");
}

/** @param {Page} page */
export const field = (page) => page.locator("#message");

/** @param {Page} page */
export const questions = (page) => page.locator("#log .turn.question .bubble");

/** @param {Page} page */
export const answers = (page) => page.locator("#log .turn.answer");

/**
 * Types a question, sends it with Enter and waits for the whole answer.
 *
 * @param {Page} page
 * @param {string} question
 */
export async function ask(page, question) {
  const before = await answers(page).count();
  await field(page).fill(question);
  await field(page).press("Enter");
  return settledAnswer(page, before);
}

/**
 * Clicks the suggestion at `place` and waits for the whole answer.
 *
 * @param {Page} page
 * @param {number} place from 0
 */
export async function askBySuggestion(page, place) {
  const before = await answers(page).count();
  await page.locator(".suggestion").nth(place).click();
  return settledAnswer(page, before);
}

/**
 * The answer at `place`, once nothing of it is missing any more.
 *
 * @param {Page} page
 * @param {number} place from 0
 */
export async function settledAnswer(page, place) {
  const answer = answers(page).nth(place);
  await answer.waitFor();
  await page.waitForFunction((at) => {
    const found = document.querySelectorAll("#log .turn.answer")[at];
    return found && !found.hasAttribute("aria-busy") && document.getElementById("stop")?.hidden;
  }, place);
  return answer;
}

/**
 * What an answer says, without chips, sources and costs.
 *
 * @param {Locator} answer
 */
export async function textOf(answer) {
  return (await answer.locator(".body").innerText()).trim();
}

/**
 * The chips and links of an answer that lead to a page of portavoz.
 *
 * @param {Locator} answer
 */
export const chipsOf = (answer) => answer.locator(".body a.chip");

/**
 * Holds with `text` a match of `pattern`; says what it holds if not.
 *
 * @param {string} text
 * @param {RegExp} pattern
 */
export function assertSays(text, pattern) {
  assert.ok(pattern.test(text), `${pattern} is not in: ${text}`);
}

/**
 * Runs `click` and returns the page that it opened, loaded.
 *
 * @param {import("playwright-core").BrowserContext} context
 * @param {() => Promise<void>} click
 */
export async function opened(context, click) {
  const [popup] = await Promise.all([context.waitForEvent("page"), click()]);
  await popup.waitForLoadState();
  return popup;
}

/**
 * For `before`: every answer of the server stops after its first piece of text until `releaseAnswer()` is called in the
 * page, so that a test can do something while an answer is running. The answers are the server's own.
 */
export function heldAnswers() {
  const fetchAtOnce = window.fetch.bind(window);
  const page = /** @type {any} */ (window);
  page.fetch = async (/** @type {RequestInfo} */ address, /** @type {RequestInit} */ request) => {
    const response = await fetchAtOnce(address, request);
    if (!String(address).endsWith("/api/chat") || !response.ok || !response.body) return response;
    const released = new Promise((resolve) => (page.releaseAnswer = resolve));
    const { body } = response;
    const held = new ReadableStream({
      async start(controller) {
        const stopped = new Promise((_, reject) => {
          request.signal?.addEventListener("abort", () => reject(request.signal?.reason));
        });
        try {
          const whole = await Promise.race([new Response(body).text(), stopped]);
          let holds = true;
          for (const event of whole.split(/(?<=\n\r?\n)/)) {
            controller.enqueue(new TextEncoder().encode(event));
            if (holds && event.includes("event: delta")) {
              holds = false;
              await Promise.race([released, stopped]);
            }
          }
          controller.close();
        } catch (cause) {
          controller.error(cause);
        }
      },
    });
    return new Response(held, { status: response.status, headers: response.headers });
  };
}

/**
 * Begins a question whose answer is held, and waits until its first piece shows.
 *
 * @param {Page} page
 * @param {string} question
 */
export async function beginAnswer(page, question) {
  await field(page).fill(question);
  await field(page).press("Enter");
  await page.waitForFunction(() =>
    document.querySelector("#log .turn.answer:last-child .body :not(.only-heard)"),
  );
}

/** @param {Page} page */
export async function releaseAnswer(page) {
  await page.evaluate(() => /** @type {any} */ (window).releaseAnswer());
}
