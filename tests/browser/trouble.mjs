// When something goes wrong: the visitor learns what, loses nothing, and can try again.

import assert from "node:assert/strict";

import { test } from "./harness.mjs";
import { answers, ask, assertSays, field, openChat, questions, ready, settledAnswer, textOf } from "./visitor.mjs";

const QUESTION = "¿Qué tecnologías domina María?";
/** What the page says on the console when it is refused. */
const SAID = [/Failed to load resource/, /portavoz: /];
const KEPT = "portavoz.conversation";

test(
  "a visitor without a connection is told so, and trying again answers the same question",
  { expected: SAID },
  async ({ page, context }) => {
    await openChat(page);
    await context.setOffline(true);
    const failed = await ask(page, QUESTION);
    assertSays(await failed.locator(".problem").innerText(), /conexión/);
    assertSays(await failed.locator(".problem").innerText(), /No se ha perdido/);
    await context.setOffline(false);
    await failed.locator(".problem button").click();
    const answer = await settledAnswer(page, 0);
    assertSays(await textOf(answer), /Python/);
    assert.equal(await page.locator(".problem").count(), 0);
    assert.deepEqual(await questions(page).allInnerTexts(), [QUESTION]);
  },
);

/** Status, code, and what the visitor reads. @type {[number, string, RegExp][]} */
const REFUSALS = [
  [429, "rate_limited", /Demasiado seguido/],
  [422, "message_too_long", /2000 caracteres/],
  [503, "storage_unavailable", /No ha funcionado/],
  [500, "internal", /No ha funcionado/],
];

for (const [status, code, words] of REFUSALS) {
  test(
    `a refusal with ${code} is explained in the visitor's language, not the server's`,
    { expected: SAID },
    async ({ page }) => {
      const json = { error: { code, message: "words for developers" } };
      await page.route("**/api/chat", (route) => route.fulfill({ status, json }));
      await openChat(page);
      const failed = await ask(page, QUESTION);
      assertSays(await failed.innerText(), words);
      assert.doesNotMatch(await failed.innerText(), /developers/);
      await page.unroute("**/api/chat");
      await failed.locator(".problem button").click();
      assertSays(await textOf(await settledAnswer(page, 0)), /Python/);
    },
  );
}

test(
  "an answer that is cut off keeps its beginning, says so, and can be asked for again",
  { expected: SAID },
  async ({ page }) => {
    await page.route("**/api/chat", (route) =>
      route.fulfill({ contentType: "text/event-stream", body: 'event: delta\ndata: {"text":"María domina"}\n\n' }),
    );
    await openChat(page);
    const failed = await ask(page, QUESTION);
    assert.equal(await textOf(failed), "María domina");
    assert.ok(await failed.locator(".problem button").isVisible());
    await page.unroute("**/api/chat");
    await failed.locator(".problem button").click();
    assertSays(await textOf(await settledAnswer(page, 0)), /Python/);
    assert.equal(await answers(page).count(), 1);
  },
);

test("an answer that is replaced shows only the new text and its sources", async ({ page, base }) => {
  const source = (/** @type {number} */ index) => ({
    index,
    document: "cv",
    title: `Fuente ${index}`,
    url: `${base}/source?document=cv`,
    quote: "x",
  });
  const events = [
    ["start", { turn_id: "t", conversation_id: "c", visitor_token: "v", model: null, variant: null }],
    ["delta", { text: "Esto era falso [1]." }],
    ["citation", source(1)],
    ["replace", { text: "", reason: "cut" }],
    ["delta", { text: "Esto es cierto [2]." }],
    ["citation", source(2)],
    ["done", { outcome: "answered", language: "es", model: null, cost_usd: 0, took_ms: 3 }],
  ];
  const body = events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("");
  await page.route("**/api/chat", (route) => route.fulfill({ contentType: "text/event-stream", body }));
  await openChat(page);
  const answer = await ask(page, QUESTION);
  assert.equal(await textOf(answer), "Esto es cierto\u00a02.");
  assert.deepEqual(await answer.locator(".source-title").allInnerTexts(), ["Fuente 2"]);
});

test(
  "a token that is no longer valid begins a new conversation, with a word about it",
  { expected: SAID },
  async ({ page }) => {
    await openChat(page);
    await ask(page, QUESTION);
    await page.evaluate((key) => {
      const kept = JSON.parse(localStorage.getItem(key) ?? "");
      localStorage.setItem(key, JSON.stringify({ ...kept, visitorToken: "not.a.token" }));
    }, KEPT);
    await page.reload();
    await page.locator(".note").waitFor();
    assertSays(await page.locator(".note").innerText(), /anterior/);
    assert.equal(await questions(page).count(), 0);
    assertSays(await textOf(await ask(page, QUESTION)), /Python/);
  },
);

test(
  "a token that becomes invalid while the page is open costs the visitor nothing",
  { expected: SAID },
  async ({ page }) => {
    await openChat(page);
    await page.evaluate((key) => {
      localStorage.setItem(key, JSON.stringify({ conversationId: "c", visitorToken: "not.a.token" }));
    }, KEPT);
    // The history cannot be read for now, so the page only learns with the next question.
    await page.route("**/api/conversations/**", (route) =>
      route.fulfill({ status: 503, json: { error: { code: "storage_unavailable" } } }),
    );
    await page.reload();
    await ready(page);
    const answer = await ask(page, QUESTION);
    assertSays(await textOf(answer), /Python/);
    assert.deepEqual(await questions(page).allInnerTexts(), [QUESTION]);
    assert.equal(await answers(page).count(), 1);
  },
);

test("somebody else's conversation is not shown", { expected: SAID }, async ({ page, context, base }) => {
  await openChat(page);
  await ask(page, QUESTION);
  const kept = JSON.parse((await page.evaluate((key) => localStorage.getItem(key), KEPT)) ?? "");
  const stranger = await page.request.post("/api/chat", { data: { message: "hola" } });
  const { visitor_token: token } = await stranger.json();
  const theirs = await context.request.get(`${base}/api/conversations/${kept.conversationId}`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  assert.equal(theirs.status(), 404);
  await page.evaluate(
    ([key, value]) => localStorage.setItem(key ?? "", value ?? ""),
    [KEPT, JSON.stringify({ ...kept, visitorToken: token })],
  );
  await page.reload();
  await page.locator(".note").waitFor();
  assert.equal(await questions(page).count(), 0);
});

test("a browser that keeps nothing still talks", { before: [withoutStorage] }, async ({ page }) => {
  await openChat(page);
  await ask(page, "¿Qué es Legajo?");
  assertSays(await textOf(await ask(page, "¿Qué idiomas habla María?")), /inglés/i);
});

function withoutStorage() {
  Object.defineProperty(window, "localStorage", {
    get() {
      throw new DOMException("denied", "SecurityError");
    },
  });
}

test("without JavaScript the page says what it needs", async ({ context, base }) => {
  const plain = await context.browser()?.newContext({ javaScriptEnabled: false, baseURL: base, locale: "es" });
  const page = await plain?.newPage();
  await page?.goto("/");
  assertSays((await page?.locator("noscript").innerText()) ?? "", /JavaScript/);
  await plain?.close();
});

test("a question of 2,000 characters of any script is kept whole", async ({ page }) => {
  await openChat(page);
  const question = `${"ñ🚀".repeat(600)} María`;
  await field(page).fill(question);
  await field(page).press("Enter");
  await settledAnswer(page, 0);
  assert.equal(await questions(page).innerText(), question);
});
