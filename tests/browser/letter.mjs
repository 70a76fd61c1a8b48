// A message for the owner, and that all of it be forgotten: what the visitor sees, and what the server keeps.

import assert from "node:assert/strict";

import { test } from "./harness.mjs";
import {
  ask,
  asOwner,
  assertHolds,
  assertSays,
  beginAnswer,
  buttonsOf,
  focusOf,
  heldAnswers,
  kept,
  keptThere,
  openChat,
  openLetter,
  openMenu,
  questions,
  ready,
  textOf,
  told,
} from "./visitor.mjs";

/** @typedef {import("playwright-core").Page} Page */

const QUESTION = "¿Qué tecnologías domina María?";
const UNKNOWN = "¿Ha trabajado María con COBOL?";
/** What the page says on the console when it is refused. */
const expected = [/Failed to load resource/, /portavoz: /];

test(
  "a message for the owner arrives from the menu, with nothing asked before, and can be forgotten",
  async ({ page }) => {
    await openChat(page);
    await openLetter(page);
    assert.equal(await focusOf(page), "message");
    const letter = page.locator("#letter");
    const text = `Hola, María. ${Math.random()}`;
    await letter.locator("textarea").fill(text);
    await letter.locator("[name=name]").fill("Lucía");
    await letter.locator("[name=email]").fill("lucia@example.org");
    const response = await told(page, "messages", () => letter.locator("form:first-child .primary").click());
    assert.equal(response.status(), 201);
    await letter.locator("#letter-sent").waitFor();
    assertSays(await letter.innerText(), /Enviado. María lo leerá/);
    assert.equal(await focusOf(page), "letter-sent");
    const found = await messageOf(page, text);
    assertHolds(found, { name: "Lucía", email: "lucia@example.org", language: "es", turn_id: null });
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await letter.waitFor({ state: "hidden" });
    assert.equal(await focusOf(page), "open-menu", "the focus goes back where it came from");

    await page.reload();
    await ready(page);
    assert.equal(await page.locator(".note, .turn").count(), 0, "a message is no conversation");
    await forget(page);
    assert.equal(await messageOf(page, text), undefined);
  },
);

test("a question that is not known is left for the owner with one press", async ({ page }) => {
  await openChat(page);
  const answer = await ask(page, UNKNOWN);
  await answer.locator("> .quiet").click();
  const letter = page.locator("#letter");
  await letter.waitFor();
  assert.equal(await letter.locator("textarea").inputValue(), UNKNOWN);
  const text = `${UNKNOWN} ${Math.random()}`;
  await letter.locator("textarea").fill(text);
  await told(page, "messages", () => letter.locator("form:first-child .primary").click());
  await letter.locator("#letter-sent").waitFor();
  const [turn] = await keptThere(page);
  assertHolds(await messageOf(page, text), {
    turn_id: turn.turn_id,
    conversation_id: (await kept(page))?.conversationId,
    name: null,
    email: null,
  });
  await letter.locator(".after button").click();
  assert.equal(await page.evaluate(() => document.activeElement?.closest(".answer") !== null), true);
  await openLetter(page);
  assert.equal(await letter.locator("textarea").inputValue(), "", "what was sent is not there again");
  assert.ok(await letter.locator("form:first-child").isVisible());
});

test("a message with a slip or without a connection is not lost", { expected }, async ({ page, context }) => {
  await openChat(page);
  await openLetter(page);
  const letter = page.locator("#letter");
  const send = letter.locator("form:first-child .primary");
  let sent = 0;
  page.on("request", (request) => (sent += Number(request.url().endsWith("/api/messages"))));
  await send.click();
  assert.equal(await letter.locator("textarea:invalid").count(), 1);
  await letter.locator("textarea").fill("Hola");
  await letter.locator("[name=email]").fill("lucia");
  await send.click();
  assert.equal(await letter.locator("input:invalid").count(), 1);
  assert.equal(sent, 0, "the browser says so itself");
  // An address that browsers take and the server does not.
  await letter.locator("[name=email]").fill("lucia@localhost");
  await told(page, "messages", () => send.click());
  await letter.locator(".problem").waitFor();
  assertSays(await letter.locator(".problem").innerText(), /Revisa la dirección/);
  assert.equal(await letter.locator("textarea").inputValue(), "Hola");
  await letter.locator("[name=email]").fill("lucia@example.org");
  await context.setOffline(true);
  await send.click();
  await letter.locator(".problem", { hasText: "conexión" }).waitFor();
  assert.equal(await letter.locator(".problem").count(), 1);
  await page.keyboard.press("Escape");
  await letter.waitFor({ state: "hidden" });
  assert.equal(await focusOf(page), "open-menu");
  await context.setOffline(false);
  await openLetter(page);
  assert.equal(await letter.locator("textarea").inputValue(), "Hola", "what was typed waits for the next time");
  assert.equal(await letter.locator(".problem").count(), 0);
  await told(page, "messages", () => send.click());
  await letter.locator("#letter-sent").waitFor();
});

test("a message that cannot even be begun is said to be so", { expected }, async ({ page, context }) => {
  await openChat(page);
  await context.setOffline(true);
  await openMenu(page);
  await page.locator("#write").click();
  await page.locator("#log > .problem").waitFor();
  assert.equal(await page.locator("#letter[open]").count(), 0);
  await context.setOffline(false);
  await openLetter(page);
});

test("a message of blanks is no message", async ({ page }) => {
  await openChat(page);
  await openLetter(page);
  const letter = page.locator("#letter");
  await letter.locator("textarea").fill("   ");
  await letter.locator("form:first-child .primary").click();
  await letter.locator("textarea:invalid").waitFor();
  assert.ok(await letter.locator("form:first-child").isVisible());
});

for (const [way, leave] of /** @type {[string, (page: Page) => Promise<void>][]} */ ([
  ["Escape", (page) => page.keyboard.press("Escape")],
  ["its button", (page) => page.locator("#letter menu .quiet").click()],
])) {
  test(`the message is closed by ${way}, with a bad address in it too, and the focus goes back`, async ({ page }) => {
    await openChat(page);
    const answer = await ask(page, UNKNOWN);
    await answer.locator("> .quiet").click();
    await page.locator("#letter [name=email]").fill("lucia");
    await leave(page);
    await page.locator("#letter").waitFor({ state: "hidden" });
    assert.equal(await page.evaluate(() => document.activeElement?.matches(".answer > .quiet")), true);
  });
}

test("forgetting asks first, and no keeps everything", async ({ page }) => {
  await openChat(page);
  await ask(page, QUESTION);
  await openMenu(page);
  await page.locator("#forget").click();
  const sure = page.locator("#sure");
  assertSays(await sure.innerText(), /No se puede deshacer/);
  const first = await page.evaluate(() => document.activeElement?.textContent);
  assert.equal(first, "Cancelar", "what does no harm comes first");
  await page.keyboard.press("Enter");
  await sure.waitFor({ state: "hidden" });
  assert.equal(await focusOf(page), "open-menu");
  assert.equal(await questions(page).count(), 1);
  assert.equal((await keptThere(page)).length, 1);
  await openMenu(page);
  await page.locator("#forget").click();
  await page.keyboard.press("Escape");
  await sure.waitFor({ state: "hidden" });
  assert.equal((await keptThere(page)).length, 1);
});

test(
  "forgetting removes conversations, opinions and messages from the server and the page",
  { expected },
  async ({ page }) => {
    await openChat(page);
    // One from an earlier conversation too.
    await ask(page, "¿Dónde vive María?");
    const earlier = await kept(page);
    await page.locator("#new-conversation").click();
    const answer = await ask(page, UNKNOWN);
    await told(page, "feedback", () => buttonsOf(answer).down.click());
    await answer.locator("> .quiet").click();
    const text = `¿COBOL? ${Math.random()}`;
    await page.locator("#letter textarea").fill(text);
    await told(page, "messages", () => page.locator("#letter form:first-child .primary").click());
    await page.locator("#letter .after button").click();
    const before = await kept(page);
    assert.equal((await asOwner(page, `/api/admin/conversations/${before?.conversationId}`)).turns.length, 1);
    await forget(page);
    assert.equal(await page.locator(".turn").count(), 0);
    assert.ok(await page.locator("#welcome").isVisible());
    assertSays(await page.locator(".note").innerText(), /no queda nada/);
    assert.equal(await kept(page), null);
    const theirs = await page.request.get(`/api/conversations/${before?.conversationId}`, {
      headers: { Authorization: `Bearer ${before?.visitorToken}` },
    });
    assert.equal(theirs.status(), 404);
    const { conversations } = await asOwner(page, "/api/admin/conversations");
    const left = conversations.map((/** @type {any} */ each) => each.conversation_id);
    assert.ok(!left.includes(before?.conversationId) && !left.includes(earlier?.conversationId));
    assert.equal(await messageOf(page, text), undefined);
    await page.reload();
    await ready(page);
    assert.equal(await page.locator(".turn, .note, .problem").count(), 0);
    assertSays(await textOf(await ask(page, QUESTION)), /Python/);
  },
);

test(
  "forgetting without a connection is said not to have worked, and nothing is lost",
  { expected },
  async ({ page, context }) => {
    await openChat(page);
    await ask(page, QUESTION);
    await context.setOffline(true);
    await openMenu(page);
    await page.locator("#forget").click();
    await page.locator("#sure .primary").click();
    await page.locator("#log > .problem").waitFor();
    assert.equal(await questions(page).count(), 1);
    await context.setOffline(false);
    await forget(page);
    assert.equal(await page.locator(".turn, .problem").count(), 0);
  },
);

test("forgetting while an answer is running leaves nothing of it", { before: [heldAnswers] }, async ({ page }) => {
  await openChat(page);
  await beginAnswer(page, QUESTION);
  await forget(page);
  assert.equal(await page.locator(".turn").count(), 0);
  assert.equal(await kept(page), null);
  await page.locator("#stop").waitFor({ state: "hidden" });
});

test("forgetting without anything said says so as well", async ({ page }) => {
  await openChat(page);
  await forget(page);
});

/**
 * What the owner has of a message.
 *
 * @param {Page} page
 * @param {string} text
 */
async function messageOf(page, text) {
  const { messages } = await asOwner(page, "/api/admin/messages?limit=100");
  return messages.find((/** @type {any} */ each) => each.message === text);
}

/** @param {Page} page */
async function forget(page) {
  await openMenu(page);
  await page.locator("#forget").click();
  await page.locator("#sure .primary").click();
  await page.locator(".note").waitFor();
}
