// What a visitor does on the chat page, and how to wait for what comes of it. Every wait is for a condition.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const PICTURES = fileURLToPath(new URL("../../target/screenshots/", import.meta.url));
const TOKEN = process.env.PORTAVOZ_ADMIN_TOKEN ?? "";

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

/**
 * The buttons below an answer: helpful, not helpful, copy.
 *
 * @param {Locator} answer
 */
export function buttonsOf(answer) {
  const [up, down, copy] = [0, 1, 2].map((place) => answer.locator(".actions button").nth(place));
  assert.ok(up && down && copy);
  return { up, down, copy };
}

/** @param {Page} page */
export async function openMenu(page) {
  await page.locator("#open-menu").click();
  await page.locator("#menu").waitFor();
}

/**
 * Opens the message for the owner from the menu.
 *
 * @param {Page} page
 */
export async function openLetter(page) {
  await openMenu(page);
  await page.locator("#write").click();
  await page.locator("#letter[open]").waitFor();
}

/**
 * What the browser keeps of the conversation.
 *
 * @param {Page} page
 * @returns {Promise<{ conversationId: string, visitorToken: string } | null>}
 */
export async function kept(page) {
  return JSON.parse((await page.evaluate(() => localStorage.getItem("portavoz.conversation"))) ?? "null");
}

/**
 * What the server keeps of the page's conversation, as the visitor may read it.
 *
 * @param {Page} page
 */
export async function keptThere(page) {
  const here = await kept(page);
  const response = await page.request.get(`/api/conversations/${here?.conversationId}`, {
    headers: { Authorization: `Bearer ${here?.visitorToken}` },
  });
  return (await response.json()).turns;
}

/**
 * What the owner reads at an address of the API.
 *
 * @param {Page} page
 * @param {string} address
 */
export async function asOwner(page, address) {
  const response = await page.request.get(address, { headers: { Authorization: `Bearer ${TOKEN}` } });
  assert.equal(response.status(), 200, address);
  return response.json();
}

/**
 * The element that has the focus, in a few words.
 *
 * @param {Page} page
 */
export function focusOf(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.id || element?.getAttribute("name") || element?.getAttribute("title") || element?.tagName;
  });
}

/**
 * Waits until a screen reader was told `words`.
 *
 * @param {Page} page
 * @param {string} words
 */
export async function heard(page, words) {
  await page.waitForFunction((wanted) => document.getElementById("status")?.textContent?.includes(wanted), words);
}

/**
 * Leaves a picture in `target/screenshots/`, to be looked at.
 *
 * @param {Page} page
 * @param {string} name
 */
export async function picture(page, name) {
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}${name}.png` });
}

/**
 * Clicks, and waits until the server has answered.
 *
 * @param {Page} page
 * @param {string} what last part of the address
 * @param {() => Promise<void>} click
 */
export async function told(page, what, click) {
  const [response] = await Promise.all([page.waitForResponse((each) => each.url().endsWith(`/api/${what}`)), click()]);
  return response;
}

/**
 * Fails unless `found` has what `wanted` says; it may have more.
 *
 * @param {any} found
 * @param {Record<string, unknown>} wanted
 */
export function assertHolds(found, wanted) {
  const told = Object.fromEntries(Object.keys(wanted).map((name) => [name, found?.[name]]));
  assert.deepEqual(told, wanted);
}
