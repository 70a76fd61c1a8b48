// A conversation over several turns: sending, stopping, starting anew, coming back.

import assert from "node:assert/strict";

import { test } from "./harness.mjs";
import {
  answers,
  ask,
  beginAnswer,
  field,
  heldAnswers,
  kept,
  openChat,
  questions,
  ready,
  releaseAnswer,
  settledAnswer,
  textOf,
} from "./visitor.mjs";

const QUESTION = "¿Qué tecnologías domina María?";
const OTHER = "¿Qué idiomas habla María?";

test("Enter sends the question and empties the field", async ({ page }) => {
  await openChat(page);
  await ask(page, QUESTION);
  assert.deepEqual(await questions(page).allInnerTexts(), [QUESTION]);
  assert.equal(await field(page).inputValue(), "");
});

test("Shift and Enter begin a new line, which the question keeps", async ({ page }) => {
  await openChat(page);
  await page.keyboard.type("Hola,");
  const height = await field(page).evaluate((element) => element.clientHeight);
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type(QUESTION);
  assert.equal(await field(page).inputValue(), `Hola,\n${QUESTION}`);
  assert.ok((await field(page).evaluate((element) => element.clientHeight)) > height, "the field grows with its text");
  assert.equal(await answers(page).count(), 0);
  await page.keyboard.press("Enter");
  await settledAnswer(page, 0);
  assert.equal(await questions(page).innerText(), `Hola,\n${QUESTION}`);
});

test("the button sends as well", async ({ page }) => {
  await openChat(page);
  await field(page).fill(QUESTION);
  await page.locator("#send").click();
  await settledAnswer(page, 0);
});

test("nothing is sent without words", async ({ page }) => {
  await openChat(page);
  let sent = 0;
  page.on("request", (request) => (sent += Number(request.url().endsWith("/api/chat"))));
  await page.keyboard.type("   ");
  await page.keyboard.press("Enter");
  await page.locator("#send").click();
  await ask(page, "hola");
  assert.equal(sent, 1);
});

test("the field takes no more than the server does", async ({ page }) => {
  await openChat(page);
  const limit = Number(await field(page).getAttribute("maxlength"));
  assert.equal(limit, 2000);
  await ask(page, "¿Y qué más? ".repeat(200).slice(0, limit));
  assert.equal(await page.locator(".problem").count(), 0);
});

test(
  "an answer can be stopped; what came so far stays, and the next question is answered",
  { before: [heldAnswers] },
  async ({ page }) => {
    await openChat(page);
    await beginAnswer(page, QUESTION);
    assert.ok(await page.locator("#send").isHidden());
    await page.locator("#stop").click();
    const stopped = await settledAnswer(page, 0);
    assert.ok((await textOf(stopped)).length > 0);
    assert.match(await stopped.locator(".meta").innerText(), /detenida/);
    assert.equal(await page.evaluate(() => document.activeElement?.id), "message");
    await beginAnswer(page, OTHER);
    await releaseAnswer(page);
    assert.match(await textOf(await settledAnswer(page, 1)), /inglés/i);
  },
);

test("a question typed while an answer is running waits in the field", { before: [heldAnswers] }, async ({ page }) => {
  await openChat(page);
  await beginAnswer(page, QUESTION);
  await field(page).fill(OTHER);
  await field(page).press("Enter");
  assert.equal(await field(page).inputValue(), OTHER);
  assert.equal(await questions(page).count(), 1);
  await releaseAnswer(page);
  await settledAnswer(page, 0);
  await field(page).press("Enter");
  await beginsAnswer(page, 1);
  await releaseAnswer(page);
  await settledAnswer(page, 1);
});

test(
  "a new conversation is empty, knows nothing of the last one, and stops its answer",
  { before: [heldAnswers] },
  async ({ page }) => {
    await openChat(page);
    await beginAnswer(page, QUESTION);
    const first = await kept(page);
    await page.locator("#new-conversation").click();
    assert.equal(await questions(page).count(), 0);
    assert.ok(await page.locator("#welcome").isVisible());
    assert.ok(await page.locator("#new-conversation").isHidden());
    assert.deepEqual(await kept(page), { ...first, conversationId: "" }, "it is the same visitor");
    await page.locator("#stop").waitFor({ state: "hidden" });
    await beginAnswer(page, OTHER);
    await releaseAnswer(page);
    await settledAnswer(page, 0);
    assert.notEqual((await kept(page))?.conversationId, first?.conversationId);
  },
);

test("reloading brings the conversation back, with its sources, and it goes on", async ({ page }) => {
  await openChat(page);
  await ask(page, "¿Qué es Legajo, el sistema RAG de María?");
  const last = await ask(page, QUESTION);
  const before = {
    questions: await questions(page).allInnerTexts(),
    text: await textOf(last),
    sources: await last.locator(".sources li").count(),
  };
  await page.reload();
  await ready(page);
  const restored = await settledAnswer(page, 1);
  assert.deepEqual(await questions(page).allInnerTexts(), before.questions);
  assert.equal(await textOf(restored), before.text);
  assert.equal(await restored.locator(".sources li").count(), before.sources);
  assert.ok(await page.locator("#welcome").isHidden());
  const conversation = await page.evaluate(() => localStorage.getItem("portavoz.conversation"));
  await ask(page, OTHER);
  assert.equal(
    JSON.parse((await page.evaluate(() => localStorage.getItem("portavoz.conversation"))) ?? "").conversationId,
    JSON.parse(conversation ?? "").conversationId,
  );
});

test("two tabs of one visitor do not disturb each other", async ({ page, context }) => {
  await openChat(page);
  await ask(page, QUESTION);
  const other = await context.newPage();
  await other.goto("/");
  await settledAnswer(other, 0);
  await ask(other, OTHER);
  await ask(page, "¿Dónde vive María?");
  assert.equal(await questions(page).count(), 2);
  assert.equal(await questions(other).count(), 2);
});

/**
 * @param {import("playwright-core").Page} page
 * @param {number} place
 */
async function beginsAnswer(page, place) {
  await answers(page).nth(place).locator(".body :not(.only-heard)").first().waitFor();
}
