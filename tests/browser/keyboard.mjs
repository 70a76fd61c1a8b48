// Without a mouse, and without eyes: focus, order, and what a screen reader is told.

import assert from "node:assert/strict";

import { test } from "./harness.mjs";
import {
  ask,
  beginAnswer,
  chipsOf,
  heldAnswers,
  openChat,
  opened,
  releaseAnswer,
  settledAnswer,
  textOf,
} from "./visitor.mjs";

const QUESTION = "¿Qué tecnologías domina María?";

/** The element that has the focus, in a few words. @param {import("playwright-core").Page} page */
function focused(page) {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.id || element?.className.toString() || element?.tagName || "";
  });
}

/**
 * Presses `key` until `selector` has the focus.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} key
 * @param {string} selector
 */
async function walkTo(page, key, selector) {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press(key);
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
  }
  assert.fail(`${selector} cannot be reached by ${key}`);
}

test("a whole visit needs nothing but the keyboard", async ({ page, context }) => {
  await openChat(page);
  await walkTo(page, "Shift+Tab", ".suggestion");
  await page.keyboard.press("Enter");
  const answer = await settledAnswer(page, 0);
  assert.equal(await focused(page), "message", "after asking, one can write on");
  await walkTo(page, "Shift+Tab", ".sources a");
  const source = await opened(context, () => page.keyboard.press("Enter"));
  assert.equal(await focused(source), "place", "reading goes on at the cited place");
  await source.close();
  await walkTo(page, "Shift+Tab", ".chip");
  await walkTo(page, "Shift+Tab", "#new-conversation");
  await page.keyboard.press("Enter");
  assert.equal(await focused(page), "message");
  assert.equal(await answer.count(), 0);
});

test("Escape stops a running answer", { before: [heldAnswers] }, async ({ page }) => {
  await openChat(page);
  await beginAnswer(page, QUESTION);
  await page.keyboard.press("Escape");
  const answer = await settledAnswer(page, 0);
  assert.ok((await textOf(answer)).length > 0);
  assert.equal(await focused(page), "message");
});

test("what has the focus is seen to have it", async ({ page }) => {
  await openChat(page);
  await ask(page, QUESTION);
  for (const selector of [".sources a", ".chip", "#new-conversation"]) {
    await walkTo(page, "Shift+Tab", selector);
    const outline = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(/** @type {Element} */ (document.activeElement));
      return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    });
    assert.ok(outline, selector);
  }
});

test("the focus is never trapped: Tab goes through the page and out of it", async ({ page }) => {
  await openChat(page);
  await ask(page, QUESTION);
  const seen = new Set();
  for (let presses = 0; presses < 60 && !seen.has("BODY"); presses += 1) {
    await page.keyboard.press("Tab");
    seen.add(await page.evaluate(() => document.activeElement?.id || document.activeElement?.tagName));
  }
  assert.ok(seen.has("send") || seen.has("message"));
  assert.ok(seen.has("BODY") || seen.has("new-conversation"), [...seen].join(" "));
});

test(
  "an answer is read out once, when it is whole",
  { before: [heldAnswers] },
  async ({ page }) => {
    await openChat(page);
    const log = page.getByRole("log", { name: "Conversación" });
    // What comes piece by piece is not read piece by piece.
    assert.equal(await log.getAttribute("aria-live"), "off");
    await page.evaluate(() => {
      const heard = /** @type {string[]} */ ((/** @type {any} */ (window).heard = []));
      const status = document.getElementById("status");
      const listen = () => status?.textContent && heard.push(status.textContent);
      if (status) new MutationObserver(listen).observe(status, { childList: true });
    });
    await beginAnswer(page, QUESTION);
    assert.equal(await log.locator(".turn.answer").getAttribute("aria-busy"), "true");
    await releaseAnswer(page);
    const answer = await settledAnswer(page, 0);
    assert.equal(await answer.getAttribute("aria-busy"), null);
    assert.equal(await log.locator("[aria-busy]").count(), 0);
    await page.waitForFunction(() => /** @type {any} */ (window).heard.length > 0);
    const heard = await page.evaluate(() => /** @type {string[]} */ (/** @type {any} */ (window).heard));
    assert.equal(heard.length, 1);
    assert.match(heard[0] ?? "", /^Asistente: .*artificial\.$/);
  },
);

test("a screen reader hears who says what, and where each citation leads", async ({ page }) => {
  await openChat(page);
  const answer = await ask(page, QUESTION);
  const heard = await page.locator("#log").ariaSnapshot();
  assert.match(heard, /Tú:/);
  assert.match(heard, /Asistente:/);
  assert.match(heard, /link "Abrir la fuente \d+: .+"/);
  assert.match(heard, /heading "Fuentes"/);
  for (const chip of await chipsOf(answer).all()) {
    assert.match((await chip.getAttribute("aria-label")) ?? "", /^Abrir la fuente \d+: ./);
  }
});

test("an answer in another language than the page is marked as such, to be read with its sounds", async ({ page }) => {
  await openChat(page);
  const answer = await ask(page, "Which languages does María speak?");
  assert.equal(await page.locator("html").getAttribute("lang"), "es");
  assert.equal(await answer.locator(".body").getAttribute("lang"), "en");
});
