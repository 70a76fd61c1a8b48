// What a visitor does with an answer: says whether it helped, copies it, asks for it again. What is kept is asked of
// the server, as the visitor and as the owner.

import assert from "node:assert/strict";

import { test } from "./harness.mjs";
import {
  answers,
  ask,
  asOwner,
  assertHolds,
  assertSays,
  beginAnswer,
  buttonsOf,
  field,
  focusOf,
  heard,
  heldAnswers,
  kept,
  keptThere,
  openChat,
  questions,
  releaseAnswer,
  settledAnswer,
  textOf,
  told,
} from "./visitor.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").Locator} Locator */

const QUESTION = "¿Qué tecnologías domina María?";
/** What the page says on the console when it is refused. */
const expected = [/Failed to load resource/, /portavoz: /];

/**
 * Which thumbs are pressed: up, down.
 *
 * @param {Locator} answer
 */
async function pressed(answer) {
  const { up, down } = buttonsOf(answer);
  const said = await Promise.all([up, down].map((each) => each.getAttribute("aria-pressed")));
  return said.map((each) => each === "true");
}

/** @param {Page} page */
async function feedback(page) {
  return (await keptThere(page))[0].feedback;
}

test("a thumb is kept, changed to the other with a reason, and all of it outlives a reload", async ({ page }) => {
  await openChat(page);
  const answer = await ask(page, QUESTION);
  const { up, down } = buttonsOf(answer);
  assert.deepEqual(await pressed(answer), [false, false]);
  await told(page, "feedback", () => up.click());
  await heard(page, "Gracias");
  assert.deepEqual(await pressed(answer), [true, false]);
  assert.equal(await answer.locator(".why").count(), 0, "who is content is asked nothing");
  assert.equal((await feedback(page)).rating, "up");

  await told(page, "feedback", () => down.click());
  assert.deepEqual(await pressed(answer), [false, true]);
  assert.equal(await focusOf(page), "reason", "the focus goes into the form");
  await answer.getByLabel("Falta algo").check();
  await answer.locator("textarea").fill("Los años de cada una");
  await told(page, "feedback", () => answer.locator(".why button").click());
  await answer.locator(".meta", { hasText: "Gracias" }).waitFor();
  assert.equal(await answer.locator(".why").count(), 0);
  assert.equal(await focusOf(page), "No me sirve", "and back to the thumb");
  const said = { rating: "down", reason: "incomplete", comment: "Los años de cada una" };
  assertHolds(await feedback(page), said);
  const [turn] = await keptThere(page);
  const { turns } = await asOwner(page, "/api/admin/turns?rating=down");
  const read = turns.find((/** @type {any} */ each) => each.turn_id === turn.turn_id);
  assertHolds(read?.feedback, said);

  await page.reload();
  const again = await settledAnswer(page, 0);
  assert.deepEqual(await pressed(again), [false, true]);
});

test("a second press takes the thumb back", async ({ page }) => {
  await openChat(page);
  const answer = await ask(page, QUESTION);
  const { down } = buttonsOf(answer);
  await told(page, "feedback", () => down.click());
  await told(page, "feedback", () => down.click());
  assert.deepEqual(await pressed(answer), [false, false]);
  assert.equal(await answer.locator(".why, .problem").count(), 0, "nobody is asked why any more");
  assert.equal(await feedback(page), null);
  await page.reload();
  assert.deepEqual(await pressed(await settledAnswer(page, 0)), [false, false]);
});

test("presses that come faster than the server answers leave the last one", async ({ page }) => {
  let first = true;
  await page.route("**/api/feedback", async (route) => {
    if (first) {
      first = false;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await route.continue();
  });
  await openChat(page);
  const answer = await ask(page, QUESTION);
  const { up, down } = buttonsOf(answer);
  await up.click();
  await told(page, "feedback", () => down.click());
  await page.waitForLoadState("networkidle");
  assert.deepEqual(await pressed(answer), [false, true]);
  assert.equal((await feedback(page)).rating, "down");
});

test(
  "a thumb that cannot be sent is said to be lost, and is not shown as kept",
  { expected },
  async ({ page, context }) => {
    await openChat(page);
    const answer = await ask(page, QUESTION);
    const { up, down } = buttonsOf(answer);
    await context.setOffline(true);
    await down.click();
    await answer.locator(".problem").waitFor();
    assertSays(await answer.locator(".problem").innerText(), /conexión/);
    assert.deepEqual(await pressed(answer), [false, false]);
    await answer.locator("textarea").fill("Demasiado corta");
    await answer.locator(".why button").click();
    await page.waitForTimeout(50);
    assert.equal(await answer.locator(".problem").count(), 1, "said once, however often it is tried");
    assert.equal(await answer.locator("textarea").inputValue(), "Demasiado corta", "and nothing typed is lost");
    await context.setOffline(false);
    await told(page, "feedback", () => answer.locator(".why button").click());
    await answer.locator(".meta", { hasText: "Gracias" }).waitFor();
    assert.equal(await answer.locator(".problem").count(), 0);
    assert.equal((await feedback(page)).comment, "Demasiado corta");
    await told(page, "feedback", () => up.click());
    assert.deepEqual(await pressed(answer), [true, false]);
    assert.equal(await answer.locator(".meta").count(), 0, "thanks for the old opinion go with it");
  },
);

test("thumb, reason, comment and thanks need nothing but the keyboard", async ({ page }) => {
  await openChat(page);
  const answer = await ask(page, QUESTION);
  for (let presses = 0; (await focusOf(page)) !== "No me sirve" && presses < 9; presses += 1) {
    await page.keyboard.press("Shift+Tab");
  }
  await page.keyboard.press("Enter");
  assert.equal(await focusOf(page), "reason");
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.type("porque sí");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await answer.locator(".meta", { hasText: "Gracias" }).waitFor();
  assert.equal(await focusOf(page), "No me sirve");
  assertHolds(await feedback(page), { rating: "down", reason: "wrong", comment: "porque sí" });
});

test("an answer is copied as plain text, without the numbers of its sources", async ({ page, context, base }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: base });
  await openChat(page);
  const answer = await ask(page, QUESTION);
  await buttonsOf(answer).copy.click();
  await heard(page, "Copiada");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assertSays(copied, /Python/);
  assert.doesNotMatch(copied, /\[\d|\u00a0|\s[.,]|\s$/);
  const chips = await answer.locator(".chip").allInnerTexts();
  const shown = (await textOf(answer)).replace(/\u00a0\d+/g, "").replace(/\s+/g, " ");
  assert.ok(chips.length > 0);
  assert.equal(copied.replace(/\s+/g, " ").replaceAll("- ", ""), shown);
});

test(
  "a browser that lets nobody copy is no reason to fail",
  { expected, before: [withoutClipboard] },
  async ({ page }) => {
    await openChat(page);
    const answer = await ask(page, QUESTION);
    await buttonsOf(answer).copy.click();
    await page.locator(".problem").waitFor();
  },
);

function withoutClipboard() {
  const denied = () => Promise.reject(new DOMException("denied", "NotAllowedError"));
  if (navigator.clipboard) navigator.clipboard.writeText = denied;
}

test("an answer that was stopped is asked for again with one press", { before: [heldAnswers] }, async ({ page }) => {
  await openChat(page);
  await beginAnswer(page, QUESTION);
  await page.locator("#stop").click();
  const stopped = await settledAnswer(page, 0);
  assert.equal(await stopped.locator(".actions").count(), 0, "half an answer is not judged");
  await stopped.locator(".quiet").click();
  await page.waitForFunction(() => document.querySelector(".turn.answer[aria-busy] .body > p"));
  assert.equal(await focusOf(page), "message");
  await releaseAnswer(page);
  assertSays(await textOf(await settledAnswer(page, 0)), /Python/);
  assert.equal(await answers(page).count(), 1);
  assert.deepEqual(await questions(page).allInnerTexts(), [QUESTION]);
});

test(
  "an older answer is asked for again below the others, once none is running",
  { before: [heldAnswers] },
  async ({ page }) => {
    const other = "¿Qué idiomas habla María?";
    await openChat(page);
    await beginAnswer(page, QUESTION);
    await page.locator("#stop").click();
    const stopped = await settledAnswer(page, 0);
    await beginAnswer(page, other);
    await stopped.locator(".quiet").click();
    assert.deepEqual(await questions(page).allInnerTexts(), [QUESTION, other], "one after the other");
    await releaseAnswer(page);
    assertSays(await textOf(await settledAnswer(page, 1)), /inglés/i);
    await field(page).fill("un borrador");
    await stopped.locator(".quiet").click();
    await page.waitForFunction(() => document.querySelector(".turn.answer[aria-busy] .body > p"));
    assert.deepEqual(await questions(page).allInnerTexts(), [other, QUESTION]);
    await releaseAnswer(page);
    assertSays(await textOf(await settledAnswer(page, 1)), /Python/);
    assert.equal(await field(page).inputValue(), "un borrador");
  },
);

test("with a new conversation opinions and questions of the old one are gone from the page only", async ({ page }) => {
  await openChat(page);
  const answer = await ask(page, QUESTION);
  const before = await kept(page);
  await told(page, "feedback", () => buttonsOf(answer).up.click());
  await page.locator("#new-conversation").click();
  assert.equal(await page.locator(".turn").count(), 0);
  assert.equal(await focusOf(page), "message");
  const { turns } = await asOwner(page, `/api/admin/conversations/${before?.conversationId}`);
  assert.equal(turns[0].feedback.rating, "up");
  await field(page).fill("hola");
  await field(page).press("Enter");
  await settledAnswer(page, 0);
  assert.notEqual((await kept(page))?.conversationId, before?.conversationId);
});
