// WCAG 2.2 AA as far as a program can tell (axe-core), in both colour schemes; and room enough on the smallest phone.

import assert from "node:assert/strict";

import { test } from "./harness.mjs";
import { ask, openChat } from "./visitor.mjs";

const QUESTION = "¿Qué tecnologías domina María?";
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const PHONE = { width: 320, height: 568 };

/**
 * Fails with every violation that axe finds on the page, or in the frame.
 *
 * @param {import("playwright-core").Page | import("playwright-core").Frame} page
 * @param {string} where
 */
export async function assertAccessible(page, where) {
  const violations = await page.evaluate(async (rules) => {
    const { axe } = /** @type {any} */ (window);
    // A page in a frame is a page: it is looked at by itself, and may have a `<main>` of its own.
    const results = await axe.run(document, { runOnly: rules, resultTypes: ["violations"], iframes: false });
    return results.violations.flatMap((/** @type {any} */ rule) =>
      rule.nodes.map((/** @type {any} */ node) => `${rule.id} at ${node.target}: ${node.failureSummary}`),
    );
  }, RULES);
  assert.deepEqual(violations, [], where);
}

for (const scheme of /** @type {const} */ (["light", "dark"])) {
  const expected = [/Failed to load resource/, /portavoz: /];

  test(`axe finds nothing on the chat page (${scheme})`, { scheme, axe: true, expected }, async ({ page, context }) => {
    await openChat(page);
    await assertAccessible(page, "empty");
    await ask(page, QUESTION);
    await ask(page, "¿Ha trabajado María con COBOL?");
    await ask(page, "hola");
    await assertAccessible(page, "with answers");
    await context.setOffline(true);
    await ask(page, QUESTION);
    await assertAccessible(page, "with an error");
    await page.locator(".chip").first().hover();
    await page.locator("#new-conversation").focus();
    await assertAccessible(page, "with focus and pointer on something");
  });

  test(
    `axe finds nothing on the chat page of a phone (${scheme})`,
    { scheme, axe: true, size: PHONE },
    async ({ page }) => {
      await openChat(page);
      await assertAccessible(page, "empty");
      await ask(page, QUESTION);
      await assertAccessible(page, "with an answer");
    },
  );

  test(`axe finds nothing on the source page (${scheme})`, { scheme, axe: true }, async ({ page }) => {
    await openChat(page);
    const answer = await ask(page, QUESTION);
    await page.goto((await answer.locator('.sources a[href*="/source?"]').first().getAttribute("href")) ?? "");
    await page.locator("mark").waitFor();
    await assertAccessible(page, "at the cited place");
  });

  test(`axe finds nothing on the API's page (${scheme})`, { scheme, axe: true }, async ({ page }) => {
    await page.goto("/docs");
    await page.locator(".operation").first().waitFor();
    await assertAccessible(page, "/docs");
  });
}

/**
 * Fails with everything that reaches beyond the right border of the screen.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} where
 */
export async function assertFits(page, where) {
  const wide = await page.evaluate(() => {
    const limit = document.documentElement.clientWidth;
    /** @type {(element: Element | null) => boolean} */
    const scrolls = (element) =>
      element !== null && (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    const beyond = [...document.querySelectorAll("body *")].filter(
      (element) => element.getBoundingClientRect().right > limit + 1 && !scrolls(element.parentElement),
    );
    const total = document.documentElement.scrollWidth - window.innerWidth;
    return [
      ...(total > 0 ? [`the page is ${total} pixels too wide`] : []),
      ...beyond.map((element) => element.outerHTML.slice(0, 120)),
    ];
  });
  assert.deepEqual(wide, [], where);
}

test("nothing scrolls sideways on a phone of 320 pixels", { size: PHONE }, async ({ page }) => {
  await openChat(page);
  await assertFits(page, "empty");
  const answer = await ask(page, QUESTION);
  await ask(page, "What projects has María built?");
  await assertFits(page, "with answers");
  await page.goto((await answer.locator('.sources a[href*="/source?"]').first().getAttribute("href")) ?? "");
  await page.locator("mark").waitFor();
  await assertFits(page, "/source");
  await page.goto("/docs");
  await page.locator(".operation").first().waitFor();
  await assertFits(page, "/docs");
});

for (const language of ["es", "en", "pt", "fr", "de", "it", "ca"]) {
  test(`nothing scrolls sideways on a phone in ${language}`, { size: PHONE, language }, async ({ page }) => {
    await openChat(page);
    await assertFits(page, "empty");
  });
}

test(
  "a question can be written and sent on a phone that is held sideways",
  { size: { width: 568, height: 320 } },
  async ({ page }) => {
    await openChat(page);
    for (const part of ["#message", "#send", "#notice"]) {
      const box = await page.locator(part).boundingBox();
      assert.ok(
        box && box.y >= 0 && box.y + box.height <= 320,
        `${part} is outside the screen: ${JSON.stringify(box)}`,
      );
    }
  },
);

test("text at twice its size still fits", { size: { width: 640, height: 800 } }, async ({ page }) => {
  await openChat(page);
  await page.evaluate(() => document.documentElement.style.setProperty("font-size", "200%"));
  await ask(page, QUESTION);
  await assertFits(page, "with an answer");
});

test(
  "a question is in view when its answer comes, and what is being read does not move away",
  { size: PHONE },
  async ({ page }) => {
    await openChat(page);
    await ask(page, "What projects has María built?");
    await ask(page, QUESTION);
    const question = await page.locator(".turn.question").last().boundingBox();
    assert.ok(question && question.y >= 0 && question.y < PHONE.height, JSON.stringify(question));
  },
);
