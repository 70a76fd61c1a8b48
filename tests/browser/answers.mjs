// The main job, as a visitor meets it: a question in, a sourced answer out, in the language of the question.
//
// The server has no model behind it, so answers quote the documents and are the same every time.

import assert from "node:assert/strict";

import { test } from "./harness.mjs";
import { ask, askBySuggestion, assertSays, chipsOf, openChat, opened, textOf } from "./visitor.mjs";

/** The guide's three questions as the page suggests them, and what a right answer says. @type {[string, RegExp[]][]} */
const SUGGESTED = [
  ["experience", [/IA generativa|inteligencia artificial/i, /tres años|2023/]],
  ["projects", [/Mirador|Legajo|Acequia|Paleta|Voz Nogal|Migas/]],
  ["technologies", [/Python/, /React|FastAPI|PyTorch|Pinecone|TypeScript/]],
];

SUGGESTED.forEach(([what, expected], place) => {
  test(`the suggestion about ${what} is answered in Spanish, with sources`, async ({ page }) => {
    await openChat(page);
    const answer = await askBySuggestion(page, place);
    const text = await textOf(answer);
    for (const pattern of expected) assertSays(text, pattern);
    assert.equal(await answer.locator(".body").getAttribute("lang"), "es");
    assert.ok((await chipsOf(answer).count()) > 0, `no citation in: ${text}`);
    await everyChipHasItsSource(answer);
    assert.ok(await page.locator("#welcome").isHidden());
  });
});

/** @type {[string, RegExp][]} */
const IN_ENGLISH = [
  ["What is María's experience in AI?", /generative|2023|years|generativa/i],
  ["What projects has María built?", /Mirador|Legajo|Acequia|Paleta|Voz Nogal|Migas/],
  ["Which technologies does María master?", /Python/],
];

for (const [question, expected] of IN_ENGLISH) {
  test(`«${question}» is answered in English`, async ({ page }) => {
    await openChat(page);
    const answer = await ask(page, question);
    const text = await textOf(answer);
    assertSays(text, expected);
    assert.equal(await answer.locator(".body").getAttribute("lang"), "en");
    assert.ok((await chipsOf(answer).count()) > 0, `no citation in: ${text}`);
    assertSays(text, /\b(the|of|in|and|with|has|is)\b/);
    await everyChipHasItsSource(answer);
  });
}

test("a follow-up is understood from what was asked before", async ({ page }) => {
  await openChat(page);
  await ask(page, "¿Qué es Legajo, el sistema RAG de María?");
  const answer = await ask(page, "¿Y cuánto mejoró la precisión?");
  assertSays(await textOf(answer), /40 ?%/);
  assert.ok((await chipsOf(answer).count()) > 0);
});

test("what the portfolio does not say is not made up, and what it does say is offered", async ({ page }) => {
  await openChat(page);
  const answer = await ask(page, "¿Ha trabajado María con COBOL?");
  const text = await textOf(answer);
  assertSays(text, /COBOL|no (dice|menciona|aparece|consta|se menciona|hay|habla|encuentr|he encontrado)/i);
  assert.doesNotMatch(text, /\bsí,/i);
  assert.ok(text.length > 20);
});

test("an answer that is not known says so in the language of the question", async ({ page }) => {
  await openChat(page);
  const answer = await ask(page, "Has María worked with COBOL?");
  assert.equal(await answer.locator(".body").getAttribute("lang"), "en");
  assertSays(await textOf(answer), /\b(not|nothing|no)\b/i);
});

test("a greeting is greeted, without sources", async ({ page }) => {
  await openChat(page);
  const answer = await ask(page, "hola");
  assert.ok((await textOf(answer)).length > 5);
  assert.equal(await chipsOf(answer).count(), 0);
  assert.equal(await answer.locator(".sources").count(), 0);
});

test("thanks in English are returned in English", async ({ page }) => {
  await openChat(page);
  const answer = await ask(page, "thanks!");
  assert.equal(await answer.locator(".body").getAttribute("lang"), "en");
  assert.equal(await chipsOf(answer).count(), 0);
});

test("a citation opens its document with the cited passage marked and in view", async ({ page, context, base }) => {
  await openChat(page);
  const answer = await ask(page, "¿Cuánto mejoró la precisión con Legajo?");
  const chip = chipsOf(answer).first();
  const index = await chip.innerText();
  const quote = await answer.locator(".sources li", { hasText: index }).first().locator(".source-quote").textContent();
  const source = await opened(context, () => chip.click());
  assert.equal(new URL(source.url()).origin, base);
  const mark = source.locator("mark#place");
  await mark.waitFor();
  const seen = await mark.evaluate((place) => {
    const { top, bottom } = place.getBoundingClientRect();
    return { top, bottom, height: window.innerHeight };
  });
  assert.ok(seen.top < seen.height && seen.bottom > 0, `the mark is out of view: ${JSON.stringify(seen)}`);
  const marked = (await source.locator("mark").allInnerTexts()).join(" ");
  assert.ok(holdsBeginning(marked, quote ?? ""), `marked: ${marked}\nquoted: ${quote}`);
});

/**
 * Every `[n]` of the text is a link, and the list below names the same source.
 *
 * @param {import("playwright-core").Locator} answer
 */
async function everyChipHasItsSource(answer) {
  for (const chip of await chipsOf(answer).all()) {
    const address = await chip.getAttribute("href");
    const entry = answer.locator(`.sources a[href="${address}"]`);
    assert.equal(await entry.count(), 1, `${address} is in the list once`);
    assert.ok((await chip.getAttribute("aria-label"))?.includes(":"), "the chip is named for those who cannot see it");
  }
  assert.doesNotMatch(await textOf(answer), /\[\d/, "a citation without its source stayed as text");
}

/**
 * Whether `passage` holds the beginning of `quote`, whatever the signs between their words.
 *
 * @param {string} passage
 * @param {string} quote
 */
function holdsBeginning(passage, quote) {
  const words = (/** @type {string} */ text) => text.replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  return words(quote) !== "" && words(passage).includes(words(quote).slice(0, 80));
}
